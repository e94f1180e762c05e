"""What changed since a run: flows as they stood then and as they stand now, and which groups of flows they touch."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

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
    con.execute(query("changed_since"), {"last_load": since.last_load, "moment": since.moment})
    return int(con.execute("SELECT count(DISTINCT flow) FROM changed").fetchall()[0][0])


def touch(con: "duckdb.DuckDBPyConnection", within: Sequence[str], entities: Sequence[int]) -> int:
    """Fill the temporary tables `touched`, the keys of changed flows, and `touched_entities`, with all their flows.

    Args:
        con: the writing connection, after `note_changes`.
        within: columns of `changed` that make a key.
        entities: whose flows are all touched.

    Returns:
        How many keys there are.
    """
    con.register("named_entities", pl.DataFrame({"entity": pl.Series(entities, dtype=pl.Int32)}).to_arrow())
    con.execute("CREATE OR REPLACE TEMP TABLE touched_entities AS SELECT entity FROM named_entities")
    con.unregister("named_entities")
    con.execute(query("touched").format(within=_listed(within)))
    return int(con.execute("SELECT count(*) FROM touched").fetchall()[0][0])


@dataclass(frozen=True)
class Touched:
    """A share of the flows (see `shares.Share`): those of the keys and of the entities that `touch` named."""

    within: tuple[str, ...]

    @contextmanager
    def taken(
        self, con: "duckdb.DuckDBPyConnection", flows: "duckdb.DuckDBPyRelation"
    ) -> "Iterator[duckdb.DuckDBPyRelation]":
        """See `Share`."""
        named, entities = con.table("touched").set_alias("t"), con.table("touched_entities").set_alias("e")
        same = " AND ".join(f't."{column}" = f."{column}"' for column in self.within)
        by_key = flows.set_alias("f").join(named, same, how="semi")
        if not entities.limit(1).fetchall():
            yield by_key
            return
        by_entity = flows.set_alias("f").join(entities, "e.entity = f.entity", how="semi")
        others = by_key.set_alias("k").join(entities, "e.entity = k.entity", how="anti")
        yield by_entity.union(others)

    def narrowed(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs as they are: a rule that asks for more of entities than the roll is touched by whole entities."""
        return dict(inputs)


def touched_whole_entities(con: "duckdb.DuckDBPyConnection") -> pl.Series:
    """The entities that `touch` named, where `entity` is the key."""
    found: pl.DataFrame = con.sql("SELECT entity FROM touched UNION SELECT entity FROM touched_entities").pl()
    return found["entity"]


def touched_keys(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """The keys of table `touched`, as numbers."""
    found: pl.DataFrame = con.sql("SELECT * FROM touched").pl()
    return found


def touched_hits(con: "duckdb.DuckDBPyConnection", rule: str, within: Sequence[str], flows: pl.Series) -> pl.Series:
    """The hits of a rule that rest on touched keys: ids.

    A hit rests on the flows of one key alone. So it is touched when one of its flows changed, or belongs to a touched key now.

    Args:
        con: the writing connection, after `touch`.
        rule: whose.
        within: the columns of the key.
        flows: the flows of the touched keys as they stand.
    """
    if tuple(within) == ("entity",):
        found = con.sql(query("hits_of_touched_entities"), params={"rule": rule})
    else:
        con.register("flows_now", flows.alias("flow").to_frame().to_arrow())
        found = con.sql(query("hits_on_touched_flows"), params={"rule": rule})
    hits: pl.DataFrame = found.pl()
    if tuple(within) != ("entity",):
        con.unregister("flows_now")
    return hits["hit_id"]


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


def reported_anew(con: "duckdb.DuckDBPyConnection") -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of the banks and entities that changed flows name: bank, entity_id, last_day as it is now; and all such pairs.

    A pair in the second frame alone has no flows left.
    """
    con.execute(query("reported_pairs"))
    now: pl.DataFrame = con.sql(query("reported_anew")).pl()
    pairs: pl.DataFrame = con.sql("SELECT bank, entity_id FROM reported_pairs JOIN entity_numbers USING (entity)").pl()
    con.execute("DROP TABLE reported_pairs")
    return now, pairs


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
