"""Stretches of days that people ask for: years, quarters, months, year to date; and what a monitor is asked."""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from fxwatch.errors import RequestError

MONTHS_OF = {"month": 1, "quarter": 3}
ACCEPTED = "2025, 2025Q3, 2025-07, ytd, 2025-01-15..2025-06-30"
EARLIEST_YEAR, LATEST_YEAR = 1900, 2999

_WORD = re.compile(r"(?P<year>\d{4})(?:Q(?P<quarter>[1-4])|-(?P<month>\d{2}))?", re.IGNORECASE | re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, order=True)
class Period:
    """The days from `start` to `end`, both included."""

    start: date
    end: date

    @property
    def label(self) -> str:
        """The word for it: `2025`, `2025Q3`, `2025-07`, else first and last day.

        >>> Period(date(2025, 7, 1), date(2025, 9, 30)).label
        '2025Q3'
        >>> Period(date(2025, 7, 1), date(2025, 9, 29)).label
        '2025-07-01..2025-09-29'
        """
        start = self.start
        if self == months_from(start, 12) and start.month == 1:
            return f"{start:%Y}"
        if self == months_from(start, 3) and start.month % 3 == 1:
            return f"{start:%Y}Q{(start.month + 2) // 3}"
        if self == months_from(start, 1):
            return f"{start:%Y-%m}"
        return f"{start.isoformat()}..{self.end.isoformat()}"

    def is_complete(self, as_of: date) -> bool:
        """Whether its last day has come."""
        return self.end <= as_of

    def parts(self, every: str) -> list["Period"]:
        """The calendar months or quarters that hold any of its days, in order.

        >>> [p.label for p in Period(date(2025, 1, 31), date(2025, 4, 1)).parts("quarter")]
        ['2025Q1', '2025Q2']
        """
        found, part = [], holding(self.start, every)
        while part.start <= self.end:
            found.append(part)
            part = later(part, MONTHS_OF[every])
        return found


def months_from(start: date, months: int) -> Period:
    """A number of calendar months, the first of which holds `start`."""
    last = month_shifted(start, months - 1)
    return Period(start.replace(day=1), last.replace(day=monthrange(last.year, last.month)[1]))


def month_shifted(day: date, months: int) -> date:
    """The first day of the month so many months after (before, if negative) a day's."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def holding(day: date, every: str) -> Period:
    """The calendar month or quarter that holds a day."""
    length = MONTHS_OF[every]
    return months_from(date(day.year, day.month - (day.month - 1) % length, 1), length)


def later(part: Period, months: int) -> Period:
    """A period of whole months, moved by so many months.

    >>> later(holding(date(2025, 1, 15), "month"), -1).label, later(holding(date(2024, 2, 1), "month"), 12).end
    ('2024-12', datetime.date(2025, 2, 28))
    """
    length = (part.end.year - part.start.year) * 12 + part.end.month - part.start.month + 1
    return months_from(month_shifted(part.start, months), length)


def parse_day(word: str | date) -> date:
    """A day from `2025-06-30`.

    Raises:
        RequestError: it is no day of the calendar, or of a year that nobody asks for.
    """
    text = str(word).strip()
    try:
        if not _DAY.fullmatch(text) or not EARLIEST_YEAR <= int(text[:4]) <= LATEST_YEAR:
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError as fault:
        raise RequestError(
            f"{text!r} is not a day. Write it as 2025-06-30 (years {EARLIEST_YEAR} to {LATEST_YEAR}).",
            f"{text!r} 不是有效的日期。请写成 2025-06-30({EARLIEST_YEAR} 至 {LATEST_YEAR} 年)。",
        ) from fault


def parse_period(word: str, as_of: date) -> Period:
    """The period that a word asks for; `ytd` runs from 1 January to the as-of day.

    >>> parse_period("2025Q3", date(2026, 1, 1)).end
    datetime.date(2025, 9, 30)

    Raises:
        RequestError: the word is no period; the sentence shows the accepted forms.
    """
    text = word.strip()
    if text.lower() == "ytd":
        return Period(date(as_of.year, 1, 1), as_of)
    if ".." in text:
        return _from_to(word, *text.split("..", 1))
    found = _WORD.fullmatch(text)
    if not found or not EARLIEST_YEAR <= int(found["year"]) <= LATEST_YEAR or not 1 <= int(found["month"] or 1) <= 12:
        raise _no_period(word)
    year = int(found["year"])
    if found["quarter"]:
        return months_from(date(year, int(found["quarter"]) * 3 - 2, 1), 3)
    return months_from(date(year, int(found["month"]), 1), 1) if found["month"] else months_from(date(year, 1, 1), 12)


def _from_to(word: str, first: str, last: str) -> Period:
    try:
        period = Period(parse_day(first), parse_day(last))
    except RequestError as fault:
        raise _no_period(word) from fault
    if period.start > period.end:
        raise _no_period(word)
    return period


def _no_period(word: str) -> RequestError:
    return RequestError(
        f"{word!r} is not a period. Accepted are {ACCEPTED} (the first day not after the last, years {EARLIEST_YEAR} to {LATEST_YEAR}).",
        f"{word!r} 不是有效的期间。可用的写法：{ACCEPTED}（起始日不晚于截止日，{EARLIEST_YEAR} 至 {LATEST_YEAR} 年）。",
    )


_NOBODY: dict[str, pl.DataType | type[pl.DataType]] = {"entity": pl.Int32, "entity_id": pl.String, "name": pl.String}


@dataclass(frozen=True)
class Asked:
    """What a monitor is asked, beside its own parameters.

    Attributes:
        period: the days that are asked for.
        as_of: flows after this day are left out, and a period is complete when its last day is not after it.
        first_day: the first loaded day; None where nothing was loaded.
        by: the dimension of the sums' column `group`, whose groups are ranked and shared apart; None for no groups.
        scheme: `article` or `bpm6`: what the sums' column `line` holds.
        lines: the items that are asked for; empty for all of the scheme.
        roll: who the entities are: entity, entity_id, name.
    """

    period: Period
    as_of: date
    first_day: date | None
    by: str | None = None
    scheme: str = "article"
    lines: tuple[str, ...] = ()
    roll: pl.LazyFrame = field(default_factory=lambda: pl.LazyFrame(schema=_NOBODY), compare=False, repr=False)

    @property
    def days(self) -> Period | None:
        """The days of the period that can hold flows: from the first loaded day's month to the as-of day.

        None where there are none.
        """
        if self.first_day is None or max(self.period.start, self.first_day) > min(self.period.end, self.as_of):
            return None
        return Period(max(self.period.start, self.first_day.replace(day=1)), min(self.period.end, self.as_of))

    def parts(self, every: str) -> list[Period]:
        """The months or quarters to show: from the first loaded day's to the as-of day's, within the period."""
        return self.days.parts(every) if self.days else []

    def is_complete(self, part: Period) -> bool:
        """Whether the whole of a month or quarter was asked for and has come."""
        return self.period.start <= part.start and part.end <= self.period.end and part.is_complete(self.as_of)

    def is_loaded(self, part: Period) -> bool:
        """Whether a month or quarter is not wholly before the first loaded day."""
        return self.first_day is not None and part.end >= self.first_day
