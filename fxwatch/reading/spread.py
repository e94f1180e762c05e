"""How the entities of the roll are spread over the grades, on many days at once: by province and by industry."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.reading.letters import graded, window_on
from fxwatch.reading.traits import region, section
from fxwatch.terms import Grade

if TYPE_CHECKING:
    from fxwatch.home import Home

TRAITS = {"region": region, "section": section}
UNKNOWN = "unknown"
MONTHS = 24
_ROLL = "roll"  # a column that is the same for everybody, so that there is a group where none was asked for


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
    home: "Home", days: Sequence[date], *, by: Sequence[str] = (), known_at: datetime | None = None
) -> pl.DataFrame:
    """How many entities of the roll have each grade on some days, as `grades` would say for each of them.

    Args:
        home: where.
        days: on which the grades are asked.
        by: of `region` (province) and `section` (of industry); adds columns of these names, `unknown` where it is not known.
        known_at: as known at this moment (UTC); without it, now.

    Returns:
        day, those of `by`, grade, entities (Int64); dense: every day, every group on the roll, every grade, in this order.
    """
    traits = {_ROLL: pl.lit(""), **{name: TRAITS[name]().fill_null(UNKNOWN) for name in by}}
    kinds = home.register.roll_kinds(known_at).with_columns(**traits)
    whole = kinds.group_by(*traits).agg(pl.col("entities").sum())
    counted, numbers = home.register.counted(known_at), home.register.parameters(known_at)
    entries = home.register.entries(counted["entity_id"].unique().to_list(), known_at).with_columns(**traits)
    # An empty one first: there may be no days.
    below = [pl.DataFrame(schema={**dict.fromkeys(traits, pl.String), Grade.B: pl.Int64, Grade.C: pl.Int64, "day": pl.Date})]  # fmt: skip
    for day in days:
        counting = counted.filter(pl.col("day").is_between(*window_on(numbers, day)))
        told = graded(counting, numbers, day).join(entries, on="entity_id")
        below.append(told.group_by(*traits).agg(_having(Grade.B), _having(Grade.C)).with_columns(day=pl.lit(day)))
    every = whole.join(pl.DataFrame({"day": days}, schema={"day": pl.Date}), how="cross")
    every = every.join(pl.concat(below), on=["day", *traits], how="left").with_columns(
        pl.col(Grade.B, Grade.C).fill_null(0)
    )
    every = every.with_columns((pl.col("entities") - pl.col(Grade.B) - pl.col(Grade.C)).alias(Grade.A)).drop("entities")
    long = every.unpivot([Grade.A, Grade.B, Grade.C], index=["day", *by], variable_name="grade", value_name="entities")
    return long.sort("day", *by, "grade")


def by_month(home: "Home", last: date | None = None, known_at: datetime | None = None) -> pl.DataFrame:
    """`grade_counts` by province and section at the ends of the last `MONTHS` months; of the newest month on `last`, or today."""
    days = month_ends(last or home.today(), MONTHS)
    return grade_counts(home, days, by=("region", "section"), known_at=known_at)


def _having(letter: Grade) -> pl.Expr:
    return (pl.col("grade") == letter).sum().cast(pl.Int64).alias(letter)
