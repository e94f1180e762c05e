"""With whom and with which economies an entity trades, and who is new among them."""

from datetime import date, timedelta

import polars as pl

from fxwatch.risk.trade import QUARTER, YEAR
from fxwatch.terms import Item

# Fees that related parties charge each other.
RELATED = (Item.CONSULTING, Item.ROYALTIES, Item.OTHER_BUSINESS)
# An economy is rare where no more than this part of the entities that pay abroad pays anything to it.
RARE = 0.02
FEW_PAYERS = 50  # with fewer than so many payers nothing can be called rare
_CENTS = 100.0


def partners(flows: pl.DataFrame, entities: pl.DataFrame, day: date) -> pl.DataFrame:
    """Economies and counterparties: one row an entity that traded in a year."""
    found = _economies(flows, day)
    for part in (_related(flows, entities, day), _counterparties(flows, day)):
        found = found.join(part, on="entity", how="full", coalesce=True)
    return found


def _economies(flows: pl.DataFrame, day: date) -> pl.DataFrame:
    is_year = pl.col("day") > day - timedelta(days=YEAR)
    usd = pl.col("amount_usd")
    sums = (
        flows.lazy()
        .filter(pl.col("economy").is_not_null())
        .select(
            "entity", "economy", "day", year=usd * is_year,
            paid=usd * (is_year & (pl.col("direction") == "payment")),
        )
        .group_by("entity", "economy")
        .agg(pl.sum("year", "paid"), first=pl.col("day").min())
        .collect()
    )  # fmt: skip
    payers = sums.filter(pl.col("paid") > 0).group_by("economy").agg(payers=pl.len())
    whole = sums.filter(pl.col("paid") > 0)["entity"].n_unique()
    rare = payers.filter((pl.col("payers") <= RARE * whole) & (whole >= FEW_PAYERS))["economy"]
    was_new = pl.col("first") > day - timedelta(days=QUARTER)
    traded = pl.col("year") > 0
    return sums.group_by("entity").agg(
        economies_12m=traded.sum(),
        economy_top_share_12m=pl.col("year").max() / pl.col("year").sum(),
        # An entity that is new altogether has no new economies: everything of it is.
        new_economies_3m=pl.when(~was_new.all()).then(was_new.sum()).otherwise(0),
        rare_economy_usd_12m=pl.col("paid").filter(pl.col("economy").is_in(rare.implode())).sum() / _CENTS,
    )


def _related(flows: pl.DataFrame, entities: pl.DataFrame, day: date) -> pl.DataFrame:
    pairs = (
        entities.filter(pl.col("investor_economies").fill_null("") != "")
        .select("entity", economy=pl.col("investor_economies").str.split(";"))
        .explode("economy")
        .unique()
        .with_columns(pl.col("economy").cast(flows.schema["economy"], strict=False))
    )
    paid = flows.filter((pl.col("day") > day - timedelta(days=YEAR)) & (pl.col("direction") == "payment"))
    paid = paid.join(pairs.select("entity").unique(), on="entity", how="semi")
    fees = paid.filter(pl.col("item").is_in([i.value for i in RELATED])).join(
        pairs, on=["entity", "economy"], how="semi"
    )
    recent = pl.col("day") > day - timedelta(days=QUARTER)
    usd = pl.col("amount_usd")
    of_investors = fees.group_by("entity").agg(related_usd_3m=usd.filter(recent).sum() / _CENTS, fees=usd.sum())
    whole = paid.group_by("entity").agg(paid=usd.sum())
    return whole.join(of_investors, on="entity", how="left").select(
        "entity", "related_usd_3m", related_share_12m=pl.col("fees").fill_null(0) / pl.col("paid")
    )


def _counterparties(flows: pl.DataFrame, day: date) -> pl.DataFrame:
    is_year = pl.col("day") > day - timedelta(days=YEAR)
    recent = pl.col("day") > day - timedelta(days=QUARTER)
    usd, is_payment = pl.col("amount_usd"), pl.col("direction") == "payment"
    is_refund = (pl.col("payment_type") == "R").fill_null(value=False)
    pairs = (
        flows.lazy()
        .filter(pl.col("counterparty").is_not_null())
        .select(
            "entity", "counterparty", "day", "amount_usd", paid=usd * is_payment, refund=usd * is_refund, lately=usd * recent,
            paid_lately=usd * (is_payment & recent), in_year=usd * is_year,
        )
        .group_by("entity", "counterparty")
        .agg(
            pl.sum("amount_usd", "paid", "refund", "lately", "paid_lately", "in_year"),
            first=pl.col("day").min(), last=pl.col("day").max(), flows=pl.len(),
        )
        .collect()
    )  # fmt: skip
    traded = pl.col("in_year") > 0
    received = pl.col("amount_usd") - pl.col("paid") - pl.col("refund")
    is_new = (pl.col("first") > day - timedelta(days=QUARTER)) & (pl.col("paid") > 0)
    both = pl.min_horizontal(pl.col("paid"), received.clip(0))
    once = (pl.col("flows") == 1) & traded
    before = pl.col("in_year") - pl.col("lately")
    sums = pairs.lazy().select(
        "entity", "in_year", "lately", traded=traded, before=before, new_paid=pl.col("paid_lately") * is_new,
        once=pl.col("in_year") * once, once_lately=pl.col("lately") * once, once_before=before * once,
        both=both * (pl.col("last") > day - timedelta(days=YEAR)), both_lately=both * (pl.col("lately") > 0),
        # A refund needs what it gives back: something that went the other way.
        unmatched=pl.col("refund") * ((pl.col("paid") == 0) & traded),
    )  # fmt: skip
    whole = (
        sums.group_by("entity")
        .agg(
            pl.sum("lately", "before", "new_paid", "once", "once_lately", "once_before", "both", "both_lately", "unmatched"),
            counterparties_12m=pl.col("traded").sum(), year=pl.col("in_year").sum(), top=pl.col("in_year").max(),
        )
        .select(
            "entity", "counterparties_12m",
            counterparty_top_share_12m=pl.col("top") / pl.col("year"),
            new_payee_usd_3m=pl.col("new_paid") / _CENTS,
            one_time_share_12m=pl.col("once") / pl.col("year"),
            one_time_share_change=pl.col("once_lately") / pl.col("lately") - pl.col("once_before") / pl.col("before"),
            there_and_back_usd_12m=pl.col("both") / _CENTS,
            there_and_back_usd_3m=pl.col("both_lately") / _CENTS,
            unmatched_refund_usd_12m=pl.col("unmatched") / _CENTS,
        )
        .collect()
    )  # fmt: skip
    new = pairs.filter(is_new).group_by("entity", week=pl.col("first").dt.truncate("1w")).agg(payees=pl.len())
    busiest = new.group_by("entity").agg(new_payees_in_a_week_3m=pl.col("payees").max())
    return whole.join(busiest, on="entity", how="left")
