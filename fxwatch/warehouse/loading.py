"""What a load reads from the warehouse and writes into it; always inside the load's one transaction."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.warehouse.handing import handed
from fxwatch.warehouse.parts import STAGED, named_parts, standing_in
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

    from fxwatch.warehouse.parts import Stage


def next_number(con: "duckdb.DuckDBPyConnection", name: str) -> int:
    """The next number of a `declaration`, `load`, `quarantine` row or `entity`."""
    return int(con.execute(query(f"next_{name}")).fetchall()[0][0])


# ---- flows


def standing_flows(
    con: "duckdb.DuckDBPyConnection",
    wanted: pl.DataFrame,
    own: pl.DataFrame,
    stage: "Stage | None" = None,
) -> pl.DataFrame:
    """What stands of some declarations, deleted ones too.

    Args:
        con: the writing connection.
        wanted: `declaration_no` as banks gave them, each once, `no_digest`, and `may_stand`: whether it may have been taken
            before the load under way.
        own: those among them that the load under way may have taken.
        stage: where the load under way puts its flows.

    Returns:
        The columns of `flows`, `entity_id`, and `part`: where each lies; null for the main file.
    """
    with handed(con, wanted=wanted):
        here = _frame(con.sql(query("standing_flows")).pl())
    there = wanted.filter("may_stand")
    in_parts = [standing_in(con, part, there) for part in sorted(named_parts(con)) if len(there)]
    if stage is not None and len(own) and (staged := stage.standing(own)) is not None:
        in_parts.append(staged)
    found = pl.concat([here, *(rows.select(here.columns) for rows in in_parts)])
    if any(len(rows) for rows in in_parts):
        gone = _frame(con.sql("SELECT part, flow FROM replaced").pl())
        found = found.join(gone, on=["part", "flow"], how="anti")
    if found.is_empty():
        return found.with_columns(entity_id=pl.lit(None, pl.String))
    # Named last, and few of them: a table of all entities for each batch would cost more the more there are.
    with handed(con, asked=found.select("entity").unique()):
        named = _frame(con.sql("SELECT entity_id, entity FROM entity_numbers SEMI JOIN asked USING (entity)").pl())
    return found.join(named, on="entity")


def first_versions(con: "duckdb.DuckDBPyConnection", flows: pl.Series) -> pl.DataFrame:
    """What was first declared of flows that have changed since: the columns of `flows` with `entity_id`."""
    with handed(con, wanted=flows.alias("flow").to_frame()):
        return _frame(con.sql(query("first_versions")).pl())


def add_flows(con: "duckdb.DuckDBPyConnection", standing: pl.DataFrame, stage: "Stage | None" = None) -> None:
    """Insert versions that stand. Columns as in schema.sql, and `no_digest`. They come by entity, so that the flows of one lie
    together in each batch, and are read without those of others.
    """
    if stage is not None and stage.takes(standing):
        stage.add(standing)
        return
    with handed(con, added=standing.drop("no_digest")):
        con.execute("INSERT INTO recent_flows BY NAME SELECT * FROM added")


def replace_flows(
    con: "duckdb.DuckDBPyConnection", stood: pl.DataFrame, known_to: datetime, stage: "Stage | None" = None
) -> None:
    """Move what stood of some flows, as `standing_flows` gave it, into the history."""
    add_history(con, stood.drop("entity_id", "part").with_columns(known_to=pl.lit(known_to)))
    flows = stood.select("part", "flow")
    with handed(con, gone=flows.filter(pl.col("part").is_null())):
        con.execute("DELETE FROM recent_flows WHERE flow IN (SELECT flow FROM gone)")
    staged = flows.filter(pl.col("part") == STAGED)["flow"]
    if stage is not None and len(staged):
        stage.remove(staged)
    with handed(con, gone=flows.filter(pl.col("part") > STAGED)):
        con.execute("INSERT INTO replaced BY NAME SELECT * FROM gone")


def add_history(con: "duckdb.DuckDBPyConnection", versions: pl.DataFrame) -> None:
    """Insert versions that were replaced within the load that brought them: columns of `flows` and `known_to`."""
    with handed(con, added=versions):
        con.execute("INSERT INTO flow_history BY NAME SELECT * FROM added")


def entity_numbers(con: "duckdb.DuckDBPyConnection", above: int = 0, up_to: int | None = None) -> pl.DataFrame:
    """Every numbered entity, or those of some numbers: `entity_id`, `entity`."""
    numbered = con.sql("SELECT entity_id, entity FROM entity_numbers").filter(f"entity > {above}")
    return _frame((numbered if up_to is None else numbered.filter(f"entity <= {up_to}")).pl())


def number_entities(con: "duckdb.DuckDBPyConnection", entity_ids: pl.Series) -> pl.DataFrame:
    """Number entities that have none yet, in the order given: `entity_id`, `entity`."""
    first = next_number(con, "entity")
    numbered = (
        entity_ids.alias("entity_id")
        .to_frame()
        .with_columns(entity=pl.int_range(first, first + len(entity_ids), dtype=pl.Int32))
    )
    with handed(con, added=numbered):
        con.execute("INSERT INTO entity_numbers BY NAME SELECT * FROM added")
    return numbered


# ---- the other kinds


def rates_now(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """The tables as now known: `month`, `currency`, `usd_per_unit` (Decimal), `source`."""
    return _frame(con.sql(query("rates_now")).pl())


def calendar_now(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """The calendar as now known: `day`, `is_workday`."""
    return _frame(con.sql(query("calendar_now")).pl())


def add_rates(con: "duckdb.DuckDBPyConnection", rates: pl.DataFrame) -> None:
    """Insert versions of monthly tables. Columns as in schema.sql."""
    with handed(con, added=rates):
        con.execute("INSERT INTO rates BY NAME SELECT * FROM added")


def add_days(con: "duckdb.DuckDBPyConnection", days: pl.DataFrame) -> None:
    """Insert versions of calendar days. Columns as in schema.sql."""
    with handed(con, added=days):
        con.execute("INSERT INTO calendar BY NAME SELECT * FROM added")


# ---- loads and quarantine


def add_load(con: "duckdb.DuckDBPyConnection", load: dict[str, Any]) -> None:
    """Put a load on record. Keys as the columns in schema.sql."""
    con.execute(query("add_load"), load)


def load_of_digest(
    con: "duckdb.DuckDBPyConnection", kind: str, sha256: str, encoding: str | None
) -> tuple[int, int] | None:
    """The newest load of a byte-identical file: its number and how many rows it read."""
    found = con.execute(query("load_of_digest"), {"kind": kind, "sha256": sha256, "encoding": encoding}).fetchall()
    return (found[0][0], found[0][1]) if found else None


def add_quarantined(con: "duckdb.DuckDBPyConnection", rows: pl.DataFrame) -> None:
    """Insert rows that were not taken. Columns as in schema.sql."""
    with handed(con, added=rows):
        con.execute("INSERT INTO quarantine BY NAME SELECT * FROM added")


def quarantined_page(con: "duckdb.DuckDBPyConnection", load_id: int, after: int, limit: int) -> pl.DataFrame:
    """Rows that a load put into quarantine, whatever became of them, in the order of the file."""
    return _frame(con.sql(query("quarantined_page"), params={"load_id": load_id, "after": after, "limit": limit}).pl())


def waiting_counts(con: "duckdb.DuckDBPyConnection", reason: str | None = None) -> dict[str, int]:
    """How many rows of each kind wait."""
    return dict(con.execute(query("waiting_counts"), {"reason": reason}).fetchall())


def waiting_reasons(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """How many rows wait, by kind and reason: kind, reason, rows, oldest (moment, UTC); the most frequent first."""
    return _frame(con.sql(query("waiting_reasons")).pl())


def waiting_page(
    con: "duckdb.DuckDBPyConnection", kind: str, reason: str | None, after: int, limit: int
) -> pl.DataFrame:
    """Rows of a kind that wait, in the order in which they came: the columns of `quarantine`."""
    return _frame(
        con.sql(query("waiting_page"), params={"kind": kind, "reason": reason, "after": after, "limit": limit}).pl()
    )


def waiting_slice(
    con: "duckdb.DuckDBPyConnection", kind: str, reason: str | None, *, offset: int, limit: int
) -> pl.DataFrame:
    """At most `limit` of the rows of a kind that wait, behind the first `offset`, as they came: the columns of `quarantine`."""
    asked = {"kind": kind, "reason": reason, "offset": offset, "limit": limit}
    return _frame(con.sql(query("waiting_slice"), params=asked).pl())


def waiting_rows(
    con: "duckdb.DuckDBPyConnection", load_id: int | None = None, reason: str | None = None
) -> pl.DataFrame:
    """All rows that wait, in the order in which they came: the columns of `quarantine`."""
    return _frame(con.sql(query("waiting_rows"), params={"load_id": load_id, "reason": reason}).pl())


def waiting_keys(con: "duckdb.DuckDBPyConnection", keys: pl.DataFrame) -> pl.DataFrame:
    """The waiting rows of some flow keys (`declaration_no`, `leg` as text): `quarantine_id`, `load_id` and key."""
    with handed(con, wanted=keys):
        return _frame(con.sql(query("waiting_keys")).pl())


def is_waiting(con: "duckdb.DuckDBPyConnection", kind: str) -> bool:
    """Whether any row of a kind waits."""
    return bool(
        con.execute(
            "SELECT 1 FROM quarantine WHERE status = 'waiting' AND kind = $kind LIMIT 1", {"kind": kind}
        ).fetchall()
    )


def resolve(con: "duckdb.DuckDBPyConnection", kind: str, taken: pl.DataFrame) -> None:
    """Rows of the same key that waited before a row was taken count as resolved.

    Args:
        con: the writing connection.
        kind: of the rows.
        taken: `declaration_no`, `leg` (text), and `load_id`, `line` of the row that was taken.
    """
    with handed(con, taken=taken):
        con.execute(query("resolve"), {"kind": kind})


def settle(con: "duckdb.DuckDBPyConnection", rows: pl.DataFrame) -> None:
    """Give rows of the quarantine their new `status`: `quarantine_id`, `status`, `reason`, `sentence`, `sentence_zh`."""
    with handed(con, settled=rows):
        con.execute(query("settle"))


def supersede(con: "duckdb.DuckDBPyConnection", kind: str, load_id: int) -> None:
    """Rows that waited and came again, identical, in this load: the later ones hold them now."""
    con.execute(query("supersede"), {"kind": kind, "load_id": load_id})


def resolve_load(con: "duckdb.DuckDBPyConnection", load_id: int) -> None:
    """Whatever of a load still waits was taken with the same file again."""
    con.execute("UPDATE quarantine SET status = 'resolved' WHERE status = 'waiting' AND load_id = ?", [load_id])


def _frame(found: pl.DataFrame) -> pl.DataFrame:
    # duckdb does not say what `.pl()` gives.
    return found
