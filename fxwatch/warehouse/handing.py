"""Frames handed to DuckDB under a name, for as long as a query needs them."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb
import polars as pl


@contextmanager
def handed(con: duckdb.DuckDBPyConnection, **frames: pl.DataFrame) -> Iterator[None]:
    """The frames, by their names, inside the block."""
    for name, frame in frames.items():
        con.register(name, frame.to_arrow())
    try:
        yield
    except BaseException:
        for name in frames:
            with suppress(duckdb.Error):  # a transaction that failed takes no more; what it failed of is told
                con.unregister(name)
        raise
    for name in frames:
        con.unregister(name)
