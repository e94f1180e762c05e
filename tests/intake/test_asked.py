"""Lists of identifiers, pasted or in a file."""

import io

import polars as pl
import pytest

from fxwatch.errors import FileRefused
from fxwatch.intake import asked
from fxwatch.intake.asked import identifiers_in, identifiers_of

FIRST, SECOND = "100000016", "91120101100000024X"


def sheet(**columns):
    target = io.BytesIO()
    pl.DataFrame(columns).write_excel(target)
    return target.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        f"{FIRST}\n{SECOND}",
        f" {FIRST} ,{SECOND};",
        f"{FIRST}\t{SECOND}",
        f"{FIRST},{SECOND}、",
        f"\n\n{FIRST} {SECOND}\r\n",
    ],
)
def test_pasted_identifiers_are_told_apart_by_any_usual_mark(text):
    assert identifiers_of(text) == [FIRST, SECOND]


def test_nothing_pasted_is_no_identifier():
    assert identifiers_of(" \n,;") == []


@pytest.mark.parametrize(
    "text",
    [
        f"entity_id\n{FIRST}\n{SECOND}\n",
        f"name,主体代码\nA,{FIRST}\nB,{SECOND}\n",
        f"{FIRST}\n{SECOND}",
        f"company,x\n{FIRST},1\n\n{SECOND},2\n",
        f"code\n{FIRST}\n , \n{SECOND}\n",
    ],
)
def test_a_file_names_its_column_or_has_identifiers_in_the_first(text):
    assert identifiers_in("list.csv", text.encode()) == [FIRST, SECOND]


def test_a_file_from_an_old_office_machine_is_read_too():
    assert identifiers_in("list.csv", f"名称,主体代码\n渤海,{FIRST}\n".encode("gb18030")) == [FIRST]


def test_a_workbook_is_read_from_its_first_sheet():
    assert identifiers_in("list.xlsx", sheet(entity_id=[FIRST, SECOND])) == [FIRST, SECOND]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"\xff\xfe\x00"])
def test_a_file_that_is_none_is_refused_by_its_name(content):
    with pytest.raises(FileRefused) as refused:
        identifiers_in("list.xlsx", content)
    assert refused.value.english.startswith("list.xlsx: ")
    assert refused.value.chinese.startswith("list.xlsx:")


def test_what_is_too_large_for_a_list_is_refused_before_it_is_unpacked(monkeypatch):
    content = sheet(entity_id=[FIRST])
    monkeypatch.setattr(asked, "LARGEST", len(content))
    assert identifiers_in("list.xlsx", content) == [FIRST]
    monkeypatch.setattr(asked, "LARGEST", len(content) - 1)
    with pytest.raises(FileRefused, match="too large"):
        identifiers_in("list.xlsx", content)
    monkeypatch.setattr(asked, "LARGEST", len(content))
    monkeypatch.setattr(asked, "_UNPACKED", 100)
    with pytest.raises(FileRefused, match="too large"):
        identifiers_in("list.xlsx", content)
