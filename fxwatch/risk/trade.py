"""How much an entity trades, in what, and how that changed."""

from datetime import date, timedelta

import polars as pl

from fxwatch.flows import packed
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
    is_advance = (pl.col("payment_type") == "A").fill_null(value=False)
    is_vague = pl.col("is_vague").fill_null(value=False)
    # Sums of parts in one pass: a filter in each of so many groups would take several times as long.
    sums = (
        year.lazy()
        .select(
            "entity", "amount_usd", "settled_usd", "is_round", paid=usd * is_payment, lately=usd * recent,
            soft=usd * (is_payment & is_soft), vague=usd * is_vague, is_vague=is_vague, is_refund=is_refund,
            refund=usd * (is_refund & recent), advance=usd * (is_payment & is_advance),
            is_month_end=(pl.col("day") + timedelta(days=3)).dt.month() != pl.col("day").dt.month(),
        )
        .group_by("entity")
        .agg(
            pl.sum("paid", "lately", "soft", "vague", "refund", "advance", "is_vague", "is_refund", "settled_usd"),
            pl.mean("is_round", "is_month_end"), pl.len().alias("flows_12m"), total=usd.sum(), largest=usd.max(),
        )
    )  # fmt: skip
    total, paid = pl.col("total"), pl.col("paid")
    return sums.select(
        "entity", "flows_12m",
        turnover_usd_12m=total / _CENTS,
        receipts_share_12m=1 - paid / total,
        largest_share_12m=pl.col("largest") / total,
        mean_flow_usd_12m=total / pl.col("flows_12m") / _CENTS,
        turnover_usd_3m=pl.col("lately") / _CENTS,
        soft_share_12m=pl.col("soft") / total,
        vague_share_12m=pl.col("vague") / total,
        vague_flows_12m="is_vague",
        round_share_12m="is_round",
        refunds_12m="is_refund",
        refund_usd_3m=pl.col("refund") / _CENTS,
        advance_share_12m=pl.col("advance") / paid,
        settled_share_12m=pl.col("settled_usd") / total,
        month_end_share_12m="is_month_end",
    ).collect()  # fmt: skip


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
    """The number of items, and half of the sum of differences between the shares of items lately and before: 0 the same, 1 nothing in common."""
    usd = pl.col("amount_usd")
    sums = (
        year.lazy()
        .select("entity", key=packed("entity", "item"), now=usd * recent, before=usd * ~recent)
        .group_by("key")
        .agg(pl.first("entity"), pl.sum("now", "before"))
    )
    now, before = pl.col("now"), pl.col("before")
    distance = (now / now.sum() - before / before.sum()).abs().sum() / 2
    found = sums.group_by("entity").agg(pl.sum("now", "before"), items_12m=pl.len(), distance=distance).collect()
    return found.select("entity", "items_12m", mix_change_3m=pl.when((now > 0) & (before > 0)).then("distance"))


def _new_items(flows: pl.DataFrame, day: date) -> pl.DataFrame:
    """What jumped and what is new, by item and direction, in the last three spans of thirty-one days against those before."""
    span, usd = pl.col("span"), pl.col("amount_usd")
    lines = (
        flows.lazy()
        .select(
            "amount_usd",
            key=packed("entity", "item", "direction"),
            span=((pl.lit(day) - pl.col("day")).dt.total_days() // 31).cast(pl.Int8),
        )
        .group_by("key")
        .agg(
            *((usd * (span == n)).sum().alias(f"s{n}") for n in range(3)),
            before=(usd * (span >= 3)).sum(),
            older=(usd * (span >= 12)).sum(),
        )
        .select(
            entity=(pl.col("key") // 2**5).cast(pl.Int32),
            high=pl.max_horizontal("s0", "s1", "s2") / _CENTS,
            lately=pl.sum_horizontal("s0", "s1", "s2") / _CENTS,
            usual=(pl.col("before") - pl.col("older")) / 9 / _CENTS,
            ever=pl.col("before") / _CENTS,
        )
        .with_columns(
            jump=pl.col("high") - 3 * pl.col("usual"),
            ratio=(pl.col("high") + 1_000) / (pl.col("usual") + 10_000),
            new=pl.col("lately") * (pl.col("ever") == 0),
        )
        .group_by("entity")
        .agg(
            jump_usd_3m=pl.col("jump").max(),
            jump_ratio_3m=pl.col("ratio").max(),
            new=pl.col("new").sum(),
            ever=pl.col("ever").sum(),
        )
        .collect()
    )
    # An entity that is new altogether has no new items: everything of it is.
    return lines.select(
        "entity", pl.col("jump_usd_3m").clip(0), "jump_ratio_3m", new_item_usd_3m=pl.col("new") * (pl.col("ever") > 0)
    )


def _silence(flows: pl.DataFrame, day: date) -> pl.DataFrame:
    keys = flows.select(packed("entity", "day").alias("key")).to_series().unique().sort()
    late = packed_day(day - timedelta(days=2 * QUARTER))
    gaps = keys.to_frame().select(
        entity=(pl.col("key") // 2**22).cast(pl.Int32), day=pl.col("key") % 2**22, gap=pl.col("key").diff()
    )
    same = pl.col("entity") == pl.col("entity").shift(1)
    return (
        gaps.with_columns(gap=pl.when(same).then("gap"))
        .filter(pl.col("day") > late)
        .group_by("entity")
        .agg(silence_days=pl.col("gap").max())
    )


def packed_day(day: date) -> int:
    """A day as the lowest bits of a packed key have it."""
    return day.toordinal()
