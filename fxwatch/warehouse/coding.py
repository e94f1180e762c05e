"""Codes as they are used: what no scheme has a place for, and the concordances in force. Read from a snapshot."""

from typing import TYPE_CHECKING

import polars as pl

from fxwatch.terms import Bpm6
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

_SHORT_DAY, _ISO_DAY = r"^\d{8}$", r"^\d{4}-\d{2}-\d{2}$"


def not_placed(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """What cannot be mapped, by code.

    Returns:
        why (`unknown_code`: rows in quarantine; `no_head`: the item has two heads of BPM6; `no_code`: it waits for its code), code,
        rows, amount_usd (cents; null in quarantine), first_day, last_day.
    """
    flows: pl.DataFrame = con.sql(
        query("codes_not_placed"), params={"unallocated": list(Bpm6).index(Bpm6.UNALLOCATED)}
    ).pl()
    raw: pl.DataFrame = con.sql(query("rows_of_reason"), params={"kind": "flows", "reason": "UNKNOWN_CODE"}).pl()
    code, day = (pl.col("raw").str.json_path_match(f"$.{name}").str.strip_chars() for name in ("code", "day"))
    days = pl.coalesce(
        pl.when(day.str.contains(_ISO_DAY)).then(day).str.to_date("%Y-%m-%d", strict=False),
        pl.when(day.str.contains(_SHORT_DAY)).then(day).str.to_date("%Y%m%d", strict=False),
    )
    waiting = raw.select(code=code, day=days).group_by("code").agg(
        rows=pl.len().cast(pl.Int64), first_day=pl.col("day").min(), last_day=pl.col("day").max()
    )  # fmt: skip
    waiting = waiting.with_columns(why=pl.lit("unknown_code"), amount_usd=pl.lit(None, dtype=pl.Int64))
    return pl.concat([waiting.select(flows.columns), flows])


def loaded_codes(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """The lines of loaded concordances: code, valid_from, valid_to, item, bpm6 (UInt8; null: no trade in services)."""
    found: pl.DataFrame = con.sql(query("codes_now")).pl()
    return found
