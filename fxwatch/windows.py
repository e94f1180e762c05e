"""Windows of working days: W(k) at a day is the k working days that end with it, and everything between them.

The day itself counts, whatever it is. Days of years that the calendar does not cover are left out, and no window reaches
across them. Days are numbers here, counted from the beginning of 1970, so that a question about a million days is one look
into a table.
"""

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from fxwatch.keys import Ints
from fxwatch.streaks import covered_years

# More than any window: so many working days a day that is not covered counts for, so that nothing joins across it.
_FAR = 100_000


class Windows:
    """The windows of the days that a calendar covers."""

    def __init__(self, calendar: pl.DataFrame) -> None:
        """`calendar`: columns day, is_workday."""
        self._years = covered_years(calendar)
        known = calendar.filter(pl.col("day").dt.year().is_in(self._years)).unique("day", keep="last").sort("day")
        days = known["day"].to_physical().to_numpy().astype(np.int64)
        self._first = int(days[0]) if len(days) else 0
        size = int(days[-1]) - self._first + 1 if len(days) else 0
        self._known = np.zeros(size, dtype=np.bool_)
        self._works = np.zeros(size, dtype=np.bool_)
        self._known[days - self._first] = True
        self._works[days - self._first] = known["is_workday"].to_numpy()
        self._done = np.cumsum(self._works)  # working days up to each day
        self._working = np.flatnonzero(self._works)
        # The first and the last day of each stretch of days that is covered.
        place = np.arange(size)
        self._begin = np.maximum.accumulate(np.where(self._known, 0, place + 1)) if size else place
        self._end = np.minimum.accumulate(np.where(self._known, size - 1, place - 1)[::-1])[::-1] if size else place

    def covers(self, day: str = "day") -> pl.Expr:
        """Whether the calendar covers a day."""
        firsts = [year for year in self._years if year - 1 not in self._years]
        lasts = [year for year in self._years if year + 1 not in self._years]
        stretches = zip(firsts, lasts, strict=True)
        return pl.any_horizontal(
            pl.lit(False), *(pl.col(day).is_between(date(a, 1, 1), date(b, 12, 31)) for a, b in stretches)
        )

    def start(self, days: Ints, count: int) -> Ints:
        """The first day of W(count) at each of some covered days."""
        at = days - self._first
        if count == 1:
            return days
        index = self._done[at] - count + ~self._works[at]
        start = np.where(index < 0, 0, self._working[np.maximum(index, 0)]) if len(self._working) else at
        return np.minimum(at, np.maximum(start, self._begin[at])) + self._first

    def widest(self, count: int) -> int:
        """How many days before its last day a window of so many working days begins at most."""
        days = np.flatnonzero(self._known) + self._first
        return int((days - self.start(days, count)).max(initial=0))

    def until(self, days: Ints, count: int) -> Ints:
        """The last day on which each of some covered days lies in W(count); no later than the calendar reaches."""
        every = np.arange(len(self._known)) + self._first
        starts = self.start(every, count)
        last = np.searchsorted(starts, days, side="right") - 1
        return np.minimum(last, self._end[days - self._first]) + self._first

    def first_clear(self, days: Ints, count: int, months: int) -> Ints:
        """The first day of which so many months before W(count) lie wholly after each of some days."""
        every = np.arange(len(self._known)) + self._first
        starts = dates(self.start(every, count)).to_frame("day")
        begins = numbers(starts.select(months_before(pl.col("day"), months))["day"])
        return np.searchsorted(begins, days, side="right") + self._first

    def end(self, days: Ints, count: int) -> Ints:
        """The last of so many working days that begin with each of some covered days, which count whatever they are."""
        at = days - self._first
        if count == 1 or not len(self._working):
            return days
        index = np.minimum(self._done[at] + count - 2, len(self._working) - 1)
        beyond = self._done[at] + count - 2 >= len(self._working)
        return np.minimum(np.where(beyond, len(self._known) - 1, self._working[index]), self._end[at]) + self._first

    def apart(self, earlier: Ints, later: Ints) -> Ints:
        """How many working days lie after one covered day up to another; very many where a day between is not covered."""
        a, b = earlier - self._first, later - self._first
        return self._done[b] - self._done[a] + _FAR * (self._begin[b] > a)


def numbers(days: pl.Series) -> Ints:
    """The numbers of some days."""
    return days.to_physical().to_numpy().astype(np.int64)


def dates(days: npt.NDArray[np.int64]) -> pl.Series:
    """The days of some numbers."""
    return pl.Series(days.astype(np.int32)).cast(pl.Date)


def months_before(day: pl.Expr, months: int) -> pl.Expr:
    """The same date so many months earlier; where a month is too short, its last day.

    >>> pl.select(months_before(pl.lit(date(2024, 2, 29)), 12)).item()
    datetime.date(2023, 2, 28)
    """
    return day.dt.offset_by(f"-{months}mo")


def reaches_back(day: pl.Expr, months: int, first_loaded_day: date | None) -> pl.Expr:
    """Whether the days on record reach back so many months before a day: from one day on they do."""
    if first_loaded_day is None:
        return pl.lit(value=False)
    # Where a month is short, the same date before some days is its last: the first day that is late enough decides.
    around = pl.date_range(
        pl.lit(first_loaded_day).dt.offset_by(f"{months}mo").dt.offset_by("-3d"),
        pl.lit(first_loaded_day).dt.offset_by(f"{months}mo").dt.offset_by("3d"),
    )
    near = pl.select(day=around)
    begins = near.filter(months_before(pl.col("day"), months) >= first_loaded_day)["day"].min()
    return (day >= pl.lit(begins, pl.Date)).fill_null(value=False)


def not_covered(flows: pl.LazyFrame, calendar: pl.LazyFrame) -> pl.LazyFrame:
    """What could not be computed (`rule.NOT_COMPUTED`): entities with flows in years that the calendar does not cover."""
    windows = Windows(calendar.collect())
    missing = flows.filter(~windows.covers()).select("entity", year=pl.col("day").dt.year()).unique()
    reason = pl.lit("the calendar does not cover the year")
    return missing.select("entity", item=pl.lit(None), year="year", reason=reason)
