"""What a run leaves in the warehouse: its findings, the partial sums and its own record. One transaction."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.warehouse.handing import handed
from fxwatch.warehouse.queries import query
from fxwatch.warehouse.store import Warehouse

if TYPE_CHECKING:
    import duckdb


def record_run(
    warehouse: Warehouse,
    *,
    hits: pl.DataFrame,
    evidence: pl.DataFrame,
    settled: pl.DataFrame,
    skipped: pl.DataFrame,
    not_computed: pl.DataFrame,
    shadow_hits: pl.DataFrame,
    record: dict[str, Any],
    day: date,
    moment: datetime,
    judged: pl.Series | None = None,
    moved: bool = True,
    amounts: pl.DataFrame | None = None,
) -> int:
    """Write a run and return its number.

    Args:
        hits: the columns of table `hits` but supersedes, found_on, found_at, gone_at and run_id.
        evidence: hit_id, flow.
        settled: hit_id, settlement_no.
        skipped: rule, reason, count.
        not_computed: rule, entity, item, year, reason.
        shadow_hits: the columns of table `shadow_hits` but found_on and run_id.
        record: the columns of table `runs` but run_id, ended_at, day and hits.
        day, moment: when.
        judged: ids of the hits on record that `hits` takes the place of, where only what changed was looked at again: the
            others stand, and the partial sums take in table `changed`. Without it, everything was.
        moved: whether the roll says anything else than at the last run.
        amounts: flow, amount_usd (cents) of all flows in `evidence`, where they are known; else they are read.
    """
    con = warehouse.con
    with warehouse.transaction():
        run_id = int(con.execute("SELECT coalesce(max(run_id), 0) + 1 FROM runs").fetchall()[0][0])
        this_run = pl.DataFrame({"run_id": [run_id], "day": [day], "moment": [moment]})
        frames = {
            "new_hits": hits, "new_evidence": evidence, "new_settled": settled, "this_run": this_run,
            "new_not_computed": not_computed, "new_skipped": skipped, "new_shadow_hits": shadow_hits,
        }  # fmt: skip
        for name, frame in frames.items():
            con.register(name, frame.to_arrow())
        if judged is None:
            con.execute("CREATE OR REPLACE TEMP TABLE judged AS SELECT hit_id FROM hits")
        else:
            con.register("judged_hits", judged.alias("hit_id").to_frame().to_arrow())
            con.execute("CREATE OR REPLACE TEMP TABLE judged AS SELECT hit_id FROM judged_hits")
            con.unregister("judged_hits")
        known = pl.DataFrame(schema={"flow": pl.Int64, "amount_usd": pl.Int64}) if amounts is None else amounts
        with handed(con, known_amounts=known):
            con.execute(query("differing_hits").format(amounts="flows" if amounts is None else "known_amounts"))
        con.execute(query("merge_hits"))
        con.execute("DELETE FROM not_computed")
        con.execute("INSERT INTO not_computed BY NAME SELECT * FROM new_not_computed")
        con.execute("DELETE FROM skipped")
        con.execute("INSERT INTO skipped BY NAME SELECT * FROM new_skipped")
        con.execute(query("refill_sums" if judged is None else "add_to_sums"))
        if judged is None or moved:
            marks = query("roll_marks").format(watched=query("watched_entities"))
            con.execute(f"CREATE OR REPLACE TABLE roll_seen AS {marks}")
        record = {**record, "hits": sum(standing_hits(con).values())}
        row = pl.DataFrame([{"run_id": run_id, "ended_at": moment, "day": day, **record}], infer_schema_length=None)
        con.register("new_run", row.to_arrow())
        con.execute("INSERT INTO runs BY NAME SELECT * FROM new_run")
        con.execute(query("merge_shadow_hits"))
        for name in (*frames, "new_run"):
            con.unregister(name)
    return run_id


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
