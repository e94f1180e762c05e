"""Policies that the bureau adopted for issuing notices without a person's hand on each."""

from datetime import date

import polars as pl

PLAN: dict[str, pl.DataType | type[pl.DataType]] = {
    "entity_id": pl.String,
    "rule": pl.String,
    "month": pl.Date,
    "hits": pl.List(pl.String),
    "notice": pl.String,
}


def monthly(hits: pl.DataFrame, covered: pl.DataFrame, through: date) -> pl.DataFrame:
    """What policy `monthly` would do: one notice per entity, rule and calendar month of `raised_on`.

    Args:
        hits: hit_id, rule, entity_id, raised_on, status, auto_notice; only open ones with auto_notice matter.
        covered: notice, entity_id, rule, month (its first day) of the notices that stand.
        through: hits raised later are left for another time.

    Returns:
        The columns of `PLAN`, by month, entity and rule. `notice` is the standing one that the hits would join,
        uncounted; null where a notice would be issued.
    """
    due = hits.filter((pl.col("status") == "open") & pl.col("auto_notice") & (pl.col("raised_on") <= through))
    return (
        due.group_by("entity_id", "rule", month=pl.col("raised_on").dt.truncate("1mo"))
        .agg(hits=pl.col("hit_id").sort())
        .join(covered, on=["entity_id", "rule", "month"], how="left")
        .select(pl.col(name).cast(dtype) for name, dtype in PLAN.items())
        .sort("month", "entity_id", "rule")
    )


def dated(month: pl.Expr, latest: date) -> pl.Expr:
    """The day of a notice of a month, dated back: the month's last day, or `latest` where that is earlier."""
    return pl.min_horizontal(month.dt.month_end(), pl.lit(latest))
