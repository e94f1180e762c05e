"""What entities are called, for tables that name them by their identifiers."""

from typing import TYPE_CHECKING

import polars as pl

from fxwatch.warehouse.summing import names_of

if TYPE_CHECKING:
    from fxwatch.home import Home


def with_names(home: "Home", rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `name` behind `entity_id`; the identifier where an entity is on no roll."""
    names = names_of(home.snapshot().con, rows["entity_id"].unique().to_list())
    return rows.join(names, on="entity_id", how="left", maintain_order="left").with_columns(
        pl.coalesce("name", "entity_id")
    )
