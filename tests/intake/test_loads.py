"""A file from its arrival to its publication."""

import gzip
import json
import os
import stat
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fxwatch.errors import FileRefused, RequestError
from fxwatch.home import Home
from fxwatch.intake import LoadReport, export_quarantined, load, quarantined, retry
from fxwatch.intake.flows import FlowIntake

NAMES = ["declaration_no", "leg", "action", "entity_id", "direction", "day", "code", "currency", "amount", "remark"]
HEADER = ",".join(NAMES)
SOUND = "N1,1,A,100000710,payment,2025-04-08,228021,USD,10.00,"


def rows(*changes: str) -> str:
    """CSV text: the sound row with `column=value` changes, one row for each argument."""
    lines = [HEADER]
    for change in changes:
        cells = dict(zip(NAMES, SOUND.split(","), strict=True))
        cells |= dict(part.split("=", 1) for part in change.split())
        lines.append(",".join(cells[name] for name in NAMES))
    return "\n".join(lines) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "flows.csv"


def counts(report: LoadReport) -> tuple[int, ...]:
    assert report.read == report.accepted + report.duplicate + report.out_of_scope + report.quarantined
    return (report.read, report.accepted, report.duplicate, report.out_of_scope, report.quarantined)


def state(home: Home) -> list[Any]:
    """What a reader sees: flows without where they came from, and what waits without when."""
    con = home.snapshot().con
    flows = con.sql("SELECT * EXCLUDE (load_id, line, known_from) FROM flows ORDER BY flow").fetchall()
    return [
        flows,
        quarantined(home).select("file", "line", "declaration_no", "leg", "reason", "sentence", "raw").rows(),
    ]


def test_a_load_counts_every_row_and_publishes(home: Home, file: Path) -> None:
    file.write_text(rows("", "", "declaration_no=N2 code=121010", "declaration_no=N3 day=2025-02-31"), "utf-8")
    report = load(home, "flows", file)
    assert counts(report) == (4, 1, 1, 1, 1)
    assert report.as_dict() | {"load_id": 0} == {
        "load_id": 0, "kind": "flows", "file": "flows.csv", "encoding": "utf-8", "extra_columns": [], "read": 4,
        "accepted": 1, "duplicate": 1, "out_of_scope": 1, "quarantined": 1, "reasons": {"BAD_DATE": 1},
    }  # fmt: skip
    assert home.snapshot().con.sql("SELECT declaration_no, day, amount_usd FROM flows ORDER BY flow").fetchall() == [
        ("N1", date(2025, 4, 8), 1000),
        ("N2", date(2025, 4, 8), None),
    ]
    assert (
        "4 read = 1 accepted + 1 duplicate + 1 out of scope + 1 quarantined (BAD_DATE 1); encoding utf-8."
        in report.say("en")
    )
    assert "读取 4 行" in report.say("zh")


def test_columns_may_come_in_any_order_and_extra_ones_are_named_and_kept_with_rows_that_wait(
    home: Home, file: Path
) -> None:
    file.write_text(
        "amount,basis,currency,code,day,direction,entity_id,declaration_no\nx,law,USD,,20250408,receipt,100000710,N1\n",
        "utf-8",
    )
    report = load(home, "flows", file)
    assert (report.extra_columns, report.reasons) == (["basis"], {"BAD_AMOUNT": 1})
    assert json.loads(quarantined(home)["raw"][0])["basis"] == "law"


def test_a_quarantined_row_is_kept_whole_with_file_line_and_reason(home: Home, file: Path) -> None:
    file.write_text(rows("", "declaration_no=N2 amount=1e400 remark=海河"), "utf-8")
    load(home, "flows", file)
    (row,) = quarantined(home).to_dicts()
    assert (row["kind"], row["file"], row["line"], row["declaration_no"], row["leg"], row["reason"]) == (
        "flows", "flows.csv", 3, "N2", "1", "BAD_AMOUNT",
    )  # fmt: skip
    assert json.loads(row["raw"]) == dict(zip(NAMES, SOUND.split(","), strict=True)) | {
        "declaration_no": "N2",
        "amount": "1e400",
        "remark": "海河",
    }
    assert "1e400" in row["sentence"]
    assert "1e400" in row["sentence_zh"]


