from datetime import date
from decimal import Decimal

from indicators.early_warning.settlement_mismatch import SettlementMismatch
from tests.tables import find, flows, settlements

RULE = SettlementMismatch(over_share=Decimal("0.1"), over_usd=50)
OVER = date(2026, 3, 31)


def test_what_is_settled_may_pass_what_was_declared_by_a_tenth_and_a_sum() -> None:
    drawn = flows("flow day usd item \n old 2025-12-30 60 consulting \n now 2026-02-02 40 consulting")
    on, above = (
        find(
            RULE, drawn, last_quarter_end=OVER,
            settlements=settlements(f"no entity kind day group usd \n S LAW settlement 2026-03-02 125 {usd}"),
        )
        for usd in ("160", "160.01")
    )  # fmt: skip
    assert on.is_empty()
    assert above.select("direction", "item", "object", "value", "limit_value", "raised_on").row(0) == (
        "receipt", None, "125", 16_001, 16_000, OVER,
    )  # fmt: skip
    assert above["settlements"].to_list() == [["S"]]


def test_the_settled_part_of_flows_counts_and_is_evidence() -> None:
    drawn = flows("flow day usd item settled direction \n now 2026-02-02 40 royalties 40 payment")
    booked = settlements("no entity kind day group usd \n S LAW purchase 2026-01-05 324 54.01")
    found = find(RULE, drawn, last_quarter_end=OVER, settlements=booked)
    assert found.select("value", "limit_value", "direction", "object").row(0) == (9_401, 9_400, "payment", "324")
    assert found["ids"].to_list() == [["now"]]
    assert found.select("first_day", "last_day").row(0) == (date(2026, 1, 5), date(2026, 2, 2))


def test_groups_kinds_and_quarters_are_kept_apart() -> None:
    drawn = flows("""
        flow   day        usd item       direction
        other  2026-02-02 900 transport  receipt
        paid   2026-02-02 900 consulting payment
        older  2025-09-30 900 consulting receipt
        later  2026-04-01 900 consulting receipt
    """)
    booked = settlements("no entity kind day group usd \n S LAW settlement 2026-03-02 125 50.01")
    found = find(RULE, drawn, last_quarter_end=OVER, settlements=booked)
    assert found.select("value", "limit_value").row(0) == (5_001, 5_000)


def test_financial_and_insurance_are_one_group_and_the_rest_another() -> None:
    drawn = flows("""
        flow day        usd item
        a    2026-02-02 50  financial
        b    2026-02-02 50  insurance
        c    2026-02-02 100 advertising
    """)
    booked = settlements("""
        no entity kind       day        group usd
        S  LAW    settlement 2026-03-02 123   160
        T  LAW    settlement 2026-03-02 126   160
    """)
    assert find(RULE, drawn, last_quarter_end=OVER, settlements=booked).is_empty()


def test_a_quarter_is_judged_when_it_is_over() -> None:
    drawn = flows("flow day usd \n a 2026-02-02 1")
    booked = settlements("no entity kind day group usd \n S LAW settlement 2026-03-02 125 500")
    assert find(RULE, drawn, last_quarter_end=date(2025, 12, 31), settlements=booked).is_empty()
    assert find(RULE, drawn, last_quarter_end=None, settlements=booked).is_empty()
    assert find(RULE, drawn, last_quarter_end=OVER, settlements=booked).height == 1


def test_the_rules_say_a_tenth_and_one_hundred_thousand() -> None:
    assert (SettlementMismatch().over_share, SettlementMismatch().over_usd) == (Decimal("0.1"), 100_000)
