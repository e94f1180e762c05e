"""Parquet files and workbooks: types that fit, and cells that lost their digits."""

import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fxwatch.errors import FileRefused
from fxwatch.home import Home
from fxwatch.intake import load, parquet_rows, quarantined
from fxwatch.intake.files import examine

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


def test_decimals_that_polars_cannot_take_are_read_as_text(home: Home, tmp_path: Path) -> None:
    wide = pa.array([Decimal("10.500")], pa.decimal256(60, 3))
    table = flow().drop("amount").to_arrow().append_column("amount", wide).append_column("extra", wide)
    pq.write_table(table, tmp_path / "flows.parquet")
    assert load(home, "flows", tmp_path / "flows.parquet").accepted == 1
    assert taken(home)[0][2] == 1050


@pytest.mark.parametrize(
    "column",
    [
        pa.array([2**31 - 1], pa.date32()),
        pa.array([2**63 - 1], pa.timestamp("us")),
        pa.array([0], pa.timestamp("us", "Nowhere/Else")),
    ],
    ids=["day", "moment", "time zone"],
)
def test_a_parquet_column_that_cannot_be_read_refuses_the_file(home: Home, tmp_path: Path, column: Any) -> None:
    pq.write_table(flow().to_arrow().append_column("extra", column), tmp_path / "flows.parquet")
    with pytest.raises(FileRefused, match=r"flows\.parquet: column extra is of type .* cannot be read"):
        load(home, "flows", tmp_path / "flows.parquet")


def test_what_polars_answers_with_a_panic_refuses_the_file(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def panic(_: Any) -> None:
        raise pl.exceptions.PanicException("no such type")

    flow().with_columns(pl.col("day").str.to_date()).write_parquet(tmp_path / "flows.parquet")
    monkeypatch.setattr(parquet_rows, "_plain", panic)
    with pytest.raises(FileRefused, match="cannot be read"):
        load(home, "flows", tmp_path / "flows.parquet")


def test_what_polars_cannot_read_of_a_parquet_file_is_read_by_arrow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "flows.parquet"
    pl.DataFrame({"a": [str(n) for n in range(5)], " b": ["x"] * 5}).write_parquet(file)
    whole = pl.scan_parquet
    looks: list[int] = []

    def once(*asked: Any, **how: Any) -> pl.LazyFrame:
        looks.append(1)
        if len(looks) > 1:
            raise pl.exceptions.ComputeError("cannot go on")
        return whole(*asked, **how)

    monkeypatch.setattr(pl, "scan_parquet", once)
    rows = list(parquet_rows.ParquetReader(examine(file, None), 2).rows())
    assert [row.columns["a"].to_list() for row in rows] == [["0", "1"], ["2", "3"], ["4"]]
    assert [row.line.to_list() for row in rows] == [[1, 2], [3, 4], [5]]
    assert rows[0].columns.columns == rows[1].columns.columns == ["a", "b"]


def test_a_parquet_file_of_too_many_columns_is_refused(home: Home, tmp_path: Path) -> None:
    flow().with_columns(pl.lit("").alias(f"c{i}") for i in range(4096)).write_parquet(tmp_path / "flows.parquet")
    with pytest.raises(FileRefused, match=r"flows\.parquet: it has 4,103 columns; 4,096 are the most"):
        load(home, "flows", tmp_path / "flows.parquet")


def test_a_stray_cell_in_the_last_corner_of_a_sheet_refuses_the_file_at_once(home: Home, tmp_path: Path) -> None:
    import xlsxwriter

    for value in ("stray", None):
        book = xlsxwriter.Workbook(tmp_path / "flows.xlsx")
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, NAMES)
        sheet.write_row(1, 0, cells())
        sheet.write(1_048_575, 16_383, value, book.add_format({"bold": True}))
        book.close()
        if value:
            with pytest.raises(FileRefused, match=r"flows\.xlsx: it has 16,384 columns"):
                load(home, "flows", tmp_path / "flows.xlsx")
        else:
            assert load(home, "flows", tmp_path / "flows.xlsx").read == 1


def test_a_row_beyond_the_last_of_a_sheet_is_damage(home: Home, tmp_path: Path) -> None:
    path = edited(workbook(tmp_path / "flows.xlsx", [NAMES, cells()]), b'r="2"', b'r="2000000000"')
    with pytest.raises(FileRefused, match=r"flows\.xlsx: the workbook is cut off or damaged"):
        load(home, "flows", path)


def test_broken_xml_of_a_workbook_is_said_in_one_line(home: Home, tmp_path: Path) -> None:
    path = edited(workbook(tmp_path / "flows.xlsx", [NAMES, cells()]), b"</sheetData>", b"<\n\x1b</sheetData>")
    with pytest.raises(FileRefused, match=r"flows\.xlsx: the workbook is cut off or damaged") as refused:
        load(home, "flows", path)
    assert refused.value.english.isprintable()
    assert refused.value.chinese.isprintable()


def edited(path: Path, old: bytes, new: bytes) -> Path:
    """A workbook with other XML of its first sheet."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(old, new)
    with zipfile.ZipFile(path, "w") as book:
        for name, part in parts.items():
            book.writestr(name, part)
    return path
