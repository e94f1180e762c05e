"""Where an entity stands among its peers: by size, by its mix of items, by hits.

Peers are the entities of the same division of GB/T 4754 that moved money in the last twelve months of the last run; of the
same section where the division has fewer than `ENOUGH` of them. With fewer than that in the section there is no fair
comparison, and none is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.facts import facts
from fxwatch.periods import Period, month_shifted, months_from
from fxwatch.terms import Direction, Item
from fxwatch.warehouse.peer_sums import newest_month, peer_hits, peer_sums

if TYPE_CHECKING:
    from fxwatch.home import Home

# Fewer than this, and a rank or a quartile would speak of single firms.
ENOUGH = 10
MONTHS = 12
MEASURES = ("turnover_usd", "receipts_usd", "payments_usd", "flows", "hits")
_USD = pl.Decimal(24, 2)


@dataclass(frozen=True)
class Group:
    """The peers of a division or a section.

    Attributes:
        level: `division` or `section`.
        code: two digits, or a letter.
        months: the twelve months looked at.
        measured: entity_id and `MEASURES`, one row a peer that moved money.
        items: entity_id, item, amount_usd (receipts and payments together).
    """

    level: str
    code: str
    months: Period
    measured: pl.DataFrame
    items: pl.DataFrame


@dataclass(frozen=True)
class Standing:
    """One entity among its peers.

    Attributes:
        level, code, months: of the group.
        peers: how many moved money, the entity included if it did.
        measures: measure, own, first_quartile, median, third_quartile (values of peers, none made up), rank (1 is the largest;
            empty for an entity that moved nothing), below (the share of the other peers that have less; empty likewise); the
            numbers are Decimal.
        items: item, amount_usd (its own), share (of its own turnover), peers_share (of that of all peers together),
            share_of_item (its part of what all peers moved in the item); shares are empty where there is nothing to divide by.
    """

    level: str
    code: str
    months: Period
    peers: int
    measures: pl.DataFrame
    items: pl.DataFrame


def group_of(home: "Home", industry: str | None) -> Group | None:
    """The peers of an industry (a letter or two to four digits); None where there are too few, or no run yet.

    It reads the partial sums of one industry, and is the same for all its entities: keep it while the snapshot stands.
    """
    con = home.snapshot().con
    last = newest_month(con)
    if last is None:
        return None
    months = Period(month_shifted(last, -(MONTHS - 1)), months_from(last, 1).end)
    for level, code, industries in _levels(industry or ""):
        sums = peer_sums(con, industries, months)
        if sums["entity_id"].n_unique() >= ENOUGH:
            items = sums.group_by("entity_id", "item").agg(pl.sum("amount_usd"))
            return Group(level, code, months, _measured(sums, peer_hits(con, industries, months)), items)
    return None


def standing(group: Group, entity_id: str) -> Standing:
    """Where an entity of the group's industry stands in it."""
    own = group.measured.filter(entity_id=entity_id)
    found = own.row(0, named=True) if own.height else None
    rows = [_measure(group.measured[name], found[name] if found else None, name) for name in MEASURES]
    schema: dict[str, Any] = {
        "measure": pl.String,
        **dict.fromkeys(_NUMBERS, _USD),
        "rank": pl.Int64,
        "below": pl.Float64,
    }
    table = pl.DataFrame(rows, schema=schema, orient="row")
    return Standing(group.level, group.code, group.months, group.measured.height, table, _items(group.items, entity_id))


_NUMBERS = ("own", "first_quartile", "median", "third_quartile")


def _levels(industry: str) -> list[tuple[str, str, list[str]]]:
    """Division and section of an industry: level, code, and the first two characters of the industries in it."""
    found = []
    division = industry[:2] if industry[:2].isdigit() else ""
    if division:
        found.append(("division", division, [division]))
    for row in facts("industries.csv"):
        divisions = [f"{n:02d}" for n in range(int(row["first_division"]), int(row["last_division"]) + 1)]
        if division in divisions or industry == row["section"]:
            found.append(("section", row["section"], [*divisions, row["section"]]))
    return found


def _measured(sums: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    is_receipt, usd = pl.col("direction") == Direction.RECEIPT, pl.col("amount_usd")
    each = sums.group_by("entity_id").agg(
        turnover_usd=usd.sum(),
        receipts_usd=usd.filter(is_receipt).sum(),
        payments_usd=usd.filter(~is_receipt).sum(),
        flows=pl.col("flows").sum(),
    )
    counts = pl.col("flows", "hits").fill_null(0).cast(_USD)
    return each.join(hits, on="entity_id", how="left").select(
        "entity_id", pl.col("turnover_usd", "receipts_usd", "payments_usd").cast(_USD).fill_null(0), counts
    )


def _measure(values: pl.Series, own: Any, name: str) -> Sequence[Any]:
    ordered = values.sort()
    quartiles = [ordered[round((len(ordered) - 1) * q)] for q in (0.25, 0.5, 0.75)]
    if own is None:
        return (name, None, *quartiles, None, None)
    below = int((values < own).sum()) / max(len(values) - 1, 1)
    return (name, own, *quartiles, int((values > own).sum()) + 1, below)


def _items(items: pl.DataFrame, entity_id: str) -> pl.DataFrame:
    own = items.filter(entity_id=entity_id).select("item", pl.col("amount_usd").cast(_USD))
    every = items.group_by("item").agg(whole=pl.sum("amount_usd"))
    places = {str(item): place for place, item in enumerate(Item)}
    mine, whole = pl.col("amount_usd").cast(pl.Float64), pl.col("whole").cast(pl.Float64)
    return (
        every.join(own, on="item", how="left")
        .with_columns(pl.col("amount_usd").fill_null(0))
        .sort(pl.col("item").replace_strict(places, return_dtype=pl.Int32))
        .select(
            "item",
            "amount_usd",
            share=pl.when(mine.sum() > 0).then((mine / mine.sum()).round(6)),
            peers_share=pl.when(whole.sum() > 0).then((whole / whole.sum()).round(6)),
            share_of_item=pl.when(whole > 0).then((mine / whole).round(6)),
        )
    )
