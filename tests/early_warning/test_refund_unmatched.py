from datetime import date
from decimal import Decimal

from indicators.early_warning.refund_unmatched import RefundUnmatched
from tests.tables import find, flows

RULE = RefundUnmatched(limit_usd=100)
LONG = date(2020, 1, 1)


def refund(*before: str, usd: str = "200") -> str:
    lines = [f"now 2026-03-02 {usd} receipt ACME R", *before]
    return "flow day usd direction payee type\n" + "\n".join(lines)


def test_a_refund_of_nothing_is_a_hit() -> None:
    found = find(RULE, flows(refund()), first_loaded_day=LONG)
    assert found["ids"].to_list() == [["now"]]
    assert found.select("value", "limit_value", "direction", "item").row(0) == (20_000, 10_000, "receipt", "consulting")


def test_the_limit_itself_is_not_looked_at() -> None:
    assert find(RULE, flows(refund(usd="100")), first_loaded_day=LONG).is_empty()
    assert find(RULE, flows(refund(usd="100.01")), first_loaded_day=LONG).height == 1


def test_a_payment_of_nearly_as_much_explains_it() -> None:
    for usd, hits in (("190", 0), ("189.99", 1), ("500", 0)):
        assert find(RULE, flows(refund(f"old 2026-01-05 {usd} payment ACME P")), first_loaded_day=LONG).height == hits


def test_a_payment_more_than_180_days_older_is_too_old() -> None:
    for day, hits in (("2025-09-03", 0), ("2025-09-02", 1), ("2026-03-02", 0), ("2026-03-03", 1)):
        assert find(RULE, flows(refund(f"old {day} 200 payment ACME P")), first_loaded_day=LONG).height == hits


def test_only_the_other_direction_and_the_same_counterparty_and_no_refund_explain() -> None:
    for other in ("receipt ACME P", "payment BETA P", "payment ACME R"):
        found = find(RULE, flows(refund(f"old 2026-01-05 200 {other}")), first_loaded_day=LONG)
        assert ["now"] in found["ids"].to_list()


def test_a_late_refund_needs_no_loaded_past_and_an_unmatched_one_does() -> None:
    alone, late = flows(refund()), flows(refund("old 2025-06-02 200 payment ACME P"))
    assert find(RULE, alone, first_loaded_day=date(2024, 3, 2)).height == 1
    assert find(RULE, alone, first_loaded_day=date(2024, 3, 3)).is_empty()
    assert find(RULE, late, first_loaded_day=date(2025, 6, 2)).height == 1
    assert RULE.skipped(alone.lazy(), date(2024, 3, 3)).collect()["count"].to_list() == [0, 1]


def test_refunds_to_nobody_are_counted() -> None:
    drawn = flows(refund().replace("ACME", "-"))
    assert find(RULE, drawn, first_loaded_day=LONG).is_empty()
    assert RULE.skipped(drawn.lazy(), LONG).collect()["count"].to_list() == [1, 0]


def test_the_rules_say_50000_and_180_days() -> None:
    rule = RefundUnmatched()
    assert (rule.limit_usd, rule.matching_share, rule.late_days) == (50_000, Decimal("0.95"), 180)
