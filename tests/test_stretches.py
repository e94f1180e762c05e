"""Stretches of days around a change: what is found in them, put in the place of what was on record, is what all days give."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import groupby

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from fxwatch.episodes import SPAN
from fxwatch.keys import Ints
from fxwatch.stretches import Episode, around, stretches, taken, told_right

START = date(2026, 1, 1)
Flow = tuple[str, int, int]  # of which key of the entity, day, number
Test = Callable[[list[int]], bool]
Found = dict[tuple[str, int], tuple[int, frozenset[int]]]


def found_in(flows: Iterable[Flow], reach: int, test: Test) -> Found:
    """The episodes by key and first day: last day, and the flows of the first day's window."""
    found: Found = {}
    for key, own in groupby(sorted(flows), key=lambda flow: flow[0]):
        mine = list(own)
        under_way: tuple[str, int] | None = None
        for day in sorted({day for _, day, _ in mine}):
            window = [number for _, when, number in mine if day - reach <= when <= day]
            if not test(window):
                under_way = None
                continue
            if under_way is None:
                under_way = (key, day)
                found[under_way] = (day, frozenset(window))
            found[under_way] = (day, found[under_way][1])
    return found


def found_again(before: set[Flow], after: set[Flow], reach: int, test: Test) -> Found:
    """The same, by looking at the stretches around what changed alone."""
    on_record = found_in(before, reach, test)
    known = [Episode((key,), day_number(first), day_number(last)) for (key, first), (last, _) in on_record.items()]
    changed = frame(before ^ after).select("entity", "day")
    parts = stretches(changed, {1: known}, lambda _: active_days(after), reach)
    rows = told_right(taken(frame(after), parts), parts, reach, pl.lit(value=True))
    spans = {row["stretch"]: (row["since"], row["until"]) for row in parts.iter_rows(named=True)}

    def is_judged(day: int) -> bool:
        return any(since <= day_number(day) <= until for since, until in spans.values())

    found = {at: what for at, what in on_record.items() if not is_judged(at[1])}
    for stretch, (since, until) in spans.items():
        mine = rows.filter(stretch=stretch)
        flows = list(
            zip(mine["key"].to_list(), [(day - START).days for day in mine["day"]], mine["flow"].to_list(), strict=True)
        )
        again = found_in(flows, reach, test)
        found |= {at: what for at, what in again.items() if since <= day_number(at[1]) <= until}
    return found


def active_days(flows: Iterable[Flow]) -> list[Ints]:
    flows = list(flows)
    keys = sorted({key for key, _, _ in flows})
    return [of_entity(day for own, day, _ in flows if own == key) for key in keys]


def of_entity(days: Iterable[int]) -> Ints:
    return np.array(sorted(SPAN + day_number(day) for day in days), dtype=np.int64)


def nobody(_: list[int]) -> list[Ints]:
    return []


def day_number(day: int) -> int:
    return (START + timedelta(days=day) - date(1970, 1, 1)).days


def frame(flows: Iterable[Flow]) -> pl.DataFrame:
    rows = [(1, key, START + timedelta(days=day), number) for key, day, number in sorted(flows)]
    return pl.DataFrame(
        rows, schema={"entity": pl.Int32, "key": pl.String, "day": pl.Date, "flow": pl.Int64}, orient="row"
    )


def flows_of(keys: str) -> st.SearchStrategy[set[Flow]]:
    return st.sets(st.tuples(st.sampled_from(keys), st.integers(0, 40), st.integers(0, 9)), max_size=30)


@settings(max_examples=300, deadline=None)
@given(before=flows_of("a"), changes=flows_of("a"), reach=st.integers(0, 5), odd=st.integers(2, 3))
def test_of_an_entity_any_test_of_a_window_is_found_again(
    before: set[Flow], changes: set[Flow], reach: int, odd: int
) -> None:
    def test(window: list[int]) -> bool:
        return sum(window) % odd == 1  # neither more nor fewer flows make it hold

    few = set(sorted(changes)[:4])
    assert found_again(before, before ^ few, reach, test) == found_in(before ^ few, reach, test)


@settings(max_examples=300, deadline=None)
@given(before=flows_of("abc"), changes=flows_of("abc"), reach=st.integers(0, 5), least=st.integers(1, 12))
def test_of_parts_of_an_entity_tests_that_more_flows_make_hold_are_found_again(
    before: set[Flow], changes: set[Flow], reach: int, least: int
) -> None:
    def test(window: list[int]) -> bool:
        return sum(window) >= least

    few = set(sorted(changes)[:4])
    assert found_again(before, before ^ few, reach, test) == found_in(before ^ few, reach, test)


def test_a_change_bears_on_its_day_those_whose_window_holds_it_and_those_whose_window_may_begin_with_theirs() -> None:
    parts = stretches(frame({("a", 10, 1)}), {}, nobody, reach=3)
    assert parts.select("since", "until").row(0) == (day_number(10), day_number(16))


def test_a_stretch_that_begins_with_an_episode_of_one_key_cuts_none_of_another() -> None:
    known = [
        Episode(("a",), day_number(0), day_number(4)), Episode(("a",), day_number(7), day_number(7)),
        Episode(("b",), day_number(3), day_number(3)),
    ]  # fmt: skip
    parts = stretches(frame({("a", 11, 1)}), {1: known}, nobody, reach=0)
    assert parts.select("since", "until").row(0) == (day_number(0), day_number(11))


def test_a_stretch_takes_in_the_episode_before_it_and_those_that_it_would_cut() -> None:
    known = [Episode(("a",), day_number(2), day_number(4)), Episode(("a",), day_number(12), day_number(20))]
    parts = stretches(frame({("a", 10, 1)}), {1: known}, nobody, reach=3)
    assert parts.select("since", "until").row(0) == (day_number(2), day_number(20))


def test_changes_far_apart_are_looked_at_apart_and_others_together() -> None:
    assert stretches(frame({("a", 0, 1), ("a", 9, 1)}), {}, nobody, reach=2).height == 2
    assert stretches(frame({("a", 0, 1), ("a", 6, 1)}), {}, nobody, reach=2).height == 1


def test_of_some_entities_all_days_are_one_stretch() -> None:
    parts = stretches(frame({("a", 0, 1)}), {}, nobody, reach=2, whole=[1])
    assert parts.height == 1
    assert taken(frame({("a", 0, 1), ("a", 40, 1)}), parts).height == 2


def test_around_a_change_each_flow_of_its_days_is_taken_once() -> None:
    flows = frame({("a", day, day) for day in range(12)})
    near = taken(flows, around(flows.filter(pl.col("flow").is_in([3, 4])), 2))
    assert sorted(near["flow"]) == [1, 2, 3, 4, 5, 6]
    assert taken(flows, around(flows.clear(), 2)).is_empty()


def test_changes_between_which_a_key_has_no_active_day_are_looked_at_together() -> None:
    changed = frame({("a", 0, 1), ("a", 9, 1)})

    def busy(_: list[int]) -> list[Ints]:
        return [of_entity((0, 5, 9))]

    def idle(_: list[int]) -> list[Ints]:
        return [of_entity((0, 9)), of_entity((5,))]

    assert [stretches(changed, {}, active, reach=2).height for active in (busy, idle)] == [2, 1]
