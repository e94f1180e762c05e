from datetime import date
from typing import Any

import polars as pl

from fxwatch.rule import BEGINNING, Dated, Version
from indicators.early_warning.consecutive_days import ConsecutiveDays
from tests.tables import calendar, entity, find, flows, roll

RULE = ConsecutiveDays(min_days=3)


def from_day(day: date, then: Any, *, before: Any) -> Dated:
    return Dated((Version(BEGINNING, before), Version(day, then)))


def test_three_days_in_a_row_are_a_hit_and_two_are_not() -> None:
    found = find(
        RULE,
        flows("""
        flow  entity day
        three LAW    2026-03-02..2026-03-04
        two   TEA    2026-03-02..2026-03-03
    """),
    )
    assert found["ids"].to_list() == [["three", "three2", "three3"]]
    hit = found.row(0, named=True)
    assert (hit["entity"], hit["item"], hit["direction"]) == (entity("LAW"), "consulting", "both")
    assert (hit["first_day"], hit["last_day"], hit["raised_on"]) == (
        date(2026, 3, 2),
        date(2026, 3, 4),
        date(2026, 3, 4),
    )
    assert (hit["value"], hit["limit_value"]) == (3, 3)


def test_a_streak_grows_and_stays_one_hit_raised_on_one_day() -> None:
    found = find(RULE, flows("flow day \n a 2026-03-02..2026-03-06"))
    assert found.select("value", "raised_on", "last_day").rows() == [(5, date(2026, 3, 4), date(2026, 3, 6))]


def test_a_weekend_and_a_holiday_break_nothing() -> None:
    drawn = flows("""
        flow day
        fri  2026-03-06
        tue  2026-03-10
        wed  2026-03-11
    """)
    assert find(RULE, drawn).is_empty()
    assert find(RULE, drawn, calendar=calendar(2026, off=["2026-03-09"]))["value"].to_list() == [3]


def test_a_day_off_with_a_flow_is_an_active_day() -> None:
    drawn = flows("""
        flow day
        fri  2026-03-06
        sun  2026-03-08
        mon  2026-03-09
    """)
    assert find(RULE, drawn)["value"].to_list() == [3]


def test_a_make_up_day_without_a_flow_breaks_the_streak() -> None:
    drawn = flows("flow day \n a 2026-03-05..2026-03-06 \n b 2026-03-09..2026-03-10")
    assert find(RULE, drawn)["value"].to_list() == [4]
    assert find(RULE, drawn, calendar=calendar(2026, on=["2026-03-07"])).is_empty()


def test_a_transport_enterprise_is_left_out_and_its_item_is_not() -> None:
    drawn = flows("""
        flow entity item       day
        ship SEA    consulting 2026-03-02..2026-03-04
        law  LAW    transport  2026-03-02..2026-03-04
    """)
    found = find(RULE, drawn, roll=roll("SEA"))
    assert found.select("entity", "item").rows() == [(entity("LAW"), "transport")]


def test_items_are_kept_apart() -> None:
    drawn = flows("""
        flow item       day
        a    consulting 2026-03-02..2026-03-03
        b    royalties  2026-03-04
    """)
    assert find(RULE, drawn).is_empty()


def test_receipts_and_payments_make_days_together_or_apart() -> None:
    drawn = flows("""
        flow direction day
        in   receipt   2026-03-02..2026-03-04
        out  payment   2026-03-03..2026-03-06
    """)
    together = find(RULE, drawn)
    assert together.select("direction", "value").rows() == [("both", 5)]
    assert len(together["ids"][0]) == 7
    apart = find(ConsecutiveDays(min_days=3, direction="each"), drawn)
    assert apart.select("direction", "value").rows() == [("receipt", 3), ("payment", 4)]
    assert apart["ids"].to_list() == [["in", "in2", "in3"], ["out", "out2", "out3", "out4"]]


def test_by_calendar_days_a_weekend_breaks_and_every_day_counts() -> None:
    drawn = flows("""
        flow entity day
        a    LAW    2026-03-05..2026-03-10
        b    TEA    2026-03-06
        c    TEA    2026-03-07
        d    TEA    2026-03-08
    """)
    found = find(ConsecutiveDays(min_days=3, day_kind="calendar"), drawn)
    assert found.select("entity", "value").rows() == [(entity("TEA"), 3)]


