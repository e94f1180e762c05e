"""One competitor in a process of its own, so that its peak of memory is its own: `python -m tests.benchmarks.competitor NAME GROUND ROUNDS`.

Prints JSON: for each round the seconds of each part (clock, processors of this process), and the peak of memory in bytes, processes below it
included. The first round warms up, saves the answers below GROUND/answers/NAME, and is not counted.
"""

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.answers import save
from tests.benchmarks.watch import Watch

NAMES = ("fxwatch", "sql", "polars", "pandas", "spark")
LEVELS = ("hits", "whole")


def compete(name: str, ground: Path, rounds: int) -> dict[str, Any]:
    side: Any = importlib.import_module(f"tests.benchmarks.by_{name}").Side(ground)
    levels = [level for level in (*LEVELS, "streaks") if hasattr(side, level)]
    told: dict[str, list[dict[str, tuple[float, float]]]] = {level: [] for level in levels}
    for number in range(rounds + 1):
        for level in levels:
            watch = Watch()
            answers = getattr(side, level)(watch)
            if number:
                told[level].append(watch.parts)
            else:
                save(answers, ground / "answers" / name)
            del answers
    return {"name": name, "rounds": told, "peak": peak()}


def peak(top: int | None = None) -> int:
    """The highest memory of a process (this one, if none is named), and of those below it that still run: Spark's Java and its workers.

    From /proc, because what `getrusage` says begins with what the parent had before this program was started.
    """
    parents, peaks = {}, {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            words = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines())
        except OSError:
            continue
        process = int(status.parent.name)
        parents[process], peaks[process] = int(words["PPid"]), int(words.get("VmHWM", "0 kB").split()[0]) * 1024
    above = top or os.getpid()
    return sum(peak for process, peak in peaks.items() if _is_below(process, above, parents))


def _is_below(process: int, top: int, parents: dict[int, int]) -> bool:
    while process in parents and process != top:
        process = parents[process]
    return process == top


if __name__ == "__main__":
    print(json.dumps(compete(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
