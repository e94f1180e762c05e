"""The records of loads and runs, read from a snapshot."""

from typing import TYPE_CHECKING

import polars as pl

from fxwatch.terms import Direction

if TYPE_CHECKING:
    import duckdb


def loads(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """The loads, newest first: columns of table `loads`."""
    listed: pl.DataFrame = con.sql("SELECT * FROM loads ORDER BY load_id DESC").pl()
    return listed


def runs(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """The runs, newest first: columns of table `runs`."""
    listed: pl.DataFrame = con.sql("SELECT * FROM runs ORDER BY run_id DESC").pl()
    return listed


def totals(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """Columns direction, flows, amount_usd (Decimal): what the partial sums add up to."""
    rows: pl.DataFrame = con.sql(
        "SELECT direction, sum(flows)::BIGINT AS flows, sum(amount_usd)::BIGINT AS cents FROM sums GROUP BY 1 ORDER BY 1"
    ).pl()
    return rows.select(
        pl.col("direction").replace_strict(dict(enumerate(Direction)), return_dtype=pl.String),
        "flows",
        amount_usd=(pl.col("cents").cast(pl.Decimal(24, 2)) / 100).cast(pl.Decimal(24, 2)),
    )
