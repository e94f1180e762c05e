"""What a run leaves in the warehouse: its findings, the partial sums and its own record. One transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.warehouse.handing import handed
from fxwatch.warehouse.queries import query
from fxwatch.warehouse.store import Warehouse

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Piece:
    """Some of what a run found.

    Attributes:
        hits: the columns of table `hits` but supersedes, found_on, found_at, gone_at and run_id.
        evidence: hit_id, flow.
        settled: hit_id, settlement_no.
        shadow_hits: the columns of table `shadow_hits` but found_on and run_id.
    """

    hits: pl.DataFrame
    evidence: pl.DataFrame
    settled: pl.DataFrame
    shadow_hits: pl.DataFrame


def put_findings(con: "duckdb.DuckDBPyConnection", pieces: Iterable[Piece]) -> int:
    """Lay what a run found ready for `record_run`, piece by piece, so that few of the findings are held at a time.

    Returns:
        How many hits there are.
    """
    count = 0
    for number, piece in enumerate(pieces):
        for field in fields(Piece):
            with handed(con, piece=getattr(piece, field.name)):
                for name in ("add_to_new",) if number else ("make_new", "add_to_new"):
                    con.execute(query(name).format(name=field.name))
        count += piece.hits.height
    return count


def record_run(
    warehouse: Warehouse,
    *,
    skipped: pl.DataFrame,
    not_computed: pl.DataFrame,
    record: dict[str, Any],
    day: date,
    moment: datetime,
    judged: pl.Series | None = None,
    moved: bool = True,
) -> int:
    """Write a run, whose findings `put_findings` laid ready, and return its number.

    Args:
        skipped: rule, reason, count.
        not_computed: rule, entity, item, year, reason.
        record: the columns of table `runs` but run_id, ended_at, day and hits.
        day, moment: when.
        judged: ids of the hits on record that the findings take the place of, where only what changed was looked at again: the
            others stand, and the partial sums take in table `changed`. Without it, everything was.
        moved: whether the roll says anything else than at the last run.
    """
    con = warehouse.con
    with warehouse.transaction():
        run_id = int(con.execute("SELECT coalesce(max(run_id), 0) + 1 FROM runs").fetchall()[0][0])
        this_run = pl.DataFrame({"run_id": [run_id], "day": [day], "moment": [moment]})
        looked, is_judged, told = "hits", "true", pl.Series("hit_id", dtype=pl.String)
        if judged is not None:
            looked, is_judged, told = "looked", "h.hit_id IN (SELECT hit_id FROM judged)", judged.alias("hit_id")
        with handed(con, this_run=this_run, judged=told.to_frame()):
            if judged is not None:
                con.execute(query("looked_hits"))
            for name in ("differing_hits", "merge_hits"):
                con.execute(query(name).format(looked=looked, is_judged=is_judged))
            con.execute("DROP TABLE IF EXISTS looked")
            with handed(con, new_not_computed=not_computed, new_skipped=skipped):
                con.execute("DELETE FROM not_computed")
                con.execute("INSERT INTO not_computed BY NAME SELECT * FROM new_not_computed")
                con.execute("DELETE FROM skipped")
                con.execute("INSERT INTO skipped BY NAME SELECT * FROM new_skipped")
            for table in ("hits", "evidence", "settled"):  # the sums need the room
                con.execute(f"DROP TABLE new_{table}")
            if judged is None:
                refill_sums(con)
            else:
                con.execute(query("add_to_sums"))
            if judged is None or moved:
                marks = query("roll_marks").format(watched=query("watched_entities"))
                con.execute(f"CREATE OR REPLACE TABLE roll_seen AS {marks}")
            record = {**record, "hits": sum(standing_hits(con).values())}
            row = pl.DataFrame([{"run_id": run_id, "ended_at": moment, "day": day, **record}], infer_schema_length=None)
            with handed(con, new_run=row):
                con.execute("INSERT INTO runs BY NAME SELECT * FROM new_run")
                con.execute(query("merge_shadow_hits"))
        con.execute("DROP TABLE new_shadow_hits")
    return run_id


def refill_sums(con: "duckdb.DuckDBPyConnection") -> None:
    """Add up the partial sums that monitors rest on, of all flows."""
    con.execute("DELETE FROM sums")
    for month, until in con.execute(query("months_of_flows")).fetchall():
        con.execute(query("sum_month"), {"month": month, "until": until})
    con.execute(query("refill_channel_sums"))


def standing_hits(con: "duckdb.DuckDBPyConnection") -> dict[str, int]:
    """How many findings of each rule hold now."""
    return dict(
        con.execute("SELECT rule, count(*) FROM hits WHERE gone_at IS NULL GROUP BY rule ORDER BY rule").fetchall()
    )


def newest_load(con: "duckdb.DuckDBPyConnection") -> int:
    """The number of the newest load; 0 before the first."""
    return int(con.execute("SELECT coalesce(max(load_id), 0) FROM loads").fetchall()[0][0])


def mark_of(con: "duckdb.DuckDBPyConnection") -> str:
    """A digest of every load on record: what tells the flows of one warehouse from those of another, or of another day."""
    return str(con.execute(query("mark")).fetchall()[0][0])
