"""Declarations by digests of their numbers: which of a batch may be on record is told without reading what is."""

from typing import Any

import duckdb
import numpy as np
import polars as pl

from fxwatch.warehouse.handing import handed
from fxwatch.warehouse.parts import named_parts
from fxwatch.warehouse.queries import query

Digests = np.ndarray[Any, np.dtype[np.uint64]]
# Under which name a home keeps what is known for the loads that follow.
KEPT = "declared"


def engine_beside() -> duckdb.DuckDBPyConnection:
    """An engine in memory for one thread, beside one that is at work in a transaction. It keeps rows in their order."""
    return duckdb.connect(config={"threads": 1})


def with_digests(engine: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows, as far as they have a `declaration_no`, with its digest in column `no_digest` (UInt64); made by `engine_beside`."""
    with handed(engine, declarations=rows.select("declaration_no")):
        made: pl.DataFrame = engine.sql(query("declaration_digests")).pl()
    return rows.hstack(made)


class Declared:
    """All declarations on record, for loads that ask many times: eight bytes a flow in parts, in a few sorted runs, and those of
    the main file.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, before: "Declared | None" = None) -> None:
        """`before`: what was known at an earlier load; of parts those that are new are read alone."""
        self._parts = set(named_parts(con))
        known = before if before is not None and before._parts <= self._parts else None
        self._runs: list[Digests] = list(known._runs) if known else []
        new = self._parts - known._parts if known else self._parts
        digests = [_digests(con, query("digests_in_part").format(part=part)) for part in sorted(new)]
        if digests:
            self._add(np.sort(np.concatenate(digests)))
        self._recent = np.sort(_digests(con, query("digests_in_main_file")))

    def _add(self, run: Digests) -> None:
        # Runs of about one size become one: there are few of them, and each digest is sorted a few times.
        while self._runs and len(self._runs[-1]) <= 2 * len(run):
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")  # which finds what is in order
        self._runs.append(run)

    def has(self, digests: pl.Series) -> pl.Series:
        """Of each digest whether some declaration on record bears it."""
        asked = digests.unique().drop_nulls().sort().to_numpy()  # neighbours are found near each other
        runs = [run for run in (*self._runs, self._recent) if len(run)]
        here = [asked[run.take(np.searchsorted(run, asked), mode="clip") == asked] for run in runs]
        return digests.is_in(pl.Series(digests.name, np.concatenate([asked[:0], *here]), pl.UInt64).implode())


def _digests(con: duckdb.DuckDBPyConnection, asked: str) -> Digests:
    found: Digests = con.sql(asked).fetchnumpy()["no_digest"]
    return found
