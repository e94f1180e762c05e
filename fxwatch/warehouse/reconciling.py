"""What is held against settlements, filings and control totals, read from a snapshot."""

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.flows import DIRECTION, ITEM
from fxwatch.periods import Period
from fxwatch.terms import Item, Scope
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

_SHORT_DAY, _ISO_DAY = r"^\d{8}$", r"^\d{4}-\d{2}-\d{2}$"


def number_of(con: "duckdb.DuckDBPyConnection", entity_id: str) -> int | None:
    """The number of an entity; None where no flow, settlement or filing names it."""
    found = con.execute("SELECT entity FROM entity_numbers WHERE entity_id = $id", {"id": entity_id}).fetchall()
    return int(found[0][0]) if found else None


def unfiled_payments(
    con: "duckdb.DuckDBPyConnection",
    days: Period,
    *,
    limit_cents: int,
    exempt: tuple[Item, ...],
    scope: Scope | None = None,
    entity: int | None = None,
) -> pl.DataFrame:
    """Payments above a limit without a filing on their day.

    Returns:
        entity_id, declaration_no, day, item, amount_usd (cents), counterparty, contract_no, tax_filing_no, filed_later (the day
        of the first filing that names them after all), by day.
    """
    asked: dict[str, Any] = {
        "first": days.start,
        "last": days.end,
        "limit_cents": limit_cents,
        "exempt": [list(Item).index(item) for item in exempt],
        "scope": _position(scope),
        "entity": entity,
    }
    found: pl.DataFrame = con.sql(query("unfiled_payments"), params=asked).pl()
    return found.with_columns(pl.col("item").cat.to(ITEM))


def contracts_paid(
    con: "duckdb.DuckDBPyConnection", last: date, *, scope: Scope | None = None, entity: int | None = None
) -> pl.DataFrame:
    """What was paid until a day on each contract that was filed with an amount by then.

    Returns:
        entity_id, contract_no, authority, filing_no, filed_on, contract_usd, paid_usd (cents), payments, first_day, last_day.
    """
    asked = {"last": last, "scope": _position(scope), "entity": entity}
    found: pl.DataFrame = con.sql(query("contracts_paid"), params=asked).pl()
    return found


def reported_by_month(con: "duckdb.DuckDBPyConnection", days: Period, bank: str | None = None) -> pl.DataFrame:
    """What each bank reported: bank (upper case), month, direction, flows, amount_usd (cents), unclassified, out_of_scope."""
    asked = {"first": days.start, "last": days.end, "bank": bank}
    found: pl.DataFrame = con.sql(query("reported_by_month"), params=asked).pl()
    return found.with_columns(pl.col("direction").cat.to(DIRECTION))


def totals_declared(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """The control figures as they stand: bank (upper case), month, direction, flows, amount_usd (cents)."""
    found: pl.DataFrame = con.sql(query("totals_now")).pl()
    return found.with_columns(pl.col("bank").str.to_uppercase(), pl.col("direction").cat.to(DIRECTION))


def waiting_flows(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """How many rows of flows wait in quarantine: bank (upper case), month, direction, quarantined; as far as the rows say."""
    raw: pl.DataFrame = con.sql(query("rows_of_reason"), params={"kind": "flows", "reason": None}).pl()
    cell = {
        name: pl.col("raw").str.json_path_match(f"$.{name}").str.strip_chars() for name in ("bank", "day", "direction")
    }
    number = pl.col("raw").str.json_path_match("$.declaration_no").str.strip_chars()
    own_bank = pl.when(number.str.len_bytes() == 22).then(number.str.head(12))
    day = pl.coalesce(
        pl.when(cell["day"].str.contains(_ISO_DAY)).then(cell["day"]).str.to_date("%Y-%m-%d", strict=False),
        pl.when(cell["day"].str.contains(_SHORT_DAY)).then(cell["day"]).str.to_date("%Y%m%d", strict=False),
    )
    rows = raw.select(
        bank=pl.coalesce(
            pl.when(cell["bank"] != "").then(cell["bank"]), own_bank, pl.lit("UNKNOWN")
        ).str.to_uppercase(),
        month=day.dt.month_start(),
        direction=cell["direction"].cast(DIRECTION, strict=False),
    ).drop_nulls()
    return rows.group_by("bank", "month", "direction").agg(quarantined=pl.len().cast(pl.Int64))


def _position(scope: Scope | None) -> int | None:
    return None if scope is None else list(Scope).index(scope)
