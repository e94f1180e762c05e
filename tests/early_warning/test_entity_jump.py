from datetime import date

from indicators.early_warning.entity_jump import EntityJump
from tests.tables import find, flows

RULE = EntityJump(median_times=3, above_median_usd=100)
LONG = date(2024, 1, 1)


def test_a_month_is_a_jump_above_both_three_medians_and_the_fixed_distance() -> None:
    found = find(
        RULE,
        flows("""
        flow  entity day        usd
        on    LAW    2026-03-02 100
        above TEA    2026-03-02 100.01
    """),
        first_loaded_day=LONG,
    )
    assert found["ids"].to_list() == [["above"]]
    assert found.select("value", "limit_value", "item", "direction").row(0) == (10_001, 10_000, "consulting", "receipt")


def test_three_medians_speak_where_they_are_more() -> None:
    habit = "\n".join(f"h{m} 2025-{m:02}-10 60" for m in range(3, 13)) + "\nh1 2026-01-12 60\nh2 2026-02-10 60"
    on, above = (
        find(RULE, flows(f"flow day usd\n{habit}\nnow 2026-03-02 {usd}"), first_loaded_day=LONG)
        for usd in ("180", "180.01")
    )
    assert on.is_empty()
    assert above.select("value", "limit_value").row(0) == (18_001, 18_000)


def test_empty_months_count_as_nothing_so_that_six_busy_ones_halve_the_median() -> None:
    habit = "\n".join(f"h{m} 2025-{m:02}-10 60" for m in range(7, 13))
    found = find(RULE, flows(f"flow day usd\n{habit}\nnow 2026-03-02 130.01"), first_loaded_day=LONG)
    assert found["limit_value"].to_list() == [13_000]
    assert found["ids"].to_list() == [["now"]]


def test_a_hit_is_raised_on_the_day_and_grows_until_the_month_ends() -> None:
    found = find(
        RULE,
        flows("""
        flow  day        usd
        first 2026-03-02 60
        over  2026-03-05 60
        last  2026-03-31 60
        next  2026-04-01 60
    """),
        first_loaded_day=LONG,
    )
    assert found["ids"].to_list() == [["first", "last", "over"]]
    days = (date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 31))
    assert found.select("first_day", "raised_on", "last_day").row(0) == days
    assert found["value"].to_list() == [18_000]


def test_items_and_directions_are_judged_apart_and_refunds_left_out() -> None:
    found = find(
        RULE,
        flows("""
        flow item       direction type usd
        a    consulting receipt   P    60
        b    royalties  receipt   P    60
        c    consulting payment   -    60
        d    consulting receipt   R    60
    """),
        first_loaded_day=LONG,
    )
    assert found.is_empty()


def test_twelve_loaded_months_must_lie_before_the_day() -> None:
    drawn = flows("flow day usd \n now 2026-03-02 200")
    assert find(RULE, drawn, first_loaded_day=date(2025, 3, 2)).height == 1
    assert find(RULE, drawn, first_loaded_day=date(2025, 3, 3)).is_empty()
    skipped = RULE.skipped(drawn.lazy(), date(2025, 3, 3)).collect()
    assert skipped["count"].to_list() == [1]


def test_the_rules_say_three_times_and_one_million() -> None:
    assert (EntityJump().median_times, EntityJump().above_median_usd) == (3, 1_000_000)
