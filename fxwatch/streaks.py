"""Streaks: active days in a row of an entity in an item, on compact integers (spec section 6).

Every day gets a number such that *next day* is *number + 1*, by working days too. Entity, item, direction and the day's
number are packed into one Int64, and one sort puts the days of a key side by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from fxwatch.flows import DIRECTION, HIT_DIRECTION, ITEM
from fxwatch.terms import BOTH, Direction, Item

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

_ITEMS = 1 << (len(Item) - 1).bit_length()
_DIRECTIONS = len(Direction)
_INT64_END = 1 << 63


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
    """Numbers of the days on which there are flows, in blocks.

    A block is a working day and the days off before it; it has `block` numbers, of which the working day takes the last
    and the days off the first. So the number after a day lies in the block of the day that is its neighbour. By calendar
    days each day is a block of its own.
    """

    def __init__(self, flows: pl.DataFrame, calendar: pl.DataFrame | None) -> None:
        first, last = flows.select(first=pl.col("day").min(), last=pl.col("day").max()).row(0)
        days = pl.DataFrame({"day": pl.date_range(first, last, eager=True)})
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
            place = pl.when("works").then(self.block - 1).otherwise(pl.int_range(pl.len()).over("before"))
            number = pl.when(pl.col("is_workday").is_not_null()).then(pl.col("before") * self.block + place)
        self._first = days["day"].to_physical()[0]
        self._days = days.select("day", number=number)
        self.size = ((self._days.select(pl.col("number").max()).item() or 0) + 1 + self.block) & -self.block

    def of_day(self) -> pl.Expr:
        """The number of column `day`; null where its year is not covered."""
        return pl.lit(self._days["number"]).gather(pl.col("day").to_physical() - self._first)

    def days(self, numbers: pl.Series) -> pl.Series:
        """The days of some numbers."""
        known = self._days.drop_nulls()
        return known["day"].gather(known["number"].search_sorted(numbers))


class _ActiveDays:
    """The active days of every key under one form, and the streaks they make.

    `_keys` are the packed keys of the flows, sorted. Where the bits suffice, the flow's row rides in the lowest ones, so
    that a plain sort of integers, half the time of an arg_sort, also says which flows lie behind a day.
    """

    def __init__(
        self, flows: pl.DataFrame, form: Form, numbers: _DayNumbers, excepted: pl.Series | None, least: int
    ) -> None:
        self._flows, self._numbers, self._each = flows, numbers, form.each
        key = pl.col("entity").cast(pl.Int64) * _ITEMS + pl.col("item").to_physical()
        if form.each:
            key = key * _DIRECTIONS + pl.col("direction").to_physical()
        packed = flows.lazy().select("entity", key=key * numbers.size + numbers.of_day(), row=pl.int_range(pl.len()))
        packed = packed.filter(pl.col("key").is_not_null() & ~pl.col("entity").is_in(_listed(excepted)))
        keys = (flows.select(pl.col("entity").max()).item() + 1) * _ITEMS * _DIRECTIONS * numbers.size
        rows = 1 << flows.height.bit_length()
        if keys * rows < _INT64_END:
            self._step, self._rows = rows, None
            ridden = packed.select(pl.col("key") * rows + pl.col("row")).collect()["key"].to_numpy(writable=True)
            ridden.sort()
            self._keys = pl.Series(ridden)
        else:
            found = packed.select("key", "row").sort("key").collect()
            self._step, self._rows, self._keys = 1, found["row"], found["key"]
        if least > 1:
            self._drop_short(least)
        self._at, self._streaks = self._found(form.cut_days)

    def raised(self, min_days: Sequence[tuple[date, int]], until: date) -> pl.DataFrame:
        """The streaks that begin before a day and reach `min_days`: the columns of `STREAK`."""
        fewest, most = min(days for _, days in min_days), max(days for _, days in min_days)
        long = self._streaks.filter(pl.col("days") >= fewest)
        long = long.with_columns(first_day=self._days(long["start"]))
        long = long.filter(pl.col("first_day") < until).with_row_index("streak")
        # Before the fewest it cannot be raised, at the most it is: only the days between need a look.
        tested = long.select("streak", "start", place=pl.int_ranges(fewest, pl.min_horizontal("days", most) + 1))
        tested = tested.explode("place").with_columns(place=pl.col("place").cast(pl.Int64))
        tested = tested.with_columns(
            raised_on=self._days(tested["start"] + tested["place"] - 1), min_days=pl.lit(fewest, pl.Int64)
        )
        for valid_from, days in min_days:
            in_force = pl.col("raised_on") >= valid_from
            tested = tested.with_columns(min_days=pl.when(in_force).then(pl.lit(days, pl.Int64)).otherwise("min_days"))
        reached = tested.filter(pl.col("place") >= pl.col("min_days")).unique(
            "streak", keep="first", maintain_order=True
        )
        long = long.join(reached.select("streak", "raised_on", "min_days"), on="streak", maintain_order="left")
        behind = long.select("streak", at=self._positions(long)).explode("at")
        # In one piece: to gather from many would take ten times as long.
        flows = self._flows["flow"].rechunk().gather(self._rows_at(behind["at"]))
        behind = behind.with_columns(flows=flows).group_by("streak", maintain_order=True).agg("flows")
        return long.select(
            *self._unpacked(long["start"]),
            "first_day",
            self._days(long["start"] + long["days"] - 1).alias("last_day"),
            "raised_on",
            "days",
            "min_days",
            behind["flows"],
        )

    def left_over(self, until: date) -> pl.DataFrame:
        """The flows that are in no streak that begins before a day."""
        early = self._streaks.filter(self._days(self._streaks["start"]) < until)
        taken = self._rows_at(early.select(self._positions(early)).explode("at")["at"])
        rows = self._flows.with_row_index("row")
        return rows.join(taken.cast(pl.UInt32).to_frame("row"), on="row", how="anti").drop("row")

    def _marked(self) -> pl.LazyFrame:
        """For each key whether it begins an active day (`is_new`), and whether that begins a streak (`is_start`)."""
        key, day, block = pl.col("key"), -self._step, -self._step * self._numbers.block
        previous = key.shift(fill_value=2 * block)
        is_new, is_start = key & day != previous & day, key & block != (previous + self._step) & block
        return self._keys.alias("key").to_frame().lazy().select(is_new=is_new, is_start=is_new & is_start)

    def _drop_short(self, least: int) -> None:
        """Pass over the streaks that have fewer flows than `least`, and so fewer days."""
        streaks = _stretches(self._marked().select("is_start").collect()["is_start"], least)
        kept = streaks.select(at=pl.int_ranges("start", pl.col("start") + pl.col("days"))).explode("at")["at"]
        self._keys = self._keys.gather(kept)
        self._rows = None if self._rows is None else self._rows.gather(kept)

    def _found(self, cut_days: int) -> tuple[pl.Series, pl.DataFrame]:
        """For each active day the position of its first flow; and the streaks: `start`, an active day, and `days`, how many."""
        found = self._marked().with_row_index("at").filter("is_new").collect()
        streaks = _stretches(found["is_start"])
        cuts = streaks.filter(pl.col("days") > cut_days)
        if not cuts.is_empty():
            end = pl.col("start") + pl.col("days")
            cut = cuts.select(cut=pl.int_ranges(pl.col("start") + cut_days, end, cut_days)).explode("cut")["cut"]
            streaks = _stretches(found["is_start"].scatter(cut, True))
        return found["at"], streaks

    def _positions(self, streaks: pl.DataFrame) -> pl.Expr:
        """The positions in `_keys` of all flows of each streak, as a list `at`."""
        ends = self._at.clone().append(pl.Series([self._keys.len()], dtype=self._at.dtype))
        first, last = streaks["start"], streaks["start"] + streaks["days"]
        return pl.int_ranges(self._at.gather(first), ends.gather(last)).alias("at")

    def _rows_at(self, positions: pl.Series) -> pl.Series:
        """The rows of the flow frame at some positions in `_keys`."""
        return self._keys.gather(positions) & (self._step - 1) if self._rows is None else self._rows.gather(positions)

    def _days(self, active: pl.Series) -> pl.Series:
        """The dates of some active days."""
        return self._numbers.days(self._keys.gather(self._at.gather(active)) // self._step % self._numbers.size)

    def _unpacked(self, active: pl.Series) -> list[pl.Series]:
        """Entity, item and direction of some active days."""
        key = self._keys.gather(self._at.gather(active)) // (self._step * self._numbers.size)
        direction = pl.Series("direction", [BOTH], dtype=HIT_DIRECTION).new_from_index(0, key.len())
        if self._each:
            direction = (key % _DIRECTIONS).cast(pl.UInt8).cat.to(DIRECTION).cast(HIT_DIRECTION).alias("direction")
            key = key // _DIRECTIONS
        item = (key % _ITEMS).cast(pl.UInt8).cat.to(ITEM).alias("item")
        return [(key // _ITEMS).cast(pl.Int32).alias("entity"), item, direction]


def _listed(entities: pl.Series | None) -> pl.Series:
    return (pl.Series(dtype=pl.Int32) if entities is None else entities.cast(pl.Int32)).implode()


def _stretches(is_start: pl.Series, least: int = 1) -> pl.DataFrame:
    """Columns start, days (Int64): where each stretch begins and how long it is, of those that are long enough."""
    starts = is_start.arg_true().alias("start").to_frame().lazy()
    stretches = starts.with_columns(days=pl.col("start").shift(-1, fill_value=is_start.len()) - pl.col("start"))
    return stretches.filter(pl.col("days") >= least).cast(pl.Int64).collect()
