"""One entity's trade: its flows, and their sums by month, item, economy or counterparty, settled and received."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.terms import Direction, Item
from fxwatch.warehouse import entity_flows
from fxwatch.warehouse.entity_flows import STATES, UNCLASSIFIED
from fxwatch.warehouse.settling import settled_by

if TYPE_CHECKING:
    from fxwatch.home import Home

BY = ("month", "item", "economy", "counterparty", "scope")
UNKNOWN = "unknown"
_USD = pl.Decimal(24, 2)
_SHARE_PLACES = 6


def entry_of(home: "Home", entity_id: str) -> dict[str, Any] | None:
    """What the roll says of an entity; None for one that is not on it.

    Returns:
        The columns of the roll, with `transport_enterprise` resolved: by flag, else by division of industry; `since`, from
        when it is on record (`registered_on`, else its first load); `division`, two digits where the industry has them.
    """
    entry = home.register.enrolled(entity_id)
    if entry is None:
        return None
    industry, stated = entry["industry"] or "", entry["transport_enterprise"]
    division = industry[:2] if industry[:2].isdigit() else None
    by_industry = division in home.settings.transport()
    return {
        **entry,
        "since": entry["registered_on"] or entry["on_record_since"],
        "division": division,
        "transport_enterprise": by_industry if stated is None else stated,
    }


def flows_of(home: "Home", entity_id: str) -> pl.DataFrame:
    """Every flow of one entity as it stands, those that count nowhere included: see `warehouse.entity_flows.flows_of`."""
    return entity_flows.flows_of(home.snapshot().con, entity_id)


def sums_of(home: "Home", entity_id: str, by: str) -> pl.DataFrame:
    """Receipts and payments of one entity by one of `BY`: see `summed`. It reads no more of its flows than that needs."""
    more = (by,) if by in ("economy", "counterparty", "scope") else ()
    return summed(counted(entity_flows.trade_of(home.snapshot().con, entity_id, *more)), by)


def settled_of(home: "Home", entity_id: str) -> pl.DataFrame:
    """What one entity settled of its receipts and bought for its payments, by month, inside accounts too: see `settled`."""
    con = home.snapshot().con
    return settled(counted(entity_flows.trade_of(con, entity_id)), settled_by(con, entity_id))


def states_of(home: "Home", entity_id: str) -> dict[str, int]:
    """How many flows of an entity are `in_scope`, `waiting` (for their code), `out_of_scope` and `deleted`."""
    found = entity_flows.trade_of(home.snapshot().con, entity_id).group_by("state").len()
    counts = dict(found.iter_rows())
    return {state: counts.get(state, 0) for state in (STATES[0], UNCLASSIFIED, *STATES[1:])}


def newest_flows(
    home: "Home", entity_id: str, most: int, skipped: int = 0, direction: str | None = None, item: str | None = None
) -> pl.DataFrame:
    """A page of an entity's flows, the newest first: see `warehouse.entity_flows.newest_flows`."""
    con = home.snapshot().con
    return entity_flows.newest_flows(con, entity_id, most, skipped, direction=direction, item=item)


def counted(flows: pl.DataFrame) -> pl.DataFrame:
    """The flows that rules and monitors look at: classified and in scope."""
    return flows.filter(pl.col("state") == STATES[0])


def summed(flows: pl.DataFrame, by: str) -> pl.DataFrame:
    """Receipts and payments of counted flows by one of `BY`.

    Args:
        flows: columns `day`, `direction`, `amount_usd` and the one to sum by, of `counted`.
        by: `month` (from the first flow's to the last one's, months without any included), `item` (in the order of the
            items) or another column (the largest first); what is missing is `unknown`.

    Returns:
        The column asked for (of a month its first day), receipt_flows, receipts_usd, payment_flows, payments_usd, net_usd;
        money as Decimal.
    """
    if by == "month":
        return _by_month(flows)
    named = flows.with_columns(pl.col(by).str.strip_chars().replace("", None).fill_null(UNKNOWN))
    sums = _filled(_sums(named, by))
    if by == "item":
        return _in_order(sums, by, list(Item))
    return sums.sort(pl.col("receipts_usd") + pl.col("payments_usd"), by, descending=[True, False])


