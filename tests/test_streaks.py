"""Streaks on packed integers give what walking from day to day gives."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fxwatch import keys as module
from fxwatch.flows import DIRECTION, ITEM
from fxwatch.rule import BEGINNING
from fxwatch.streaks import STREAK, Form, covered_years, streaks, uncovered
from tests.tables import calendar

FIRST = date(2026, 12, 10)
DAYS = [FIRST + timedelta(n) for n in range(45)]  # into 2027, which the calendar may lack
ITEMS = ("consulting", "unlisted")
SCHEMA = {"entity": pl.Int32, "item": ITEM, "direction": DIRECTION, "day": pl.Date, "flow": pl.Int64}
Row = tuple[int, str, str, date]
days = st.sampled_from(DAYS)


def frame(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame([(*row, n) for n, row in enumerate(rows)], schema=SCHEMA, orient="row")


@dataclass
class Walk:
    """The same from day to day, in plain Python."""

    works: dict[date, bool]
    forms: list[Form]
    min_days: list[tuple[date, int]]

    def neighbours(self, form: Form, one: date, other: date) -> bool:
        between = [one + timedelta(n) for n in range(1, (other - one).days)]
        return all(self.works.get(d) is False for d in between) if form.working else not between

    def streaks(self, rows: list[Row]) -> Iterator[tuple[object, ...]]:
        for entity, item in {row[:2] for row in rows}:
            left = {(direction, day) for e, i, direction, day in rows if (e, i) == (entity, item)}
            while left:
                day = min(day for _, day in left)
                form = [f for f in self.forms if f.valid_from <= day][-1]
                here = {direction for direction, d in left if d == day}
                sides = {min(here)} if form.each else {"receipt", "payment"}
                taken = self.taken(form, sorted({d for s, d in left if s in sides}))
                left -= set(product(sides, taken or [day]))
                yield from self.hit(entity, item, min(here) if form.each else "both", taken)

    def taken(self, form: Form, active: list[date]) -> list[date]:
        known = [d for d in active if not form.working or d in self.works]
        if not known or known[0] != active[0]:
            return []
        row = known[:1]
        for day in known[1 : form.cut_days]:
            if not self.neighbours(form, row[-1], day):
                break
            row.append(day)
        return row

    def hit(self, entity: int, item: str, direction: str, row: list[date]) -> Iterator[tuple[object, ...]]:
        for length, day in enumerate(row, start=1):
            asked = [n for valid_from, n in self.min_days if valid_from <= day][-1]
            if length >= asked:
                yield entity, item, direction, row[0], row[-1], day, len(row), asked
                return


@st.composite
def versions(draw: st.DrawFn, values: st.SearchStrategy[object]) -> list[tuple[date, object]]:
    later = draw(st.lists(days, max_size=2, unique=True))
    return [(day, draw(values)) for day in [BEGINNING, *sorted(later)]]


form_values = st.tuples(st.booleans(), st.booleans(), st.integers(1, 6))
row_lists = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(ITEMS), st.sampled_from(["receipt", "payment"]), days), max_size=80
)


@settings(max_examples=150, deadline=None)
@given(row_lists, versions(form_values), versions(st.integers(1, 5)), st.sets(days), st.booleans(), st.booleans())
def test_packed_integers_find_what_a_walk_finds(
    rows: list[Row],
    forms: list[tuple[date, tuple[bool, bool, int]]],
    min_days: list[tuple[date, int]],
    off: set[date],
    both_years: bool,
    rides: bool,
) -> None:
    days_known = calendar(*([2026, 2027] if both_years else [2026]), off=[str(d) for d in off])
    of = [Form(day, *value) for day, value in forms]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", 7)
        if not rides:  # as when the row numbers do not fit beside the key
            patch.setattr(module, "INT64_END", 0)
        found = streaks(frame(rows), days_known, of, min_days)
    walk = Walk(dict(days_known.iter_rows()), of, min_days)
    assert found.schema == STREAK
    assert sorted(found.drop("flows").select(*found.columns[:-1]).rows()) == sorted(walk.streaks(rows))


@settings(max_examples=50, deadline=None)
@given(row_lists, versions(form_values), versions(st.integers(1, 3)))
def test_the_flows_of_a_streak_are_its_days_and_no_flow_is_in_two(
    rows: list[Row], forms: list[tuple[date, tuple[bool, bool, int]]], min_days: list[tuple[date, int]]
) -> None:
    flows = frame(rows)
    found = streaks(flows, calendar(2026, 2027), [Form(day, *value) for day, value in forms], min_days)
    behind = found.explode("flows").join(flows, left_on="flows", right_on="flow", suffix="_of_flow")
    assert behind["flows"].is_unique().all()
    assert (behind["entity"] == behind["entity_of_flow"]).all()
    assert (behind["item"] == behind["item_of_flow"]).all()
    per_streak = behind.group_by("entity", "item", "direction", "first_day").agg(
        pl.col("days", "last_day").first(),
        active=pl.col("day").n_unique(),
        first=pl.col("day").min(),
        last=pl.col("day").max(),
    )
    assert per_streak.height == found.height
    assert (per_streak["active"] == per_streak["days"]).all()
    assert (per_streak["first"] == per_streak["first_day"]).all()
    assert (per_streak["last"] == per_streak["last_day"]).all()


def test_nothing_joins_across_a_year_without_a_calendar() -> None:
    rows = [(1, "consulting", "receipt", date(2025, 12, 31)), (1, "consulting", "receipt", date(2027, 1, 1))]
    form = Form(BEGINNING, True, False, 250)
    assert streaks(frame(rows), calendar(2025, 2027), [form], [(BEGINNING, 2)]).is_empty()


def test_a_long_rest_between_two_working_days_is_no_gap() -> None:
    rest = [date(2026, 2, 2) + timedelta(n) for n in range(70)]
    rows = [(1, "consulting", "receipt", rest[0] - timedelta(3)), (1, "consulting", "receipt", rest[-1] + timedelta(1))]
    known = calendar(2026, off=[str(d) for d in rest])
    assert streaks(frame(rows), known, [Form(BEGINNING, True, False, 250)], [(BEGINNING, 2)])["days"].to_list() == [2]


def test_a_year_is_covered_when_every_day_of_it_is_there() -> None:
    leap = calendar(2024, 2025)
    assert covered_years(leap) == [2024, 2025]
    assert covered_years(leap.filter(pl.col("day") != date(2024, 2, 29))) == [2025]
    assert covered_years(pl.concat([leap, leap])) == [2024, 2025]


def test_only_years_with_flows_are_missing() -> None:
    rows = [(1, "consulting", "receipt", date(2025, 6, 2)), (2, "unlisted", "payment", date(2027, 1, 1))]
    assert uncovered(frame(rows).lazy(), calendar(2025)).collect().rows() == [(2, "unlisted", 2027)]
    assert uncovered(frame(rows).lazy(), calendar(2025, 2027)).collect().is_empty()
    assert uncovered(frame([]).lazy(), calendar()).collect_schema() == {
        "entity": pl.Int32,
        "item": ITEM,
        "year": pl.Int32,
    }


def test_every_year_without_a_calendar_is_missing() -> None:
    rows = [(1, "consulting", "receipt", date(year, 7, 1)) for year in range(2021, 2028)]
    missing = uncovered(frame(rows).lazy(), calendar(2022, 2023, 2025)).collect()
    assert sorted(missing["year"]) == [2021, 2024, 2026, 2027]
    assert uncovered(frame(rows).lazy(), calendar()).collect().height == len(rows)
