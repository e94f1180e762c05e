from datetime import date

from indicators.early_warning.new_item_large import NewItemLarge
from tests.tables import find, flows

RULE = NewItemLarge(limit_usd=100, before_count=3)
LONG = date(2020, 1, 1)
HABIT = "flow day usd item \n a 2025-03-03 1 travel \n b 2025-03-04 1 travel \n c 2025-03-05 1 travel \n "


def test_much_in_an_item_without_a_past_is_a_hit() -> None:
    found = find(
        RULE, flows(HABIT + "x 2026-03-02 60 royalties \n y 2026-03-03 40.01 royalties"), first_loaded_day=LONG
    )
    assert found["ids"].to_list() == [["x", "y"]]
    assert found.select("value", "limit_value", "item").row(0) == (10_001, 10_000, "royalties")
    on = flows(HABIT + "x 2026-03-02 60 royalties \n y 2026-03-03 40 royalties")
    assert find(RULE, on, first_loaded_day=LONG).is_empty()


def test_the_entity_must_have_had_steady_business() -> None:
    two = HABIT.replace("c 2025-03-05 1 travel", "c 2024-01-01 1 travel")
    assert find(RULE, flows(two + "x 2026-03-02 101 royalties"), first_loaded_day=LONG).is_empty()


def test_a_flow_of_the_item_in_the_two_years_before_the_window_makes_it_known() -> None:
    # The window of Monday 2 March begins on Tuesday 3 February.
    now = "x 2026-03-02 101 royalties \n old {} 1 royalties"
    for day, hits in (("2024-02-03", 0), ("2024-02-02", 1), ("2026-02-02", 0), ("2026-02-03", 1)):
        assert find(RULE, flows(HABIT + now.format(day)), first_loaded_day=LONG).height == hits


def test_the_other_direction_makes_an_item_known_too() -> None:
    drawn = HABIT.replace("item", "item direction").replace("travel", "travel receipt")
    drawn += "x 2026-03-02 101 royalties receipt \n old 2025-06-02 1 royalties payment"
    assert find(RULE, flows(drawn), first_loaded_day=LONG).is_empty()


def test_twenty_four_loaded_months_must_lie_before_the_day() -> None:
    drawn = flows(HABIT + "x 2026-03-02 101 royalties")
    assert find(RULE, drawn, first_loaded_day=date(2024, 3, 2)).height == 1
    assert find(RULE, drawn, first_loaded_day=date(2024, 3, 3)).is_empty()
    assert RULE.skipped(drawn.lazy(), date(2024, 3, 3)).collect()["count"].to_list() == [4]


def test_the_rules_say_half_a_million_and_twenty_four_flows() -> None:
    rule = NewItemLarge()
    assert (rule.limit_usd, rule.before_count, rule.window_days) == (500_000, 24, 20)