def test_the_same_bytes_again_change_nothing(home: Home, file: Path) -> None:
    file.write_text(
        rows(
            "",
            "action=C amount=11",
            "declaration_no=N2 amount=0",
            "declaration_no=N3 action=C",
            "declaration_no=N3 action=D",
        ),
        "utf-8",
    )
    assert counts(load(home, "flows", file)) == (5, 2, 0, 0, 3)
    before = state(home)
    assert counts(load(home, "flows", file)) == (5, 0, 2, 0, 3)
    assert counts(load(home, "flows", file.rename(file.with_name("again.csv")))) == (5, 0, 2, 0, 3)
    assert state(home)[0] == before[0]
    assert [row[1:] for row in state(home)[1]] == [row[1:] for row in before[1]]


def test_the_same_bytes_again_take_what_can_be_taken_now(home: Home, file: Path, tmp_path: Path) -> None:
    file.write_text(rows("currency=EUR", "declaration_no=N2 amount=0", "declaration_no=N3"), "utf-8")
    assert counts(load(home, "flows", file)) == (3, 1, 0, 0, 2)
    (tmp_path / "rates.csv").write_text("month,currency,usd_per_unit\n2025-03,EUR,1.08\n", "utf-8")
    load(home, "rates", tmp_path / "rates.csv")
    assert counts(load(home, "flows", file)) == (3, 1, 1, 0, 1)
    assert quarantined(home)["reason"].to_list() == ["BAD_AMOUNT"]
    assert counts(load(home, "flows", file)) == (3, 0, 2, 0, 1)


def test_a_file_cut_in_two_gives_what_the_whole_gives(home: Home, other_home: Home, file: Path) -> None:
    changes = [
        "",
        "declaration_no=N2 amount=0",
        "action=C amount=11",
        "declaration_no=N2",
        "declaration_no=N3 action=D",
        "action=D",
    ]
    file.write_text(rows(*changes), "utf-8")
    load(home, "flows", file)
    for part in (changes[:3], changes[3:]):
        file.write_text(rows(*part), "utf-8")
        load(other_home, "flows", file)
    assert state(other_home)[0] == state(home)[0]
    assert [row[2:] for row in state(other_home)[1]] == [row[2:] for row in state(home)[1]]


