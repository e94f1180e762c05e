"""Sums of flows, read from a snapshot: whole months from the partial sums, other days from the flows themselves."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import duckdb
import polars as pl

from fxwatch.flows import DIRECTION, SCOPE
from fxwatch.periods import Period, holding, month_shifted
from fxwatch.sums import LINES
from fxwatch.warehouse.queries import query

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
BY_ENTITY, BY_CHANNEL = "sums_between", "channel_sums_between"


def days_loaded(con: duckdb.DuckDBPyConnection) -> Period | None:
    """The first and the last day with a classified flow in scope; None where there is none."""
    found = con.execute(query("days_loaded")).fetchall() or con.execute(query("days_of_flows")).fetchall()
    first, last = found[0]
    return Period(first, last) if first else None


def who(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Columns entity (Int32), entity_id, name, industry, area of every numbered entity."""
    people: pl.DataFrame = con.sql(query("who")).pl()
    return people


def banks_in(con: duckdb.DuckDBPyConnection) -> list[str | None]:
    """The banks that the partial sums name; None where some name none."""
    return [bank for (bank,) in con.execute("SELECT DISTINCT bank FROM channel_sums").fetchall()]


def names_of(con: duckdb.DuckDBPyConnection, entity_ids: list[str]) -> pl.DataFrame:
    """Columns entity_id, name of those entities that are on the roll."""
    names: pl.DataFrame = con.sql(query("names"), params={"ids": entity_ids}).pl()
    return names


def sums_in(
    con: duckdb.DuckDBPyConnection,
    stretches: list[Period],
    columns: list[str],
    only: Mapping[str, Sequence[Any]] | None = None,
) -> pl.DataFrame:
    """Sums over each stretch of days, month by month.

    Args:
        con: a connection to a snapshot.
        stretches: days that do not overlap; no row's days cross an edge of one.
        columns: which of `DIMENSIONS` to keep apart.
        only: for some of `entity`, `economy` and `bank`, each among the columns: the values to look at, None for
            what is missing.

    Returns:
        The columns asked for and `MEASURES` (Int64, money in cents). `since` is the first of a row's days. Rows may be of one
        kind: they are added up where that spares rows.
    """
    current = bool(con.execute(query("sums_are_current")).fetchall()[0][0])
    summed = _summed(columns) if current else None
    found = [pl.DataFrame(schema={**{c: DIMENSIONS[c] for c in columns}, **dict.fromkeys(MEASURES, pl.Int64)})]
    for stretch in stretches:
        for name, days in _sources(stretch, summed):
            rows = _only(con.sql(query(name), params={"first": days.start, "last": days.end}), only or {})
            kept = ", ".join(columns)
            if name == BY_ENTITY:  # hardly any two rows of these are of one kind
                rows = rows.project(f"{kept}, {', '.join(MEASURES)}")
            else:
                added = ", ".join(f"sum({measure})::BIGINT AS {measure}" for measure in MEASURES)
                rows = rows.aggregate(f"{kept}, {added}", kept)
            found.append(_typed(rows.pl(), columns))
    return pl.concat(found)


def _summed(columns: list[str]) -> str | None:
    """The query of the partial sums that keep these columns apart; None where none do."""
    channels = {"economy", "bank"}.intersection(columns)
    if "entity" in columns:
        return None if channels else BY_ENTITY
    return BY_CHANNEL


def _only(rows: duckdb.DuckDBPyRelation, only: Mapping[str, Sequence[Any]]) -> duckdb.DuckDBPyRelation:
    for name, values in only.items():
        column = duckdb.ColumnExpression(name)
        known = [duckdb.ConstantExpression(value) for value in values if value is not None]
        fits = column.isin(*known) if known else duckdb.ConstantExpression(False)
        rows = rows.filter(fits | column.isnull() if None in values else fits)
    return rows


def _sources(days: Period, summed: str | None) -> list[tuple[str, Period]]:
    """The queries, and their days, that together give a stretch: whole months are read where they are summed already."""
    first = days.start if days.start.day == 1 else month_shifted(days.start, 1)
    last = days.end if days.end == holding(days.end, "month").end else month_shifted(days.end, 0) - timedelta(days=1)
    if summed is None or first > last:
        return [("sums_of_days", days)]
    edges = [Period(days.start, first - timedelta(days=1)), Period(last + timedelta(days=1), days.end)]
    return [
        (summed, Period(first, last)),
        *(("sums_of_days", edge) for edge in edges if edge.start <= edge.end),
    ]


def _typed(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    enums = [pl.col(name).cat.to(DIMENSIONS[name]) for name in columns if isinstance(DIMENSIONS[name], pl.Enum)]
    return frame.with_columns(enums)
