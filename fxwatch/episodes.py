"""Episodes: the active days in a row on which a condition holds are one finding.

A condition is tested at the end of each active day of a key, a day with flows of the key. `raised_on` is the first day of an episode and
`last_day` its last active day; value and flows are those of the window on `raised_on`, and `first_day` is the day of the first
of these flows. Two episodes of a key whose windows begin with the same day's flows are one matter under one hit_id: the first speaks, and
lasts as long as the second.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from fxwatch.keys import Ints
from fxwatch.windows import Windows, dates, numbers

# Days take the lowest bits of a place: from the beginning of 1970 for eleven thousand years.
SPAN = 1 << 22


@dataclass(frozen=True)
class Tested:
    """What tests with numbers that stand still have given.

    Attributes:
        days: one row a key and active day: key, day, since (the first day of its window), holds, and what the finding needs.
        counted: the flows that count: key, day, flow, item; from and to, where they do not count on every day whose window
            holds them.
    """

    days: pl.DataFrame
    counted: pl.DataFrame


def episodes(tests: Iterable[tuple[date, date, Tested]], *also: str) -> pl.DataFrame:
    """The episodes, with the flows behind them.

    Args:
        tests: for each stretch of days in which no parameter changes its first day, the day after its last, and the tests.
        also: what of a finding is part of its hit_id beside its key and first_day.

    Returns:
        One row an episode, sorted by key and day: the columns of `Tested.days` on the first day, but holds, and raised_on, last_day,
        first_day, flows (a list) and item (null where the flows have several).
    """
    made = [(first, until, test) for first, until, test in tests]
    day = pl.col("day")
    days = pl.concat([test.days.filter(day >= first, day < until) for first, until, test in made]).sort("key", "day")
    turns = (pl.col("key") != pl.col("key").shift()) | (pl.col("holds") != pl.col("holds").shift())
    runs = days.with_columns(run=turns.fill_null(value=True).cum_sum()).filter("holds")
    found = runs.group_by("run", maintain_order=True).agg(
        pl.all().exclude("day").first(), raised_on=day.first(), last_day=day.last()
    )
    found = found.drop("run", "holds").with_row_index("episode")
    raised = pl.col("raised_on")
    behind = [counted_in(found.filter(raised >= first, raised < until), test.counted) for first, until, test in made]
    told = found.join(pl.concat(behind), on="episode", maintain_order="left").drop("episode")
    return one_matter(told, "key", *also)


def one_matter(found: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Findings of the same columns and first_day as one: the first to be raised, until the last day of the last."""
    by = [*columns, "first_day"]
    last = found.sort("raised_on").with_columns(last_day=pl.col("last_day").max().over(by))
    return last.unique(by, keep="first", maintain_order=True).sort(*columns, "raised_on")


def counted_in(
    found: pl.DataFrame, counted: pl.DataFrame, number: str = "episode", last: str = "raised_on"
) -> pl.DataFrame:
    """The flows that count in the window of each finding, from `since` to its last day.

    Returns:
        The findings' number, flows (a list), first_day, item (null where they are of several).
    """
    wanted = found.select(number, "key", "since", pl.col(last).alias("_last"))
    behind = counted.join(wanted, on="key").filter(pl.col("day").is_between("since", "_last"))
    if "to" in counted.columns:
        behind = behind.filter(pl.col("_last").is_between("from", "to"))
    return behind.group_by(number).agg(flows=pl.col("flow").sort(), first_day=pl.col("day").min(), item=one_item())


def one_item() -> pl.Expr:
    """The item of flows, null where they are of several."""
    return pl.when(pl.col("item").n_unique() == 1).then(pl.col("item").first())


