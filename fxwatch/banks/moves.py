"""Whose grade moved, for one bank: by a notice, a breach, a rescission, an amended parameter, or because a year went by.

Pure and without frames: what stood on which day comes in, the moves of some days go out. A day's grade is what the bureau
would have answered on it, from the acts it had made by then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from fxwatch.grading import GRADE_PARAMETERS, grade, window
from fxwatch.register.events import Event
from fxwatch.register.facts import Version
from fxwatch.terms import Grade

PARAMETERS = ("grade.window", "grade.max_notices_for_b")
# What is a year old leaves a rolling window; around 29 February that is a day sooner or later.
_LEAVING = (364, 365, 366, 367)


@dataclass(frozen=True)
class Move:
    """One move: the grade `on` this day, and the one on the day before it."""

    on: date
    before: Grade
    grade: Grade


@dataclass
class Calendar:
    """The numbers of grading in force on each day, and the days on which they may change grades."""

    versions: Sequence[Version]
    _known: dict[date, tuple[tuple[date, date], int]] = field(default_factory=dict)

    def on(self, day: date) -> tuple[tuple[date, date], int]:
        """The window of a day, and the most notices of a B."""
        if day not in self._known:
            kind, most = (self._in_force(name, day) for name in PARAMETERS)
            self._known[day] = window(day, kind), int(most)
        return self._known[day]

    def turns(self, first: date, last: date) -> set[date]:
        """Days from `first` to `last` on which every entity's grade may move."""
        marks = {day for version in self.versions for day in (version.valid_from, version.day)}
        marks |= {date(year, 1, 1) for year in range(first.year, last.year + 1)}
        return {day for day in marks if first <= day <= last}

    def _in_force(self, name: str, day: date) -> str:
        known = [v for v in self.versions if v.name == name and v.valid_from <= day and v.day <= day]
        # Of two with one day the later one speaks: `max` keeps the first of equals.
        return max(reversed(known), key=lambda v: v.valid_from).value if known else GRADE_PARAMETERS[name].default


def moves_of(
    events: Sequence[Event], calendar: Calendar, first: date, last: date, *, since: date | None = None
) -> list[Move]:
    """One entity's moves from `first` to `last`, oldest first.

    Args:
        events: its notices and breaches.
        calendar: the numbers of grading.
        first: the first day that a grade may have moved on.
        last: the last one.
        since: the day on which it came on record; before that it is `unknown`.
    """
    told = partial(_grade_on, events, calendar, since)
    marks = {day for day in _turns(events) if first <= day <= last} | ({since} if since else set())
    marks |= calendar.turns(first, last) if events else set()
    found, before = [], told(first - timedelta(days=1))
    for day in sorted(day for day in marks if first <= day <= last):
        if (after := told(day)) != before:
            found.append(Move(day, before, after))
        before = after
    return found


def _turns(events: Iterable[Event]) -> Iterable[date]:
    for event in events:
        yield from (event.day, event.recorded_on)
        yield from (event.day + timedelta(days=days) for days in _LEAVING)
        if event.ended_on is not None:
            yield event.ended_on


def _grade_on(events: Sequence[Event], calendar: Calendar, since: date | None, day: date) -> Grade:
    if since is not None and day < since:
        return Grade.UNKNOWN
    (begins, ends), most = calendar.on(day)
    counting = [event for event in events if event.stood_on(day) and begins <= event.day <= ends]
    breaches = sum(event.is_breach for event in counting)
    return grade(breaches, len(counting) - breaches, most)
