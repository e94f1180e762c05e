"""The records of loads and runs, read from a snapshot."""

import json
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.terms import Direction

if TYPE_CHECKING:
    import duckdb

# By rule and parameter: the versions that a run judged by, as (valid_from, value in words), the first day first.
Used = dict[str, dict[str, list[tuple[date, str]]]]


def loads(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """The loads, newest first: columns of table `loads`."""
    listed: pl.DataFrame = con.sql("SELECT * FROM loads ORDER BY load_id DESC").pl()
    return listed


def runs(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """The runs, newest first: columns of table `runs`."""
    listed: pl.DataFrame = con.sql("SELECT * FROM runs ORDER BY run_id DESC").pl()
    return listed


def versions_used(con: "duckdb.DuckDBPyConnection", run_id: int) -> Used:
    """The versions of parameters that a run judged by; empty where there is no such run."""
    found = con.execute("SELECT rules FROM runs WHERE run_id = ?", [run_id]).fetchall()
    told: dict[str, dict[str, list[list[str]]]] = json.loads(found[0][0]) if found else {}
    return {
        rule: {
            name: [(date.fromisoformat(day), value) for day, value, _ in versions] for name, versions in used.items()
        }
        for rule, used in told.items()
    }


def first_run(con: "duckdb.DuckDBPyConnection", hit_id: str) -> int | None:
    """The run that first published a hit."""
    asked = "SELECT r.run_id FROM hits h JOIN runs r ON r.ended_at = h.found_at WHERE h.hit_id = ?"
    found = con.execute(asked, [hit_id]).fetchall()
    return int(found[0][0]) if found else None


# The inputs of rules that other authorities send, by the table that holds them.
SENT = ("settlements", "filings")


def without_rows(con: "duckdb.DuckDBPyConnection") -> set[str]:
    """The inputs of `SENT` of which nothing is loaded."""
    return {name for name in SENT if not con.table(name).aggregate("count(*)").fetchall()[0][0]}


def passed_over(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """What rules passed over in the last run: rule, reason, count."""
    found: pl.DataFrame = con.table("skipped").pl()
    return found


def uncovered(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """Years that the calendar does not cover: rule, year, keys (entities and items that could not be judged on days in it)."""
    found: pl.DataFrame = con.sql(
        'SELECT rule, "year", count(DISTINCT (entity, item))::BIGINT AS keys FROM not_computed GROUP BY ALL ORDER BY ALL'
    ).pl()
    return found


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
