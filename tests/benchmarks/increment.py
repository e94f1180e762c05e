"""The daily increment: a day's 0.2 % of flows into a large home and the run after it, against a run of everything.

The day brings new flows, late arrivals, changes and deletions of old ones. What the run of everything finds afterwards must be
what stands already.
"""

import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

import fxwatch
from fxwatch.home import make_home
from fxwatch.reading.operations import runs_told
from fxwatch.sample.trade import SHARED, SHARED_SHARE
from fxwatch.session import Session
from fxwatch.warehouse import loading
from fxwatch.warehouse.counterparties import with_numbers
from fxwatch.warehouse.declared import engine_beside, with_digests
from tests.benchmarks.invented import LAST, flows_of

SHARE, LATE, CHANGED, DELETED = 500, 0.05, 0.05, 0.02
GOAL = 10.0
OWN = 16  # partners of an entity with its usual number of flows
AT_A_TIME = 1_000_000
SETTINGS = "verify_ids = false\nadmit_unknown = false\nkeep_snapshots = 1\n"
BOTH = ("hits", "hit_flows", "sums", "channel_sums", "not_computed", "skipped")


@dataclass(frozen=True)
class Taken:
    """How long something took: by the clock, and of the processors."""

    clock: float
    processors: float


def measure(flows: int, seed: int) -> int:
    """Make the home, measure, print; 1 where the increment finds something else than everything does."""
    with tempfile.TemporaryDirectory() as folder:
        home = _made(Path(folder), flows, seed)
        first = _timed(home.run)
        everything = _timed(lambda: home.run(full=True))
        before = _bytes(home)
        day = _day(Path(folder), flows, seed)
        load = _timed(lambda: home.load("flows", day))
        run = _timed(home.run)
        snapshot, recomputed = home.snapshot().path, runs_told(home)["recomputed"][0]
        ours = digests(home)
        again = _timed(lambda: home.run(full=True))
        same = ours == digests(home)
        home.register.close()
        print(f"{flows:,} flows; a day of {flows // SHARE:,}. {recomputed}")
        for name, taken in (("first run", first), ("run --full", everything), ("load of the day", load),
                            ("run after it", run), ("run --full after it", again)):  # fmt: skip
            print(f"  {name:22}{taken.clock:8.2f} s {taken.processors:8.2f} s of processors")
        ratio = everything.clock / (load.clock + run.clock)
        of_processors = everything.processors / (load.processors + run.processors)
        print(
            f"Load and run cost a {ratio:.1f}th of a full run by the clock, a {of_processors:.1f}th in processor time."
        )
        shared = sum(path.stat().st_size for path in (Path(folder) / "home" / "parts").iterdir())
        print(
            f"Published: {snapshot.stat().st_size >> 20} MiB; shared and not copied: {shared >> 20} MiB (before: {before >> 20})."
        )
        print(f"Most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB.")
        if ratio < GOAL:
            print(f"Below the goal of {GOAL:.0f}.")
    print("The same hits, evidence and sums." if same else "A run of everything finds something else.")
    return 0 if same else 1


def _made(folder: Path, flows: int, seed: int) -> Session:
    made = make_home(folder / "home", simulation=True)
    made.register.close()
    (folder / "home" / "fxwatch.toml").write_text(f"today = {LAST}\n{SETTINGS}", "utf-8")
    home = fxwatch.open(folder / "home")
    invented, entities = flows_of(flows, seed)
    people = pl.DataFrame({"entity_id": [f"E{n}" for n in range(entities)]}).with_columns(
        name=pl.col("entity_id"), transport_enterprise=pl.Series(np.random.default_rng(seed).random(entities) < 0.1)
    )
    people.write_parquet(folder / "entities.parquet")
    home.load("entities", folder / "entities.parquet")
    # Straight into the warehouse: what intake costs is measured elsewhere.
    with home.writing("benchmark") as warehouse, warehouse.transaction():
        numbers = loading.entity_numbers(warehouse.con).with_columns(
            entity=pl.col("entity_id").str.slice(1).cast(pl.Int32), number="entity"
        )
        beside = engine_beside()
        for piece in invented.iter_slices(AT_A_TIME):
            named = (
                piece.join(numbers.select("entity", "number"), on="entity").drop("entity").rename({"number": "entity"})
            )
            whole = with_numbers(beside, with_digests(beside, _kept(named).sort("entity")))
            loading.add_flows(warehouse.con, whole, warehouse.stage)
    return home


