"""Who moved and why, and how many have each grade: what the table of grades and the histories say, for everybody at once."""

from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fxwatch.errors import FxwatchError
from fxwatch.reading.grades import grades, history
from fxwatch.reading.moves import MOVES, moves
from fxwatch.reading.spread import grade_counts, month_ends
from fxwatch.review import issue_notices, record_breaches, rescind_notice
from tests.desk import desk_at
from tests.reading.test_two_axes import ENTITIES, HITS, TODAY, steps, take

HIT_TABLE = """
    hit  entity rule  raised
    jan  LAW    large 2025-01-08
    feb  LAW    large 2025-02-12
    mar  LAW    large 2025-03-12
    apr  LAW    large 2025-04-10
    lin  LIN    large 2025-04-11
"""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    made = desk_at(tmp_path, monkeypatch)
    made.enrol("LAW", "LIN", day=date(2023, 1, 1))
    made.sees(HIT_TABLE)
    return made


def breach(number, day, entity="LAW"):
    return {"breach_no": number, "entity_id": entity, "day": day, "provision": "39"}


def told(found):
    """Day, entity, the two grades, and what stands behind: `how number`."""
    return [
        (
            row["day"],
            row["entity_id"],
            row["before"] + row["after"],
            [f"{b['how']} {b['number']}" for b in row["because"]],
        )
        for row in found.iter_rows(named=True)
    ]


def test_a_notice_moves_its_entity_on_its_day_and_a_year_later_back(desk):
    issue_notices(desk, ["jan"], why="x", on=date(2024, 6, 10))
    found = told(moves(desk, date(2024, 6, 1), date(2025, 6, 30)))
    assert found == [
        (date(2024, 6, 10), "LAW", "AB", ["counts N1"]),
        (date(2025, 6, 10), "LAW", "BA", ["expired N1"]),
    ]


def test_only_the_days_asked_are_looked_at_both_ends_included(desk):
    issue_notices(desk, ["jan"], why="x", on=date(2025, 3, 10))
    day = date(2025, 3, 10)
    assert len(moves(desk, day, day)) == 1
    assert moves(desk, day + timedelta(1), day + timedelta(20)).is_empty()
    assert moves(desk, day - timedelta(20), day - timedelta(1)).is_empty()


def test_a_second_notice_within_b_is_no_move_the_fourth_is(desk):
    for hit, day in (("jan", 3), ("feb", 4), ("mar", 5), ("apr", 6)):
        issue_notices(desk, [hit], why="x", on=date(2025, 5, day))
    assert told(moves(desk, date(2025, 5, 1), date(2025, 5, 31))) == [
        (date(2025, 5, 3), "LAW", "AB", ["counts N1"]),
        (date(2025, 5, 6), "LAW", "BC", ["counts N4"]),
    ]


def test_a_rescission_moves_as_known_then_and_was_never_a_move_as_known_now(desk):
    issue_notices(desk, ["jan"], why="x", on=date(2025, 5, 5))
    rescind_notice(desk, "N1", why="in error", on=date(2025, 5, 20))
    may = (date(2025, 5, 1), date(2025, 5, 31))
    assert told(moves(desk, *may)) == [
        (date(2025, 5, 5), "LAW", "AB", ["counts N1"]),
        (date(2025, 5, 20), "LAW", "BA", ["rescinded N1"]),
    ]
    assert moves(desk, *may, known="now").is_empty()


def test_on_the_last_day_of_its_window_a_notice_is_rescinded_and_not_yet_expired(desk):
    issue_notices(desk, ["jan"], why="x", on=date(2024, 6, 10))
    rescind_notice(desk, "N1", why="in error", on=date(2025, 6, 9))
    assert told(moves(desk, date(2025, 6, 9), date(2025, 6, 10))) == [(date(2025, 6, 9), "LAW", "BA", ["rescinded N1"])]


def test_a_breach_recorded_late_moves_on_the_day_it_was_recorded_and_as_known_now_on_its_own_day(desk):
    record_breaches(desk, [breach("B1", date(2025, 4, 1))], on=date(2025, 5, 15))
    spring = (date(2025, 3, 1), date(2025, 6, 30))
    assert told(moves(desk, *spring)) == [(date(2025, 5, 15), "LAW", "AC", ["counts B1"])]
    assert told(moves(desk, *spring, known="now")) == [(date(2025, 4, 1), "LAW", "AC", ["counts B1"])]


def test_a_breach_that_turns_out_to_be_anothers_moves_both(desk):
    record_breaches(desk, [breach("B1", date(2025, 4, 1))], on=date(2025, 4, 1))
    record_breaches(desk, [breach("B1", date(2025, 4, 1), "LIN")], on=date(2025, 5, 15))
    assert told(moves(desk, date(2025, 5, 1), date(2025, 5, 31))) == [
        (date(2025, 5, 15), "LAW", "CA", ["changed B1"]),
        (date(2025, 5, 15), "LIN", "AC", ["counts B1"]),
    ]


