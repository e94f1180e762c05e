"""Who is graded what over time, who moved and why: for everybody at once, from the few whose grade can differ from A.

An entity without notice and breach is A on every day, so nobody else needs to be looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import polars as pl

from fxwatch.grading import GRADE_PARAMETERS, grade, window
from fxwatch.reading.traits import region, section
from fxwatch.terms import Grade

if TYPE_CHECKING:
    from fxwatch.home import Home

Known = Literal["now", "then"]
TRAITS = {"region": region, "section": section}
GRADES = [Grade.A.value, Grade.B.value, Grade.C.value]
UNKNOWN = "unknown"

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


def month_ends(last: date, count: int) -> list[date]:
    """The last days of months, oldest first; of the newest month `last` itself.

    >>> [d.isoformat() for d in month_ends(date(2025, 3, 9), 3)]
    ['2025-01-31', '2025-02-28', '2025-03-09']
    """
    ends = [last]
    while len(ends) < count:
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    return ends[::-1]


def grade_counts(
    home: "Home", days: Sequence[date], *, by: str | None = None, known_at: datetime | None = None
) -> pl.DataFrame:
    """How many entities of the roll have each grade on some days, as `grades` would say for each of them.

    Args:
        home: where.
        days: on which the grades are asked.
        by: `region` (province) or `section` (of industry); adds a column of that name, `unknown` where it is not known.
        known_at: as known at this moment (UTC); without it, now.

    Returns:
        day, `by`, grade, entities (Int64); dense: every day, every group, every grade, in their order.
    """
    group = TRAITS[by]().fill_null(UNKNOWN) if by else pl.lit("")
    kinds = home.register.roll_kinds(known_at).with_columns(group=group)
    whole = kinds.group_by("group").agg(everybody=pl.col("entities").sum())
    counted, numbers = home.register.counted(known_at), home.register.parameters(known_at)
    entries = home.register.entries(counted["entity_id"].unique().to_list(), known_at)
    grouped = entries.select("entity_id", group=group)
    found = [
        _graded(counted.filter(pl.col("day").is_between(*_window(numbers, day))), numbers, day)
        .join(grouped, on="entity_id")
        .group_by("group", "grade")
        .agg(entities=pl.len().cast(pl.Int64))
        .with_columns(day=pl.lit(day))
        for day in days
    ]
    dense = (
        pl.DataFrame({"day": days}, schema={"day": pl.Date})
        .join(whole.sort("group"), how="cross", maintain_order="left_right")
        .join(pl.DataFrame({"grade": GRADES}), how="cross", maintain_order="left_right")
        .join(pl.concat([_NONE, *found]), on=["day", "group", "grade"], how="left", maintain_order="left")
        .with_columns(pl.col("entities").fill_null(0))
    )
    below_a = pl.col("entities").filter(pl.col("grade") != Grade.A.value).sum().over("day", "group")
    is_a = pl.col("grade") == Grade.A.value
    filled = dense.with_columns(entities=pl.when(is_a).then(pl.col("everybody") - below_a).otherwise("entities"))
    return filled.select("day", *([pl.col("group").alias(by)] if by else []), "grade", "entities")


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
_NONE = pl.DataFrame(schema={"group": pl.String, "grade": pl.String, "entities": pl.Int64, "day": pl.Date})


def _in_force(numbers: pl.DataFrame, name: str, day: date) -> str:
    versions = numbers.filter((pl.col("name") == name) & (pl.col("valid_from") <= day)).sort(
        "valid_from", maintain_order=True
    )
    return str(versions["value"][-1]) if len(versions) else GRADE_PARAMETERS[name].default


def _window(numbers: pl.DataFrame, day: date) -> tuple[date, date]:
    return window(day, _in_force(numbers, "grade.window", day))


def _graded(counting: pl.DataFrame, numbers: pl.DataFrame, day: date) -> pl.DataFrame:
    """Columns entity_id, grade: of the entities for which something counts on a day; all others are A."""
    most = int(_in_force(numbers, "grade.max_notices_for_b", day))
    is_breach = pl.col("kind") == "breach"
    counts = counting.group_by("entity_id").agg(breaches=is_breach.sum(), notices=(~is_breach).sum())
    # The rule of grading itself, asked once for each pair of counts that occurs.
    pairs = counts.select("breaches", "notices").unique()
    letters = [grade(breaches, notices, most).value for breaches, notices in pairs.iter_rows()]
    told = pairs.with_columns(grade=pl.Series(letters, dtype=pl.String))
    return counts.join(told, on=["breaches", "notices"]).select("entity_id", "grade")


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
    first, last = _window(numbers, day)
    counting = events.filter(pl.col("day").is_between(first, last))
    if known == "then":
        stood = pl.col("ended_on").is_null() | (pl.col("ended_on") > day)
        counting = counting.filter((pl.col("recorded_on") <= day) & stood)
    return _State(day, first, counting, _graded(counting, numbers, day))


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
