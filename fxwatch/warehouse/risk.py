"""What risk models thought of entities: kept with the findings, published with them."""

from typing import TYPE_CHECKING

import polars as pl

from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

    from fxwatch.warehouse.store import Warehouse

SCORES: dict[str, "pl.DataType | type[pl.DataType]"] = {
    "entity": pl.Int32, "entity_id": pl.String, "as_of": pl.Date, "model": pl.String, "known_at": pl.Datetime("us"),
    "probability": pl.Float64, "score": pl.Int32, "place": pl.Int32, "reasons": pl.List(pl.String), "points": pl.List(pl.Int32),
    "values": pl.List(pl.Float64), "anomaly": pl.Float64, "odd": pl.List(pl.String),
}  # fmt: skip


def scores(con: "duckdb.DuckDBPyConnection", entity_id: str | None = None) -> pl.DataFrame:
    """The scores as they stand, of all entities or of one: the columns `SCORES`."""
    asked = con.sql(query("risk_scores"))
    found: pl.DataFrame = (
        asked if entity_id is None else asked.filter(f"entity_id = '{entity_id.replace(chr(39), '')}'")
    ).pl()
    return found.select(list(SCORES))


def put_scores(warehouse: "Warehouse", rows: pl.DataFrame) -> None:
    """Replace the scores; the columns `SCORES`."""
    warehouse.con.register("new_scores", rows.select(list(SCORES)).to_arrow())
    with warehouse.transaction():
        warehouse.con.execute("DELETE FROM risk_scores")
        warehouse.con.execute("INSERT INTO risk_scores BY NAME SELECT * FROM new_scores")
    warehouse.con.unregister("new_scores")
