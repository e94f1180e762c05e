"""Speed, side by side, as ratios: `python -m tests.benchmarks --part PART[,PART…]`, or `make bench` for the first and the last.

compare   fxwatch beside DuckDB SQL, Polars, pandas and Spark: same flows, same answers, a process each (see `compare`)
growth    load, rules and a whole run at sizes that double (see `growth`)
planning  bytes a flow and flows a core-second of each stage, and what a billion would need (see `planning`)
rules     the article's rules and plain SQL in one process, for those who tune them (see `rules`)
book      every rule's time, beside the dearest of the article's three (see `book`)
recall    what the rules see of what an invented sample has planted (see `recall`)
door      the banks' door (see `door`)
risk      the features of the risk model, beside one group-by of the same flows (see `risk`)
memory    how much memory loads and runs take; the nation's flows with --flows 100000000 (see `memory`)
increment a day's load and the run after it, beside a run of everything (see `increment`)

--publish writes figures and pictures into tests/benchmarks/measured and the tables of both READMEs. All that the README shows:

    python -m tests.benchmarks --part compare --flows 1000000,5000000,20000000 --publish
    python -m tests.benchmarks --part growth --publish
    python -m tests.benchmarks --part planning --flows 20000000 --publish
"""

import argparse
import sys
from pathlib import Path

from tests.benchmarks import (
    book,
    compare,
    competitor,
    door,
    growth,
    increment,
    memory,
    planning,
    published,
    recall,
    risk,
    rules,
)

PARTS = ("compare", "growth", "planning", "rules", "book", "recall", "door", "increment", "risk", "memory")
USUAL = "compare,recall,door"
MILLION = 1_000_000
SIZES = {
    "compare": [MILLION],
    "growth": growth.SIZES,
    "planning": [MILLION],
    "rules": [5 * MILLION],
    "increment": [MILLION],
    "memory": [5 * MILLION],
    "book": [5 * MILLION],
    "recall": [60_000],
    "risk": [5 * MILLION],
}


def main() -> int:
    asked = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--part", default=USUAL, help=f"of {', '.join(PARTS)}; {USUAL} unless given")
    asked.add_argument("--flows", type=_numbers, default=None, help="one or several, with commas between")
    asked.add_argument("--rounds", type=int, default=3, help="that are counted; one more warms up")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--sides", default=",".join(competitor.NAMES), help="who takes part in compare")
    asked.add_argument("--keep", type=Path, default=None, help="a folder for the invented flows, used again next time")
    asked.add_argument("--out", type=Path, default=Path("bench"), help="a folder for figures (JSON) and pictures (SVG)")
    asked.add_argument("--publish", action="store_true", help="put them into the repository and the READMEs instead")
    asked.add_argument(
        "--entities", type=int, default=None, help="on the roll: a million for the banks' door, 200,000 for risk"
    )
    asked.add_argument("--seconds", type=float, default=5, help="of load at a time, for the banks' door")
    options = asked.parse_args()
    code = 0
    for part in options.part.split(","):
        if part not in PARTS:
            asked.error(f"there is no part {part}; there are {', '.join(PARTS)}")
        code = max(code, measure(part, options))
    return code


def measure(part: str, options: argparse.Namespace) -> int:
    if part == "door":
        door.measure(options.entities or MILLION, min(3, options.rounds), options.seconds)
        door.on_postgres(options.seconds)
        return 0
    sizes = options.flows or SIZES[part]
    if part == "rules":
        return max(rules.measure(flows, options.rounds, options.seed) for flows in sizes)
    if part == "increment":
        return max(increment.measure(flows, options.seed) for flows in sizes)
    if part == "memory":
        return max(memory.measure(flows, options.seed, options.keep) for flows in sizes)
    if part == "book":
        return max(book.measure(flows, options.rounds, options.seed) for flows in sizes)
    if part == "risk":
        for flows in sizes:
            risk.measure(flows, options.entities or 200_000)
        return 0
    if part == "recall":
        for flows in sizes:
            recall.measure(flows)
        return 0
    if part == "compare":
        sides = ["fxwatch", *(name for name in options.sides.split(",") if name != "fxwatch")]
        figures = compare.measure(sizes, options.rounds, options.seed, options.keep, sides)
    elif part == "growth":
        figures = growth.measure(sizes, options.rounds, options.seed)
    else:
        figures = planning.measure(sizes[0], options.rounds, options.seed, options.keep)
    published.put(part, figures, options.out, publish=options.publish)
    return 0


def _numbers(text: str) -> list[int]:
    return [int(word.replace("_", "")) for word in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
