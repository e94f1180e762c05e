"""Every golden case, through the real command line, in a fresh home."""

import csv
import json
import re
import shlex
import tomllib
from collections.abc import Iterable
from contextlib import chdir
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests import shell

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(folder.name for folder in GOLDEN.iterdir() if folder.is_dir())
ARTICLE = {"large_transport_transfer", "large_daily_total", "consecutive_days"}
KEYS = {
    "hits": ["hit_id"],
    "grades": ["entity_id"],
    "check": ["entity_id"],
    "quarantine": ["declaration_no", "leg", "reason"],
    "top_items": ["direction", "rank"],
    "top_entities": ["direction", "item", "rank"],
    "trends": ["direction", "item", "period"],
    "surges": ["direction", "item", "period", "basis", "rank"],
    "concentration": ["direction", "item", "over"],
    "balance": ["period"],
}
FRACTIONS = {"share", "share_change", "top_share", "mom", "yoy", "growth", "hhi", "top3_share", "top10_share"}
MONEY = {
    "amount_usd",
    "previous",
    "same_last_year",
    "value",
    "limit_value",
    "contribution",
    "change",
    "receipts",
    "payments",
    "net",
}
ROUGH = {"settled", "purchased"}
EMPTY_IS_ZERO = {"previous", "same_last_year"}
OPTIONAL_WHEN_ZERO = {"top_items", "top_entities", "concentration"}
Row = dict[str, str]


def fxwatch(home: Path, words: list[str], folder: Path) -> CompletedProcess[str]:
    with chdir(folder):
        return shell.give("--home", str(home), *words)


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", CASES)
def test_the_golden_case_comes_out(case: str, tmp_path: Path) -> None:
    folder, home = GOLDEN / case, tmp_path / "home"
    expected_loads = iter(rows(folder / "expected" / "loads.csv"))
    for number, step in enumerate(tomllib.loads((folder / "case.toml").read_text("utf-8"))["steps"]):
        words = [str(folder / w) if w.endswith(".csv") else w for w in shlex.split(step["do"])]
        words = [re.sub(r"\{notice:(.+)\}", lambda m: notice_of(home, m[1], tmp_path), w) for w in words]
        answer = tmp_path / f"{number}.csv"
        kind = words[1] if words[0] == "monitor" else words[0]
        if "expect" in step:
            words += ["--json"] if kind == "check" else ["--out", str(answer)]
        elif kind == "load":
            words += ["--json"]
        done = fxwatch(home, words, folder)
        where = f"{case}, step {number}: {step['do']}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == step.get("exit", 0), where
        assert "Traceback" not in done.stderr, where
        for text in step.get("says", ()):
            assert text.lower() in done.stderr.lower(), where
        if kind == "load" and done.returncode == 0:
            same_counts(json.loads(done.stdout), next(expected_loads), where)
        if "expect" in step:
            found = [flat(json.loads(done.stdout))] if kind == "check" else rows(answer)
            expected = rows(folder / "expected" / step["expect"])
            if kind == "grades":
                found = without_other_rules(found, home, tmp_path)
            compare(kind, found, expected, where)
    assert next(expected_loads, None) is None


def same_counts(report: dict[str, object], expected: Row, where: str) -> None:
    columns = ["read", "quarantined"] if expected["kind"] in ("rates", "calendar") else list(expected)[2:]
    assert {c: report[c] for c in columns} == {c: int(expected[c]) for c in columns}, where


def notice_of(home: Path, hit: str, tmp_path: Path) -> str:
    listed = tmp_path / "notices.csv"
    assert fxwatch(home, ["notices", "--out", str(listed)], tmp_path).returncode == 0
    return next(row["notice"] for row in rows(listed) if hit in row["hits"].split(";"))


def flat(answer: dict[str, object]) -> Row:
    return {k: ";".join(v) if isinstance(v, list) else "" if v is None else str(v) for k, v in answer.items()}


def without_other_rules(found: list[Row], home: Path, tmp_path: Path) -> list[Row]:
    listed = tmp_path / "open.csv"
    assert fxwatch(home, ["hits", "--status", "open", "--out", str(listed)], tmp_path).returncode == 0
    others = [row for row in rows(listed) if row["rule"] not in ARTICLE]
    for row in found:
        within = [
            o
            for o in others
            if o["entity_id"] == row["entity_id"] and row["window_from"] <= o["raised_on"] <= row["window_to"]
        ]
        row["open_hits"] = str(int(row["open_hits"]) - len(within))
    return found


def compare(kind: str, found: list[Row], expected: list[Row], where: str) -> None:
    key = KEYS[kind]
    if kind == "hits":
        found = [row for row in found if row["rule"] in ARTICLE]
    if kind == "quarantine":
        assert {tuple(r[c] for c in key) for r in found} == {tuple(r[c] for c in key) for r in expected}, where
        return
    got = unique(found, key, where)
    want = unique(expected, key, where)
    if kind in OPTIONAL_WHEN_ZERO:
        got, want = weighty(got), weighty(want)
    assert sorted(got) == sorted(want), where
    for name, row in want.items():
        columns = ["hit_id", "status"] if row.get("status") == "withdrawn" else list(row)
        for column in columns:
            text = got[name][column]
            assert same(column, text, row[column], row), (
                f"{name}: {column} is {text!r}, expected {row[column]!r}\n{where}"
            )


def unique(table: Iterable[Row], key: list[str], where: str) -> dict[tuple[str, ...], Row]:
    found: dict[tuple[str, ...], Row] = {}
    for row in table:
        name = tuple(row[c] for c in key)
        assert name not in found, f"{name} stands twice\n{where}"
        found[name] = row
    return found


def weighty(table: dict[tuple[str, ...], Row]) -> dict[tuple[str, ...], Row]:
    numbers = FRACTIONS | MONEY
    return {k: r for k, r in table.items() if any(r[c] and Decimal(r[c]) for c in r if c in numbers)}


def same(column: str, got: str, want: str, row: Row) -> bool:
    if want == "*":
        return True
    if column == "note":
        return same_notes(got, want, row)
    if column == "flow_ids" or column == "documents":
        return sorted(re.split(r"[;,| ]+", got.strip("[]"))) == sorted(want.split(";"))
    if column in EMPTY_IS_ZERO:
        got, want = got or "0", want or "0"
    if got == "" or want == "":
        return got == want
    if column in FRACTIONS:
        return abs(Decimal(got) - Decimal(want)) <= Decimal("0.000001")
    if column in ROUGH:
        return abs(Decimal(got) - Decimal(want)) <= 1
    if column in MONEY:
        return Decimal(got) == Decimal(want)
    return got == want


def same_notes(got: str, want: str, row: Row) -> bool:
    have, should = set(filter(None, got.split(";"))), set(filter(None, want.split(";")))
    if ("incomplete" in have) != ("incomplete" in should) or not have - {"incomplete"} <= should:
        return False
    needed = Decimal(row["amount_usd"]) != 0 and (row["mom"] == "" or row["yoy"] == "")
    return not needed or bool(have & {"new", "no_data"})


def test_the_copy_of_the_golden_cases_is_the_original() -> None:
    original = Path(__file__).parents[2] / "shared" / "golden"
    if not original.is_dir():
        pytest.skip("the original golden cases are not beside this checkout")
    files = {p.relative_to(original): p.read_bytes() for p in original.rglob("*") if p.is_file()}
    assert files == {p.relative_to(GOLDEN): p.read_bytes() for p in GOLDEN.rglob("*") if p.is_file()}
