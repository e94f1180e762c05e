"""What was known when: flows and hits with the days between which the bureau could have known them."""

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.facts import facts
from fxwatch.flows import DIRECTION, ITEM
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

# A load whose median flow is older than this many days is a history, brought in at once; its rows count as known after a week,
# the term within which banks declare.
FRESH_DAYS = 31
WEEK = 7


def known_flows(con: "duckdb.DuckDBPyConnection", after: date) -> pl.DataFrame:
    """Classified flows in scope, every version that was ever known.

    Args:
        con: a connection to a snapshot, or the writer's.
        after: only flows of later days.

    Returns:
        flow, declaration, entity, direction, item, day, amount_usd and settled_usd (cents), payment_type, economy,
        counterparty and invoice (numbers that stand for texts; null where empty), is_vague (a code of "other services"), is_round
        (whole thousands of its own currency), known_on (from this day), gone_on (before this day; null while it stands).
    """
    name = "flows_as_they_became_known"
    rows: pl.DataFrame = con.sql(query(name), params={"after": after, "fresh": FRESH_DAYS, "week": WEEK}).pl()
    economies = pl.Enum([row["economy"] for row in facts("economies.csv")])
    return rows.with_columns(
        pl.col("direction").cat.to(DIRECTION),
        pl.col("item").cat.to(ITEM),
        pl.col("payment_type").cast(pl.Enum(["A", "P", "R", "O"]), strict=False),
        pl.col("economy").cast(economies, strict=False),
    )


def known_hits(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """Standing hits: hit_id, rule, entity, raised_on, known_on (from this day)."""
    found: pl.DataFrame = con.sql(query("hits_as_they_became_known"), params={"fresh": FRESH_DAYS, "week": WEEK}).pl()
    return found


def entity_numbers(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """The number of every entity that was ever seen: entity, entity_id."""
    found: pl.DataFrame = con.sql(query("entity_numbers")).pl()
    return found


def span_of_flows(con: "duckdb.DuckDBPyConnection") -> "tuple[date | None, date | None]":
    """The first and the last day of classified flows in scope; None where there are none."""
    first, last = con.sql(query("span_of_flows")).fetchall()[0]
    return first, last
