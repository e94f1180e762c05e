"""The same flows, the same answers, one process each: fxwatch beside plain SQL on DuckDB, plain Polars, pandas and Spark."""

import importlib.util
import json
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from tests.benchmarks import ground
from tests.benchmarks.answers import STREAKS, differences
from tests.benchmarks.competitor import LEVELS

TITLES = {"fxwatch": "fxwatch", "sql": "DuckDB SQL", "polars": "Polars", "pandas": "pandas", "spark": "PySpark, local"}
LARGEST = {"pandas": 5_000_000, "spark": 5_000_000}  # flows; what they need beyond is minutes and memory
GOALS = {("hits", "sql"): 5, ("whole", "sql"): 3, ("whole", "pandas"): 8, ("streaks", "sql"): 6}


@contextmanager
def standing(flows: int, seed: int, keep: Path | None, *, plain: bool = True) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The ground for so many flows (see `ground.make`): in a folder that is kept, or that goes with the block."""
    if keep is not None:
        folder = keep / f"flows-{flows}-seed-{seed}"
        yield folder, ground.make(folder, flows, seed)
        return
    with TemporaryDirectory(prefix="fxwatch-bench-") as folder_name:
        folder = Path(folder_name) / "ground"
        yield folder, ground.make(folder, flows, seed, plain=plain)


def measure(sizes: list[int], rounds: int, seed: int, keep: Path | None, names: list[str]) -> dict[str, Any]:
    """Measure, print and return all figures; answers that differ end it."""
    found: dict[str, Any] = {"threads": pl.thread_pool_size(), "rounds": rounds, "python": platform.python_version()}
    found |= {"duckdb": version("duckdb"), "polars": version("polars"), "sizes": []}
    for flows in sizes:
        with standing(flows, seed, keep) as (folder, made):
            sides = [race(name, folder, rounds) for name in names if takes_part(name, flows)]
            check(folder, [side["name"] for side in sides])
        found["sizes"].append({"flows": made["counted"], "sides": sides})
        print(table(made["counted"], sides, found["threads"], rounds))
    return found


def takes_part(name: str, flows: int) -> bool:
    if flows > LARGEST.get(name, flows):
        print(f"{TITLES[name]} is left out above {LARGEST[name]:,} flows.")
        return False
    missing = next((m for m in {"spark": ["pyspark"], "pandas": ["pandas"]}.get(name, []) if not found(m)), None)
    if missing or (name == "spark" and not shutil.which("java")):
        print(f"{TITLES[name]} is left out: {missing or 'java'} is not installed.")
        return False
    return True


def found(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def version(module: str) -> str:
    return str(importlib.import_module(module).__version__)


def race(name: str, folder: Path, rounds: int) -> dict[str, Any]:
    """One competitor's medians: seconds of each part and of the whole of each level, and its peak of memory."""
    command = [sys.executable, "-m", "tests.benchmarks.competitor", name, str(folder), str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{TITLES[name]} failed:\n{done.stderr[-2000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    side: dict[str, Any] = {"name": name, "peak": told["peak"]}
    for level in LEVELS:
        of_rounds = told["rounds"][level]
        side[level] = {
            "clock": statistics.median(sum(part[0] for part in parts.values()) for parts in of_rounds),
            "processors": statistics.median(sum(part[1] for part in parts.values()) for parts in of_rounds),
            "parts": {part: statistics.median(parts[part][0] for parts in of_rounds) for part in of_rounds[0]},
        }
    alone = told["rounds"].get("streaks", told["rounds"]["hits"])
    side["streaks"] = {"clock": statistics.median(parts[STREAKS][0] for parts in alone)}
    return side


def check(folder: Path, names: list[str]) -> None:
    first, *others = names
    for other in others:
        if differ := differences(folder / "answers" / first, folder / "answers" / other):
            raise SystemExit(
                f"The answers of {first} and {other} differ in {', '.join(differ)}: see {folder / 'answers'}"
            )
    print(f"Same hits, flow ids and monitors: {', '.join(TITLES[name] for name in names)}.")


def ratios(sides: list[dict[str, Any]], level: str) -> dict[str, float]:
    ours = next(side for side in sides if side["name"] == "fxwatch")[level]["clock"]
    return {side["name"]: side[level]["clock"] / ours for side in sides}


def table(flows: int, sides: list[dict[str, Any]], threads: int, rounds: int) -> str:
    """Two levels, ratios, peaks; then the parts."""
    lines = [f"{flows:,} flows, {threads} threads, medians of {rounds} rounds", ""]
    lines += [f"{'':16}{'three rules, hits':>20}{'×':>7}{'streaks':>10}{'×':>7}{'whole run':>12}{'×':>7}{'peak':>10}"]
    of = {level: ratios(sides, level) for level in ("hits", "streaks", "whole")}
    for side in sides:
        name = side["name"]
        shown = [f"{side[level]['clock']:.2f} s" for level in ("hits", "streaks", "whole")]
        times = [f"{of[level][name]:.1f}" for level in ("hits", "streaks", "whole")]
        peak = f"{side['peak'] / 2**20:,.0f} MiB"
        lines.append(f"{TITLES[name]:16}{shown[0]:>20}{times[0]:>7}{shown[1]:>10}{times[1]:>7}{shown[2]:>12}{times[2]:>7}{peak:>10}")  # fmt: skip
    for level in LEVELS:
        lines += [
            "",
            {"hits": "Three rules, from storage to hits with flow ids", "whole": "Everything, published"}[level],
        ]
        for side in sides:
            parts = ", ".join(f"{part} {seconds:.2f}" for part, seconds in side[level]["parts"].items())
            lines.append(f"  {TITLES[side['name']]:16}{parts}")
    for (level, name), goal in GOALS.items():
        if name in of[level] and of[level][name] < goal:
            lines.append(f"Below the goal: {level} against {TITLES[name]}, {of[level][name]:.1f} of {goal}.")
    return "\n".join(lines) + "\n"


def readme_rows(measured: dict[str, Any], zh: bool) -> str:
    """The table of the README."""
    head = ("| 笔数 | | 三条指标及证据 | 全部并发布 | 峰值内存 |" if zh else "| flows | | three rules with evidence | everything, published | peak memory |")  # fmt: skip
    lines = [head, "|---|---|---|---|---|"]
    for size in measured["sizes"]:
        of = {level: ratios(size["sides"], level) for level in LEVELS}
        for side in size["sides"]:
            name = side["name"]
            cells = [f"{side[level]['clock']:.2f} s" + (f" ({of[level][name]:.1f} ×)" if name != "fxwatch" else "") for level in LEVELS]  # fmt: skip
            shown = f"{size['flows']:,}" if name == "fxwatch" else ""
            lines.append(f"| {shown} | {TITLES[name]} | {cells[0]} | {cells[1]} | {side['peak'] / 2**30:.1f} GiB |")
    return "\n".join(lines)
