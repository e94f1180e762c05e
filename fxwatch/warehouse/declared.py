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
# So many first bits of a digest tell one declaration from another: 64 MiB of marks, which are filled as far as there are rows.
_MARK_BITS = 29


def engine_beside() -> duckdb.DuckDBPyConnection:
    """An engine in memory for one thread, beside one that is at work in a transaction. It keeps rows in their order."""
    return duckdb.connect(config={"threads": 1})


def with_digests(engine: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows, as far as they have a `declaration_no`, with its digest in column `no_digest` (UInt64); made by `engine_beside`."""
    with handed(engine, declarations=rows.select("declaration_no")):
        made: pl.DataFrame = engine.sql(query("declaration_digests")).pl()
    return rows.hstack(made)


class Marks:
    """Digests, roughly: what they say is not there is not, what they say is there may not be. A bit for each, by its first bits."""

    def __init__(self) -> None:
        self._bytes = np.zeros(0, dtype=np.uint8)
        self._later: list[Digests] = []  # not marked until somebody asks: most loads never do

    def add(self, digests: Digests) -> None:
        """Take note of some."""
        if len(digests):
            self._later.append(digests)

    def among(self, digests: Digests) -> Any:
        """Of each digest whether it may be there: an array of truths."""
        if self._later and not len(self._bytes):
            self._bytes = np.zeros(1 << (_MARK_BITS - 3), dtype=np.uint8)
        while self._later:
            place, bit = _place(np.sort(self._later.pop()))
            begins = np.flatnonzero(np.diff(place, prepend=-1))
            self._bytes[place[begins]] |= np.bitwise_or.reduceat(bit, begins)
        if not len(self._bytes):
            return np.zeros(len(digests), dtype=np.bool_)
        place, bit = _place(digests)
        return (self._bytes[place] & bit) != 0


class Declared:
    """All declarations on record, for loads that ask many times: eight bytes a flow in parts, in a few sorted runs, and those of
    the main file. Few of the digests of new ones pass the marks, so that a batch costs little more the more there are.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, before: "Declared | None" = None) -> None:
        """`before`: what was known at an earlier load, which gives up its marks; of parts those that are new are read alone."""
        self._parts = set(named_parts(con))
        known = before if before is not None and before._parts <= self._parts else None
        self._runs: list[Digests] = list(known._runs) if known else []
        self._marks: Marks = known._marks if known else Marks()
        new = self._parts - known._parts if known else self._parts
        digests = [_digests(con, query("digests_in_part").format(part=part)) for part in sorted(new)]
        if digests:
            self._add(np.sort(np.concatenate(digests)))
        self._recent = np.sort(_digests(con, query("digests_in_main_file")))
        for some in (*digests, self._recent):
            self._marks.add(some)

    def _add(self, run: Digests) -> None:
        # Runs of about one size become one: there are few of them, and each digest is sorted a few times.
        while self._runs and len(self._runs[-1]) <= 2 * len(run):
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")  # which finds what is in order
        self._runs.append(run)

    def has(self, digests: pl.Series) -> pl.Series:
        """Of each digest whether some declaration on record bears it."""
        asked = digests.fill_null(0).to_numpy()
        may_be = np.flatnonzero(self._marks.among(asked) & digests.is_not_null().to_numpy())
        sought, is_there = asked[may_be], np.zeros(len(asked), dtype=np.bool_)
        for run in (*self._runs, self._recent):
            if len(run):
                is_there[may_be] |= run.take(np.searchsorted(run, sought), mode="clip") == sought
        return pl.Series(digests.name, is_there)


def _place(digests: Digests) -> tuple[Any, Any]:
    """Where the mark of each digest lies: the number of its byte, and its bit in it."""
    first = digests >> np.uint64(64 - _MARK_BITS)
    return (first >> np.uint64(3)).astype(np.int64), np.left_shift(
        1, (first & np.uint64(7)).astype(np.uint8), dtype=np.uint8
    )


def _digests(con: duckdb.DuckDBPyConnection, asked: str) -> Digests:
    found: Digests = con.sql(asked).fetchnumpy()["no_digest"]
    return found
