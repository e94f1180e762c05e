"""The flows of one entity, read from a snapshot without reading those of others."""

from typing import TYPE_CHECKING

import polars as pl

from fxwatch.terms import Direction, Item, Scope
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

# What column `state` of schema.sql means; a flow in scope without an item waits for its code.
STATES = ("in_scope", "out_of_scope", "deleted")
UNCLASSIFIED = "unclassified"
_WORDS = {"direction": Direction, "item": Item, "scope": Scope}
_MONEY = ("amount", "amount_usd", "settled_usd")


def flows_of(con: "duckdb.DuckDBPyConnection", entity_id: str) -> pl.DataFrame:
    """Every flow of one entity as it stands, by day and number.

    Returns:
        The columns of `queries/flows_of_entity.sql`: money as exact decimals, words in place of numbers; `state` is
        `in_scope`, `unclassified` (it waits for its code), `out_of_scope` or `deleted`. No row for an entity without flows.
    """
    # The number is asked for by itself: with a constant DuckDB passes over whole blocks of other entities.
    numbers = con.execute("SELECT entity FROM entity_numbers WHERE entity_id = $id", {"id": entity_id}).fetchall()
    number = numbers[0][0] if numbers else None
    rows: pl.DataFrame = con.sql(query("flows_of_entity"), params={"entity": number}).pl()
    unclassified = (pl.col("state") == 0) & pl.col("item").is_null()
    return rows.with_columns(
        pl.when(unclassified)
        .then(pl.lit(UNCLASSIFIED))
        .otherwise(pl.col("state").replace_strict(dict(enumerate(STATES)), return_dtype=pl.String))
        .alias("state"),
        *(
            pl.col(n).replace_strict(dict(enumerate(words)), return_dtype=pl.String, default=None)
            for n, words in _WORDS.items()
        ),
        *((pl.col(name).cast(pl.Decimal(24, 2)) / 100).cast(pl.Decimal(24, 2)) for name in _MONEY),
    )
