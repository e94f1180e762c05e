"""The mapping of real payments: nothing mended, nothing lost, texts intact."""

import csv
import gzip
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from fxwatch.errors import FileRefused
from fxwatch.facts import facts
from fxwatch.sample.uk_payments import map_payments

SLICE = Path(__file__).parent.parent / "real" / "payments_uk_slice.csv.gz"

HEADER = "row,body,file,Payment Date,Amount,Organisational Unit,Expense Type,Beneficiary Name\n"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("uk")
    map_payments(SLICE, folder)
    return folder


@pytest.fixture(scope="module")
def published() -> list[dict[str, str]]:
    """The slice read as bytes, one character a byte."""
    with gzip.open(SLICE, "rt", encoding="latin-1", newline="") as file:
        return list(csv.DictReader(file))


def outcome_of_flow(row: dict[str, str]) -> str:
    """What a load must do with a mapped row, by the order of the reasons."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", row["entity_id"]):
        return "BAD_ID"
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", row["day"]):
        return "BAD_DATE"
    date.fromisoformat(row["day"])
    if re.fullmatch(r"[13-9]\d{5}", row["code"]):
        return "out_of_scope"
    if not re.fullmatch(r"\d+(\.\d{1,2})?", row["amount"]) or float(row["amount"]) == 0:
        return "BAD_AMOUNT"
    return "accepted" if row["code"] else "waiting"


def outcome_of_payment(row: dict[str, str]) -> str:
    """The same from the published row, with the keywords read afresh."""
    by_unit = row["body"] == "networkrail"
    text = row["Organisational Unit"] if by_unit else row["Expense Type"]
    codes = [
        k["code"]
        for k in facts("real_payments_uk_item_map.csv")
        if (k["body"] == "networkrail") == by_unit and k["keyword"] in text
    ]
    code = (codes or ["other_business"])[0] if text not in ("", "Unspecified") else ""
    if not row["Beneficiary Name"]:
        return "BAD_ID"
    if len(row["Payment Date"]) != 10 or row["Payment Date"].count("-") != 2:
        return "BAD_DATE"
    if code.isdigit():
        return "out_of_scope"
    amount = row["Amount"]
    if not amount or amount[0] not in "0123456789" or not amount.replace(".", "", 1).isdigit() or float(amount) <= 0:
        return "BAD_AMOUNT"
    return "accepted" if code else "waiting"


def test_every_payment_becomes_one_flow_of_its_own(mapped: Path, published: list[dict[str, str]]) -> None:
    numbers = [row["declaration_no"] for row in rows_of(mapped / "flows.csv")]
    assert numbers == [f"UKSAMPLE{int(row['row']):08d}" for row in published]
    assert len(set(numbers)) == len(numbers)


def test_days_and_amounts_are_handed_on_as_published(mapped: Path, published: list[dict[str, str]]) -> None:
    flows = rows_of(mapped / "flows.csv")
    assert [row["amount"] for row in flows] == [row["Amount"] for row in published]
    assert [row["day"].encode("utf-8") for row in flows] == [row["Payment Date"].encode("latin-1") for row in published]


def test_the_outcomes_are_those_of_the_published_rows(mapped: Path, published: list[dict[str, str]]) -> None:
    flows = [outcome_of_flow(row) for row in rows_of(mapped / "flows.csv")]
    assert flows == [outcome_of_payment(row) for row in published]
    assert set(Counter(flows)) == {"accepted", "waiting", "out_of_scope", "BAD_ID", "BAD_DATE", "BAD_AMOUNT"}


def test_the_slice_has_every_kind_of_dirt(published: list[dict[str, str]]) -> None:
    amounts = [row["Amount"] for row in published]
    assert {"SUP-TOTAL", "SUP-REDACTED", ""} <= {row["Beneficiary Name"] for row in published}
    assert sum("#" in amount for amount in amounts) > 0
    assert sum(amount.startswith("(") for amount in amounts) > 0
    assert sum(amount.startswith("-") for amount in amounts) > 0
    assert sum(amount.startswith("1900-") for amount in amounts) > 0
    assert "42032.00" in {row["Payment Date"] for row in published}
    assert b"\x92" in gzip.decompress(SLICE.read_bytes())


def test_windows_1252_and_utf_8_survive_side_by_side(mapped: Path) -> None:
    remarks = [row["remark"] for row in rows_of(mapped / "flows.csv")]
    assert any("\u2019" in text or "\u2013" in text for text in remarks)
    assert not any("\ufffd" in text or "\x92" in text or re.search("[\u4e00-\u9fff]", text) for text in remarks)


def test_the_roll_is_the_suppliers_once_each(mapped: Path, published: list[dict[str, str]]) -> None:
    ids = [row["entity_id"] for row in rows_of(mapped / "entities.csv")]
    assert ids == sorted({row["Beneficiary Name"] for row in published} - {""})


@pytest.mark.parametrize(
    ("body", "unit", "expense", "code"),
    [
        ("networkrail", "Rail Fleet", "Insurance", "transport"),
        ("networkrail", "Sleepers", "", "121010"),
        ("networkrail", "Something new", "", "other_business"),
        ("gateshead", "Fleet", "Legal fees", "consulting"),
        ("bradford", "Fleet", "legal fees", "other_business"),
        ("bradford", "Fleet", "Unspecified", ""),
        ("bradford", "Fleet", "", ""),
    ],
)
def test_the_first_keyword_of_the_right_column_gives_the_code(
    tmp_path: Path, body: str, unit: str, expense: str, code: str
) -> None:
    (tmp_path / "one.csv").write_text(
        f"{HEADER}7,{body},2020-01,2020-01-02,10.00,{unit},{expense},SUP-1\n", encoding="utf-8"
    )
    map_payments(tmp_path / "one.csv", tmp_path / "out")
    (row,) = rows_of(tmp_path / "out" / "flows.csv")
    assert (row["code"], row["direction"], row["currency"], row["economy"], row["counterparty"]) == (
        code,
        "receipt",
        "GBP",
        "GBR",
        body,
    )


def test_a_file_without_a_column_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("row,body\n1,bradford\n", encoding="utf-8")
    with pytest.raises(FileRefused, match="Payment Date"):
        map_payments(tmp_path / "one.csv", tmp_path / "out")


def test_a_truncated_gzip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cut.csv.gz").write_bytes(SLICE.read_bytes()[:20_000])
    with pytest.raises(FileRefused, match="cannot be read"):
        map_payments(tmp_path / "cut.csv.gz", tmp_path / "out")
