"""Shapes in an entity's flows: just below limits, split, passed on, paid twice, day after day."""

from datetime import date, timedelta

import polars as pl

from fxwatch.risk.trade import QUARTER, YEAR
from fxwatch.terms import Item

_CENTS = 100
# Just below: above nine tenths of a limit, up to the limit itself, in cents.
_TRANSFER = (45_000_000, 50_000_000)
_DAY = (90_000_000, 100_000_000)
_DOCUMENTS = (2_500_000, 5_000_000)
_LEAST_PASSED = 10_000_000
_ALMOST_EQUAL = 0.05


def shapes(flows: pl.DataFrame, calendar: pl.DataFrame, day: date) -> pl.DataFrame:
    """One row an entity that traded in a year."""
    year = flows.filter(pl.col("day") > day - timedelta(days=YEAR))
    recent = pl.col("day") > day - timedelta(days=QUARTER)
    found = _off_days(year, calendar)
    parts = (
        _near_limits(year, recent), _splits(year, recent), _passed_through(year, day),
        _paid_twice(year), _longest_run(year, calendar),
    )  # fmt: skip
    for part in parts:
        found = found.join(part, on="entity", how="left")
    return found


def _off_days(year: pl.DataFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    off = calendar.filter(~pl.col("is_workday"))["day"]
    return year.group_by("entity").agg(off_day_share_12m=pl.col("day").is_in(off.implode()).mean())


def _near_limits(year: pl.DataFrame, recent: pl.Expr) -> pl.DataFrame:
    is_transport = pl.col("item") == Item.TRANSPORT
    usd = pl.col("amount_usd")
    # What is far below a limit cannot reach it by a second leg, nor a day by small change: few rows are added up.
    declarations = (
        year.filter(is_transport & (usd > _TRANSFER[0] // 4)).group_by("entity", "declaration", "day").agg(usd.sum())
    )
    days = year.filter(~is_transport).group_by("entity", "direction", "day").agg(usd.sum())
    near = pl.concat(
        [
            declarations.filter((usd > _TRANSFER[0]) & (usd <= _TRANSFER[1])).select("entity", "day"),
            days.filter((usd > _DAY[0]) & (usd <= _DAY[1])).select("entity", "day"),
        ]
    )
    return near.group_by("entity").agg(near_limit_12m=pl.len(), near_limit_3m=recent.sum())


def _splits(year: pl.DataFrame, recent: pl.Expr) -> pl.DataFrame:
    usd = pl.col("amount_usd")
    parts = year.filter((pl.col("direction") == "payment") & (usd >= _DOCUMENTS[0]) & (usd <= _DOCUMENTS[1]))
    weeks = parts.group_by("entity", "counterparty", week=pl.col("day").dt.truncate("1w")).agg(
        flows=pl.len(), usd=usd.sum(), day=pl.col("day").max()
    )
    split = weeks.filter(
        (pl.col("flows") >= 2) & (pl.col("usd") > _DOCUMENTS[1]) & pl.col("counterparty").is_not_null()
    )
    return split.group_by("entity").agg(splits_12m=pl.len(), splits_3m=recent.sum())


def _passed_through(year: pl.DataFrame, day: date) -> pl.DataFrame:
    """Weeks in which as much was received as paid. Weeks are cut twice, half a week apart, so that few are torn."""
    paid = pl.col("amount_usd") * (pl.col("direction") == "payment")
    sums = year.group_by("entity", "day").agg(usd=pl.col("amount_usd").sum(), paid=paid.sum())
    received, paid = pl.col("usd") - pl.col("paid"), pl.col("paid")
    larger, smaller = pl.max_horizontal(received, paid), pl.min_horizontal(received, paid)
    found = []
    for offset in (0, 3):
        age = (pl.lit(day) - pl.col("day")).dt.total_days() + offset
        weeks = sums.group_by("entity", week=age // 7).agg(pl.sum("usd", "paid"))
        equal = weeks.with_columns(
            passed=pl.when((smaller > _LEAST_PASSED) & (larger - smaller <= _ALMOST_EQUAL * larger)).then(smaller)
        )
        lately = pl.col("week") * 7 < QUARTER
        found.append(
            equal.group_by("entity").agg(
                passed_through_usd_12m=pl.col("passed").sum() / _CENTS,
                passed_through_usd_3m=pl.col("passed").filter(lately).sum() / _CENTS,
                busiest_week_share_3m=pl.col("usd").filter(lately).max() / pl.col("usd").sum(),
            )
        )
    return pl.concat(found).group_by("entity").max()


def _paid_twice(year: pl.DataFrame) -> pl.DataFrame:
    named = year.filter(
        (pl.col("direction") == "payment") & pl.col("invoice").is_not_null() & pl.col("counterparty").is_not_null()
    )
    paid = named.group_by("entity", "counterparty", "invoice", "amount_usd").agg(
        declarations=pl.col("declaration").n_unique()
    )
    twice = paid.filter(pl.col("declarations") > 1)
    return twice.group_by("entity").agg(paid_twice_12m=pl.len())


def _longest_run(year: pl.DataFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    """The most active days in a row in one item, days off between them left aside."""
    numbered = calendar.sort("day").select("day", number=pl.col("is_workday").cast(pl.Int32).cum_sum())
    days = year.select("entity", "item", "day").unique().join(numbered, on="day", how="inner")
    # A day off bears the number of the working day before it: whoever is active on both has no gap between them.
    days = days.group_by("entity", "item", "number").agg(active=pl.len()).sort("entity", "item", "number")
    begins = (
        (pl.col("number") - pl.col("number").shift(1) != 1)
        | (pl.col("entity") != pl.col("entity").shift(1))
        | (pl.col("item") != pl.col("item").shift(1))
    ).fill_null(value=True)
    runs = days.with_columns(run=begins.cum_sum()).group_by("run").agg(pl.col("entity").first(), pl.col("active").sum())
    return runs.group_by("entity").agg(longest_run_12m=pl.col("active").max())