def test_a_streak_is_cut_and_the_next_begins_on_the_next_active_day() -> None:
    rule = ConsecutiveDays(min_days=3, cut_days=4)
    seven = find(rule, flows("flow day \n a 2026-03-02..2026-03-10"))
    assert seven.select("first_day", "value", "raised_on").rows() == [
        (date(2026, 3, 2), 4, date(2026, 3, 4)),
        (date(2026, 3, 6), 3, date(2026, 3, 10)),
    ]
    assert find(rule, flows("flow day \n a 2026-03-02..2026-03-09"))["value"].to_list() == [4]


def test_the_length_asked_is_that_of_each_active_day() -> None:
    drawn = flows("flow day \n a 2026-03-02..2026-03-06")
    fewer = ConsecutiveDays(min_days=from_day(date(2026, 3, 5), 3, before=5))
    assert find(fewer, drawn).select("raised_on", "limit_value", "value").rows() == [(date(2026, 3, 5), 3, 5)]
    more = ConsecutiveDays(min_days=from_day(date(2026, 3, 4), 6, before=3))
    assert find(more, drawn).is_empty()
    met = ConsecutiveDays(min_days=from_day(date(2026, 3, 5), 6, before=3))
    assert find(met, drawn).select("raised_on", "limit_value").rows() == [(date(2026, 3, 4), 3)]


def test_a_streak_keeps_the_form_of_its_first_day() -> None:
    rule = ConsecutiveDays(min_days=3, direction=from_day(date(2026, 3, 4), "each", before="either"))
    began_before = flows("""
        flow direction day
        a    receipt   2026-03-03
        b    payment   2026-03-04
        c    receipt   2026-03-05
    """)
    assert find(rule, began_before)["direction"].to_list() == ["both"]
    began_after = began_before.with_columns(pl.col("day").dt.offset_by("1d"))
    assert find(rule, began_after).is_empty()


def test_days_of_a_streak_that_keeps_its_form_are_not_counted_again() -> None:
    rule = ConsecutiveDays(min_days=3, direction=from_day(date(2026, 3, 4), "either", before="each"))
    drawn = flows("""
        flow direction day
        in   receipt   2026-03-02..2026-03-05
        out  payment   2026-03-04..2026-03-06
    """)
    found = find(rule, drawn)
    assert found.select("direction", "first_day", "value").rows() == [
        ("receipt", date(2026, 3, 2), 4),
        ("both", date(2026, 3, 4), 3),
    ]
    assert found["ids"].to_list() == [["in", "in2", "in3", "in4"], ["out", "out2", "out3"]]


def test_days_of_a_year_without_a_calendar_are_left_out_and_listed() -> None:
    drawn = flows("""
        flow  entity day
        new   LAW    2026-12-29..2027-01-05
        small SEA    2027-01-04
        old   TEA    2026-12-01
    """)
    missing = RULE.not_computed(drawn.lazy(), calendar(2026).lazy(), roll("SEA").lazy()).collect()
    assert missing.select("entity", "item", "year").rows() == [(entity("LAW"), "consulting", 2027)]
    assert find(RULE, drawn, roll=roll("SEA"), calendar=calendar(2026))["value"].to_list() == [3]
    whole = calendar(2026, 2027)
    assert RULE.not_computed(drawn.lazy(), whole.lazy(), roll("SEA").lazy()).collect().is_empty()
    assert find(RULE, drawn, roll=roll("SEA"), calendar=whole)["value"].to_list() == [6]


def test_a_calendar_that_lacks_one_day_does_not_cover_the_year() -> None:
    drawn = flows("flow day \n a 2026-03-02..2026-03-04")
    torn = calendar(2026).filter(pl.col("day") != date(2026, 8, 1))
    assert find(RULE, drawn, calendar=torn).is_empty()
    assert RULE.not_computed(drawn.lazy(), torn.lazy(), roll().lazy()).collect()["year"].to_list() == [2026]


def test_calendar_days_need_no_calendar() -> None:
    rule = ConsecutiveDays(min_days=3, day_kind="calendar")
    drawn = flows("flow day \n a 2026-03-02..2026-03-04")
    assert find(rule, drawn, calendar=calendar())["value"].to_list() == [3]
    assert rule.not_computed(drawn.lazy(), calendar().lazy(), roll().lazy()).collect().is_empty()


def test_the_article_says_ten_days() -> None:
    assert ConsecutiveDays().min_days == 10
