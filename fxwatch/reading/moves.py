"""Who moved from one grade to another, when and why: everybody at once, from the acts that counted or ceased to count."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import polars as pl

from fxwatch.grading import window
from fxwatch.reading.letters import graded, window_on
from fxwatch.reading.traits import region, section
from fxwatch.terms import Grade

if TYPE_CHECKING:
    from fxwatch.home import Home

Known = Literal["now", "then"]

_MADE = pl.Struct({"kind": pl.String, "number": pl.String, "act": pl.Int64, "day": pl.Date, "how": pl.String})
MOVES: dict[str, pl.DataType | type[pl.DataType]] = {
    "day": pl.Date,
    "entity_id": pl.String,
    "name": pl.String,
    "region": pl.String,
    "section": pl.String,
    "before": pl.String,
    "after": pl.String,
    "because": pl.List(_MADE),
}


@dataclass(frozen=True)
class _State:
    """A day: from when its window begins, what counts on it, and the grades that this makes."""

    day: date
    first: date
    counting: pl.DataFrame
    grades: pl.DataFrame


def moves(home: "Home", first: date, last: date, *, known: Known = "then") -> pl.DataFrame:
    """Every change of a grade from one day to the next, from `first` to `last`, with the acts behind it.

    Args:
        home: where.
        first: the first day on which a grade may have changed.
        last: the last one.
        known: `then`, as the bureau would have answered on each day; `now`, with all that is on record today.

    Returns:
        The columns `MOVES`, by day and entity. `because` holds `kind` (`notice`, `breach`), `number`, `act`, `day` and
        `how`: `counts` (it came into the count), `expired` (it left the window), `rescinded` or `changed` (no longer stands);
        it is empty where a parameter of grading changed alone.
    """
    numbers = home.register.parameters()
    # No window of these days, rolling or calendar, begins earlier.
    reach = window(first - timedelta(days=1))[0].replace(month=1, day=1)
    events = _events(home, known).filter(pl.col("day").is_between(reach, last))
    days = [first - timedelta(days=1), *(day for day in _turns(events, numbers) if first <= day <= last)]
    states = (_state(events, _known_by(numbers, day, known), day, known) for day in days)
    changed = pl.concat([pl.DataFrame(schema=_CHANGED), *(_changed(*two) for two in pairwise(states))])
    entries = home.register.entries(changed["entity_id"].unique().to_list())
    named = entries.select("entity_id", "name", region=region(), section=section())
    return changed.join(named, on="entity_id", maintain_order="left").select(*MOVES)


_CHANGED = {name: MOVES[name] for name in ("day", "entity_id", "before", "after", "because")}
_ACT = ["entity_id", "kind", "number", "act"]


def _events(home: "Home", known: Known) -> pl.DataFrame:
    """All that grades ever counted, with `ended_on`, the day from which it no longer stood; `now`: what stands alone."""
    ever = home.register.ever_counted().sort("act", descending=True)
    version_of = ["entity_id", "kind", "number"]
    # Whichever later act about the same breach bears the earliest day ended a version: see `grades.history`.
    ends = ever.with_columns(
        replaced=pl.col("recorded_on").cum_min().shift(1).over(version_of),
        rescinded=pl.col("rescinded_on").cum_min().forward_fill().over(version_of),
    ).with_columns(
        ended_on=pl.min_horizontal("rescinded", "replaced_on", pl.when(pl.col("kind") == "breach").then("replaced"))
    )
    return ends.filter(pl.col("ended_on").is_null()) if known == "now" else ends


def _turns(events: pl.DataFrame, numbers: pl.DataFrame) -> list[date]:
    """The days on which any count may change, sorted."""
    days = pl.concat([events[name] for name in ("day", "recorded_on", "ended_on")]).drop_nulls().unique()
    # What is a year old leaves a rolling window; around 29 February that is a day sooner or later.
    leaving = [events["day"].unique() + timedelta(days=n) for n in (364, 365, 366, 367)]
    new_years = [date(year, 1, 1) for year in events["day"].dt.year().unique() + 1]
    entered = [numbers["valid_from"], numbers["day"], pl.Series(new_years, dtype=pl.Date)]
    return pl.concat([days, *leaving, *entered]).unique().sort().to_list()


def _known_by(numbers: pl.DataFrame, day: date, known: Known) -> pl.DataFrame:
    return numbers.filter(pl.col("day") <= day) if known == "then" else numbers


def _state(events: pl.DataFrame, numbers: pl.DataFrame, day: date, known: Known) -> _State:
    """What counted on a day, and the grades it made."""
    first, last = window_on(numbers, day)
    counting = events.filter(pl.col("day").is_between(first, last))
    if known == "then":
        stood = pl.col("ended_on").is_null() | (pl.col("ended_on") > day)
        counting = counting.filter((pl.col("recorded_on") <= day) & stood)
    return _State(day, first, counting, graded(counting, numbers, day))


def _changed(before: _State, after: _State) -> pl.DataFrame:
    """The columns `_CHANGED` of the entities whose grade on one day is not that of the day before."""
    both = before.grades.join(after.grades, on="entity_id", how="full", coalesce=True, suffix="_after").select(
        "entity_id",
        before=pl.col("grade").fill_null(Grade.A.value),
        after=pl.col("grade_after").fill_null(Grade.A.value),
    )
    moved = both.filter(pl.col("before") != pl.col("after"))
    came = after.counting.join(before.counting, on=_ACT, how="anti").with_columns(how=pl.lit("counts"))
    went = before.counting.join(after.counting, on=_ACT, how="anti").with_columns(how=_why_gone(after))
    acts = (
        pl.concat([came, went])
        .sort("day", "act")
        .group_by("entity_id")
        .agg(because=pl.struct("kind", "number", "act", "day", "how"))
    )
    return (
        moved.join(acts, on="entity_id", how="left")
        .with_columns(day=pl.lit(after.day), because=pl.col("because").fill_null([]))
        .select(pl.col(name).cast(dtype) for name, dtype in _CHANGED.items())
        .sort("entity_id")
    )


def _why_gone(after: _State) -> pl.Expr:
    """What took something out of the count: its age, its rescission, or another version of it."""
    is_rescinded = pl.col("rescinded").is_not_null() & (pl.col("rescinded") <= after.day)
    return (
        pl.when(pl.col("day") < after.first)
        .then(pl.lit("expired"))
        .when(is_rescinded)
        .then(pl.lit("rescinded"))
        .otherwise(pl.lit("changed"))
    )
