"""Cuts the slice of real payments beside this file out of the whole sample, byte for byte.

    python tests/real/cut_slice.py real_payments_uk_sample.csv.gz

Of each kind of dirt so many lines, the first of the file; of the rest every 66th.
"""

import csv
import gzip
import re
import sys
from pathlib import Path

SLICE = Path(__file__).with_name("payments_uk_slice.csv.gz")
EVERY = 66

# The first kind that a line fits: how many of it are kept.
KINDS = {
    "no supplier": 6,
    "control total": 12,
    "not UTF-8": 40,
    "no day": 2,
    "serial number": 60,
    "no amount": 80,
    "hashes": 20,
    "brackets": 70,
    "date for an amount": 70,
    "negative": 80,
    "repeat": 120,
}


def kind(line: bytes, seen: set[tuple[str, ...]]) -> str:
    """What is wrong with a line; empty: nothing."""
    cells = next(csv.reader([line.decode("latin-1")]))
    _, _, _, day, amount, _, _, supplier = cells
    again = tuple(cells[1:2] + cells[3:]) in seen
    seen.add(tuple(cells[1:2] + cells[3:]))
    signs = {
        "no supplier": not supplier,
        "control total": supplier == "SUP-TOTAL",
        "not UTF-8": not is_utf8(line),
        "no day": not day,
        "serial number": not re.fullmatch(r"\d{4}-\d\d-\d\d", day),
        "no amount": not amount,
        "hashes": amount.startswith("#"),
        "brackets": amount.startswith("("),
        "date for an amount": "-" in amount[1:],
        "negative": amount.startswith("-"),
        "repeat": again,
    }
    return next((name for name, found in signs.items() if found), "")


def is_utf8(line: bytes) -> bool:
    """Whether the line decodes as UTF-8."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def cut(source: Path) -> None:
    """Write the slice."""
    left, seen, clean = dict(KINDS), set[tuple[str, ...]](), 0
    with gzip.open(source) as file, SLICE.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as out:
        out.write(next(file))
        for line in file:
            name = kind(line, seen)
            if name:
                keep = left[name] > 0
                left[name] -= keep
            else:
                keep = clean % EVERY == 0
                clean += 1
            if keep:
                out.write(line)


if __name__ == "__main__":
    cut(Path(sys.argv[1]))
