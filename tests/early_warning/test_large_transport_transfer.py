from datetime import date

from fxwatch.rule import BEGINNING, Dated, Version
from indicators.early_warning.large_transport_transfer import LargeTransportTransfer
from tests.tables import find, flows

RULE = LargeTransportTransfer(limit_usd=100)


def test_a_transfer_is_large_above_the_limit_and_not_on_it() -> None:
    found = find(
        RULE,
        flows("""
        flow   item       usd
        on     transport  100.00
        above  transport  100.01
        law    consulting 500.00
    """),
    )
    assert found["ids"].to_list() == [["above"]]
    assert found.select("value", "limit_value").row(0) == (10_001, 10_000)


def test_the_transport_legs_of_a_declaration_are_one_transfer() -> None:
    found = find(
        RULE,
        flows("""
        flow   item       usd
        both/1 transport  60
        both/2 transport  41
        half/1 transport  60
        half/2 consulting 41
        two    transport  60
        more   transport  60
    """),
    )
    assert found["ids"].to_list() == [["both/1", "both/2"]]
    assert found["value"].to_list() == [10_100]


def test_a_transfer_has_direction_and_day_of_its_first_flow() -> None:
    found = find(
        RULE,
        flows("""
        flow  item      direction day        usd
        in/1  transport receipt   2026-03-02 101
        out/1 transport payment   2026-03-03 60
        out/2 transport payment   2026-03-03 60
    """),
    )
    days = ["first_day", "last_day", "raised_on"]
    assert found.select("direction", "item", *days).rows() == [
        ("receipt", "transport", *[date(2026, 3, 2)] * 3),
        ("payment", "transport", *[date(2026, 3, 3)] * 3),
    ]


def test_where_changes_made_legs_differ_the_first_leg_speaks_and_all_legs_are_behind_it() -> None:
    found = find(
        RULE,
        flows("""
        flow   entity item       direction day        usd
        odd/1  LAW    transport  receipt   2026-03-05 60
        odd/2  AIR    transport  payment   2026-03-03 60
        mix/1  LAW    consulting receipt   2026-03-06 1
        mix/2  AIR    transport  payment   2026-03-04 101
    """),
    ).sort("first_day")
    assert found["ids"].to_list() == [["odd/1", "odd/2"], ["mix/2"]]
    assert found.select("direction", "first_day").rows() == [
        ("receipt", date(2026, 3, 5)),
        ("receipt", date(2026, 3, 6)),
    ]
    assert found["entity"].n_unique() == 1


def test_the_limit_in_force_on_the_day_judges() -> None:
    limit = Dated((Version(BEGINNING, 100), Version(date(2026, 3, 3), 50), Version(date(2026, 3, 4), 200)))
    found = find(
        LargeTransportTransfer(limit_usd=limit),
        flows("""
        flow   item      day        usd
        before transport 2026-03-02 51
        lower  transport 2026-03-03 51
        higher transport 2026-03-04 101
    """),
    )
    assert found["ids"].to_list() == [["lower"]]
    assert found["limit_value"].to_list() == [5_000]


def test_the_article_says_half_a_million() -> None:
    assert LargeTransportTransfer().limit_usd == 500_000
