"""What was settled and bought inside accounts, read from a snapshot."""

from typing import TYPE_CHECKING

import polars as pl

from fxwatch.flows import BPM6, DIRECTION, ITEM, SCOPE
from fxwatch.periods import Period
from fxwatch.terms import GROUPS
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

# Of a group that stands for one item, the item.
_ITEM_OF = {group: items[0] for groups in GROUPS.values() for group, items in groups.items() if len(items) == 1}


def settled_in(con: "duckdb.DuckDBPyConnection", days: Period) -> pl.DataFrame:
    """Sums of settlements by month, entity and group, settlements as receipts and purchases as payments.

    Returns:
        `since` (the first of a row's days), `entity`, `direction`, `fx_group`, `settled_usd` (Int64, cents).
    """
    found: pl.DataFrame = con.sql(query("settlement_sums"), params={"first": days.start, "last": days.end}).pl()
    # Kinds stand in the order of directions.
    return found.select(
        "since", "entity", pl.col("kind").cat.to(DIRECTION).alias("direction"), "fx_group", "settled_usd"
    )


def settled_by(con: "duckdb.DuckDBPyConnection", entity_id: str) -> pl.DataFrame:
    """What one entity settled and bought inside accounts: `month`, `direction` (a word), `settled_usd` (exact)."""
    found: pl.DataFrame = con.sql(query("settlements_of_entity"), params={"id": entity_id}).pl()
    usd = pl.Decimal(24, 2)
    return found.select(
        "month",
        pl.col("kind").cat.to(DIRECTION).cast(pl.String).alias("direction"),
        (pl.col("settled_usd").cast(usd) / 100).cast(usd),
    )


def settled_as_sums(con: "duckdb.DuckDBPyConnection", days: Period) -> pl.DataFrame:
    """The same as rows of `summing.sums_in`: no flow and no amount, only what was settled.

    The item is that of the group where it stands for one alone, else null, as are scope, economy and bank: nobody reports them.
    """
    own_item = pl.col("fx_group").replace_strict(_ITEM_OF, default=None, return_dtype=pl.String).cast(ITEM)
    nothing = pl.lit(0, dtype=pl.Int64)
    return settled_in(con, days).select(
        *("since", "entity", "direction", "settled_usd"),
        item=own_item,
        bpm6=pl.lit(None, dtype=BPM6),
        economy=pl.lit(None, dtype=pl.String),
        bank=pl.lit(None, dtype=pl.String),
        scope=pl.lit(None, dtype=SCOPE),
        amount_usd=nothing,
        flows=nothing,
    )
