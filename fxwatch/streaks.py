"""Streaks: active days in a row of an entity in an item, on compact integers (spec section 6).

Every day gets a number such that *next day* is *number + 1*, by working days too. Entity, item, direction and the day's
place are packed into one Int64, and one sort puts the days of a key side by side; numbers come after, for the few that are left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from fxwatch.flows import HIT_DIRECTION, ITEM
from fxwatch.keys import InOrder, Ints, Packing, in_order, is_one_of, lists, stretches
from fxwatch.terms import BOTH

STREAK: dict[str, pl.DataType | type[pl.DataType]] = {
    "entity": pl.Int32,
    "item": ITEM,
    "direction": HIT_DIRECTION,
    "first_day": pl.Date,
    "last_day": pl.Date,
    "raised_on": pl.Date,
    "days": pl.Int64,
    "min_days": pl.Int64,
    "flows": pl.List(pl.Int64),
}


@dataclass(frozen=True)
class Form:
    """What a streak is, from a day on: which days are neighbours, whether directions are kept apart, where it is cut."""

    valid_from: date
    working: bool  # neighbours by working days, else by calendar days
    each: bool  # receipts and payments make streaks of their own
    cut_days: int


def streaks(
    flows: pl.DataFrame,
    calendar: pl.DataFrame,
    forms: Sequence[Form],
    min_days: Sequence[tuple[date, int]],
    excepted: pl.Series | None = None,
) -> pl.DataFrame:
    """The streaks that reach `min_days`, with the flows behind them.

    A form makes the streaks that begin while it is in force, and these keep their days after it has ended: so forms are
    looked at in turn, each at the flows that the ones before have left.

    Args:
        flows: columns entity, item, direction, day, flow.
        calendar: columns day, is_workday. Days of years that it does not cover whole are left out where working days count.
        forms: versions by `valid_from`, the first from the beginning of time.
        min_days: versions as (valid_from, days); each active day is tested with the one in force on it.
        excepted: entities that are left out.

    Returns:
        The columns of `STREAK`, sorted. `days` counts the active days, `min_days` is the one in force on `raised_on`.
    """
    found = [pl.DataFrame(schema=STREAK)]
    for form, following in zip(forms, [*forms[1:], None], strict=True):
        if flows.is_empty():
            break
        numbers = _DayNumbers(flows, calendar if form.working else None)
        # The last form may pass over short streaks at once: nobody will ask which flows they have left.
        least = 1 if following else min(days for _, days in min_days)
        active = _ActiveDays(flows, form, numbers, excepted, least)
        until = following.valid_from if following else date.max
        found.append(active.raised(min_days, until))
        if following:
            flows = active.left_over(until).filter(pl.col("day") >= until)
    return pl.concat(found).sort("entity", "item", "direction", "first_day")


def covered_years(calendar: pl.DataFrame) -> list[int]:
    """The years of which the calendar has every day."""
    years = calendar.group_by(year=pl.col("day").dt.year()).agg(days=pl.col("day").n_unique())
    is_leap = pl.date(pl.col("year"), 1, 1).dt.is_leap_year()
    return years.filter(pl.col("days") == 365 + is_leap.cast(pl.Int32))["year"].sort().to_list()


def uncovered(flows: pl.LazyFrame, calendar: pl.DataFrame) -> pl.LazyFrame:
    """Columns entity, item, year (Int32): keys with flows in years that the calendar does not cover whole."""
    day, years = pl.col("day"), covered_years(calendar)
    # Years in a row are one stretch of days: comparing days costs a tenth of computing the year of each.
    firsts = [year for year in years if year - 1 not in years]
    lasts = [year for year in years if year + 1 not in years]
    stretches = zip(firsts, lasts, strict=True)
    is_covered = (day.is_between(date(first, 1, 1), date(last, 12, 31)) for first, last in stretches)
    return flows.filter(~pl.any_horizontal(False, *is_covered)).select("entity", "item", year=day.dt.year()).unique()


class _DayNumbers:
    """Numbers of the days on which there are flows, in blocks; and the place of each, which is narrower: it has no gaps.

    A block is a working day and the days off before it; it has `block` numbers, of which the working day takes the last
    and the days off the first. So the number after a day lies in the block of the day that is its neighbour. By calendar
    days each day is a block of its own.
    """

    def __init__(self, flows: pl.DataFrame, calendar: pl.DataFrame | None) -> None:
        first, last = flows.select(first=pl.col("day").min(), last=pl.col("day").max()).row(0)
        days = pl.DataFrame({"day": pl.date_range(first, last, eager=True)})
        self._bits = len(days).bit_length()
        self.places = 1 << self._bits
        self._begins = np.arange(len(days) + 1)  # the place at which each block begins, then the end
        if calendar is None:
            self.block = 1
            number = pl.int_range(pl.len(), dtype=pl.Int64)
        else:
            known = calendar.filter(pl.col("day").dt.year().is_in(covered_years(calendar))).unique("day", keep="last")
            # A day that is not covered has no number, but counts as a working day, so that nothing joins across it.
            days = days.join(known, on="day", how="left", maintain_order="left")
            works = pl.col("is_workday").fill_null(True)
            days = days.with_columns(works=works, before=works.cast(pl.Int64).cum_sum() - works.cast(pl.Int64))
            self.block = 1 << days.select(pl.len().over("before").max()).item().bit_length()
            self._begins = np.append(np.unique(days["before"].to_numpy(), return_index=True)[1], len(days))
            place = pl.when("works").then(self.block - 1).otherwise(pl.int_range(pl.len()).over("before"))
            number = pl.when(pl.col("is_workday").is_not_null()).then(pl.col("before") * self.block + place)
        self._first = days["day"].to_physical()[0]
        self._days = days.select("day", number=number)
        self.size = ((self._days.select(pl.col("number").max()).item() or 0) + 1 + self.block) & -self.block

    def place(self) -> pl.Expr:
        """The place of column `day`, from 0 on and below `places`; null where its year is not covered."""
        place = (pl.col("day").to_physical() - self._first).cast(pl.Int64)
        known = self._days["number"].is_not_null()
        return place if known.all() else pl.when(pl.lit(known).gather(place)).then(place)

    def numbered(self, keys: Ints) -> Ints:
        """Keys that end with a place, with the number of the day there."""
        numbers = self._days["number"].fill_null(0).to_numpy()
        found: Ints = (keys >> self._bits) * self.size + numbers[keys & (self.places - 1)]
        return found

    def widest(self, blocks: int) -> int:
        """How many places so many blocks in a row have at most."""
        last = len(self._begins) - 1
        return int((self._begins[np.minimum(np.arange(last) + blocks, last)] - self._begins[:-1]).max())

    def days(self, numbers: pl.Series) -> pl.Series:
        """The days of some numbers."""
        known = self._days.drop_nulls()
        return known["day"].gather(known["number"].search_sorted(numbers))


class _ActiveDays:
    """The active days of every key under one form, and the streaks they make.

    Attributes:
        _ordered: the flows by key and day.
        _first: of each active day, the place of its first flow in `_ordered`; then the end.
        _streaks: of each streak, the active day on which it begins; then the end.
    """

    def __init__(
        self, flows: pl.DataFrame, form: Form, numbers: _DayNumbers, excepted: pl.Series | None, least: int
    ) -> None:
        self._flows, self._numbers = flows, numbers
        self._packing = Packing(flows, ("entity", "item", "direction") if form.each else ("entity", "item"))
        key = self._packing.key * numbers.places + numbers.place()
        left_out = pl.Series(dtype=pl.Int32) if excepted is None else excepted.cast(pl.Int32)
        count = self._packing.count * numbers.places
        ordered = in_order(flows, key, count, ~is_one_of("entity", left_out))
        if least > 1:
            # So many flows of a streak have at most as many days, and these, being in a row, at most as many blocks.
            ordered = ordered.crowded(least, numbers.widest(least))
        every = slice(None)
        self._ordered = InOrder(numbers.numbered(ordered.keys_at(every)), 0, ordered.flows_at(every))
        self._first = self._ordered.bounds(np.not_equal)
        self._keys = self._ordered.keys_at(self._first[:-1])
        self._streaks = self._found(form.cut_days)

    def raised(self, min_days: Sequence[tuple[date, int]], until: date) -> pl.DataFrame:
        """The streaks that begin before a day and reach `min_days`: the columns of `STREAK`."""
        fewest, most = min(days for _, days in min_days), max(days for _, days in min_days)
        lengths = np.diff(self._streaks)
        enough = np.flatnonzero(lengths >= fewest)
        long = pl.DataFrame({"start": self._streaks[enough], "days": lengths[enough]})
        long = long.with_columns(first_day=self._days(long["start"]))
        long = long.filter(pl.col("first_day") < until).with_row_index("streak")
        # Before the fewest it cannot be raised, at the most it is: only the days between need a look.
        tested = long.select("streak", "start", place=pl.int_ranges(fewest, pl.min_horizontal("days", most) + 1))
        tested = tested.explode("place").with_columns(pl.col("place").cast(pl.Int64), min_days=pl.lit(fewest, pl.Int64))
        tested = tested.with_columns(raised_on=self._days(tested["start"] + tested["place"] - 1))
        for valid_from, days in min_days:
            in_force = pl.col("raised_on") >= valid_from
            tested = tested.with_columns(min_days=pl.when(in_force).then(pl.lit(days, pl.Int64)).otherwise("min_days"))
        reached = tested.filter(pl.col("place") >= pl.col("min_days"))
        reached = reached.unique("streak", keep="first", maintain_order=True).select("streak", "raised_on", "min_days")
        long = long.join(reached, on="streak", maintain_order="left")
        start = long["start"].to_numpy()
        first, end = self._first[start], self._first[start + long["days"].to_numpy()]
        behind = pl.Series(self._ordered.flows_at(stretches(first, end)))
        entity, item, *direction = self._packing.unpacked(self._keys[start] // self._numbers.size)
        return long.select(
            entity,
            item,
            direction[0].cast(HIT_DIRECTION) if direction else pl.lit(BOTH, HIT_DIRECTION).alias("direction"),
            "first_day",
            self._days(long["start"] + long["days"] - 1).alias("last_day"),
            "raised_on",
            "days",
            "min_days",
            lists(behind, end - first).alias("flows"),
        )

    def left_over(self, until: date) -> pl.DataFrame:
        """The flows that are in no streak that begins before a day."""
        start, end = self._streaks[:-1], self._streaks[1:]
        early = (self._days(pl.Series(start)) < until).to_numpy()
        gone = self._ordered.flows_at(stretches(self._first[start[early]], self._first[end[early]]))
        return self._flows.filter(~is_one_of("flow", pl.Series(gone)))

    def _found(self, cut_days: int) -> Ints:
        """The active days on which a streak begins, by its own or by a cut; then the end."""
        streaks = InOrder(self._keys, 0).bounds(self._parted)
        long = np.flatnonzero(np.diff(streaks) > cut_days)
        cuts = [np.arange(streaks[n] + cut_days, streaks[n + 1], cut_days) for n in long]
        return np.sort(np.concatenate([streaks, *cuts])) if cuts else streaks

    def _parted(self, before: Ints, after: Ints) -> npt.NDArray[np.bool_]:
        """Whether a streak begins with a key, after another: the number after a day lies in the block of its neighbour."""
        block = -self._numbers.block
        apart: npt.NDArray[np.bool_] = (after & block) != (before + 1 & block)
        apart &= after != before
        return apart

    def _days(self, active: pl.Series) -> pl.Series:
        """The dates of some active days."""
        return self._numbers.days(pl.Series(self._keys[active.to_numpy()] % self._numbers.size))
