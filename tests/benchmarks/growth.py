"""How time grows with the flows: load, the three rules with evidence, and a whole published run, at sizes that double.

All sizes are loaded first; then they take turns, so that a machine that others make slow for a while is slow for all of them.
"""

import json
import statistics
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.benchmarks import compare

SIZES = [5_000_000, 10_000_000, 20_000_000, 40_000_000, 80_000_000]
GOAL = 2.2
LEVELS = ("load", "hits", "whole")


def measure(sizes: list[int], rounds: int, seed: int) -> list[dict[str, Any]]:
    """A row a size: flows, seconds of each level (of hits and of the whole the medians), the highest peak of memory."""
    sides: dict[int, list[dict[str, Any]]] = {flows: [] for flows in sizes}
    with ExitStack() as kept:
        ground = {flows: kept.enter_context(compare.standing(flows, seed, None, plain=False)) for flows in sizes}
        for flows, (_, made) in ground.items():
            print(f"{flows:,} flows loaded in {made['load_seconds']:.1f} s", flush=True)
        for number in range(rounds):
            for flows, (folder, _) in ground.items():
                sides[flows].append(compare.race("fxwatch", folder, 1))
                took = {level: round(sides[flows][-1][level]["clock"], 2) for level in ("hits", "whole")}
                print(f"round {number + 1}, {flows:,} flows: {json.dumps(took)}", flush=True)
    rows = []
    for flows, (_, made) in ground.items():
        row = {
            "flows": made["counted"],
            "load": made["load_seconds"],
            "peak": max(side["peak"] for side in sides[flows]),
        }
        medians = {
            level: statistics.median(side[level]["clock"] for side in sides[flows]) for level in ("hits", "whole")
        }
        rows.append(row | medians)
    print(table(rows))
    return rows


def factors(rows: list[dict[str, Any]], level: str) -> list[float]:
    """For each step the time's factor, made comparable to a doubling where the sizes do not double."""
    return [(b[level] / a[level]) ** (1 / _doublings(a, b)) for a, b in pairwise(rows)]


def _doublings(a: dict[str, Any], b: dict[str, Any]) -> float:
    from math import log2

    return log2(b["flows"] / a["flows"])


def table(rows: list[dict[str, Any]]) -> str:
    lines = [
        f"{'flows':>12}{'load':>10}{'hits':>10}{'whole':>10}{'peak':>12}   factor for a doubling: load, hits, whole"
    ]
    steps = [None, *zip(*(factors(rows, level) for level in LEVELS), strict=True)]
    for row, step in zip(rows, steps, strict=True):
        told = "   " + ", ".join(f"{factor:.2f}" for factor in step) if step else ""
        shown = "".join(f"{row[level]:>8.2f} s" for level in LEVELS)
        lines.append(f"{row['flows']:>12,}{shown}{row['peak'] / 2**20:>8,.0f} MiB{told}")
    over = [f"{level} {factor:.2f}" for level in LEVELS for factor in factors(rows, level) if factor > GOAL]
    return "\n".join([*lines, *([f"Above the goal of {GOAL}: {', '.join(over)}."] if over else [])]) + "\n"


def readme_rows(rows: list[dict[str, Any]], zh: bool) -> str:
    head = "| 笔数 | 导入 | 三条指标及证据 | 全部并发布 | 峰值内存 | 每翻一番的倍数 |" if zh else "| flows | load | three rules with evidence | everything, published | peak memory | factor for a doubling |"  # fmt: skip
    lines = [head, "|---|---|---|---|---|---|"]
    steps = [None, *zip(*(factors(rows, level) for level in LEVELS), strict=True)]
    for row, step in zip(rows, steps, strict=True):
        told = ", ".join(f"{factor:.2f}" for factor in step) if step else ""
        cells = " | ".join(f"{row[level]:.1f} s" for level in LEVELS)
        lines.append(f"| {row['flows']:,} | {cells} | {row['peak'] / 2**30:.1f} GiB | {told} |")
    return "\n".join(lines)


def read(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found
