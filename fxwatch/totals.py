"""Sums of a period so far, and parts of amounts exact to the cent."""

import polars as pl

MILLION = 1_000_000

# Refunds are left out by most rules: they undo a flow, they are none.
IS_REFUND = pl.col("payment_type").eq_missing(pl.lit("R"))


def portion(amount: pl.Expr, millionths: int) -> pl.Expr:
    """So many millionths of an amount in whole cents, rounded down: what is above it is above the exact part too.

    >>> pl.select(portion(pl.lit(1_000_001), 1_100_000)).item()
    1100001
    """
    amount = amount.cast(pl.Int64)
    return amount // MILLION * millionths + amount % MILLION * millionths // MILLION


def least(amount: pl.Expr, millionths: int) -> pl.Expr:
    """So many millionths of an amount in whole cents, rounded up: what is at least it is at least the exact part too.

    >>> pl.select(least(pl.lit(1_000_001), 500_000)).item()
    500001
    """
    amount = amount.cast(pl.Int64)
    return amount // MILLION * millionths + (amount % MILLION * millionths + MILLION - 1) // MILLION


def so_far(flows: pl.DataFrame, *columns: str, **sums: pl.Expr) -> pl.DataFrame:
    """Sums to the end of each active day, within groups.

    Args:
        flows: at least the columns and day.
        columns: what makes a group.
        sums: what is added up, by name.

    Returns:
        The columns, day and the sums, sorted; one row a group and active day.
    """
    days = flows.group_by(*columns, "day").agg(*(what.sum().alias(name) for name, what in sums.items()))
    days = days.sort(*columns, "day")
    return days.with_columns(pl.col(*sums).cum_sum().over(*columns))


def month(day: str = "day") -> pl.Expr:
    """The first day of a day's month."""
    return pl.col(day).dt.truncate("1mo")


def quarter(day: str = "day") -> pl.Expr:
    """The first day of a day's quarter."""
    return pl.col(day).dt.truncate("1q")


def groups_above(flows: pl.LazyFrame, columns: list[str | pl.Expr], above: int) -> pl.DataFrame:
    """The groups whose flows together are above an amount: the columns and amount_usd."""
    sums = flows.group_by(*columns).agg(pl.col("amount_usd").sum())
    return sums.filter(pl.col("amount_usd") > above).collect()