def settled(flows: pl.DataFrame, inside: pl.DataFrame | None = None) -> pl.DataFrame:
    """By month, how much was settled into CNY beside what was received, and bought with CNY beside what was paid.

    Args:
        flows: columns `day`, `direction`, `amount_usd`, `settled_usd` of `counted`.
        inside: what was settled and bought inside accounts: `month`, `direction`, `settled_usd`.

    Returns:
        month (its first day), receipts_usd, settled_usd, settled_share, payments_usd, purchased_usd, purchased_share, every
        month from the first to the last; a share is empty where nothing moved. A flow whose bank told no settled amount counts
        as not settled.
    """
    parts = flows.select("direction", "settled_usd", month=pl.col("day").dt.truncate("1mo"))
    columns = ("month", "direction", "settled_usd")
    every = pl.concat([f.select(columns).cast({"settled_usd": _USD}) for f in (parts, inside) if f is not None])
    is_receipt, usd = pl.col("direction") == Direction.RECEIPT, pl.col("settled_usd")
    months = every.group_by("month").agg(
        settled_usd=usd.filter(is_receipt).sum(), purchased_usd=usd.filter(~is_receipt).sum()
    )
    found = _by_month(flows, months["month"]).join(months, on="month", how="left", maintain_order="left")
    found = found.with_columns(pl.col("settled_usd", "purchased_usd").cast(_USD).fill_null(0))
    return found.select(
        *("month", "receipts_usd", "settled_usd", _share("settled_usd", "receipts_usd").alias("settled_share")),
        *("payments_usd", "purchased_usd", _share("purchased_usd", "payments_usd").alias("purchased_share")),
    )


def with_total(sums: pl.DataFrame) -> dict[str, Any]:
    """The columns of `summed` added up: receipt_flows, receipts_usd, payment_flows, payments_usd, net_usd."""
    return sums.select(pl.sum("receipt_flows", "receipts_usd", "payment_flows", "payments_usd", "net_usd")).row(
        0, named=True
    )


def _by_month(flows: pl.DataFrame, also: pl.Series | None = None) -> pl.DataFrame:
    """Every month from the first flow's to the last one's, and those `also` asked for."""
    sums = _sums(flows.with_columns(month=pl.col("day").dt.truncate("1mo")), "month")
    known = sums["month"] if also is None else pl.concat([sums["month"], also])
    if known.is_empty():
        return _filled(sums)
    every = (
        known.alias("month").to_frame().select(pl.date_range(pl.min("month"), pl.max("month"), "1mo").alias("month"))
    )
    return _filled(every.join(sums, on="month", how="left", maintain_order="left"))


def _in_order(sums: pl.DataFrame, by: str, order: Sequence[str]) -> pl.DataFrame:
    places = {str(word): place for place, word in enumerate(order)}
    return sums.sort(pl.col(by).replace_strict(places, default=len(places), return_dtype=pl.Int32))


def _sums(flows: pl.DataFrame, by: str) -> pl.DataFrame:
    is_receipt, usd = pl.col("direction") == Direction.RECEIPT, pl.col("amount_usd")
    return flows.group_by(by).agg(
        receipt_flows=is_receipt.sum().cast(pl.Int64),
        receipts_usd=usd.filter(is_receipt).sum(),
        payment_flows=(~is_receipt).sum().cast(pl.Int64),
        payments_usd=usd.filter(~is_receipt).sum(),
    )


def _filled(sums: pl.DataFrame) -> pl.DataFrame:
    money = [pl.col(n).cast(_USD).fill_null(0) for n in ("receipts_usd", "payments_usd")]
    counts = [pl.col(n).fill_null(0) for n in ("receipt_flows", "payment_flows")]
    return sums.with_columns(*money, *counts).with_columns(net_usd=pl.col("receipts_usd") - pl.col("payments_usd"))


def _share(part: str, whole: str) -> pl.Expr:
    ratio = pl.col(part).cast(pl.Float64) / pl.col(whole).cast(pl.Float64)
    return pl.when(pl.col(whole) > 0).then(ratio.round(_SHARE_PLACES))
