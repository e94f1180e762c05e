"""Declarations by digests of their numbers: which of a batch lie in parts is told without reading what lies there."""

import duckdb
import numpy as np
import polars as pl

from fxwatch.warehouse.handing import handed
from fxwatch.warehouse.parts import named_parts
from fxwatch.warehouse.queries import query


class Digests:
    """Makes digests, for one thread at a time, with an engine of its own: beside one that is at work in a transaction."""

    def __init__(self) -> None:
        self._con = duckdb.connect(config={"threads": 1})

    def beside(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows, as far as they have a `declaration_no`, with its digest in column `no_digest` (UInt64)."""
        with handed(self._con, declarations=rows.select("declaration_no")):
            made: pl.DataFrame = self._con.sql(query("declaration_digests")).pl()
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

    def among(self, wanted: pl.DataFrame) -> pl.DataFrame:
        """Those of some declarations (`no_digest`) that lie in some part."""
        if not len(self._digests):
            return wanted.clear()
        asked = wanted["no_digest"].unique().sort().to_numpy()  # neighbours are found near each other
        places = np.searchsorted(self._digests, asked)
        here = asked[self._digests.take(places, mode="clip") == asked]
        return wanted.join(pl.DataFrame({"no_digest": here}), on="no_digest", how="semi")
