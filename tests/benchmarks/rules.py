"""The article's three rules by fxwatch and by plain DuckDB SQL in one process, over one DuckDB file: for those who tune them.

Both begin with flows in DuckDB and end with hits in Polars, each with the sorted texts of its flows; the hand-over from DuckDB to
Polars counts. Each round runs both, one after the other, on as many threads. Two ratios: by the clock, and of processor time,
which neighbours on the machine disturb less.
"""

import resource
import statistics
import tempfile
from pathlib import Path

import duckdb
import polars as pl

from fxwatch.engines.local import Findings, find_all
from fxwatch.flows import DIRECTION, ITEM
from fxwatch.rulebook import rules
from fxwatch.warehouse.frames import flow_frame, input_frames
from tests.benchmarks.by_fxwatch import texts
from tests.benchmarks.invented import invent
from tests.benchmarks.watch import Watch

QUERIES = Path(__file__).parent
ARTICLE = ("large_transport_transfer", "large_daily_total", "consecutive_days")
GOAL = 4.0
COMPARED = ("entity", "direction", "item", "first_day", "last_day", "raised_on", "value", "flow_ids")


def by_fxwatch(con: duckdb.DuckDBPyConnection, watch: Watch) -> dict[str, pl.DataFrame]:
    """The hits of each rule, with columns `COMPARED`."""
    flows, inputs = watch.time("hand-over", lambda: (flow_frame(con), input_frames(con)))
    book = {name: rules()[name]() for name in ARTICLE}
    found: Findings = watch.time("rules", lambda: find_all(book, flows, {**inputs, "first_loaded_day": None}))
    ids = watch.time("flow_ids", lambda: texts(con, found.evidence))
    hits = watch.time("join", lambda: found.hits.join(ids, on="finding"))
    return {name: hits.filter(rule=name).select(COMPARED) for name in ARTICLE}


def by_sql(con: duckdb.DuckDBPyConnection, watch: Watch) -> dict[str, pl.DataFrame]:
    """The same by one query a rule."""
    texts = {name: (QUERIES / f"{name}.sql").read_text("utf-8") for name in ARTICLE}
    return {name: watch.time(name, lambda name=name: con.sql(texts[name]).pl()) for name in ARTICLE}


def same(ours: pl.DataFrame, theirs: pl.DataFrame) -> bool:
    """Whether two tables of hits are equal; the columns that only fxwatch fills are left out."""
    typed = {"direction": DIRECTION, "item": ITEM}
    theirs = theirs.with_columns(
        pl.col(name).cast(pl.UInt8).cat.to(enum) if name in typed else pl.col(name)
        for name in theirs.columns
        for enum in [typed.get(name)]
    )
    columns = [name for name in COMPARED if name in theirs.columns]
    order = [name for name in columns if name != "flow_ids"]
    plain = [
        hits.select(
            pl.col(c).cast(pl.Int64) if c == "value" else pl.col(c).cast(pl.String) if c in typed else c
            for c in columns
        ).sort(order)
        for hits in (ours, theirs)
    ]
    return plain[0].equals(plain[1])


def median(rounds: list[Watch], part: str, of: int) -> float:
    return statistics.median(watch.parts[part][of] for watch in rounds)


def report(name: str, rounds: list[Watch]) -> tuple[float, float]:
    """Print the medians of each part; return the medians of the whole."""
    totals = [statistics.median(sum(p[of] for p in watch.parts.values()) for watch in rounds) for of in (0, 1)]
    print(f"{name:28}{totals[0] * 1000:8.0f} ms {totals[1] * 1000:8.0f} ms of processors")
    for part in rounds[0].parts:
        print(f"  {part:26}{median(rounds, part, 0) * 1000:8.0f} ms {median(rounds, part, 1) * 1000:8.0f} ms")
    return totals[0], totals[1]


def profile(con: duckdb.DuckDBPyConnection) -> None:
    """Where the time goes, rule by rule."""
    flows, inputs = flow_frame(con), input_frames(con)
    print("Each rule alone:")
    for name in ARTICLE:
        watch = Watch()
        watch.time(
            name, lambda name=name: find_all({name: rules()[name]()}, flows, {**inputs, "first_loaded_day": None})
        )
        report(name, [watch])


def measure(flows: int, rounds: int, seed: int) -> int:
    """The article's rules, side by side."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flows.duckdb"
        invent(path, flows, seed)
        con = duckdb.connect(str(path), read_only=True)
        con.execute(f"SET threads = {pl.thread_pool_size()}")
        con.execute("SET preserve_insertion_order = false")
        ours: list[Watch] = []
        theirs: list[Watch] = []
        for number in range(rounds + 1):
            a, b = Watch(), Watch()
            found, expected = by_fxwatch(con, a), by_sql(con, b)
            if number:  # the first round warms both up, and is compared
                ours.append(a)
                theirs.append(b)
                continue
            for name in ARTICLE:
                if not same(found[name], expected[name]):
                    print(f"The answers of {name} differ: {found[name].height} and {expected[name].height} hits.")
                    return 1
            behind = sum(hits["flow_ids"].list.len().sum() for hits in found.values())
            print(f"{flows:,} flows, {pl.thread_pool_size()} threads, medians of {rounds} rounds.")
            print(
                "Identical hits: "
                + ", ".join(f"{name} {found[name].height:,}" for name in ARTICLE)
                + f"; {behind:,} flows behind them."
            )
        clock, processors = report("fxwatch", ours)
        clock_sql, processors_sql = report("DuckDB SQL", theirs)
        print(
            f"fxwatch is {clock_sql / clock:.1f} times as fast by the clock, {processors_sql / processors:.1f} times in processor time."
        )
        print(f"Most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB, both together.")
        if clock_sql / clock < GOAL:
            print(f"Below the goal of {GOAL:.0f}.")
            profile(con)
    return 0
