"""Frames handed to DuckDB under a name, for as long as a query needs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import duckdb


@contextmanager
def handed(con: "duckdb.DuckDBPyConnection", **frames: pl.DataFrame) -> Iterator[None]:
    """The frames, by their names, inside the block."""
    for name, frame in frames.items():
        con.register(name, frame.to_arrow())
    try:
        yield
    finally:
        for name in frames:
            con.unregister(name)