def _kept(piece: pl.DataFrame) -> pl.DataFrame:
    """Flows as the warehouse keeps them."""
    small = {name: pl.lit(value, pl.UInt8) for name, value in {"state": 0, "bpm6": 0, "scope": 0}.items()}
    text = {
        "party_type": "C",
        "code": "228021",
        "currency": "USD",
        "economy": "HKG",
        "payment_type": "O",
        "remark": None,
    }
    empty = dict.fromkeys(("contract_no", "invoice_no", "tax_filing_no", "unread"))
    return piece.with_columns(
        **small, **{name: pl.lit(value, pl.String) for name, value in {**text, **empty}.items()},
        flow=2 * pl.col("declaration"), version=pl.lit(1, pl.Int32), amount="amount_usd", settled=pl.lit(0, pl.Int64), settled_usd=pl.lit(0, pl.Int64),
        rate_month=pl.lit(None, pl.Date), counterparty=_partner("entity", "flow"),
        load_id=pl.lit(0, pl.Int32), line="flow", known_from=pl.lit("2026-01-01").str.to_datetime(time_unit="us"),
    )  # fmt: skip


def _partner(entity: str, number: str) -> pl.Expr:
    """With whom a flow is: with one of a few whom everybody knows, or of the entity's own, as `fxwatch.sample.trade` has it."""
    drawn = pl.col(number).cast(pl.Int64) * 2_654_435_761 % 2**32
    own = pl.concat_str(pl.lit("CP"), pl.col(entity), pl.lit("-"), drawn // 1000 % OWN)
    return (
        pl.when(drawn % 1000 < 1000 * SHARED_SHARE)
        .then(pl.concat_str(pl.lit("S"), drawn // 1000 % SHARED))
        .otherwise(own)
    )


def _day(folder: Path, flows: int, seed: int) -> Path:
    """A file of one day: mostly new flows of the last day, some late ones, changes and deletions of any day."""
    rng = np.random.default_rng(seed + 1)
    invented, _ = flows_of(flows, seed)
    count = flows // SHARE
    # Whoever trades more is there more often: the day is drawn from the flows themselves.
    drawn = invented[rng.choice(flows, count, replace=False)]
    dice = pl.Series(rng.random(count))
    is_old, is_gone = dice < CHANGED + DELETED, dice < DELETED
    is_late = (dice >= CHANGED + DELETED) & (dice < CHANGED + DELETED + LATE)
    rows = drawn.with_columns(is_old=is_old, is_gone=is_gone, is_late=is_late).with_row_index("n")
    new = pl.concat_str(pl.lit("N"), pl.col("n").cast(pl.String))
    items = pl.Series(["222011", *["228021"] * 13])
    rows = rows.select(
        declaration_no=pl.when("is_old").then("declaration_no").otherwise(new),
        action=pl.when("is_gone").then(pl.lit("D")).when("is_old").then(pl.lit("C")).otherwise(pl.lit("A")),
        entity_id=pl.concat_str(pl.lit("E"), pl.col("entity")),
        direction=pl.when(pl.col("direction") == 0).then(pl.lit("receipt")).otherwise(pl.lit("payment")),
        day=pl.when(pl.col("is_old") | pl.col("is_late")).then("day").otherwise(pl.lit(LAST)),
        code=pl.lit(items).gather(pl.col("item")), currency=pl.lit("USD"),
        amount=((pl.col("amount_usd") + 100).cast(pl.Decimal(20, 2)) / 100).cast(pl.Decimal(20, 2)),
        counterparty=_partner("entity", "n"), bank="bank",
    )  # fmt: skip
    rows.write_parquet(folder / "day.parquet")
    return folder / "day.parquet"


def digests(home: Session) -> list[tuple[object, ...]]:
    """What a run leaves, but for its number."""
    con = home.snapshot().con
    left_out = {"hits": "* EXCLUDE (run_id)"}
    return [
        con.execute(f"SELECT count(*), bit_xor(hash(t)), sum(hash(t) % 1000003) FROM (SELECT {left_out.get(n, '*')} FROM {n}) t").fetchall()[0]
        for n in BOTH
    ]  # fmt: skip


def _bytes(home: Session) -> int:
    return home.snapshot().path.stat().st_size


def _timed(work: Callable[[], object]) -> Taken:
    clock, processors = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - clock, time.process_time() - processors)
