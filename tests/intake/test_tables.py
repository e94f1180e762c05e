"""Parquet files and workbooks: types that fit, and cells that lost their digits."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fxwatch.errors import FileRefused
from fxwatch.home import Home
from fxwatch.intake import load, quarantined

FLOW: dict[str, Any] = {
    "declaration_no": "N1",
    "entity_id": "100000710",
    "direction": "payment",
    "day": "2025-04-08",
    "code": "228021",
    "currency": "USD",
    "amount": "10.50",
}


def flow(**changes: Any) -> pl.DataFrame:
    return pl.DataFrame([{**FLOW, **changes}])


def taken(home: Home) -> list[Any]:
    return home.snapshot().con.sql("SELECT leg, day, amount, settled, code FROM flows ORDER BY flow").fetchall()


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"day": date(2025, 4, 8)},
        {"day": datetime(2025, 4, 8)},
        {"amount": Decimal("10.50")},
        {"amount": Decimal("10.500000")},
        {"leg": 1},
        {"remark": None},
    ],
)
def test_a_parquet_column_is_text_or_of_the_type_that_fits(home: Home, tmp_path: Path, columns: dict[str, Any]) -> None:
    flow(**columns).write_parquet(tmp_path / "flows.parquet")
    assert load(home, "flows", tmp_path / "flows.parquet").accepted == 1
    assert taken(home) == [(1, date(2025, 4, 8), 1050, None, "228021")]


def test_a_parquet_dictionary_is_text(home: Home, tmp_path: Path) -> None:
    flow().with_columns(pl.col("currency", "code").cast(pl.Categorical)).write_parquet(tmp_path / "flows.parquet")
    assert load(home, "flows", tmp_path / "flows.parquet").accepted == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("amount", 10.5),
        ("settled_amount", 10.0),
        ("code", 228021),
        ("declaration_no", 1),
        ("day", 20250408),
        ("leg", 1.0),
        ("currency", True),
    ],
)
def test_a_parquet_column_of_another_type_refuses_the_file(home: Home, tmp_path: Path, column: str, value: Any) -> None:
    flow(**{column: value}).write_parquet(tmp_path / "flows.parquet")
    with pytest.raises(FileRefused, match=rf"flows\.parquet: column {column} is of type"):
        load(home, "flows", tmp_path / "flows.parquet")


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("day", datetime(2025, 4, 8, 12), "BAD_DATE"),
        ("day", None, "BAD_DATE"),
        ("amount", Decimal("10.505"), "BAD_AMOUNT"),
        ("amount", Decimal("-1"), "BAD_AMOUNT"),
        ("amount", 10**15, "BAD_AMOUNT"),
        ("amount", None, "BAD_AMOUNT"),
        ("leg", 3, "BAD_KEY"),
    ],
)
def test_a_typed_value_may_still_be_wrong(home: Home, tmp_path: Path, column: str, value: Any, reason: str) -> None:
    flow(**{column: value}).write_parquet(tmp_path / "flows.parquet")
    assert load(home, "flows", tmp_path / "flows.parquet").reasons == {reason: 1}
    assert quarantined(home)["line"].to_list() == [1]


def test_an_extra_parquet_column_of_any_type_is_kept_with_rows_that_wait(home: Home, tmp_path: Path) -> None:
    extra = flow(amount="x").with_columns(
        parts=pl.lit([1.5, 2.5], dtype=pl.List(pl.Float64)), bytes=pl.lit(b"\xff"), ratio=pl.lit(0.5)
    )
    extra.write_parquet(tmp_path / "flows.parquet")
    assert load(home, "flows", tmp_path / "flows.parquet").extra_columns == ["parts", "bytes", "ratio"]
    assert '"parts":"[1.5, 2.5]"' in quarantined(home)["raw"][0]


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for number, cells in enumerate(rows):
        for place, value in enumerate(cells):
            sheet.write(number, place, value)
    book.close()
    return path


NAMES = [*FLOW, "leg", "settled_amount", "invoice_no", "remark"]


def cells(**changes: Any) -> list[Any]:
    return [{**FLOW, **changes}.get(name) for name in NAMES]


@pytest.mark.parametrize(
    ("changes", "amount"),
    [
        ({}, 1050),
        ({"amount": 10.5}, 1050),
        ({"amount": 0.1 + 0.2}, 30),
        ({"amount": 123456789012.34}, 12345678901234),
        ({"amount": 3}, 300),
    ],
)
def test_a_worksheet_holds_amounts_as_numbers(home: Home, tmp_path: Path, changes: dict[str, Any], amount: int) -> None:
    path = workbook(tmp_path / "flows.xlsx", [NAMES, cells(**changes)])
    assert load(home, "flows", path).accepted == 1
    assert taken(home)[0][2] == amount


def test_a_worksheet_holds_days_and_legs_as_it_likes(home: Home, tmp_path: Path) -> None:
    rows = [
        cells(day=datetime(2025, 4, 8), leg=1),
        cells(declaration_no="N2", day=20250408, leg="1"),
        cells(declaration_no="N3", remark=7),
    ]
    assert load(home, "flows", workbook(tmp_path / "flows.xlsx", [NAMES, *rows])).accepted == 3
    assert {row[1] for row in taken(home)} == {date(2025, 4, 8)}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"declaration_no": 1201}, "BAD_KEY"),
        ({"entity_id": 100000710}, "BAD_ID"),
        ({"code": 228021}, "UNKNOWN_CODE"),
        ({"invoice_no": 12}, "BAD_FIELD"),
        ({"amount": 1e15}, "BAD_AMOUNT"),
        ({"amount": 10.005}, "BAD_AMOUNT"),
        ({"day": datetime(2025, 4, 8, 9, 30)}, "BAD_DATE"),
        ({"leg": 1.5}, "BAD_KEY"),
    ],
)
def test_a_cell_that_lost_something_has_the_reason_of_its_column(
    home: Home, tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    path = workbook(tmp_path / "flows.xlsx", [NAMES, cells(**changes)])
    assert load(home, "flows", path).reasons == {reason: 1}
    before = quarantined(home)
    assert load(home, "flows", path).reasons == {reason: 1}
    assert quarantined(home)["raw"].to_list() == before["raw"].to_list()


def test_rows_of_a_worksheet_keep_their_numbers_and_blank_ones_are_no_rows(home: Home, tmp_path: Path) -> None:
    path = workbook(tmp_path / "flows.xlsx", [[], NAMES, [], cells(amount=0), [], cells(declaration_no="N2"), []])
    assert load(home, "flows", path).read == 2
    assert quarantined(home)["line"].to_list() == [4]


def test_a_worksheet_cell_beyond_the_header_is_kept_with_its_row(home: Home, tmp_path: Path) -> None:
    path = workbook(tmp_path / "flows.xlsx", [NAMES, [*cells(), "beyond"]])
    assert load(home, "flows", path).reasons == {"BAD_FIELD": 1}
    assert "beyond" in quarantined(home)["raw"][0]


@pytest.mark.parametrize("rows", [[], [[""]]])
def test_a_worksheet_without_a_header_is_refused(home: Home, tmp_path: Path, rows: list[list[Any]]) -> None:
    with pytest.raises(FileRefused, match=r"flows\.xlsx"):
        load(home, "flows", workbook(tmp_path / "flows.xlsx", rows))


def test_all_forms_of_a_file_give_the_same_flows(home: Home, tmp_path: Path) -> None:
    frame = pl.concat([flow(), flow(declaration_no="N2", amount="7"), flow(declaration_no="N3", code="121010")])
    frame.write_csv(tmp_path / "flows.csv")
    assert load(home, "flows", tmp_path / "flows.csv").as_dict().items() >= {"accepted": 2, "out_of_scope": 1}.items()
    frame.write_parquet(tmp_path / "flows.parquet")
    workbook(tmp_path / "flows.xlsx", [list(FLOW), *map(list, frame.rows())])
    for name in ("flows.parquet", "flows.xlsx"):
        assert load(home, "flows", tmp_path / name).duplicate == 3
