"""Every early-warning indicator's time on the same flows, beside the dearest of the article's three.

The hand-over from DuckDB is left aside; what a rule prepares for itself counts. Processor time, which neighbours on the machine
disturb less, of the median of some rounds.
"""

import statistics
import time

from fxwatch.engines.local import find_all
from fxwatch.rulebook import rules
from tests.benchmarks.whole_frame import whole_frame

GOAL = 1.5


def measure(flows: int, rounds: int, seed: int) -> int:
    """Print rule, processor seconds, times the dearest of the article's, findings."""
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
    return 0
