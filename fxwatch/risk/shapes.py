"""Shapes in an entity's flows: just below limits, split, passed on, paid twice, day after day."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from fxwatch.flows import packed
from fxwatch.risk.trade import QUARTER, YEAR
from fxwatch.terms import Item

_CENTS = 100
# Just below: above nine tenths of a limit, up to the limit itself, in cents.
_TRANSFER = (45_000_000, 50_000_000)
_DAY = (90_000_000, 100_000_000)
_DOCUMENTS = (2_500_000, 5_000_000)
# A payee whom so many pay in a year is everybody's.
_EVERYBODYS = 50
_LEAST_PASSED = 10_000_000
_ALMOST_EQUAL = 0.05


def shapes(flows: pl.DataFrame, calendar: pl.DataFrame, day: date) -> pl.DataFrame:
    """One row an entity that traded in a year."""
    year = flows.filter(pl.col("day") > day - timedelta(days=YEAR))
    recent = pl.col("day") > day - timedelta(days=QUARTER)
    found = _off_days(year, calendar)
    parts = (
        _near_limits(year, recent), _splits(year, recent), _jointly(year, recent, day), _passed_through(year, day),
        _paid_twice(year), _longest_run(year, calendar),
    )  # fmt: skip
    for part in parts:
        found = found.join(part, on="entity", how="left")
    return found


def _off_days(year: pl.DataFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    off = calendar.filter(~pl.col("is_workday"))["day"]
    is_off = year.select("entity", is_off=pl.col("day").is_in(off.implode()))
    return is_off.group_by("entity").agg(off_day_share_12m=pl.col("is_off").mean())


def _near_limits(year: pl.DataFrame, recent: pl.Expr) -> pl.DataFrame:
    is_transport = pl.col("item") == Item.TRANSPORT
    usd = pl.col("amount_usd")
    # What is far below a limit cannot reach it by a second leg, nor a day by small change: few rows are added up.
    legs = year.filter(is_transport & (usd > _TRANSFER[0] // 4))
    declarations = legs.group_by("entity", "declaration", "day").agg(usd.sum())
    days = (
        year.lazy()
        .filter(~is_transport)
        .select("entity", "day", "amount_usd", key=packed("entity", "direction", "day"))
        .group_by("key")
        .agg(usd.sum(), pl.first("entity", "day"))
        .filter((usd > _DAY[0]) & (usd <= _DAY[1]))
        .select("entity", "day")
        .collect()
    )
    near = pl.concat(
        [
            declarations.filter((usd > _TRANSFER[0]) & (usd <= _TRANSFER[1])).select("entity", "day"),
            days,
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


def _jointly(year: pl.DataFrame, recent: pl.Expr, day: date) -> pl.DataFrame:
    """The most others that paid the same payee in a week, each just below the document limit; weeks are cut as in `_passed_through`."""
    usd, whom, several = pl.col("amount_usd"), "counterparty", pl.col("entity").n_unique()
    paid = year.lazy().filter((pl.col("direction") == "payment") & pl.col(whom).is_not_null())
    small = paid.filter((usd >= _DOCUMENTS[0]) & (usd <= _DOCUMENTS[1])).select("entity", whom, "day")
    shared = small.group_by(whom).agg(payers=several).filter(pl.col("payers") > 1)
    known = paid.join(shared, on=whom, how="semi").group_by(whom).agg(payers=several)
    few = small.join(known.filter(pl.col("payers") < _EVERYBODYS), on=whom, how="semi").collect()
    age = (pl.lit(day) - pl.col("day")).dt.total_days()
    found = []
    for offset in (0, 3):
        others = several.over("counterparty", (age + offset) // 7).cast(pl.Int64) - 1
        found.append(few.select("entity", others=others, lately=others * recent))
    most = pl.concat(found).group_by("entity")
    return most.agg(joint_payers_12m=pl.col("others").max(), joint_payers_3m=pl.col("lately").max())


def _passed_through(year: pl.DataFrame, day: date) -> pl.DataFrame:
    """Weeks in which as much was received as paid. Weeks are cut twice, half a week apart, so that few are torn."""
    paid = pl.col("amount_usd") * (pl.col("direction") == "payment")
    received, paid_out = pl.col("usd") - pl.col("paid"), pl.col("paid")
    larger, smaller = pl.max_horizontal(received, paid_out), pl.min_horizontal(received, paid_out)
    age = (pl.lit(day) - pl.col("day")).dt.total_days()
    entity = pl.col("entity").cast(pl.Int64)
    found = []
    for offset in (0, 3):
        weeks = (
            year.lazy()
            .select(usd="amount_usd", paid=paid, key=entity * 128 + (age + offset) // 7)
            .group_by("key")
            .agg(pl.sum("usd", "paid"))
            .with_columns(
                entity=(pl.col("key") // 128).cast(pl.Int32),
                lately=pl.col("key") % 128 * 7 < QUARTER,
                passed=smaller * ((smaller > _LEAST_PASSED) & (larger - smaller <= _ALMOST_EQUAL * larger)),
            )
        )
        found.append(
            weeks.select(
                "entity", "usd", "passed",
                passed_lately=pl.col("passed") * pl.col("lately"), usd_lately=pl.col("usd") * pl.col("lately"),
            )
            .group_by("entity")
            .agg(
                passed_through_usd_12m=pl.col("passed").sum() / _CENTS,
                passed_through_usd_3m=pl.col("passed_lately").sum() / _CENTS,
                busiest_week_share_3m=pl.col("usd_lately").max() / pl.col("usd").sum(),
            )
            .collect()
        )  # fmt: skip
    return pl.concat(found).group_by("entity").max()


def _paid_twice(year: pl.DataFrame) -> pl.DataFrame:
    named = year.filter(
        (pl.col("direction") == "payment") & pl.col("invoice").is_not_null() & pl.col("counterparty").is_not_null()
    )
    paid = named.group_by("entity", "counterparty", "invoice", "amount_usd").agg(
        first=pl.col("declaration").min(), last=pl.col("declaration").max()
    )
    twice = paid.filter(pl.col("first") != pl.col("last"))
    return twice.group_by("entity").agg(paid_twice_12m=pl.len())


def _longest_run(year: pl.DataFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    """The most active days in a row in one item, days off between them left aside."""
    working = calendar.sort("day").select("day", number=pl.col("is_workday").cast(pl.Int64).cum_sum())
    if year.is_empty() or working.is_empty():
        return pl.DataFrame(schema={"entity": pl.Int32, "longest_run_12m": pl.Int64})
    # A day off bears the number of the working day before it: whoever is active on both has no gap between them.
    first = working["day"][0].toordinal()
    numbers = np.full(working["day"][-1].toordinal() - first + 1, -1, dtype=np.int64)
    numbers[working["day"].to_physical().to_numpy() - working["day"].to_physical()[0]] = working["number"].to_numpy()
    keys = year.select(packed("entity", "item", "day").alias("key")).to_series().unique().sort().to_numpy()
    place = keys % 2**22 - first
    known = (place >= 0) & (place < len(numbers))
    keys, number = keys[known], numbers[place[known]]
    if not len(keys):
        return pl.DataFrame(schema={"entity": pl.Int32, "longest_run_12m": pl.Int64})
    begins = np.r_[True, (np.diff(keys // 2**22) != 0) | (np.diff(number) > 1)]
    starts = np.flatnonzero(begins)
    runs = pl.DataFrame(
        {"entity": (keys[starts] // 2**26).astype(np.int32), "active": np.diff(np.r_[starts, len(keys)])}
    )
    return runs.group_by("entity").agg(longest_run_12m=pl.col("active").max())
