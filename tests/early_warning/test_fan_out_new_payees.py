from datetime import date

from indicators.early_warning.fan_out_new_payees import FanOutNewPayees
from tests.tables import find, flows

RULE = FanOutNewPayees(limit_usd=100, payees_count=3)
LONG = date(2024, 1, 1)


def paid(*rows: str) -> str:
    """Payments: flow, day, payee, usd."""
    return "flow day payee usd direction\n" + "\n".join(f"{row} payment" for row in rows)


def test_enough_new_payees_that_get_enough_are_a_hit() -> None:
    found = find(
        RULE, flows(paid("a 2026-03-02 A 40", "b 2026-03-03 B 40", "c 2026-03-04 C 20.01")), first_loaded_day=LONG
    )
    assert found["ids"].to_list() == [["a", "b", "c"]]
    assert found.select("value", "limit_value", "item").row(0) == (10_001, 10_000, None)
    on = flows(paid("a 2026-03-02 A 40", "b 2026-03-03 B 40", "c 2026-03-04 C 20"))
    assert find(RULE, on, first_loaded_day=LONG).is_empty()


def test_two_payees_are_too_few_however_often_they_are_paid() -> None:
    drawn = flows(paid("a 2026-03-02 A 90", "b 2026-03-03 B 90", "c 2026-03-04 B 90"))
    assert find(RULE, drawn, first_loaded_day=LONG).is_empty()


def test_all_that_a_new_payee_gets_in_the_window_counts() -> None:
    drawn = flows(paid("a 2026-03-02 A 40", "b 2026-03-02 B 20", "c 2026-03-02 C 20", "again 2026-03-02 C 21"))
    assert find(RULE, drawn, first_loaded_day=LONG)["ids"].to_list() == [["a", "again", "b", "c"]]


def test_who_was_paid_in_the_twelve_months_before_the_window_is_not_new() -> None:
    now = ("a 2026-03-02 A 40", "b 2026-03-02 B 40", "c 2026-03-02 C 40")
    # The window of Monday 2 March begins on Thursday 26 February.
    assert find(RULE, flows(paid("old 2025-02-26 C 1", *now)), first_loaded_day=LONG).is_empty()
    assert find(RULE, flows(paid("old 2025-02-25 C 1", *now)), first_loaded_day=LONG).height == 1
    # Who was paid within the window alone is new.
    assert find(RULE, flows(paid("old 2026-02-26 C 1", *now)), first_loaded_day=LONG)["value"].to_list() == [12_100]
    assert find(RULE, flows(paid("old 2026-02-25 C 1", *now)), first_loaded_day=LONG).is_empty()


def test_three_working_days_are_looked_at() -> None:
    beyond = flows(paid("a 2026-03-02 A 40", "b 2026-03-03 B 40", "c 2026-03-05 C 40"))
    assert find(RULE, beyond, first_loaded_day=LONG).is_empty()


def test_twelve_loaded_months_must_lie_before_the_day_and_payees_have_names() -> None:
    drawn = flows(paid("a 2026-03-02 A 40", "b 2026-03-02 B 40", "c 2026-03-02 C 40", "d 2026-03-02 - 40"))
    assert find(RULE, drawn, first_loaded_day=date(2025, 3, 2))["ids"].to_list() == [["a", "b", "c"]]
    assert find(RULE, drawn, first_loaded_day=date(2025, 3, 3)).is_empty()
    assert RULE.skipped(drawn.lazy(), date(2025, 3, 3)).collect()["count"].to_list() == [1, 3]


def test_the_rules_say_five_payees_and_two_hundred_thousand() -> None:
    rule = FanOutNewPayees()
    assert (rule.limit_usd, rule.payees_count, rule.window_days) == (200_000, 5, 3)
