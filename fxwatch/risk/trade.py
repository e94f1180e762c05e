"""How much an entity trades, in what, and how that changed."""

from datetime import date, timedelta

import polars as pl

from fxwatch.terms import Item

# Services that leave nothing to look at.
SOFT = (Item.CONSULTING, Item.OTHER_BUSINESS, Item.COMPUTER_INFORMATION, Item.ADVERTISING, Item.ROYALTIES)
YEAR, QUARTER = 365, 91
_CENTS = 100.0


def trade(flows: pl.DataFrame, day: date) -> pl.DataFrame:
    """Size, growth, volatility, items and their mix, habits of settling and paying: one row an entity that traded in a year."""
    recent = pl.col("day") > day - timedelta(days=QUARTER)
    year = flows.filter(pl.col("day") > day - timedelta(days=YEAR))
    whole = _whole(year, recent)
    for part in (_months(year, day), _mix(year, recent), _new_items(flows, day), _silence(flows, day)):
        whole = whole.join(part, on="entity", how="left")
    return whole


def _whole(year: pl.DataFrame, recent: pl.Expr) -> pl.DataFrame:
    usd, is_payment = pl.col("amount_usd"), pl.col("direction") == "payment"
    is_refund = (pl.col("payment_type") == "R").fill_null(value=False)
    is_soft = pl.col("item").is_in([i.value for i in SOFT])
    is_vague = pl.col("is_vague").fill_null(value=False)
    total, paid = usd.sum(), usd.filter(is_payment).sum()
    return year.group_by("entity").agg(
        turnover_usd_12m=total / _CENTS,
        receipts_share_12m=1 - paid / total,
        flows_12m=pl.len(),
        largest_share_12m=usd.max() / total,
        mean_flow_usd_12m=usd.mean() / _CENTS,
        turnover_usd_3m=usd.filter(recent).sum() / _CENTS,
        soft_share_12m=usd.filter(is_payment & is_soft).sum() / total,
        items_12m=pl.col("item").n_unique(),
        vague_share_12m=usd.filter(is_vague).sum() / total,
        vague_flows_12m=is_vague.sum(),
        round_share_12m=pl.col("is_round").mean(),
        refunds_12m=is_refund.sum(),
        refund_usd_3m=usd.filter(is_refund & recent).sum() / _CENTS,
        advance_share_12m=usd.filter(is_payment & (pl.col("payment_type") == "A")).sum() / paid,
        settled_share_12m=pl.col("settled_usd").sum() / total,
        month_end_share_12m=(pl.col("day").dt.offset_by("3d").dt.month() != pl.col("day").dt.month()).mean(),
    )


def _months(year: pl.DataFrame, day: date) -> pl.DataFrame:
    """Growth and volatility over the twelve spans of thirty days before the day, empty ones included."""
    span = ((pl.lit(day) - pl.col("day")).dt.total_days() // 31).cast(pl.Int8).alias("span")
    sums = year.group_by("entity", span).agg(usd=pl.col("amount_usd").sum().cast(pl.Float64) / _CENTS)
    whole, squares = pl.col("usd").sum(), (pl.col("usd") ** 2).sum()
    recent = pl.col("usd").filter(pl.col("span") < 3).sum()
    mean = whole / 12
    return sums.group_by("entity").agg(
        volatility_12m=(squares / 12 - mean**2).clip(0).sqrt() / mean,
        growth_3m=(recent + 1_000) / ((whole - recent) / 3 + 1_000),
    )


def _mix(year: pl.DataFrame, recent: pl.Expr) -> pl.DataFrame:
    """Half of the sum of differences between the shares of items lately and before: 0 the same, 1 nothing in common."""
    usd = pl.col("amount_usd")
    sums = year.group_by("entity", "item").agg(now=usd.filter(recent).sum(), before=usd.filter(~recent).sum())
    now, before = pl.col("now"), pl.col("before")
    distance = (now / now.sum() - before / before.sum()).abs().sum() / 2
    return sums.group_by("entity").agg(mix_change_3m=pl.when((now.sum() > 0) & (before.sum() > 0)).then(distance))


def _new_items(flows: pl.DataFrame, day: date) -> pl.DataFrame:
    """What jumped and what is new, by item and direction, in the last three spans of thirty-one days against those before."""
    age = (pl.lit(day) - pl.col("day")).dt.total_days()
    sums = (
        flows.with_columns(span=(age // 31).cast(pl.Int8))
        .group_by("entity", "item", "direction", "span")
        .agg(usd=pl.col("amount_usd").sum().cast(pl.Float64) / _CENTS)
    )
    usd, span = pl.col("usd"), pl.col("span")
    lines = sums.group_by("entity", "item", "direction").agg(
        high=usd.filter(span < 3).max().fill_null(0.0),
        lately=usd.filter(span < 3).sum(),
        usual=usd.filter((span >= 3) & (span < 12)).sum() / 9,
        ever=usd.filter(span >= 3).sum(),
    )
    jump = pl.col("high") - 3 * pl.col("usual")
    return lines.group_by("entity").agg(
        jump_usd_3m=jump.max().clip(0),
        jump_ratio_3m=((pl.col("high") + 1_000) / (pl.col("usual") + 10_000)).max(),
        new_item_usd_3m=pl.col("lately").filter((pl.col("ever") == 0) & (usd_before() > 0)).sum(),
    )


def usd_before() -> pl.Expr:
    """What the entity moved in any item before the last spans: an entity that is new altogether has no new items."""
    return pl.col("ever").sum()


def _silence(flows: pl.DataFrame, day: date) -> pl.DataFrame:
    days = flows.select("entity", "day").unique().sort("entity", "day")
    gap = (pl.col("day") - pl.col("day").shift(1)).dt.total_days()
    gaps = days.with_columns(gap=pl.when(pl.col("entity") == pl.col("entity").shift(1)).then(gap))
    late = gaps.filter(pl.col("day") > day - timedelta(days=2 * QUARTER))
    return late.group_by("entity").agg(silence_days=pl.col("gap").max())
