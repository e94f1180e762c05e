"""Declarations by digests of their numbers: which of a batch may lie in parts is told without reading what lies there."""

import duckdb
import numpy as np
import polars as pl

from fxwatch.warehouse.handing import handed
from fxwatch.warehouse.parts import named_parts
from fxwatch.warehouse.queries import query


def engine_beside() -> duckdb.DuckDBPyConnection:
    """An engine in memory for one thread, beside one that is at work in a transaction. It keeps rows in their order."""
    return duckdb.connect(config={"threads": 1})


def with_digests(engine: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows, as far as they have a `declaration_no`, with its digest in column `no_digest` (UInt64); made by `engine_beside`."""
    with handed(engine, declarations=rows.select("declaration_no")):
        made: pl.DataFrame = engine.sql(query("declaration_digests")).pl()
    return rows.hstack(made)


class Declared:
    """All declarations that lie in parts, for a load that asks many times: eight bytes a flow, sorted."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        count = con.execute("SELECT coalesce(sum(flows), 0)::BIGINT FROM parts").fetchall()[0][0]
        self._digests = np.empty(count, np.uint64)
        end = 0
        for part in sorted(named_parts(con)):
            some = con.sql(query("digests_in_part").format(part=part)).fetchnumpy()["no_digest"]
            self._digests[end : (end := end + len(some))] = some
        self._digests.sort()

    def has(self, digests: pl.Series) -> pl.Series:
        """Of each digest whether some declaration in a part bears it."""
        asked = digests.unique().drop_nulls().sort().to_numpy()  # neighbours are found near each other
        places = np.searchsorted(self._digests, asked)
        here = asked[self._digests.take(places, mode="clip") == asked] if len(self._digests) else asked[:0]
        return digests.is_in(pl.Series(digests.name, here, pl.UInt64).implode())