def keyed(flows: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Flows in order of some columns, their day and number, with a `key` that numbers the groups from 0 on."""
    ordered = flows.sort(*columns, "day", "flow")
    changes = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in columns)
    begins = changes | (pl.int_range(pl.len()) == 0)
    return ordered.with_columns(key=begins.cum_sum().cast(pl.Int64) - 1)


def sums_of_windows(
    flows: pl.DataFrame, windows: Windows, count: int, *where: pl.Expr
) -> tuple[pl.DataFrame, list[Ints]]:
    """What lies in W(count) at each active day of each entity, in plain arrays.

    Args:
        flows: entity, day, amount_usd and what the conditions need.
        windows, count: the windows.
        where: for each sum which flows count.

    Returns:
        Columns entity, since and day, and the sums.
    """
    at = places(flows["entity"], numbers(flows["day"]))
    amounts = flows["amount_usd"].to_numpy()
    active = _distinct(at)
    entity, day = active // SPAN, active % SPAN
    since = windows.start(day, count)
    sums = []
    for condition in where:
        counts = flows.select(counts=condition & (pl.col("amount_usd") >= 0))["counts"].to_numpy()
        sums.append(Counted(at[counts], amounts[counts]).between(places(entity, since), active))
    found = pl.DataFrame({"entity": entity.astype(np.int32), "since": dates(since), "day": dates(day)})
    return found, sums


def quiet_after(flows: pl.DataFrame, tested: pl.DataFrame) -> pl.DataFrame:
    """Active days on which nothing can hold, as far as they part episodes: the first after each stretch of tested days.

    Args:
        flows: all flows of the keys that are tested: entity, day.
        tested: the active days that are tested: entity, day, in order of both.

    Returns:
        Columns entity and day.
    """
    number = pl.col("entity").cast(pl.Int64) * SPAN + pl.col("day").to_physical()
    every, known = (_distinct(part.select(number).to_series().to_numpy()) for part in (flows, tested))
    after = np.searchsorted(every, known, side="right")
    after = every[after[after < len(every)]]
    quiet = after[known[np.minimum(np.searchsorted(known, after), len(known) - 1)] != after] if len(known) else after
    return pl.DataFrame({"entity": quiet // SPAN, "day": (quiet % SPAN).astype(np.int32)}).with_columns(
        pl.col("entity").cast(pl.Int32), pl.col("day").cast(pl.Date)
    )


def _distinct(numbers: Ints) -> Ints:
    """Numbers in order, each once: a plain sort is the fastest way to tell."""
    ordered = np.sort(numbers)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def active_days(flows: pl.DataFrame) -> pl.DataFrame:
    """Columns key and day: the active days of keyed flows, in order."""
    return flows.select("key", "day").unique(maintain_order=True).sort("key", "day")


def places(key: pl.Series | Ints, day: Ints) -> Ints:
    """Keys and days as one number each: in the order of the keys, then of the days."""
    keys = key.to_numpy().astype(np.int64) if isinstance(key, pl.Series) else key
    return keys * SPAN + day


class Counted:
    """Weights that lie on places, added up over stretches of days of a key."""

    def __init__(self, at: Ints, weights: Ints | None = None) -> None:
        """`at`: places, in any order; `weights`: what lies on each, 1 if none are given."""
        order = np.argsort(at, kind="stable")
        self._at = at[order]
        self._sums = None if weights is None else np.concatenate([[0], np.cumsum(weights[order])])

    def before(self, places: Ints, *, or_on: bool = False) -> Ints:
        """The sum of all that lies before some places (or on them)."""
        found = np.searchsorted(self._at, places, side="right" if or_on else "left")
        return found if self._sums is None else self._sums[found]

    def between(self, first: Ints, last: Ints) -> Ints:
        """The sum from one place to another of the same key, both included."""
        return self.before(last, or_on=True) - self.before(first)


def holding(first: Ints, last: Ints, at: Ints, weights: Ints | None = None) -> Ints:
    """For each place, the sum of the weights of the stretches (from first to last, both included) that hold it."""
    return Counted(first, weights).before(at, or_on=True) - Counted(last, weights).before(at)
