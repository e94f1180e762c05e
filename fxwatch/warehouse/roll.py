"""The copy of the roll, as the register knew it when it was put here (see `store.Warehouse.put_roll`)."""

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import duckdb


def roll_mark(con: "duckdb.DuckDBPyConnection") -> str | None:
    """What the copy of the roll was marked with when it was put here; None where it never was."""
    found = con.execute(
        "SELECT comment FROM duckdb_tables() WHERE database_name = current_database() AND table_name = 'roll'"
    ).fetchall()
    mark: str | None = found[0][0]
    return mark


def copied_roll(con: "duckdb.DuckDBPyConnection") -> pl.Series:
    """Who is on the copy of the roll: their `entity_id`, in no particular order."""
    found: pl.DataFrame = con.sql("SELECT entity_id FROM roll").pl()
    return found["entity_id"]
