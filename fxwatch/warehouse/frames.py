"""What the rules look at: the flow frame and their further inputs, handed over from DuckDB to Polars."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date, datetime
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.errors import HouseError
from fxwatch.flows import AUTHORITY, EXTRA_COLUMNS, FLOW_COLUMNS, SETTLEMENT_KIND
from fxwatch.periods import Period
from fxwatch.terms import Scope
from fxwatch.warehouse.counterparties import AS_COMPARED
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

    from fxwatch.warehouse.shares import Share


def flow_frame(
    con: "duckdb.DuckDBPyConnection",
    extra: Sequence[str] = (),
    known_at: datetime | None = None,
    share: "Share | None" = None,
    days: Period | None = None,
) -> pl.DataFrame:
    """The classified flows in scope.

    Args:
        con: a connection to a snapshot, or the writer's.
        extra: columns of `flows.EXTRA_COLUMNS` to add.
        known_at: the versions that stood at this moment (UTC), instead of those that stand now.
        share: only these flows.
        days: those of these days alone.

    Returns:
        The columns of `flows.FLOW_COLUMNS` and those asked for, in no particular order of rows.

    Raises:
        HouseError: a column that does not exist.
    """
    found = (
        con.sql(framed("flow_frame_then"), params={"known_at": known_at}) if known_at else con.sql(framed("flow_frame"))
    )
    if days is not None:
        found = found.filter(f""" "day" BETWEEN DATE '{days.start}' AND DATE '{days.end}' """)
    with share.taken(con, found) if share else nullcontext(found) as taken:
        return as_frame(taken, extra)


def framed(name: str) -> str:
    """A query that gives the columns of the flow frame."""
    return query(name).format(columns=query("frame_columns"))


def as_frame(found: "duckdb.DuckDBPyRelation", extra: Sequence[str] = ()) -> pl.DataFrame:
    """Rows with the columns of query `flow_frame` as rules see them: `flows.FLOW_COLUMNS` and the further ones asked for."""
    columns = {**FLOW_COLUMNS, **{name: _extra_type(name) for name in extra}}
    rows: pl.DataFrame = found.select(*columns).pl()
    return rows.with_columns(_typed(name, dtype, rows.schema[name]) for name, dtype in columns.items())


def extent(
    con: "duckdb.DuckDBPyConnection",
    as_of: date | None = None,
    known_at: datetime | None = None,
    scope: Scope | None = None,
) -> tuple[int, date | None, date | None]:
    """How many flows the frame has, up to a day, as known at a moment and of one scope, and their first and last day."""
    found = (
        con.sql(framed("flow_frame_then"), params={"known_at": known_at}) if known_at else con.sql(framed("flow_frame"))
    )
    if as_of is not None:
        found = found.filter(f""" "day" <= DATE '{as_of}' """)
    if scope is not None:
        found = found.filter(f"scope = {list(Scope).index(scope)}")
    count, first, last = found.aggregate('count(*), min("day"), max("day")').fetchall()[0]
    return count, first, last


def input_frames(
    con: "duckdb.DuckDBPyConnection", as_of: date | None = None, known_at: datetime | None = None
) -> dict[str, pl.DataFrame]:
    """The further inputs of rules (`rulebook.INPUTS`) that are frames of the warehouse.

    Args:
        con: a connection to a snapshot, or the writer's.
        as_of: what is dated after this day is left out, but for the calendar.
        known_at: what stood at this moment (UTC), instead of what stands now.

    Returns:
        `calendar`, `roll` with every numbered entity, `settlements` and `filings`.
    """
    asked = {"known_at": known_at}
    calendar = con.sql(query("calendar_then"), params=asked).pl()
    roll = con.sql(query("watched_entities")).pl()
    settlements, filings = (con.sql(query(f"{name}_then"), params=asked).pl() for name in ("settlements", "filings"))
    settlements = settlements.with_columns(pl.col("kind").cat.to(SETTLEMENT_KIND))
    filings = filings.with_columns(pl.col("authority").cast(AUTHORITY))
    if as_of is not None:
        settlements, filings = settlements.filter(pl.col("day") <= as_of), filings.filter(pl.col("filed_on") <= as_of)
    return {"calendar": calendar, "roll": roll, "settlements": settlements, "filings": filings}


def calendar_frame(con: "duckdb.DuckDBPyConnection", known_at: datetime | None = None) -> pl.DataFrame:
    """The calendar as it stands, or as known at a moment (UTC): day, is_workday."""
    asked = (
        con.sql(query("calendar_then"), params={"known_at": known_at}) if known_at else con.sql(query("calendar_now"))
    )
    found: pl.DataFrame = asked.pl()
    return found


def declaration_numbers(con: "duckdb.DuckDBPyConnection", declarations: pl.Series) -> pl.DataFrame:
    """Columns declaration, declaration_no of some declarations."""
    con.register("asked", declarations.drop_nulls().unique().alias("declaration").to_frame().to_arrow())
    found: pl.DataFrame = con.sql(query("declaration_numbers")).pl()
    con.unregister("asked")
    return found


def identities(con: "duckdb.DuckDBPyConnection", flows: pl.Series) -> pl.DataFrame:
    """Columns named_by (the number of a flow), counterparty (as it is compared), contract, invoice, flow (its identifier)."""
    con.register("asked", flows.drop_nulls().unique().alias("flow").to_frame().to_arrow())
    found: pl.DataFrame = con.sql(query("identities")).pl()
    con.unregister("asked")
    return found.with_columns(counterparty=AS_COMPARED)


def reported_by_banks(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """For which entities each bank reported flows: bank, entity_id, last_day (of its newest flow)."""
    found: pl.DataFrame = con.sql(query("reported")).pl()
    return found


def _extra_type(name: str) -> "pl.DataType | type[pl.DataType]":
    if name not in EXTRA_COLUMNS:
        known = ", ".join(EXTRA_COLUMNS)
        raise HouseError(
            f"A rule asks for the column {name}, which flows do not have. There are {known}.",
            f"指标要求的列 {name} 不存在。可用：{known}。",
        )
    return EXTRA_COLUMNS[name]


def _typed(name: str, dtype: "pl.DataType | type[pl.DataType]", found: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Enum) and found == pl.UInt8:
        return pl.col(name).cat.to(dtype)
    return pl.col(name).cast(dtype)
