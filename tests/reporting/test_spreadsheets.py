"""Tables come back from a spreadsheet as they went: days, money to the cent, texts that are no formulas."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fxwatch.cli.output import write
from fxwatch.errors import RequestError
from fxwatch.reporting.spreadsheets import csv_for_excel, xlsx

MONEY = pl.Decimal(24, 2)


def cells(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx(frame))).active
    assert sheet is not None
    return list(sheet.iter_rows(min_row=2, values_only=True))


def test_days_moments_and_numbers_are_what_they_are_in_a_workbook() -> None:
    frame = pl.DataFrame(
        {
            "day": [date(2025, 3, 1)], "at": [datetime(2025, 3, 1, 8, 9, 10)], "flows": [5], "share": [0.1234567],
            "amount": [Decimal("-1234.50")], "name": ["渤海=1"], "ids": [["a", "b"]], "is": [True],
        },
        schema_overrides={"amount": MONEY},
    )  # fmt: skip
    row = (datetime(2025, 3, 1), datetime(2025, 3, 1, 8, 9, 10), 5, 0.1234567, -1234.5, "渤海=1", "a;b", True)
    assert cells(frame) == [row]
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx(frame))).active
    assert sheet is not None
    formats = {cell.column_letter: cell.number_format for cell in sheet[2]}
    assert (formats["A"], formats["D"], formats["E"]) == ("yyyy-mm-dd", "0.000000", "#,##0.00")


@given(st.lists(st.integers(-(10**15) + 1, 10**15 - 1), min_size=1, max_size=5))
def test_money_of_fifteen_digits_loses_nothing(cents: list[int]) -> None:
    amounts = [Decimal(c).scaleb(-2) for c in cents]
    found = [row[0] for row in cells(pl.DataFrame({"amount": pl.Series(amounts, dtype=MONEY)}))]
    assert all(isinstance(value, int | float) for value in found)
    assert [Decimal(f"{value:.2f}") for value in found] == amounts


def test_money_of_sixteen_digits_is_text_and_loses_nothing() -> None:
    amounts = [Decimal("10000000000000.01"), Decimal("1.00")]
    assert cells(pl.DataFrame({"amount": pl.Series(amounts, dtype=MONEY)})) == [("10000000000000.01",), ("1.00",)]
    assert cells(pl.DataFrame({"n": [10**15 - 1]})) == [(10**15 - 1,)]
    assert cells(pl.DataFrame({"n": [10**15]})) == [(str(10**15),)]


def test_a_csv_for_excel_has_a_mark_and_ends_its_lines_as_spreadsheets_do() -> None:
    frame = pl.DataFrame({"name": ["渤海", "=1+1"], "amount": [Decimal("-1.00")] * 2})
    made = csv_for_excel(frame)
    assert made.startswith(b"\xef\xbb\xbfname,amount\r\n")
    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert rows[1:] == [["渤海", "-1.00"], ["'=1+1", "-1.00"]]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "-1.50", "-", "-A1+B2", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_is_no_formula_and_no_number_in_any_file(tmp_path: Path, text: str) -> None:
    frame = pl.DataFrame(
        {"name": [text], "unit": ["USD"], "value": [Decimal("-1.50")], "change": [-3], "growth": [-0.25]},
        schema_overrides={"value": pl.Decimal(24, 6)},
    )
    for file in ("a.csv", "a.excel.csv"):
        write(frame, tmp_path / file)
        (row,) = csv.reader(io.StringIO((tmp_path / file).read_bytes().decode("utf-8-sig"), newline="").readlines()[1:])
        assert row == ["'" + text, "USD", "-1.50", "-3", "-0.250000000000"]
    (told,) = cells(frame)
    assert told[2:] == (-1.5, -3, -0.25)
    assert str(told[0]).replace("_x000D_", "\r") == text
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx(frame))).active
    assert sheet is not None
    assert [cell.data_type for cell in sheet[2]] == ["s", "s", "n", "n", "n"]


@pytest.mark.parametrize("text", ["033789706", "1100009004012504110002", "26049E055", "000000000000"])
def test_an_identifier_of_digits_keeps_them_in_a_spreadsheet(tmp_path: Path, text: str) -> None:
    frame = pl.DataFrame({"id": [text], "flow": [f"{text}/1"], "n": [10**14]})
    write(frame, tmp_path / "a.excel.csv")
    write(frame, tmp_path / "a.csv")
    head, row = csv.reader(io.StringIO((tmp_path / "a.excel.csv").read_bytes().decode("utf-8-sig"), newline=""))
    assert (head, row) == (["id", "flow", "n"], [f"{text}\t", f"{text}/1", str(10**14)])
    assert (tmp_path / "a.csv").read_text("utf-8").splitlines()[1] == f"{text},{text}/1,{10**14}"
    assert cells(frame) == [(text, f"{text}/1", 10**14)]


@pytest.mark.parametrize("text", ["12345678", "10001", "A-1", "1-1", " =1", "渤海", ""])
def test_other_texts_stay_as_they_are(text: str) -> None:
    made = csv_for_excel(pl.DataFrame({"name": [text], "n": [1]})).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(made, newline="")))[1] == [text, "1"]


def test_the_ending_chooses_the_form(tmp_path: Path) -> None:
    frame = pl.DataFrame({"name": ["渤海"], "amount": [Decimal("1.00")]})
    write(frame, tmp_path / "a.excel.csv")
    write(frame, tmp_path / "a.csv")
    write(frame, tmp_path / "a.parquet")
    assert (tmp_path / "a.excel.csv").read_bytes() == b"\xef\xbb\xbf" + (tmp_path / "a.csv").read_bytes().replace(
        b"\n", b"\r\n"
    )
    assert pl.read_parquet(tmp_path / "a.parquet").equals(frame)
    with pytest.raises(RequestError, match="only the figures of monitors"):
        write(frame, tmp_path / "a.sdmx.csv")
    assert not (tmp_path / "a.sdmx.csv").exists()
