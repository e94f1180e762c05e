"""Payments by bank, entity and day: what a bank's questions are held against. Read from a snapshot."""

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.terms import Direction
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

_PAYMENT = list(Direction).index(Direction.PAYMENT)


def payment_days(
    con: "duckdb.DuckDBPyConnection",
    first: date,
    last: date,
    bank: str | None = None,
    since: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """How many payments in scope each bank made for each entity on each day; a declaration with two legs is one.

    Args:
        con: to a snapshot.
        first, last: the days.
        bank: only this one's.
        since: entity_id, since: only these entities, each from that day on. Flows of others are passed over.

    Returns:
        bank (`unknown` where a flow names none), entity_id, day, payments (Int64), in no particular order.
    """
    asked = {"payment": _PAYMENT, "first": first, "last": last, "bank": bank}
    if since is None:
        found: pl.DataFrame = con.sql(query("payments"), params=asked).pl()
        return found
    con.register("watched_since", since.select("entity_id", "since").to_arrow())
    found = con.sql(query("payments_since"), params=asked).pl()
    con.unregister("watched_since")
    return found


def payments_on(con: "duckdb.DuckDBPyConnection", wanted: pl.DataFrame) -> pl.DataFrame:
    """The payments of some rows of `payment_days` (bank, entity_id, day), one row a declaration.

    Returns:
        day, bank, declaration_no, entity_id, name, amount_usd (exact), flows.
    """
    con.register("wanted", wanted.select("bank", "entity_id", "day").to_arrow())
    rows: pl.DataFrame = con.sql(query("payments_asked"), params={"payment": _PAYMENT}).pl()
    con.unregister("wanted")
    usd = (pl.col("cents").cast(pl.Decimal(24, 2)) / 100).cast(pl.Decimal(24, 2))
    return rows.select("day", "bank", "declaration_no", "entity_id", "name", amount_usd=usd, flows=pl.col("flows"))
