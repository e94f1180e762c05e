"""Counterparties: what their texts are compared by, and the numbers that stand for them."""

from typing import TYPE_CHECKING

import polars as pl

from fxwatch.warehouse.handing import handed
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

# A counterparty is compared without marks of residence, blanks, punctuation and case.
AS_COMPARED = (
    pl.col("counterparty")
    .str.normalize("NFKC")
    .str.to_uppercase()
    .str.replace(r"^\s*\((JW|JN)\)", "")
    .str.replace_all(r"[\s\pP\pS]", "")
)


def with_numbers(con: "duckdb.DuckDBPyConnection", flows: pl.DataFrame) -> pl.DataFrame:
    """Flows, as far as they name a `counterparty`, with its number in column `counterparty_number`."""
    numbers = counterparty_numbers(con, flows["counterparty"])
    return flows.join(numbers, on="counterparty", how="left", maintain_order="left")


def numbers_in(con: "duckdb.DuckDBPyConnection", table: str) -> pl.DataFrame:
    """The numbers of all counterparties of a table: columns counterparty, counterparty_number."""
    texts: pl.DataFrame = con.table(table).select("counterparty").distinct().pl()
    return counterparty_numbers(con, texts["counterparty"])


def counterparty_numbers(con: "duckdb.DuckDBPyConnection", texts: pl.Series) -> pl.DataFrame:
    """Columns counterparty, counterparty_number: of each text the number of what it is compared by; empty ones are left out.

    One text is one number wherever it stands. That two of a hundred million texts share a number of 63 bits happens once
    in two thousand warehouses.
    """
    told = texts.unique().drop_nulls().to_frame("counterparty").select("counterparty", name=AS_COMPARED)
    with handed(con, counterparties=told.filter(pl.col("name") != "")):
        found: pl.DataFrame = con.sql(query("counterparty_numbers")).pl()
    return found
