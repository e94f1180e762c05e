"""What is to be foreseen: whether the bureau issues a notice to the entity, or records a breach, in the months after a day."""

from collections.abc import Sequence
from datetime import date

import polars as pl

HORIZON_MONTHS = 6


def labels(
    acts: pl.DataFrame,
    entities: pl.DataFrame,
    days: Sequence[date],
    months: int = HORIZON_MONTHS,
    *,
    known_on: date = date.max,
) -> pl.DataFrame:
    """The truth about each entity and day: 1 where a notice or breach bears a day in the months after it.

    Where those months are not over on `known_on`, it is the truth as far as it was known then: a 1 stays, a 0 may still become one.

    Args:
        acts: entity, day, ended_on: notices and breaches; those that were taken back by `known_on` do not count.
        entities: entity.
        days: as-of days.
        months: how far ahead is looked.
        known_on: acts of later days are not known yet.

    Returns:
        entity, as_of, label (Int8), seen (Float64): which part of the months was over, 1 for all of them.
    """
    taken_back = pl.col("ended_on").is_not_null() & (pl.col("ended_on") <= known_on)
    stands = acts.filter(~taken_back, pl.col("day") <= known_on).select("entity", pl.col("day").alias("acted_on"))
    until = pl.col("as_of").dt.offset_by(f"{months}mo")
    after = pl.DataFrame({"as_of": days}, schema={"as_of": pl.Date}).with_columns(until=until)
    over = (pl.min_horizontal("until", pl.lit(known_on)) - pl.col("as_of")) / (pl.col("until") - pl.col("as_of"))
    grid = entities.select("entity").unique().join(after.select("as_of", seen=over), how="cross")
    within = (
        stands.join(after, how="cross")
        .filter((pl.col("acted_on") > pl.col("as_of")) & (pl.col("acted_on") <= pl.col("until")))
        .select("entity", "as_of")
        .unique()
        .with_columns(label=pl.lit(1, pl.Int8))
    )
    told = grid.join(within, on=["entity", "as_of"], how="left")
    return told.select("entity", "as_of", pl.col("label").fill_null(0), "seen")
