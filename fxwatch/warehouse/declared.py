"""Declarations by digests of their numbers: which of a batch lie in parts is told without reading what lies there."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fxwatch.warehouse.handing import handed
from fxwatch.warehouse.parts import named_parts
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb


def with_digests(con: "duckdb.DuckDBPyConnection", rows: pl.DataFrame) -> pl.DataFrame:
    """Rows, as far as they have a `declaration_no`, with its digest in column `no_digest` (UInt64)."""
    with handed(con, declarations=rows["declaration_no"].unique().drop_nulls().to_frame()):
        found: pl.DataFrame = con.sql(query("declaration_digests")).pl()
    return rows.join(found, on="declaration_no", how="left", maintain_order="left")


class Declared:
    """All declarations that lie in parts, for a load that asks many times: eight bytes each, sorted, of every part."""

    def __init__(self, con: "duckdb.DuckDBPyConnection") -> None:
        self._digests = {part: _sorted(con, part) for part in sorted(named_parts(con))}

    def among(self, wanted: pl.DataFrame) -> dict[int, pl.DataFrame]:
        """Of some declarations (`no_digest`), those that lie in each part; parts in which none does are left out."""
        wanted = wanted.sort("no_digest")  # neighbours are found near each other
        asked = wanted["no_digest"].to_numpy()
        found = {}
        for part, digests in self._digests.items():
            places = np.minimum(np.searchsorted(digests, asked), len(digests) - 1)
            if len(here := wanted.filter(pl.Series(digests[places] == asked))):
                found[part] = here
        return found


def _sorted(con: "duckdb.DuckDBPyConnection", part: int) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    digests = con.sql(query("digests_in_part").format(part=part)).fetchnumpy()["no_digest"]
    digests.sort()
    return digests
