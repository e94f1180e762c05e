"""What other authorities keep and banks say of themselves: settlements, filings, totals, codes, read and written in a load."""

from typing import TYPE_CHECKING

import polars as pl

from fxwatch.warehouse.handing import handed
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

# The key of each table of numbered records.
KEYS = {"settlements": ["settlement_no"], "filings": ["authority", "filing_no"]}


def standing(con: "duckdb.DuckDBPyConnection", table: str, keys: pl.DataFrame) -> pl.DataFrame:
    """What stands of some records, deleted ones included: the columns of the table with `entity_id`.

    Args:
        con: the writing connection.
        table: one of `KEYS`.
        keys: its key columns.
    """
    with handed(con, wanted=keys):
        return _frame(con.sql(query(f"standing_{table}")).pl())


def add(con: "duckdb.DuckDBPyConnection", table: str, rows: pl.DataFrame) -> None:
    """Insert versions into `settlements`, `filings`, `totals` or `codes`. Columns as in schema.sql."""
    with handed(con, added=rows):
        con.table("added").select(*con.table(table).columns).insert_into(table)


def totals_now(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """The control figures as now known: `bank`, `month`, `direction` (UInt8), `flows`, `amount_usd` (cents)."""
    return _frame(con.sql(query("totals_now")).pl())


def codes_now(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """The concordances as now known: `code`, `valid_from`, `valid_to`, `item`, `bpm6` (UInt8; null: no trade in services)."""
    return _frame(con.sql(query("codes_now")).pl())


def waiting_numbers(con: "duckdb.DuckDBPyConnection", kind: str, keys: pl.Series) -> pl.DataFrame:
    """The waiting rows of some keys: `quarantine_id`, `load_id`, `declaration_no` (the key)."""
    with handed(con, wanted=keys.unique().alias("declaration_no").to_frame()):
        return _frame(con.sql(query("waiting_numbers"), params={"kind": kind}).pl())


def _frame(found: pl.DataFrame) -> pl.DataFrame:
    # duckdb does not say what `.pl()` gives.
    return found