def test_a_parameter_alone_moves_without_an_act_behind_it(desk):
    for hit, day in (("jan", 3), ("feb", 4)):
        issue_notices(desk, [hit], why="x", on=date(2025, 5, day))
    desk.sets("grade.max_notices_for_b", "1", date(2025, 6, 1))
    assert told(moves(desk, date(2025, 5, 31), date(2025, 6, 30), known="now")) == [(date(2025, 6, 1), "LAW", "BC", [])]


def test_nobody_moved_is_an_empty_table_of_the_agreed_columns(desk):
    assert moves(desk, date(2025, 1, 1), date(2025, 1, 31)).schema == pl.Schema(MOVES)


def test_counts_by_province_and_section_are_dense_and_say_what_is_unknown(desk):
    desk.register.enrol(
        pl.DataFrame(
            [("TJ1", "x", "6311", "120101"), ("TJ2", "x", "I", "120102")],
            schema=["entity_id", "name", "industry", "area"],
            orient="row",
        ).with_columns(
            economic_type=pl.lit(None, pl.String),
            registered_on=pl.lit(None, pl.Date),
            investor_economies=pl.lit(None, pl.String),
            transport_enterprise=pl.lit(None, pl.Boolean),
        ),
        source="test",
    )
    record_breaches(desk, [breach("B1", date(2025, 6, 1), "TJ2")], on=date(2025, 6, 1))
    day = date(2025, 6, 30)
    assert grade_counts(desk, [day], by=["region"]).rows() == [
        (day, "12", "A", 1), (day, "12", "B", 0), (day, "12", "C", 1),
        (day, "unknown", "A", 2), (day, "unknown", "B", 0), (day, "unknown", "C", 0),
    ]  # fmt: skip
    assert grade_counts(desk, [day], by=["section"]).filter(pl.col("entities") > 0).rows() == [
        (day, "I", "A", 1), (day, "I", "C", 1), (day, "unknown", "A", 2),
    ]  # fmt: skip


def test_counts_are_as_known_at_a_moment(desk):
    before, day = desk.register.now(), date(2025, 6, 30)
    record_breaches(desk, [breach("B1", date(2025, 6, 1))], on=date(2025, 6, 1))
    assert grade_counts(desk, [day])["entities"].to_list() == [1, 0, 1]
    assert grade_counts(desk, [day], known_at=before)["entities"].to_list() == [2, 0, 0]


def test_an_empty_roll_and_no_days_have_no_counts(tmp_path, monkeypatch):
    made = desk_at(tmp_path, monkeypatch)
    assert grade_counts(made, [date(2025, 6, 30)]).is_empty()
    made.enrol("LAW")
    assert grade_counts(made, []).is_empty()


@pytest.mark.parametrize(
    ("last", "count", "first"),
    [
        (date(2025, 3, 31), 2, date(2025, 2, 28)),
        (date(2024, 3, 1), 2, date(2024, 2, 29)),
        (date(2025, 1, 5), 24, date(2023, 2, 28)),
    ],
)
def test_month_ends_go_back_over_leap_days_and_years(last, count, first):
    ends = month_ends(last, count)
    assert (len(ends), ends[0], ends[-1]) == (count, first, last)


DAYS = st.dates(date(2024, 2, 25), TODAY)
# Whether four eyes are on or the bank asks makes no difference here.
OWN = steps.filter(lambda step: step[0] not in ("four eyes", "ask"))


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(OWN, min_size=4, max_size=20), st.lists(DAYS, min_size=1, max_size=3))
def test_counts_and_moves_are_what_the_table_of_grades_and_the_histories_say(tmp_path_factory, lived, asked):
    with pytest.MonkeyPatch.context() as patch:
        desk = desk_at(tmp_path_factory.mktemp("desk"), patch, TODAY)
        desk.enrol(*ENTITIES, "NEW", registered_on=date(2023, 1, 1), day=date(2023, 1, 1))
        desk.sees("hit entity rule raised\n" + "\n".join(f"{h} {e} r{h} 2024-02-01" for h, e in HITS))
        desk.has("wang", "regulator", "approver")
        desk.has("zhao", "approver")
        for step in lived:
            try:
                take(desk, step)
            except FxwatchError:
                continue
        for day in asked:
            naive = dict(grades(desk, day).group_by("grade").len().rows())
            counted = dict(grade_counts(desk, [day]).select("grade", "entities").rows())
            assert counted == {"A": 0, "B": 0, "C": 0} | naive
        for known in ("now", "then"):
            found = moves(desk, date(2023, 1, 2), TODAY, known=known)
            assert found.select("day", "entity_id", "before", "after").rows() == turns(desk, known)
            assert found.filter(pl.col("because").list.len() == 0).is_empty() or any(s[0] == "parameter" for s in lived)
        desk.register.close()


def turns(desk, known):
    """The changes of letters in the histories of everybody, by day and entity."""
    found = []
    for entity in ENTITIES:
        stretches = history(desk, entity).filter(known=known).select("from_day", "grade").rows()
        found += [
            (day, entity, before, after)
            for (_, before), (day, after) in pairwise(stretches)
            if before != after  # the same letter for another reason is no move
        ]
    return sorted(found)
