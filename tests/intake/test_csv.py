"""CSV files of every condition: encodings, line ends, quotation marks, and what nobody may lose."""

import csv
import gzip
import io
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fxwatch.errors import FileRefused
from fxwatch.intake import csv_rows, files
from fxwatch.intake.csv_rows import CsvReader
from fxwatch.intake.files import examine

HEAD = b"a,b,c\n"


def read(
    path: Path, data: bytes, encoding: str | None = None
) -> tuple[list[str], list[tuple[int, tuple[str | None, ...]]]]:
    """Header and rows with their lines."""
    path.write_bytes(data)
    reader = CsvReader(examine(path, encoding))
    stretches = list(reader.rows())
    return reader.names, [
        (line, row) for rows in stretches for line, row in zip(rows.line, rows.columns.iter_rows(), strict=True)
    ]


def odd(path: Path, data: bytes) -> list[str]:
    """The JSON of odd rows."""
    path.write_bytes(data)
    return [raw for rows in CsvReader(examine(path)).rows() for raw in rows.raw(sorted(rows.odd))]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "flows.csv"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("名称,b\n海河,2\n".encode(), "utf-8"),
        ("名称,b\n海河,2\n".encode("utf-8-sig"), "utf-8-sig"),
        ("名称,b\n海河,2\n".encode("gb18030"), "gb18030"),
        ("名称,b\n海河,2\n".encode("utf-16"), "utf-16"),
        (gzip.compress("名称,b\n海河,2\n".encode("gb18030")), "gb18030"),
    ],
    ids=["utf-8", "byte-order mark", "gb18030", "utf-16", "gzip"],
)
def test_the_encoding_is_that_of_the_whole_file(file: Path, data: bytes, encoding: str) -> None:
    assert read(file, data) == (["名称", "b"], [(2, ("海河", "2"))])
    assert examine(file).encoding == encoding


def test_one_wrong_byte_far_down_makes_a_file_gb18030_or_refused(file: Path) -> None:
    lines = b"a,b,c\n" + b"1,2,3\n" * 400_000
    assert read(file, lines + "海,2,3\n".encode("gb18030"))[1][-1] == (400_002, ("海", "2", "3"))
    with pytest.raises(FileRefused, match=r"flows\.csv.*gb18030"):
        read(file, lines + b"\xff,2,3\n")


def test_an_encoding_that_is_given_wins(file: Path) -> None:
    assert read(file, "é,b\n1,2\n".encode("latin-1"), "latin-1")[0] == ["é", "b"]
    with pytest.raises(FileRefused, match="utf-8"):
        read(file, "é,b\n1,2\n".encode("latin-1"), "utf-8")
    with pytest.raises(FileRefused, match="no encoding klingon"):
        read(file, b"a,b\n", "klingon")


def test_names_of_the_header_are_stripped(file: Path) -> None:
    assert read(file, b' a ,"b ",\xe3\x80\x80c\n')[0] == ["a", "b", "c"]


def test_line_ends_of_all_kinds_may_be_mixed(file: Path) -> None:
    data = b'a,b,c\r\n1,2,3\r4,5,6\n7,8,9\r\n"x\r\ny",2,3\r1,2,3'
    lines = [
        (2, ("1", "2", "3")),
        (3, ("4", "5", "6")),
        (4, ("7", "8", "9")),
        (5, ("x\r\ny", "2", "3")),
        (7, ("1", "2", "3")),
    ]
    assert read(file, data) == (["a", "b", "c"], lines)


def test_blank_lines_are_no_rows(file: Path) -> None:
    data = b"\n \n" + HEAD + b"\n1,2,3\n   \n\r\n4,5,6\n\n"
    assert read(file, data)[1] == [(5, ("1", "2", "3")), (8, ("4", "5", "6"))]


def test_a_quoted_field_may_hold_commas_lines_and_quotation_marks(file: Path) -> None:
    data = HEAD + b'"1,1","two\n\nlines","say ""hi"""\n4,5,6\n'
    assert read(file, data)[1] == [(2, ("1,1", "two\n\nlines", 'say "hi"')), (5, ("4", "5", "6"))]


def test_a_quotation_mark_inside_a_field_is_only_a_character(file: Path) -> None:
    assert read(file, HEAD + b'1,5" pipe,6"\n4,5,6\n')[1] == [(2, ("1", '5" pipe', '6"')), (3, ("4", "5", "6"))]


@pytest.mark.parametrize("stray", [b'1,2,"3\n', b'"1,2,3\n', b'1,"2\r\n,3\n'])
def test_a_quotation_that_is_never_closed_refuses_the_file(file: Path, stray: bytes) -> None:
    with pytest.raises(FileRefused, match="line 3 opens a quotation"):
        read(file, HEAD + b"1,2,3\n" + stray + b"4,5,6\n" * 10)


def test_a_stray_quotation_mark_does_not_swallow_the_rows_up_to_the_next(file: Path) -> None:
    data = HEAD + b'1,2,"3\n4,5,6\n7,8,"9\n1,2,3\n'
    assert ["swallowed" in raw for raw in odd(file, data)] == [True]
    assert "4,5,6" in odd(file, data)[0]
    closed = HEAD + b'1,2,"3\n4,5,6\n7,8,9"\n1,2,3\n'
    assert ["swallowed" in raw for raw in odd(file, closed)] == [True]