def test_small_batches_give_what_large_ones_give(home: Home, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FXWATCH_BATCH_ROWS", "2")
    file.write_text(
        rows("amount=0", "", "action=C amount=11", "leg=2 day=2025-04-09", "leg=2", "action=D", "leg=2 action=D"),
        "utf-8",
    )
    assert counts(load(Home(home.path), "flows", file)) == (7, 5, 0, 0, 2)
    assert home.snapshot().con.sql("SELECT leg, version, state FROM flows ORDER BY leg").fetchall() == [
        (1, 3, 2),
        (2, 2, 2),
    ]
    assert quarantined(home)["reason"].to_list() == []


def test_retry_takes_rows_in_the_order_in_which_they_came(home: Home, file: Path, tmp_path: Path) -> None:
    file.write_text(rows("entity_id=100000729", "action=C amount=11", "declaration_no=N6 action=C"), "utf-8")
    load(home, "flows", file)
    assert quarantined(home)["reason"].to_list() == ["UNKNOWN_ENTITY", "KEY_IN_QUARANTINE", "UNKNOWN_KEY"]
    assert counts(retry(home)) == (3, 0, 0, 0, 3)
    assert quarantined(home)["reason"].to_list() == ["UNKNOWN_ENTITY", "KEY_IN_QUARANTINE", "UNKNOWN_KEY"]
    (tmp_path / "more.csv").write_text("entity_id,name\n100000729,Jizhou Tea\n", "utf-8")
    load(home, "entities", tmp_path / "more.csv")
    report = retry(home)
    assert counts(report) == (3, 2, 0, 0, 1)
    assert report.kind == "retry"
    assert quarantined(home).select("load_id", "line", "reason").rows() == [(2, 4, "UNKNOWN_KEY")]
    assert home.snapshot().con.sql("SELECT version, amount, load_id, line FROM flows").fetchall() == [
        (2, 1100, report.load_id, 3)
    ]


def test_retry_of_one_reason_leaves_the_others_alone(home: Home, file: Path, tmp_path: Path) -> None:
    file.write_text(rows("entity_id=100000729", "action=C amount=11", "declaration_no=N2 currency=EUR"), "utf-8")
    load(home, "flows", file)
    (tmp_path / "more.csv").write_text("entity_id,name\n100000729,Jizhou Tea\n", "utf-8")
    load(home, "entities", tmp_path / "more.csv")
    assert counts(retry(home, "UNKNOWN_ENTITY")) == (1, 1, 0, 0, 0)
    assert quarantined(home)["reason"].to_list() == ["KEY_IN_QUARANTINE", "NO_RATE"]
    assert counts(retry(home)) == (2, 1, 0, 0, 1)
    with pytest.raises(RequestError, match="no reason NO_RATES"):
        retry(home, "NO_RATES")


def test_retry_of_an_empty_quarantine_is_a_load_of_no_rows(home: Home) -> None:
    assert counts(retry(home)) == (0, 0, 0, 0, 0)


def test_what_waits_can_be_exported_corrected_and_loaded_again(home: Home, file: Path, tmp_path: Path) -> None:
    file.write_text(rows("", "declaration_no=N2 amount=ten remark=海河"), "gb18030")
    load(home, "flows", file)
    out = tmp_path / "wrong.csv"
    assert export_quarantined(home, out) == 1
    assert out.read_text("utf-8-sig").splitlines()[0] == HEADER
    out.write_text(out.read_text("utf-8-sig").replace("ten", "10"), "utf-8")
    assert counts(load(home, "flows", out)) == (1, 1, 0, 0, 0)
    assert quarantined(home).is_empty()


def test_the_export_keeps_fields_beyond_the_header(home: Home, file: Path, tmp_path: Path) -> None:
    file.write_text(HEADER + "\n" + SOUND + ",too,much\n", "utf-8")
    load(home, "flows", file)
    export_quarantined(home, tmp_path / "wrong.csv")
    assert (tmp_path / "wrong.csv").read_text("utf-8-sig").splitlines()[1] == SOUND + ",too,much"


def test_quarantine_lists_one_load_or_one_reason(home: Home, file: Path) -> None:
    file.write_text(rows("amount=0"), "utf-8")
    load(home, "flows", file)
    file.write_text(rows("declaration_no=N2 day=?"), "utf-8")
    report = load(home, "flows", file)
    assert quarantined(home, load=report.load_id)["declaration_no"].to_list() == ["N2"]
    assert quarantined(home, reason="BAD_AMOUNT")["declaration_no"].to_list() == ["N1"]
    with pytest.raises(RequestError, match="no reason BAD"):
        quarantined(home, reason="BAD")


def test_a_load_that_fails_midway_leaves_nothing_behind(
    home: Home, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(home)
    file.write_text(rows("", "declaration_no=N2 amount=0"), "utf-8")

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(FlowIntake, "finish", fail)
    with pytest.raises(KeyboardInterrupt):
        load(home, "flows", file)
    monkeypatch.undo()
    assert state(home) == before
    assert counts(load(home, "flows", file)) == (2, 1, 0, 0, 1)


def test_every_load_has_a_moment_of_its_own(home: Home, file: Path) -> None:
    for amount in ("10", "11"):
        file.write_text(rows(f"action=A amount={amount}"), "utf-8")
        load(home, "flows", file)
    moments: list[datetime] = [
        row[0] for row in home.snapshot().con.sql("SELECT known_from FROM loads ORDER BY load_id").fetchall()
    ]
    assert moments == sorted(set(moments))


def test_progress_is_told_up_to_the_end(home: Home, file: Path) -> None:
    file.write_text(rows(""), "utf-8")
    told: list[tuple[int, int]] = []
    load(home, "flows", file, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (file.stat().st_size, file.stat().st_size)


def test_a_load_is_signed_by_an_account(home: Home, file: Path) -> None:
    file.write_text(rows(""), "utf-8")
    with pytest.raises(RequestError, match="nobody"):
        load(home, "flows", file, by="nobody")


def test_there_are_five_kinds_of_file(home: Home, file: Path) -> None:
    with pytest.raises(RequestError, match="no kind of file flow"):
        load(home, "flow", file)


@pytest.mark.parametrize("column", ["declaration_no", "entity_id", "direction", "day", "code", "currency", "amount"])
def test_a_file_without_a_bold_column_is_refused_whole(home: Home, file: Path, column: str) -> None:
    frame = pl.DataFrame([dict(zip(NAMES, SOUND.split(","), strict=True))]).drop(column)
    frame.write_csv(file)
    with pytest.raises(FileRefused, match=rf"flows\.csv: column {column} is missing") as refused:
        load(home, "flows", file)
    assert column in refused.value.chinese
    assert refused.value.exit_code == 2
    assert home.snapshot().con.sql("SELECT count(*) FROM loads WHERE kind = 'flows'").fetchall() == [(0,)]


def test_a_header_without_rows_is_a_load_of_no_rows(home: Home, file: Path) -> None:
    file.write_text(HEADER + "\n", "utf-8")
    assert counts(load(home, "flows", file)) == (0, 0, 0, 0, 0)


def test_what_cannot_be_read_is_refused_with_one_sentence_that_names_it(home: Home, tmp_path: Path) -> None:
    whole = gzip.compress(rows("").encode() * 1000)
    frame = pl.DataFrame([dict(zip(NAMES, SOUND.split(","), strict=True))] * 1000)
    frame.write_parquet(tmp_path / "whole.parquet")
    parquet = (tmp_path / "whole.parquet").read_bytes()
    frame.write_excel(tmp_path / "whole.xlsx")
    sheet = (tmp_path / "whole.xlsx").read_bytes()
    files = {
        "empty.csv": b"",
        "empty.parquet": b"",
        "cut.csv.gz": whole[:-20],
        "hurt.csv.gz": whole[:40] + b"????" + whole[44:],
        "cut.parquet": parquet[:-20],
        "hurt.parquet": parquet[:100] + bytes(200) + parquet[300:],
        "cut.xlsx": sheet[:-40],
        "text.parquet": rows("").encode(),
        "text.csv.gz": rows("").encode(),
        "old.xls": b"\xd0\xcf\x11\xe0" + bytes(100),
        "twice.csv": (HEADER + ",day\n" + SOUND + ",2025-04-08\n").encode(),
        "open.csv": rows("", 'remark="x').encode(),
        "bytes.csv": b"\xff\xfe\xfd",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    for name in [*files, "folder.csv", "missing.csv", "pipe.csv"]:
        with pytest.raises(FileRefused, match=name) as refused:
            load(home, "flows", tmp_path / name)
        assert name in refused.value.chinese
        assert len(refused.value.english.splitlines()) == 1
    assert home.snapshot().con.sql("SELECT count(*) FROM loads WHERE kind = 'flows'").fetchall() == [(0,)]


def test_a_file_without_permission_is_refused(home: Home, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(rows(""), "utf-8")
    file.chmod(0)
    if os.geteuid() == 0:  # the superuser may read everything: let the system say no
        opened = Path.open

        def refuse(path: Path, *asked: Any, **more: Any) -> Any:
            if path == file and not stat.S_IMODE(path.stat().st_mode):
                raise PermissionError(13, "Permission denied", str(path))
            return opened(path, *asked, **more)

        monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileRefused, match=r"flows\.csv: there is no permission"):
        load(home, "flows", file)


def test_a_file_that_grows_while_it_is_read_is_refused(home: Home, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take = FlowIntake.take

    def grow(self: FlowIntake, *asked: Any) -> None:
        take(self, *asked)
        with file.open("a", encoding="utf-8") as more:
            more.write(SOUND.replace("N1", "N2") + "\n")

    monkeypatch.setattr(FlowIntake, "take", grow)
    monkeypatch.setattr("fxwatch.intake.files.BLOCK", 100)
    monkeypatch.setattr("fxwatch.intake.csv_rows.STRETCH", 100_000)
    file.write_text(rows(*[f"declaration_no=M{i}" for i in range(4000)]), "utf-8")
    with pytest.raises(FileRefused, match="changed while it was being read"):
        load(home, "flows", file)


def test_a_file_of_too_many_columns_is_refused(home: Home, file: Path) -> None:
    file.write_text(HEADER + "".join(f",c{i}" for i in range(4087)) + "\n", "utf-8")
    with pytest.raises(FileRefused, match=r"flows\.csv: it has 4,097 columns; 4,096 are the most"):
        load(home, "flows", file)


def test_a_report_names_ten_of_the_columns_that_are_not_used(home: Home, file: Path) -> None:
    file.write_text(HEADER + "".join(f",c{i}" for i in range(1234)) + "\n", "utf-8")
    report = load(home, "flows", file)
    assert len(report.extra_columns) == 1234
    assert report.say("en").endswith("columns not used: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, and 1,224 more.")
    assert report.say("zh").endswith("未使用的列：c0、c1、c2、c3、c4、c5、c6、c7、c8、c9、另有 1,224 列。")


def test_a_file_whose_name_is_no_utf8_loads(home: Home, file: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(file.parent) + b"/bad\xff\xfename.csv"))
    odd.write_text(rows("", "declaration_no=N2 day=x"), "utf-8")
    report = load(home, "flows", odd)
    assert report.file == r"bad\xff\xfename.csv"
    assert quarantined(home)["file"].to_list() == [report.file]
    assert home.snapshot().con.sql("SELECT file FROM loads ORDER BY load_id DESC LIMIT 1").fetchall() == [
        (report.file,)
    ]
    with pytest.raises(FileRefused, match=r"bad\\xff\\xfename\.csv: there is no such file"):
        load(home, "flows", odd.parent / "elsewhere" / odd.name)


def test_what_others_wrote_reaches_no_terminal_raw(home: Home, file: Path) -> None:
    odd = file.with_name("\x1b[31m\n.csv")
    odd.write_text(HEADER + ",\x1b]0;x\x07\x9b\nN1,1,A\n", "utf-8")
    report = load(home, "flows", odd)
    assert report.file == odd.name
    for told in (report.say("en"), report.say("zh"), *quarantined(home)["sentence"]):
        assert told.isprintable()
    assert report.say("en").startswith(r"\x1b[31m\n.csv: 1 read")
    assert r"columns not used: \x1b]0;x\x07\x9b." in report.say("en")
    odd.write_text("\x1b[2J,b\n", "utf-8")
    with pytest.raises(FileRefused) as refused:
        load(home, "flows", odd)
    assert refused.value.english.isprintable()
    assert refused.value.chinese.isprintable()


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("1899-12-31", {"BAD_DATE": 1}),
        ("19000101", {}),
        ("2999-12-31", {"FUTURE_DAY": 1}),
        ("30000101", {"BAD_DATE": 1}),
    ],
)
def test_a_day_that_nobody_can_ask_for_is_no_day(home: Home, file: Path, day: str, reason: dict[str, int]) -> None:
    # Out of scope, so that no table is needed.
    file.write_text(rows(f"day={day} code=121010"), "utf-8")
    assert load(home, "flows", file).reasons == reason
