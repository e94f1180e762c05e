from datetime import date

from fxwatch.rule import BEGINNING, Dated, Version
from indicators.early_warning.large_daily_total import LargeDailyTotal
from tests.tables import find, flows

RULE = LargeDailyTotal(limit_usd=100)


def test_a_day_is_summed_over_items_but_never_netted() -> None:
    found = find(
        RULE,
        flows("""
        flow  item       direction day        usd
        half  consulting payment   2026-03-02 60
        rest  royalties  payment   2026-03-02 40.01
        back  consulting receipt   2026-03-02 90
        next  consulting payment   2026-03-03 100
        ship  transport  payment   2026-03-03 500
    """),
    )
    assert found["ids"].to_list() == [["half", "rest"]]
    assert found.select("direction", "item", "value", "limit_value").rows() == [("payment", None, 10_001, 10_000)]


def test_receipts_and_payments_of_one_day_are_two_hits() -> None:
    found = find(
        RULE,
        flows("""
        flow direction usd
        in   receipt   101
        out  payment   102
    """),
    )
    assert found.select("direction", "value").rows() == [("receipt", 10_100), ("payment", 10_200)]


def test_entities_and_days_are_kept_apart() -> None:
    found = find(
        RULE,
        flows("""
        flow entity day        usd
        a    LAW    2026-03-02 60
        b    TEA    2026-03-02 60
        c    LAW    2026-03-03 60
    """),
    )
    assert found.is_empty()


def test_what_lies_outside_the_thirteen_items_counts() -> None:
    assert find(RULE, flows("flow item usd \n a unlisted 101"))["ids"].to_list() == [["a"]]


def test_the_limit_in_force_on_the_day_judges() -> None:
    limit = Dated((Version(BEGINNING, 100), Version(date(2026, 3, 3), 80)))
    found = find(
        LargeDailyTotal(limit_usd=limit),
        flows("""
        flow   day        usd
        before 2026-03-02 90
        after  2026-03-03 90
    """),
    )
    assert found["ids"].to_list() == [["after"]]
    assert found["limit_value"].to_list() == [8_000]


def test_the_article_says_one_million() -> None:
    assert LargeDailyTotal().limit_usd == 1_000_000
