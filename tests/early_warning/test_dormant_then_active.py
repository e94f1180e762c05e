from datetime import date

from indicators.early_warning.dormant_then_active import DormantThenActive
from tests.tables import find, flows

RULE = DormantThenActive(limit_usd=100)


def test_a_year_of_silence_and_then_much_is_a_hit() -> None:
    found = find(
        RULE,
        flows("""
        flow  day        usd direction
        old   2025-03-01 1   receipt
        first 2026-03-02 60  receipt
        over  2026-03-03 41  payment
        more  2026-03-04 50  payment
    """),
    )
    assert found["ids"].to_list() == [["first", "over"]]
    assert found.select("value", "limit_value", "direction").row(0) == (10_100, 10_000, "both")
    assert found.select("first_day", "raised_on").row(0) == (date(2026, 3, 2), date(2026, 3, 3))


def test_a_flow_on_the_date_a_year_earlier_breaks_the_silence() -> None:
    for old, hits in (("2025-03-02", 0), ("2025-03-01", 1)):
        assert find(RULE, flows(f"flow day usd \n old {old} 1 \n now 2026-03-02 101")).height == hits


def test_who_has_no_earlier_flow_is_new_not_dormant() -> None:
    assert find(RULE, flows("flow day usd \n now 2026-03-02 101")).is_empty()


def test_the_sum_must_pass_the_limit_by_the_tenth_working_day() -> None:
    table = "flow day usd \n old 2024-03-01 1 \n now 2026-03-02 50 \n rest {} {}"
    for day, usd, hits in (
        ("2026-03-13", "50.01", 1),
        ("2026-03-13", "50", 0),
        ("2026-03-14", "60", 0),
        ("2026-03-16", "60", 0),
    ):
        assert find(RULE, flows(table.format(day, usd))).height == hits


def test_the_rules_say_half_a_million_twelve_months_and_ten_days() -> None:
    rule = DormantThenActive()
    assert (rule.limit_usd, rule.gap_months, rule.window_days) == (500_000, 12, 10)
