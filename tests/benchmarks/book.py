"""Every early-warning indicator's time on the same flows, beside the dearest of the article's three.

The hand-over from DuckDB is left aside; what a rule prepares for itself counts. Processor time, which neighbours on the machine
disturb less, of the median of some rounds. For each rule above the goal a profile says at which lines its time goes.
"""

import linecache
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from fxwatch.engines.local import find_all
from fxwatch.rulebook import rules
from tests.benchmarks.whole_frame import whole_frame

GOAL = 1.5
LINES = 6  # of a profile
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
            with spent() as places:
                began = time.process_time()
                find_all({name: book[name]}, frame, given)
                whole = time.process_time() - began
            for place, seconds in places.most_common(LINES):
                print(f"    {100 * seconds / whole:3.0f} %  {place}")
    return 0


@contextmanager
def spent() -> Iterator["Counter[str]"]:
    """The processor time of what libraries do while the block runs, by the line of ours that asked for it."""
    places: Counter[str] = Counter()
    began: list[float] = []

    def heard(frame: FrameType, event: str, _: Any) -> None:
        if event == "c_call":
            began.append(time.process_time())
        elif event in ("c_return", "c_exception") and began:
            since = began.pop()
            if not began:  # what a library asks for in its turn is its own
                places[_asked_at(frame)] += time.process_time() - since

    threading.setprofile(heard)  # rules run on threads of their own
    try:
        yield places
    finally:
        threading.setprofile(None)


def _asked_at(frame: FrameType | None) -> str:
    """The nearest line of ours that is not of this file."""
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and path != Path(__file__) and ".venv" not in path.parts:
            line = linecache.getline(str(path), frame.f_lineno).strip()
            return f"{path.relative_to(ROOT)}:{frame.f_lineno} {frame.f_code.co_name}: {line[:90]}"
        frame = frame.f_back
    return "elsewhere"
