"""Where the shipped facts lie: `data/` beside the package in a checkout, inside it in a wheel."""

import csv
from functools import cache
from pathlib import Path


def fact_file(name: str) -> Path:
    """The path of a file of `data/`."""
    inside = Path(__file__).parent / "data" / name
    return inside if inside.exists() else Path(__file__).parent.parent / "data" / name


@cache
def facts(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a small CSV of `data/`, every cell as text."""
    with fact_file(name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
