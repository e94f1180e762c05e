"""Sums of flows, read from a snapshot: whole months from the partial sums, other days from the flows themselves."""

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.flows import DIRECTION, SCOPE
from fxwatch.periods import Period, holding, month_shifted
from fxwatch.sums import LINES
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

# What `sums_in` can keep apart, with the type it comes in.
DIMENSIONS: dict[str, pl.DataType | type[pl.DataType]] = {
    "since": pl.Date,
    "entity": pl.Int32,
    "direction": DIRECTION,
    "item": LINES["article"],
    "bpm6": LINES["bpm6"],
    "economy": pl.String,
    "bank": pl.String,
    "scope": SCOPE,
}
MEASURES = ("amount_usd", "flows", "settled_usd")


def days_loaded(con: "duckdb.DuckDBPyConnection") -> Period | None:
    """The first and the last day with a classified flow in scope; None where there is none."""
    first, last = con.execute(query("days_loaded")).fetchall()[0]
    return Period(first, last) if first else None


def who(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """Columns entity (Int32), entity_id, name, industry, area of every numbered entity."""
    people: pl.DataFrame = con.sql(query("who")).pl()
    return people


def banks_in(con: "duckdb.DuckDBPyConnection") -> list[str | None]:
    """The banks that the partial sums name; None where some name none."""
    return [bank for (bank,) in con.execute("SELECT DISTINCT bank FROM sums").fetchall()]


def names_of(con: "duckdb.DuckDBPyConnection", entity_ids: list[str]) -> pl.DataFrame:
    """Columns entity_id, name of those entities that are on the roll."""
    names: pl.DataFrame = con.sql(query("names"), params={"ids": entity_ids}).pl()
    return names


def sums_in(con: "duckdb.DuckDBPyConnection", stretches: list[Period], columns: list[str]) -> pl.DataFrame:
    """Sums over each stretch of days, month by month.

    Args:
        con: a connection to a snapshot.
        stretches: days that do not overlap; no row's days cross an edge of one.
        columns: which of `DIMENSIONS` to keep apart.

    Returns:
        The columns asked for and `MEASURES` (Int64, money in cents). `since` is the first of a row's days.
    """
    current = bool(con.execute(query("sums_are_current")).fetchall()[0][0])
    found = [pl.DataFrame(schema={**{c: DIMENSIONS[c] for c in columns}, **dict.fromkeys(MEASURES, pl.Int64)})]
    for stretch in stretches:
        for name, days in _sources(stretch, current=current):
            rows = con.sql(query(name), params={"first": days.start, "last": days.end})
            added = ", ".join(f"sum({measure})::BIGINT AS {measure}" for measure in MEASURES)
            kept = ", ".join(columns)
            found.append(_typed(rows.aggregate(f"{kept}, {added}", kept).pl(), columns))
    return pl.concat(found)


def _sources(days: Period, *, current: bool) -> list[tuple[str, Period]]:
    """The queries, and their days, that together give a stretch: whole months are read where they are summed already."""
    first = days.start if days.start.day == 1 else month_shifted(days.start, 1)
    last = days.end if days.end == holding(days.end, "month").end else month_shifted(days.end, 0) - timedelta(days=1)
    if not current or first > last:
        return [("sums_of_days", days)]
    edges = [Period(days.start, first - timedelta(days=1)), Period(last + timedelta(days=1), days.end)]
    return [
        ("sums_between", Period(first, last)),
        *(("sums_of_days", edge) for edge in edges if edge.start <= edge.end),
    ]


def _typed(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    enums = [pl.col(name).cat.to(DIMENSIONS[name]) for name in columns if isinstance(DIMENSIONS[name], pl.Enum)]
    return frame.with_columns(enums)
