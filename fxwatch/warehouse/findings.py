"""Hits and the flows behind them, read from a snapshot."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.terms import Direction, Item
from fxwatch.warehouse.handing import handed
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

STATES = {0: "standing", 1: "out_of_scope", 2: "deleted"}
_USD = pl.Decimal(24, 2)
END_OF_TIME = datetime(9999, 12, 31)
LOOKED_UP_AT_A_TIME = 1 << 21


def found_hits(
    con: "duckdb.DuckDBPyConnection",
    *,
    known_at: datetime | None = None,
    rule: str | None = None,
    entity: str | None = None,
    first: date | None = None,
    last: date | None = None,
    ids: list[str] | None = None,
) -> pl.DataFrame:
    """Hits without their status: the columns of `queries/hits.sql`."""
    asked: dict[str, Any] = {
        "known_at": known_at or END_OF_TIME,
        "rule": rule,
        "entity": entity,
        "first": first,
        "last": last,
        "ids": ids,
    }
    found: pl.DataFrame = con.sql(query("hits"), params=asked).pl()
    return found.with_columns((pl.col("amount_usd").cast(_USD) / 100).cast(_USD))


def hits_after(con: "duckdb.DuckDBPyConnection", after: datetime | None) -> pl.Series:
    """Ids of the hits that were first published after a moment (UTC); all ids without one."""
    found: pl.DataFrame = con.sql(query("hits_after"), params={"after": after}).pl()
    return found["hit_id"]


def shadow_hits(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """What shadows found: the columns of table `shadow_hits`."""
    found: pl.DataFrame = con.sql(query("shadow_hits")).pl()
    return found


def ids_of_rule(con: "duckdb.DuckDBPyConnection", rule: str) -> pl.DataFrame:
    """The hits of a rule that are on record: hit_id, first_day, last_day."""
    found: pl.DataFrame = con.sql(query("ids_of_rule"), params={"rule": rule}).pl()
    return found


def supersessions(con: "duckdb.DuckDBPyConnection") -> dict[str, list[str]]:
    """For each hit that supersedes others: their ids."""
    found: dict[str, list[str]] = {}
    for hit, superseded in con.execute(query("supersessions")).fetchall():
        found.setdefault(hit, []).append(superseded)
    return found


def flow_ids_of(con: "duckdb.DuckDBPyConnection", ids: list[str]) -> pl.DataFrame:
    """Columns hit_id and flow_ids (sorted list of `declaration_no/leg`)."""
    found: pl.DataFrame = con.sql(query("flow_ids"), params={"ids": ids}).pl()
    return found


def evidence_of(con: "duckdb.DuckDBPyConnection", ids: list[str]) -> pl.DataFrame:
    """The flows behind some hits, one row each; amounts as exact decimals, words in place of numbers."""
    rows: pl.DataFrame = con.sql(query("evidence"), params={"ids": ids}).pl()
    return rows.with_columns(
        pl.col("direction").replace_strict(dict(enumerate(Direction)), return_dtype=pl.String),
        pl.col("item").replace_strict(dict(enumerate(Item)), return_dtype=pl.String),
        pl.col("state").replace_strict(STATES, return_dtype=pl.String),
        (pl.col("amount", "amount_usd").cast(pl.Decimal(20, 2)) / 100).cast(pl.Decimal(20, 2)),
    )


def flow_ids_behind(con: "duckdb.DuckDBPyConnection", evidence: pl.DataFrame) -> pl.DataFrame:
    """What is behind findings, with `flow_id` (`declaration_no/leg`) in place of `flow`; rows in no particular order.

    Flows have their numbers in the order in which they came, and so they lie: those of one stretch of numbers are looked up at a
    time, which leaves out most of what lies elsewhere.
    """
    found = [evidence.drop("flow").clear().with_columns(flow_id=pl.lit("", pl.String))]
    for piece in evidence.sort("flow").iter_slices(LOOKED_UP_AT_A_TIME):
        first, last = piece["flow"].min(), piece["flow"].max()
        with handed(con, asked=piece):
            found.append(con.sql(query("flow_ids_behind"), params={"first": first, "last": last}).pl())
    return pl.concat(found)
