"""Every early-warning indicator's time on the same flows, beside the dearest of the article's three.

The hand-over from DuckDB is left aside; what a rule prepares for itself counts. Processor time, which neighbours on the machine
disturb less, of the median of some rounds. For each rule above the goal a profile says at which lines its time goes.
"""

import linecache
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fxwatch.engines.local import find_all
from fxwatch.rulebook import rules
from tests.benchmarks.whole_frame import whole_frame

GOAL = 1.5
LINES = 4  # of a profile
ROOT = Path(__file__).parents[2]


def measure(flows: int, rounds: int, seed: int) -> int:
    """Print rule, processor seconds, times the dearest of the article's, findings; and where the time of the dear ones goes."""
    frame, given = whole_frame(flows, seed)
    book = {name: rule() for name, rule in rules().items()}
    taken: dict[str, list[float]] = {name: [] for name in book}
    found: dict[str, int] = {}
    for number in range(rounds + 1):
        for name, rule in book.items():
            began = time.process_time()
            found[name] = find_all({name: rule}, frame, given).hits.height
            if number:  # the first round warms up
                taken[name].append(time.process_time() - began)
    cost = {name: statistics.median(seconds) for name, seconds in taken.items()}
    dearest = max(cost[name] for name, rule in book.items() if rule.severity == "article")
    print(
        f"{flows:,} flows, medians of {rounds} rounds; the dearest of the article's three took {dearest:.2f} s of processors."
    )
    for name, seconds in sorted(cost.items(), key=lambda item: item[1]):
        mark = "" if seconds <= GOAL * dearest else f"  above {GOAL}"
        print(f"{name:28}{seconds:8.2f} s {seconds / dearest:6.2f} x {found[name]:10,} findings{mark}")
        if mark:
            with collected() as places:
                began = time.process_time()
                find_all({name: book[name]}, frame, given)
                whole = time.process_time() - began
            for place, spent in places.most_common(LINES):
                print(f"    {100 * spent / whole:3.0f} %  {place}")
    return 0


@contextmanager
def collected() -> Iterator["Counter[str]"]:
    """The processor time of what is collected while the block runs, by the line that asked for it."""
    places: Counter[str] = Counter()
    with pytest.MonkeyPatch.context() as patch:
        for method in ("collect", "sink_parquet"):
            patch.setattr(pl.LazyFrame, method, _timed(getattr(pl.LazyFrame, method), places))
        yield places


def _timed(work: Any, places: "Counter[str]") -> Any:
    def timed(frame: pl.LazyFrame, *given: Any, **named: Any) -> Any:
        began = time.process_time()
        try:
            return work(frame, *given, **named)
        finally:
            places[_asked_at()] += time.process_time() - began

    return timed


def _asked_at() -> str:
    """The nearest line of ours that is not of this file."""
    frame = sys._getframe(2)
    while frame.f_back is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and path != Path(__file__) and ".venv" not in path.parts:
            line = linecache.getline(str(path), frame.f_lineno).strip()
            return f"{path.relative_to(ROOT)}:{frame.f_lineno} {frame.f_code.co_name}: {line[:90]}"
        frame = frame.f_back
    return "elsewhere"
