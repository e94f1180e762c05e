"""What the entities of an industry moved and how many findings they had, from the last run's partial sums."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.periods import Period
from fxwatch.terms import Direction, Item
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb


def newest_month(con: "duckdb.DuckDBPyConnection") -> date | None:
    """The first day of the newest month that was summed; None before the first run."""
    found: date | None = con.execute(query("newest_month")).fetchall()[0][0]
    return found


def peer_sums(con: "duckdb.DuckDBPyConnection", industries: Sequence[str], months: Period) -> pl.DataFrame:
    """Sums of entities by the first two characters of their industry, over whole months.

    Returns:
        entity_id, direction, item (words), amount_usd (Decimal), flows.
    """
    asked = {"first": months.start, "last": months.end, "industries": list(industries)}
    rows: pl.DataFrame = con.sql(query("peer_sums"), params=asked).pl()
    usd = (pl.col("amount_usd").cast(pl.Decimal(24, 2)) / 100).cast(pl.Decimal(24, 2))
    return rows.select(
        "entity_id",
        pl.col("direction").replace_strict(dict(enumerate(Direction)), return_dtype=pl.String),
        pl.col("item").replace_strict(dict(enumerate(Item)), return_dtype=pl.String),
        usd,
        "flows",
    )


def peer_hits(con: "duckdb.DuckDBPyConnection", industries: Sequence[str], months: Period) -> pl.DataFrame:
    """How many findings of entities of these industries still hold and were raised in these months: entity_id, hits."""
    asked = {"first": months.start, "last": months.end, "industries": list(industries)}
    found: pl.DataFrame = con.sql(query("peer_hits"), params=asked).pl()
    return found
