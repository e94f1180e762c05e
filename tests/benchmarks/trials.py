"""What-if beside a plain look: `python -m tests.benchmarks.trials [--flows N] [--of RULE,…|all]`. Eleven steps of each rule's threshold.

A plain look is what a run does before it writes: the flows handed over, the rules with evidence, hits named: for the article's three
rules that of these three, for the others that of the whole book. A trial reads the flows itself, too. Ratios by the clock and of
processor time, medians over rounds.
"""

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import polars as pl

from fxwatch import batch
from fxwatch.rulebook import parse_value, rules
from fxwatch.whatif import _Trial, asked_for
from tests.benchmarks.invented import invent
from tests.benchmarks.rules import ARTICLE
from tests.benchmarks.watch import Watch

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
    asked.add_argument("--of", default="", help="further rules, with commas between; all: every rule with a threshold")
    asked.add_argument("--cold", action="store_true", help="no round before, to warm up")
    options = asked.parse_args()
    sweeps = (*SWEEPS, *further(options.of))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flows.duckdb"
        invent(path, options.flows, 1)
        con = duckdb.connect(str(path), read_only=True)
        home: Any = SimpleNamespace(today=lambda: date(2026, 10, 31), snapshot=lambda: SimpleNamespace(con=con))
        warming = 0 if options.cold else 1
        rounds = [measure(con, home, sweeps) for _ in range(options.rounds + warming)][warming:]
    print(f"{options.flows:,} flows, {pl.thread_pool_size()} threads, medians of {options.rounds} rounds.")
    worst = 0.0
    for sweep in sweeps:
        plain = "look" if sweep in SWEEPS else "book"
        ratios = [statistics.median(w.parts[sweep][of] / w.parts[plain][of] for w in rounds) for of in (0, 1)]
        seconds = statistics.median(w.parts[sweep][0] for w in rounds)
        print(
            f"{sweep:64}{seconds:7.2f} s {ratios[0]:6.2f} x a plain {plain} by the clock, {ratios[1]:5.2f} x of processors"
        )
        worst = max(worst, ratios[1])
    for plain in ("look", "book") if len(sweeps) > len(SWEEPS) else ("look",):
        print(f"a plain {plain}{statistics.median(w.parts[plain][0] for w in rounds):57.2f} s")
    print(f"The dearest trial costs {worst:.2f} × a plain look; at most {GOAL} × is wanted.")
    return 0 if worst < GOAL else 1


def further(named: str) -> list[str]:
    """Eleven steps from half of a rule's limit to one and a half of it."""
    book = {name: rule() for name, rule in rules().items() if rule.threshold and name not in ARTICLE}
    found = []
    for name in book if named == "all" else filter(None, named.split(",")):
        usual = Decimal(getattr(book[name], book[name].threshold))
        step = max(usual / 10, Decimal(1)) if usual >= 1 else usual / 10
        low = max(usual - 5 * step, step)
        found.append(f"{name}.{book[name].threshold}={low:f}..{low + 10 * step:f}:{step:f}")
    return found


def measure(con: "duckdb.DuckDBPyConnection", home: Any, sweeps: Sequence[str]) -> Watch:
    watch = Watch()
    book = {name: rule() for name, rule in rules().items()}
    watch.time("look", lambda: batch._look(con, {name: book[name] for name in ARTICLE}, {}))
    if len(sweeps) > len(SWEEPS):
        watch.time("book", lambda: batch._look(con, book, {}))
    for sweep in sweeps:
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
