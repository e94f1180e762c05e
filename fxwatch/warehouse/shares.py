"""The flows in shares: whole entities, or whole counterparties, so that each share can be looked at alone.

Entities lie together in the warehouse, so a share of them is a range of numbers, and what lies outside is hardly read.
A counterparty is what its text is compared by, and has a number: a share of them is what a division leaves over.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

LAST_NUMBER = 2**31 - 1


class Share(Protocol):
    """A share of the flows."""

    def taken(
        self, con: "duckdb.DuckDBPyConnection", flows: "duckdb.DuckDBPyRelation"
    ) -> "AbstractContextManager[duckdb.DuckDBPyRelation]":
        """The flows of the share, while the block lasts."""

    def narrowed(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The further inputs of rules (`rulebook.INPUTS`) as far as they are about the share."""


@dataclass(frozen=True)
class EntityShare:
    """The flows of the entities from one number to another, both included."""

    first: int
    last: int

    @contextmanager
    def taken(
        self, con: "duckdb.DuckDBPyConnection", flows: "duckdb.DuckDBPyRelation"
    ) -> "Iterator[duckdb.DuckDBPyRelation]":
        """See `Share`."""
        yield flows.filter(f"entity BETWEEN {self.first} AND {self.last}")

    def narrowed(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Frames of entities with those of the share alone: of the others a rule would take what it is not shown for none."""
        own = pl.col("entity").is_between(self.first, self.last)
        return {
            name: value.filter(own) if isinstance(value, pl.DataFrame) and "entity" in value.columns else value
            for name, value in inputs.items()
        }


@dataclass(frozen=True)
class CounterpartyShare:
    """One of so many shares of counterparties, by their numbers. Flows that name none are in the first."""

    number: int
    count: int

    @contextmanager
    def taken(
        self, con: "duckdb.DuckDBPyConnection", flows: "duckdb.DuckDBPyRelation"
    ) -> "Iterator[duckdb.DuckDBPyRelation]":
        """See `Share`."""
        yield flows.filter(f"coalesce(counterparty % {self.count}, 0) = {self.number}")

    def narrowed(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """All of them: no input is about counterparties."""
        return dict(inputs)


def entity_shares(con: "duckdb.DuckDBPyConnection", count: int) -> list[EntityShare]:
    """So many shares of entities, or fewer where there are fewer entities, with about as many flows each."""
    flows: pl.DataFrame = con.sql(query("flows_by_entity")).pl()
    share = pl.col("flows").cum_sum() * count // (pl.col("flows").sum() + 1)
    firsts = flows.sort("entity").group_by(share=share).agg(pl.col("entity").min()).sort("share")["entity"].to_list()
    firsts = [0, *firsts[1:]]
    return [
        EntityShare(first, following - 1)
        for first, following in zip(firsts, [*firsts[1:], LAST_NUMBER + 1], strict=True)
    ]


def counterparty_shares(count: int) -> list[CounterpartyShare]:
    """So many shares of counterparties with about as many of them each."""
    return [CounterpartyShare(number, count) for number in range(count)]
