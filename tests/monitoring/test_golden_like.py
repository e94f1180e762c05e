"""The monitors of the golden cases, asked of a warehouse that is filled by hand."""

import csv
import shlex
import tomllib
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from fxwatch.reading.monitors import monitor_in

GOLDEN = Path(__file__).parents[1] / "golden"
KEYS = {
    "top_items": ["direction", "rank"],
    "top_entities": ["direction", "item", "rank"],
    "trends": ["direction", "item", "period"],
    "surges": ["direction", "item", "period", "basis", "rank"],
    "concentration": ["direction", "item", "over"],
    "balance": ["period"],
}
FRACTIONS = {"share", "share_change", "top_share", "mom", "yoy", "growth", "hhi", "top3_share", "top10_share"}
MAY_LACK_ZEROS = {"top_items", "top_entities", "concentration"}
STEPS = [
    (case, step["do"], step["expect"])
    for case in ("monitors", "tianjin")
    for step in tomllib.loads((GOLDEN / case / "case.toml").read_text("utf-8"))["steps"]
    if step["do"].startswith("monitor ")
]


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def answer_to(con: object, words: str) -> tuple[str, list[dict[str, str]]]:
    name, *options = shlex.split(words)[1:]
    asked = {
        option.removeprefix("--").replace("-", "_"): value
        for option, value in zip(options[::2], options[1::2], strict=True)
    }
    table: pl.DataFrame = monitor_in(con, name, **asked)  # type: ignore[arg-type]
    return name, [{k: "" if v is None else str(v) for k, v in row.items()} for row in table.iter_rows(named=True)]


@pytest.mark.parametrize(("case", "words", "expected"), STEPS, ids=[expected for _, _, expected in STEPS])
@pytest.mark.parametrize("run", [True, False], ids=["from_sums", "from_flows"])
def test_the_answer_is_the_golden_one(fill, case, words, expected, run):
    con = fill(rows_in(GOLDEN / case / "flows.csv"), rows_in(GOLDEN / case / "entities.csv"), run=run)
    name, found = answer_to(con, words)
    wanted = rows_in(GOLDEN / case / "expected" / expected)
    by_key = {tuple(row[k] for k in KEYS[name]): row for row in found}
    assert len(by_key) == len(found)
    for row in wanted:
        compare(row, by_key.pop(tuple(row[k] for k in KEYS[name])))
    assert all(name in MAY_LACK_ZEROS and is_zero(row) for row in by_key.values())


def compare(wanted: dict[str, str], found: dict[str, str]) -> None:
    for column, cell in wanted.items():
        if column == "note":
            compare_notes(cell, found)
        elif column in FRACTIONS and cell:
            assert abs(Decimal(cell) - Decimal(found[column])) <= Decimal("0.000001"), (column, wanted, found)
        elif column in ("previous", "same_last_year"):
            assert Decimal(cell or 0) == Decimal(found[column] or 0), (column, wanted, found)
        else:
            assert found[column] == cell, (column, wanted, found)


def compare_notes(wanted: str, found: dict[str, str]) -> None:
    allowed, notes = set(wanted.split(";")), set(found["note"].split(";")) - {""}
    assert ("incomplete" in allowed) == ("incomplete" in notes)
    assert notes <= allowed
    if Decimal(found["amount_usd"]) and not (found["mom"] and found["yoy"]):
        assert notes & {"new", "no_data"}


def is_zero(row: dict[str, str]) -> bool:
    return all(not Decimal(row[c] or 0) for c in row if c in FRACTIONS or c == "amount_usd")
