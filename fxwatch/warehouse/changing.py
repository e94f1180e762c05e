"""What changed since a run: flows as they stood then and as they stand now, and what is on record of the groups they touch."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.warehouse.frames import as_frame, framed
from fxwatch.warehouse.handing import handed
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class LastRun:
    """The newest run: what it rested on. `basis` is what its successors compare theirs with; None where it kept none."""

    run_id: int
    moment: datetime
    last_load: int
    basis: dict[str, Any] | None


def last_run(con: "duckdb.DuckDBPyConnection") -> LastRun | None:
    """The newest run; None before the first."""
    found = con.execute("SELECT run_id, ended_at, last_load, basis FROM runs ORDER BY run_id DESC LIMIT 1").fetchall()
    if not found:
        return None
    run_id, moment, last_load, basis = found[0]
    return LastRun(run_id, moment, last_load, json.loads(basis) if basis else None)


def note_changes(con: "duckdb.DuckDBPyConnection", since: LastRun) -> int:
    """Fill the temporary table `changed`: the versions that stood at a run and do so no longer (sign -1), and those that came.

    Returns:
        How many flows changed.
    """
    con.execute(framed("changed_since"), {"last_load": since.last_load, "moment": since.moment})
    return int(con.execute("SELECT count(DISTINCT flow) FROM changed").fetchall()[0][0])


def flows_touched(con: "duckdb.DuckDBPyConnection", moved: Sequence[int]) -> int:
    """How many flows those entities have that changed flows name, or that moved on the roll."""
    with handed(con, moved=pl.DataFrame({"entity": moved}, schema={"entity": pl.Int32})):
        return int(con.execute(query("flows_touched")).fetchall()[0][0])


def changed_flows(con: "duckdb.DuckDBPyConnection", extra: Sequence[str]) -> pl.DataFrame:
    """The classified flows in scope among `changed`, as rules see them, with their `sign`; and, with sign 0, the other legs of
    their declarations.

    Args:
        con: the writing connection, after `note_changes`.
        extra: columns of `flows.EXTRA_COLUMNS` to add.
    """
    changed = con.table("changed").filter("state = 0 AND item IS NOT NULL")
    legs = con.sql(framed("other_legs"))
    parts = [
        as_frame(rows.filter(f"sign = {sign}"), extra).with_columns(sign=pl.lit(sign, pl.Int8))
        for rows, sign in ((changed, 1), (changed, -1), (legs, 0))
    ]
    return pl.concat(parts)


def legs_apart(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """Columns entity, other: of each declaration whose legs changes have made differ, whose the two are (the same, where only
    their days or directions differ).
    """
    con.execute(query("second_legs"))
    nobody = pl.DataFrame(schema={"entity": pl.Int32, "other": pl.Int32})
    is_some = con.execute("SELECT 1 FROM second_legs LIMIT 1").fetchall()
    found: pl.DataFrame = con.sql(query("legs_apart")).pl() if is_some else nobody
    con.execute("DROP TABLE second_legs")
    return found


def payees_apart(con: "duckdb.DuckDBPyConnection", entities: pl.Series) -> pl.Series:
    """Those of some entities of whose declarations some has two legs with different payees."""
    with handed(con, touched_entities=entities.alias("entity").to_frame()):
        con.execute(query("second_legs_touched"))
        is_some = con.execute("SELECT 1 FROM second_legs LIMIT 1").fetchall()
        found = con.sql(query("payees_apart")).pl()["entity"] if is_some else entities.clear()
    con.execute("DROP TABLE second_legs")
    return found


@dataclass(frozen=True)
class OfEntities:
    """A share of the flows (see `shares.Share`): those of some entities."""

    entities: pl.Series

    @contextmanager
    def taken(
        self, con: "duckdb.DuckDBPyConnection", flows: "duckdb.DuckDBPyRelation"
    ) -> "Iterator[duckdb.DuckDBPyRelation]":
        """See `Share`."""
        with handed(con, touched_entities=self.entities.alias("entity").to_frame()):
            yield flows.join(con.table("touched_entities"), "entity", how="semi")

    def narrowed(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Entities are told what is theirs alone: of others a rule would take what it is not shown for none."""
        own = pl.col("entity").is_in(self.entities.implode())
        return {
            name: value.filter(own) if isinstance(value, pl.DataFrame) and "entity" in value.columns else value
            for name, value in inputs.items()
        }