def test_a_field_beyond_the_header_is_kept_with_its_row(file: Path) -> None:
    assert read(file, HEAD + b"1,2,3,4,5\n")[1] == [(2, ("1", "2", "3"))]
    assert odd(file, HEAD + b"1,2,3,4,5\n") == ['{"a":"1","b":"2","c":"3","":{"excess": ["4", "5"]}}']


def test_a_row_that_ends_early_says_what_it_lacks(file: Path) -> None:
    assert odd(file, HEAD + b"1,2\n1,2,3\n4,") == [
        '{"a":"1","b":"2","":{"missing": ["c"]}}',
        '{"a":"4","b":"","":{"missing": ["c"]}}',
    ]


def test_nul_is_a_character_like_any_other(file: Path) -> None:
    assert read(file, HEAD + b'1,2\x00,3\n4,5,6\n"\x00",8,9\n')[1] == [
        (2, ("1", "2\x00", "3")),
        (3, ("4", "5", "6")),
        (4, ("\x00", "8", "9")),
    ]


def test_a_field_of_ten_megabytes_is_read(file: Path) -> None:
    long = b"x" * 10_000_000
    rows = read(file, HEAD + b"1,2," + long + b'\n1,2,"\n' + long + b'"\n4,5,6\n')[1]
    assert [(line, len(row[2] or "")) for line, row in rows] == [(2, 10_000_000), (3, 10_000_001), (5, 1)]


def test_a_header_without_rows_is_no_row(file: Path) -> None:
    assert read(file, b"a,b,c") == (["a", "b", "c"], [])


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_file_without_a_header_is_refused(file: Path, data: bytes) -> None:
    with pytest.raises(FileRefused, match=r"flows\.csv: it has no header"):
        read(file, data)


def test_a_record_across_the_edge_of_a_stretch_is_whole(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "STRETCH", 64)
    body = b"".join(b'%d,"two\r\nlines, ""%d""",\r\n' % (i, i) if i % 3 else b"%d,x,\n" % i for i in range(50_000))
    rows = read(file, HEAD + body)[1]
    assert [row[0] for _, row in rows] == [str(i) for i in range(50_000)]
    assert rows[-1] == (rows[-2][0] + 1, ("49999", 'two\r\nlines, "49999"', ""))


# ---- the fast reader and the exact one


def exactly(text: str) -> list[tuple[int, list[str]]]:
    """Records and their lines by the csv module alone; the header is a record too."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text)
    reader = csv.reader(iter(lines))
    found, line = [], 1
    for fields in reader:
        if fields and not (len(fields) == 1 and not fields[0].strip()):
            found.append((line, fields))
        line = reader.line_num + 1
    return found


fields = st.one_of(
    st.sampled_from(["", "1", "x y", "海河", " 2 ", 'in"side', "\x00"]),
    st.text("ab,\"\n\r '", max_size=6).map(lambda t: '"' + t.replace('"', '""') + '"'),
)
records = st.lists(fields, min_size=1, max_size=4).map(",".join)
texts = st.lists(st.tuples(records, st.sampled_from(["\n", "\r\n", "\r", "\n\n"])), max_size=12).map(
    lambda lines: "".join(record + end for record, end in lines)
)


@settings(max_examples=300, deadline=None)
@given(texts, st.sampled_from([8, 1 << 20]))
def test_every_file_reads_as_the_csv_module_reads_it(
    tmp_path_factory: pytest.TempPathFactory, text: str, stretch: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "property.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "STRETCH", stretch)
        patch.setattr(files, "BLOCK", stretch)
        _, found = read(path, b"a,b,c\n" + text.encode())
    expected = [(line + 1, (*fields[:3], *([None] * (3 - len(fields))))) for line, fields in exactly(text)]
    assert found == expected


def test_a_well_formed_file_goes_the_fast_way_whole(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        csv_rows.csv,
        "reader",
        lambda lines: pytest.fail("the exact reader was asked") if len(list(lines)) > 1 else [["a", "b", "c"]],
    )
    frame = pl.DataFrame({name: [f"{name}{i}" for i in range(1000)] for name in "abc"})
    file.write_bytes(frame.write_csv().encode())
    rows = list(
        csv_rows._Stretch(file.read_bytes(), 1, ["a", "b", "c"], ended=True).read(examine(file)).columns.iter_rows()
    )
    assert rows[1:] == frame.rows()


def test_python_agrees_that_lone_returns_end_lines() -> None:
    assert list(io.StringIO("a\rb\r\nc", newline="")) == ["a\r", "b\r\n", "c"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "UTF8", "cp936", "US-ASCII"])
def test_an_encoding_that_does_not_fit_refuses_the_file(file: Path, encoding: str) -> None:
    with pytest.raises(FileRefused, match="text is not"):
        read(file, b"a,b,c\n1,2,\xff\n", encoding)


@pytest.mark.parametrize(
    "encoding", ["idna", "punycode", "rot13", "base64", "utf-7", "undefined", "mbcs", "a\0b", "\x1b[31m", "海"]
)
def test_a_codec_that_is_no_encoding_of_files_refuses_the_file(file: Path, encoding: str) -> None:
    with pytest.raises(FileRefused, match="there is no encoding") as refused:
        read(file, b"a,b,c\n", encoding)
    assert refused.value.english.isprintable()
