from datetime import date

import polars as pl

from indicators.early_warning.high_risk_economy import HighRiskEconomy
from tests.tables import find, flows

RULE = HighRiskEconomy(limit_usd=100)
LISTED = pl.DataFrame(
    {
        "economy": ["MMR", "LAO"],
        "valid_from": [date(2022, 10, 21), date(2025, 2, 21)],
        "valid_to": [None, date(2026, 3, 5)],
    }
)


def paid(*rows: str) -> str:
    """Payments: flow, day, usd, economy, item."""
    return "flow day usd economy item direction\n" + "\n".join(f"{row} payment" for row in rows)


def test_a_months_payments_above_the_limit_are_a_hit_that_grows() -> None:
    drawn = flows(
        paid("a 2026-03-02 60 MMR royalties", "b 2026-03-03 40.01 MMR consulting", "c 2026-03-31 5 MMR consulting")
    )
    found = find(RULE, drawn, high_risk_economies=LISTED)
    assert found["ids"].to_list() == [["a", "b", "c"]]
    assert found.select("value", "limit_value", "object", "item").row(0) == (10_501, 10_000, "MMR", None)
    assert found.select("raised_on", "last_day").row(0) == (date(2026, 3, 3), date(2026, 3, 31))
    assert find(RULE, flows(paid("a 2026-03-02 100 MMR royalties")), high_risk_economies=LISTED).is_empty()


def test_an_economy_counts_on_the_days_on_which_it_is_listed() -> None:
    for day, hits in (("2025-02-20", 0), ("2025-02-21", 1), ("2026-03-05", 1), ("2026-03-06", 0)):
        assert find(RULE, flows(paid(f"a {day} 101 LAO royalties")), high_risk_economies=LISTED).height == hits


def test_economies_and_months_are_kept_apart_and_travel_and_receipts_left_out() -> None:
    drawn = flows("""
        flow day        usd economy item      direction
        a    2026-03-02 60  MMR     royalties payment
        b    2026-03-02 60  LAO     royalties payment
        c    2026-04-01 60  MMR     royalties payment
        d    2026-03-02 60  MMR     travel    payment
        e    2026-03-02 60  MMR     royalties receipt
    """)
    assert find(RULE, drawn, high_risk_economies=LISTED).is_empty()


def test_the_rules_say_one_hundred_thousand() -> None:
    assert HighRiskEconomy().limit_usd == 100_000
