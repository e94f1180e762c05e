"""What-if beside a plain look: `python -m tests.benchmarks.trials [--flows N]`. Eleven steps of each article rule's threshold.

A plain look is what a run does before it writes: the flows handed over, the article's three rules with evidence, hits named. A
trial reads the flows itself, too. Ratios by the clock and of processor time, medians over rounds.
"""

import argparse
import statistics
import tempfile
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import polars as pl

from fxwatch import batch
from fxwatch.rulebook import parse_value, rules
from fxwatch.whatif import _Trial, asked_for
from tests.benchmarks.__main__ import ARTICLE, Watch
from tests.benchmarks.invented import invent

SWEEPS = (
    "large_daily_total.limit_usd=500000..1500000:100000",
    "large_transport_transfer.limit_usd=250000..750000:50000",
    "consecutive_days.min_days=6..16:1",
)
GOAL = 4.0


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.trials", description=__doc__)
    asked.add_argument("--flows", type=int, default=5_000_000)
    asked.add_argument("--rounds", type=int, default=3)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flows.duckdb"
        invent(path, options.flows, 1)
        con = duckdb.connect(str(path), read_only=True)
        home: Any = SimpleNamespace(today=lambda: date(2026, 10, 31), snapshot=lambda: SimpleNamespace(con=con))
        rounds = [measure(con, home) for _ in range(options.rounds + 1)][1:]  # the first warms up
    print(f"{options.flows:,} flows, {pl.thread_pool_size()} threads, medians of {options.rounds} rounds.")
    worst = 0.0
    for sweep in SWEEPS:
        ratios = [statistics.median(w.parts[sweep][of] / w.parts["look"][of] for w in rounds) for of in (0, 1)]
        seconds = statistics.median(w.parts[sweep][0] for w in rounds)
        print(f"{sweep:60}{seconds:7.2f} s {ratios[0]:6.2f} × a look by the clock, {ratios[1]:5.2f} × of processors")
        worst = max(worst, ratios[1])
    print(f"a look{statistics.median(w.parts['look'][0] for w in rounds):61.2f} s")
    print(f"The dearest trial costs {worst:.2f} × a plain look; at most {GOAL} × is wanted.")
    return 0 if worst < GOAL else 1


def measure(con: "duckdb.DuckDBPyConnection", home: Any) -> Watch:
    watch = Watch()
    book = {name: rules()[name]() for name in ARTICLE}
    watch.time("look", lambda: batch._look(con, book, {}))
    for sweep in SWEEPS:
        tried = asked_for([sweep])
        rule = tried.swept.partition(".")[0]
        steps = [tried.at(step) for step in tried.steps]
        found = watch.time(sweep, lambda: _Trial(home, {rule: book[rule]}, lambda done, total: None).found(steps))  # noqa: B023
        heights = [frame.filter(~pl.col("is_near")).height for frame in found[1:]]
        assert heights == sorted(heights, reverse=True), "a higher limit finds no more"
        assert parse_value(rule, tried.swept.partition(".")[2], tried.steps[0])
    return watch


if __name__ == "__main__":
    raise SystemExit(main())
