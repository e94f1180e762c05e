"""How much memory a nation's flows take: loads of them all, a run of the whole rule book, and the same run told to keep within 4 GiB."""

import subprocess
import sys
import time
from pathlib import Path

import fxwatch
from tests.benchmarks import compare, competitor
from tests.benchmarks.increment import digests

HELD = "4GiB"
EVERY = 0.1
GOAL = 12 * 2**30


def measure(flows: int, seed: int, keep: Path | None) -> int:
    """Load, run, run in shares, print; 1 where the two runs find different things."""
    with compare.standing(flows, seed, keep, plain=False) as (folder, made):
        home = folder / "home"
        print(f"{made['counted']:,} flows")
        told("load, making the files included", made["load_seconds"], made["peak"])
        told("run", *ran(home))
        whole = found_in(home)
        told(f"run --full --memory {HELD}", *ran(home, "--full", "--memory", HELD))
        same = whole == found_in(home)
    print("The same hits, evidence and sums." if same else "Within less memory a run finds something else.")
    return 0 if same else 1


def told(what: str, seconds: float, peak: int) -> None:
    over = f"; above the goal of {GOAL >> 30} GiB" if peak > GOAL else ""
    print(f"  {what:34}{seconds:8.0f} s, at most {peak / 2**30:.1f} GiB{over}", flush=True)


def ran(home: Path, *words: str) -> tuple[float, int]:
    """Seconds and peak of memory of a run in a process of its own."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "fxwatch", "--home", home, "run", *words], stdout=subprocess.PIPE, text=True
    )
    highest = 0
    while process.poll() is None:
        highest = max(highest, competitor.peak(process.pid))
        time.sleep(EVERY)
    if process.returncode:
        raise SystemExit(f"The run ended with {process.returncode}.")
    return time.perf_counter() - began, highest


def found_in(home: Path) -> list[tuple[object, ...]]:
    opened = fxwatch.open(home)
    try:
        return digests(opened)
    finally:
        opened.register.close()
