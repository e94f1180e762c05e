"""What cannot be mapped is listed, and older concordances that come with fxwatch load without a rest."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from fxwatch.facts import fact_file, facts
from fxwatch.home import make_home
from fxwatch.intake import load
from fxwatch.reading.codes import SHIPPED, concordance, shipped_files, unmapped
from fxwatch.terms import Bpm6, Item
from tests.monitoring.conftest import MOMENT, rows_of, warehouse_of

FLOWS = """
    entity_id direction day        code           amount
    A         receipt   2025-01-05 222011         10.00
    A         receipt   2025-01-06 communications 20.00
    A         receipt   2025-02-06 communications 1.00
    A         payment   2025-02-05 -              30.00
"""


def home_of(con: Any) -> Any:
    return SimpleNamespace(snapshot=lambda: SimpleNamespace(con=con))


def test_what_has_no_code_no_head_or_an_unknown_code_is_listed() -> None:
    con = warehouse_of(rows_of(FLOWS), [])
    for number, (code, day, reason, status) in enumerate(
        [
            ("1122", "20040105", "UNKNOWN_CODE", "waiting"),
            ("1122", "2004-01-07", "UNKNOWN_CODE", "waiting"),
            ("1122", "2004-01-09", "UNKNOWN_CODE", "resolved"),
            ("1300", "2004-01-09", "BAD_AMOUNT", "waiting"),
        ]
    ):
        raw = f'{{"code": " {code} ", "day": "{day}"}}'
        row = [number, "flows", 1, "f", 1, "N", "1", reason, "", "", raw, status, MOMENT]
        con.execute(f"INSERT INTO quarantine VALUES ({', '.join('?' * len(row))})", row)
    found = unmapped(home_of(con)).select(pl.all().cast(pl.String)).rows()
    assert found == [
        ("unknown_code", "1122", "2", None, "2004-01-05", "2004-01-07"),
        ("no_head", "communications", "2", "21.00", "2025-01-06", "2025-02-06"),
        ("no_code", None, "1", "30.00", "2025-02-05", "2025-02-05"),
    ]


def test_loaded_lines_stand_before_shipped_ones() -> None:
    con = warehouse_of([], [])
    con.execute("INSERT INTO codes VALUES ('11', DATE '0001-01-01', DATE '2004-12-31', 0, 2, 1, ?)", [MOMENT])
    con.execute("INSERT INTO codes VALUES ('0101', DATE '2000-01-01', NULL, NULL, NULL, 1, ?)", [MOMENT])
    found = concordance(home_of(con)).with_columns(pl.col("valid_from", "valid_to").cast(pl.String))
    assert found.rows()[:2] == [
        ("0101", "out_of_scope", None, "2000-01-01", None, "loaded"),
        ("11", "transport", "SC", None, "2004-12-31", "loaded"),
    ]
    assert found.filter(source="shipped").height == len(facts("codes.csv"))


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_shipped_concordance_names_items_and_heads_and_no_code_twice(name: str) -> None:
    rows = facts(name)
    assert len({row["code"] for row in rows}) == len(rows)
    for row in rows:
        assert row["item"] in [*Item, "out_of_scope"]
        assert row["bpm6"] in [*Bpm6, ""]
        assert row["valid_to"] < "2014-05-01"


def test_shipped_concordances_load_whole(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", simulation=True, bare=True)
    for name in SHIPPED:
        report = load(home, "codes", fact_file(name))
        assert report.accepted == report.read == len(facts(name))
        assert not report.extra_columns
    assert set(shipped_files()["file"]) == {str(fact_file(name)) for name in SHIPPED}
    assert concordance(home)["source"].value_counts().sort("source")["count"].to_list() == [
        sum(len(facts(name)) for name in SHIPPED),
        len(facts("codes.csv")),
    ]
    home.register.close()
