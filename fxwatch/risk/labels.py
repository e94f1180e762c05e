"""What is to be foreseen: whether the bureau issues a notice to the entity, or records a breach, in the months after a day."""

from collections.abc import Sequence
from datetime import date

import polars as pl

HORIZON_MONTHS = 6


def labels(
    acts: pl.DataFrame, entities: pl.DataFrame, days: Sequence[date], months: int = HORIZON_MONTHS
) -> pl.DataFrame:
    """The truth about each entity and day: 1 where a notice or breach bears a day in the months after it.

    Args:
        acts: entity, day, ended_on: notices and breaches; those that were taken back since do not count.
        entities: entity.
        days: as-of days; the months after them must be over.
        months: how far ahead is looked.

    Returns:
        entity, as_of, label (Int8).
    """
    stands = acts.filter(pl.col("ended_on").is_null()).select("entity", pl.col("day").alias("acted_on"))
    grid = (
        entities.select("entity").unique().join(pl.DataFrame({"as_of": days}, schema={"as_of": pl.Date}), how="cross")
    )
    after = pl.DataFrame({"as_of": days}, schema={"as_of": pl.Date}).with_columns(
        until=pl.col("as_of").dt.offset_by(f"{months}mo")
    )
    within = (
        stands.join(after, how="cross")
        .filter((pl.col("acted_on") > pl.col("as_of")) & (pl.col("acted_on") <= pl.col("until")))
        .select("entity", "as_of")
        .unique()
        .with_columns(label=pl.lit(1, pl.Int8))
    )
    return grid.join(within, on=["entity", "as_of"], how="left").with_columns(pl.col("label").fill_null(0))
