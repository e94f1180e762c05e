"""Moves of one entity's grade: by what was recorded, and because a year went by."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from fxwatch.banks.moves import Calendar, Move, moves_of
from fxwatch.grading import grade, window
from fxwatch.register.events import Event
from fxwatch.register.facts import Version
from fxwatch.terms import Grade

PLAIN = Calendar(())
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def notice(day: date, ended_on: date | None = None) -> Event:
    return Event("SHIP", "notice", False, day, day, ended_on)


def breach(day: date, recorded_on: date, ended_on: date | None = None) -> Event:
    return Event("SHIP", "breach", True, day, recorded_on, ended_on)


def told(events, calendar=PLAIN, first=FIRST, last=LAST, since=None) -> list[tuple[str, str]]:
    return [
        (move.on.isoformat(), f"{move.before}{move.grade}")
        for move in moves_of(events, calendar, first, last, since=since)
    ]


def test_a_notice_moves_a_grade_on_its_day_and_a_year_later_it_moves_back():
    assert told([notice(date(2026, 3, 2))]) == [("2026-03-02", "AB")]
    assert told([notice(date(2025, 3, 2))]) == [("2026-03-02", "BA")]


def test_the_day_before_the_first_is_where_the_moves_start_from():
    assert told([notice(date(2026, 3, 2))], first=date(2026, 3, 2)) == [("2026-03-02", "AB")]
    assert told([notice(date(2026, 3, 2))], first=date(2026, 3, 3)) == []
    assert told([notice(date(2026, 3, 2))], last=date(2026, 3, 1)) == []


def test_a_fourth_notice_makes_c_and_a_rescission_undoes_it():
    days = [date(2026, month, 2) for month in (1, 2, 3, 4)]
    events = [*(notice(day) for day in days[:3]), notice(days[3], ended_on=date(2026, 5, 6))]
    assert told(events) == [("2026-01-02", "AB"), ("2026-04-02", "BC"), ("2026-05-06", "CB")]


def test_a_breach_moves_a_grade_on_the_day_on_which_it_was_recorded():
    assert told([breach(date(2025, 12, 1), date(2026, 2, 3))]) == [("2026-02-03", "AC"), ("2026-12-01", "CA")]


def test_a_leap_day_is_left_behind_on_the_first_of_march():
    leap = notice(date(2024, 2, 29))
    assert told([leap], first=date(2025, 1, 1), last=date(2025, 12, 31)) == [("2025-03-01", "BA")]


def test_a_parameter_moves_grades_from_the_day_on_which_it_was_known_and_in_force():
    fewer = Version("grade.max_notices_for_b", "0", date(2026, 6, 1), date(2026, 5, 1))
    late = fewer._replace(valid_from=date(2026, 1, 1), day=date(2026, 7, 1))
    assert told([notice(date(2026, 3, 2))], Calendar([fewer])) == [("2026-03-02", "AB"), ("2026-06-01", "BC")]
    assert told([notice(date(2026, 3, 2))], Calendar([late])) == [("2026-03-02", "AB"), ("2026-07-01", "BC")]


def test_of_two_versions_of_one_day_the_later_one_speaks():
    first, second = (Version("grade.max_notices_for_b", n, date(2026, 1, 1), date(2025, 1, 1)) for n in ("0", "5"))
    assert told([notice(date(2026, 3, 2))], Calendar([first, second])) == [("2026-03-02", "AB")]
    assert told([notice(date(2026, 3, 2))], Calendar([second, first])) == [("2026-03-02", "AC")]


def test_a_calendar_window_forgets_at_new_year():
    calendar = Calendar([Version("grade.window", "calendar", date(2020, 1, 1), date(2020, 1, 1))])
    assert told([notice(date(2025, 3, 2))], calendar) == [("2026-01-01", "BA")]


def test_an_entity_that_came_on_record_was_unknown_before():
    since = date(2026, 4, 5)
    assert told([], since=since) == [("2026-04-05", "unknownA")]
    assert told([notice(date(2026, 5, 5))], since=since) == [("2026-04-05", "unknownA"), ("2026-05-05", "AB")]
    assert told([], since=date(2025, 4, 5)) == []


DAYS = st.dates(date(2024, 2, 20), date(2026, 12, 31))
EVENTS = st.builds(
    lambda day, late, stood, is_breach: Event(
        "SHIP", "", is_breach, day, day + timedelta(late), None if stood is None else day + timedelta(late + stood)
    ),
    DAYS,
    st.integers(0, 40),
    st.none() | st.integers(0, 400),
    st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(EVENTS, max_size=6))
def test_no_move_is_missed_and_none_is_invented(events):
    def plainly(day: date) -> Grade:
        begins, ends = window(day)
        counting = [e for e in events if e.stood_on(day) and begins <= e.day <= ends]
        return grade(sum(e.is_breach for e in counting), sum(not e.is_breach for e in counting))

    first, last = date(2025, 1, 1), date(2026, 6, 30)
    every = [first + timedelta(n) for n in range((last - first).days + 1)]
    expected = [
        Move(day, plainly(day - timedelta(1)), plainly(day))
        for day in every
        if plainly(day) != plainly(day - timedelta(1))
    ]
    assert moves_of(events, PLAIN, first, last) == expected
