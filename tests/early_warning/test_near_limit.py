from datetime import date
from decimal import Decimal

from indicators.early_warning.near_limit import NearLimit
from tests.tables import find, flows

RULE = NearLimit(transport_usd=50, day_usd=100)


def test_three_day_totals_just_below_the_limit_are_a_hit() -> None:
    found = find(
        RULE,
        flows("""
        flow  day        usd
        one   2026-03-02 90.01
        two/1 2026-03-03 50
        two/2 2026-03-03 50
        three 2026-03-04 100
    """),
    )
    assert found["ids"].to_list() == [["one", "three", "two/1", "two/2"]]
    assert found.select("value", "limit_value", "item", "raised_on").row(0) == (3, 3, None, date(2026, 3, 4))


def test_nine_tenths_themselves_and_what_lies_above_the_limit_are_not_near() -> None:
    for usd in ("90", "100.01"):
        drawn = flows(f"flow day usd \n a 2026-03-02 95 \n b 2026-03-03 95 \n c 2026-03-04 {usd}")
        assert find(RULE, drawn).is_empty()


def test_transport_is_looked_at_by_declaration() -> None:
    found = find(
        RULE,
        flows("""
        flow  day        usd   item
        a/1   2026-03-02 25    transport
        a/2   2026-03-02 25    transport
        b     2026-03-02 45.01 transport
        c     2026-03-02 50    transport
        d     2026-03-02 50.01 transport
        e     2026-03-02 45    transport
    """),
    )
    assert found["ids"].to_list() == [["a/1", "a/2", "b", "c"]]
    assert found["item"].to_list() == ["transport"]


def test_transport_and_the_rest_and_the_directions_are_kept_apart() -> None:
    drawn = flows("""
        flow day        usd item       direction
        a    2026-03-02 50  transport  receipt
        b    2026-03-02 95  consulting receipt
        c    2026-03-03 95  consulting receipt
        d    2026-03-03 95  consulting payment
    """)
    assert find(RULE, drawn).is_empty()


def test_twenty_working_days_are_looked_at() -> None:
    within, beyond = (
        find(RULE, flows(f"flow day usd \n a 2026-03-02 95 \n b 2026-03-03 95 \n c {day} 95"))
        for day in ("2026-03-27", "2026-03-30")
    )
    assert within.height == 1
    assert beyond.is_empty()


def test_refunds_do_not_fill_a_day() -> None:
    drawn = flows("flow day usd type \n a 2026-03-02 95 P \n b 2026-03-03 95 P \n c 2026-03-04 95 R")
    assert find(RULE, drawn).is_empty()


def test_the_rules_say_half_a_million_one_million_and_a_tenth_below() -> None:
    rule = NearLimit()
    assert (rule.transport_usd, rule.day_usd, rule.near_share) == (500_000, 1_000_000, Decimal("0.9"))
    assert (rule.times_count, rule.window_days) == (3, 20)