@dataclass(frozen=True)
class OfKeys:
    """A share of the flows (see `shares.Share`): those that have one of some keys.

    Attributes:
        keys: columns of the flow frame, or `payee`: the contract, else the counterparty. None is null.
    """

    keys: pl.DataFrame

    @contextmanager
    def taken(
        self, con: "duckdb.DuckDBPyConnection", flows: "duckdb.DuckDBPyRelation"
    ) -> "Iterator[duckdb.DuckDBPyRelation]":
        """See `Share`."""
        if "payee" in self.keys.columns:
            flows = flows.select("*, coalesce(contract, counterparty) AS payee")
        with handed(con, touched_keys=self.keys):
            yield flows.join(con.table("touched_keys"), ", ".join(self.keys.columns), how="semi")

    def narrowed(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """All of them: a rule that is self-contained within such keys finds nothing where there are no flows."""
        return dict(inputs)


def hits_of_entities(con: "duckdb.DuckDBPyConnection", rule: str, entities: pl.Series) -> pl.Series:
    """The ids of all hits of a rule on some entities."""
    with handed(con, touched_entities=entities.cast(pl.Int32).alias("entity").to_frame()):
        hits: pl.DataFrame = con.sql(query("hits_of_touched_entities"), params={"rule": rule}).pl()
    return hits["hit_id"]


def hits_on(con: "duckdb.DuckDBPyConnection", rule: str, flows: pl.Series) -> pl.Series:
    """The ids of all hits of a rule that rest on at least one of some flows."""
    if not con.execute("SELECT 1 FROM hits WHERE rule = ? LIMIT 1", [rule]).fetchall():
        return pl.Series("hit_id", dtype=pl.String)
    with handed(con, flows_now=flows.alias("flow").to_frame()):
        hits: pl.DataFrame = con.sql(query("hits_on_touched_flows"), params={"rule": rule}).pl()
    return hits["hit_id"]


def hits_of_keys(con: "duckdb.DuckDBPyConnection", rule: str, keys: pl.DataFrame) -> pl.Series:
    """The ids of all hits of a rule that bear some keys: of entity, item, direction, day, month and quarter."""
    words = [pl.col(name).cast(pl.String) for name in ("item", "direction") if name in keys.columns]
    with handed(con, touched_keys=keys.with_columns(words)):
        found = con.sql(query("hits_of_keys").format(keys=", ".join(keys.columns)), params={"rule": rule})
        hits: pl.DataFrame = found.pl()
    return hits["hit_id"]


def episodes_on_record(con: "duckdb.DuckDBPyConnection", rule: str, entities: pl.Series) -> pl.DataFrame:
    """The hits of a rule on some entities that are found now: hit_id, entity, direction, item, object, raised_on, last_day."""
    with handed(con, touched_entities=entities.cast(pl.Int32).alias("entity").to_frame()):
        hits: pl.DataFrame = con.sql(query("episodes_on_record"), params={"rule": rule}).pl()
    return hits


def hits_of_rules(con: "duckdb.DuckDBPyConnection", rules: Sequence[str], *, standing: bool = False) -> pl.Series:
    """The ids of all hits of some rules; with `standing` of those alone that are found now."""
    hits: pl.DataFrame = con.sql(query("hits_of_rules"), params={"rules": list(rules), "standing": standing}).pl()
    return hits["hit_id"]


def rules_with_hits(con: "duckdb.DuckDBPyConnection") -> list[str]:
    """The rules that have hits."""
    return [rule for (rule,) in con.execute("SELECT DISTINCT rule FROM hits ORDER BY 1").fetchall()]


def moved_on_the_roll(con: "duckdb.DuckDBPyConnection") -> list[int]:
    """Entities of which rules would now be told something else than at the last run."""
    marks = query("roll_marks").format(watched=query("watched_entities"))
    return [entity for (entity,) in con.execute(query("moved_on_the_roll").format(marks=marks)).fetchall()]


def kept(con: "duckdb.DuckDBPyConnection", table: str) -> pl.DataFrame:
    """What the last run left in `not_computed` or `skipped`."""
    found: pl.DataFrame = con.table(table).pl()
    return found


def reported_anew(
    con: "duckdb.DuckDBPyConnection", known: Callable[[pl.DataFrame], pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of the banks and entities that changed flows name: bank, entity_id, last_day (of the newest flow) as it is now.

    Args:
        con: the writing connection, after `note_changes`.
        known: given pairs (bank, entity_id), what is kept of them, with last_day.

    Returns:
        The pairs that have flows; and what `known` gave of all of them.
    """
    pairs: pl.DataFrame = con.sql(query("reported_pairs")).pl()
    stands = known(pairs.select("bank", "entity_id"))
    told = pairs.join(stands, on=["bank", "entity_id"], how="left")
    # Where the newest flow may be among those that went, and where nothing is kept, the flows are asked.
    is_asked = pl.col("last_day").is_null() | (pl.col("went") >= pl.col("last_day")).fill_null(value=False)
    with handed(con, reported_pairs=told.filter(is_asked).select("bank", "entity")):
        asked: pl.DataFrame = con.sql(query("reported_anew")).pl()
    others = told.filter(~is_asked).select("bank", "entity_id", pl.max_horizontal("last_day", "came").alias("last_day"))
    return pl.concat([others, asked.select(others.columns)]), stands
