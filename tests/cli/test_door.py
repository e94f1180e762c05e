"""The command line as a door: exit codes, languages, files that go out, and never a traceback."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from fxwatch.errors import Stands
from fxwatch.home import make_home
from tests import shell
from tests.shell import give as fxwatch


def process(*words: str) -> subprocess.CompletedProcess[str]:
    """A command as the shell runs it; the others run in this process, which is quicker."""
    command = [sys.executable, "-m", "fxwatch", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=shell.SURROUNDINGS)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "home"
    make_home(path, simulation=True).change_setting("today", "2026-03-31")
    folder = path.parent
    (folder / "entities.csv").write_text(
        "entity_id,name,industry,registered_on\n100000016,Bohai Lines,5521,2010-01-01\n", "utf-8"
    )
    (folder / "flows.csv").write_text(
        "declaration_no,entity_id,direction,day,code,currency,amount\n"
        "L1,100000016,receipt,2026-03-03,222011,USD,500000.00\n"
        "L2,100000016,receipt,2026-03-04,222011,USD,500000.01\n"
        "L3,100000016,receipt,2026-02-31,222011,USD,1.00\n",
        "utf-8",
    )
    assert fxwatch("--home", str(path), "load", "entities", str(folder / "entities.csv")).returncode == 0
    assert fxwatch("--home", str(path), "load", "flows", str(folder / "flows.csv")).returncode == 0
    assert fxwatch("--home", str(path), "run").returncode == 0
    return path


def test_a_place_without_a_home_ends_with_3_and_says_how_to_make_one(tmp_path: Path) -> None:
    answer = process("--home", str(tmp_path / "none"), "hits")
    assert (answer.returncode, answer.stdout) == (3, "")
    assert "init" in answer.stderr


def test_a_home_is_not_made_twice_nor_among_other_things(home: Path, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear", "utf-8")
    for place in (home, tmp_path):
        answer = process("--home", str(place), "init")
        assert answer.returncode == 2, answer.stderr
        assert len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["hits", "--rule", "nonsense"], 2, "There is no rule nonsense"),
        (["hits", "--status", "lost"], 2, "no status lost"),
        (["hits", "--from", "tomorrow"], 2, "tomorrow is no day"),
        (["explain", "large_transport_transfer:NONE"], 2, "There is no hit"),
        (["monitor", "nonsense"], 2, "nonsense"),
        (["monitor", "trends", "--period", "2026-13"], 2, "2026-13"),
        (
            ["rules", "set", "large_daily_total.limit", "5", "--from", "2026-04-01", "--basis", "x"],
            2,
            "large_daily_total",
        ),
        (["rules", "set", "large_daily_total.limit_usd", "-5", "--from", "2026-04-01", "--basis", "x"], 2, "-5"),
        (["settings", "set", "colour", "blue"], 2, "no setting colour"),
        (
            ["rules", "set", "large_daily_total.limit_usd", "1e400", "--from", "2026-04-01", "--basis", "x"],
            2,
            "found '1e400'",
        ),
        (
            ["rules", "set", "consecutive_days.min_days", "9" * 18, "--from", "2026-04-01", "--basis", "x"],
            2,
            "consecutive_days.min_days",
        ),
        (
            ["rules", "set", "consecutive_days.min_days", "１０", "--from", "2026-04-01", "--basis", "x"],
            2,
            "consecutive_days.min_days",
        ),
        (["users", "add", "", "--role", "regulator"], 2, "An account's name"),
        (["users", "add", "a b", "--role", "regulator"], 2, "An account's name"),
        (["grade", "100000016", "--on", "0001-01-01"], 2, "0001-01-01 is no day"),
        (["hits", "--out", "no-such-folder/hits.csv"], 2, "cannot be written"),
        (["notice", "issue", "nonsense", "--why", "x"], 2, "no hit nonsense"),
        (["notice", "issue", "large_transport_transfer:L2", "--why", "x", "--by", "nobody"], 2, "nobody"),
        (["notice", "auto", "--policy", "weekly"], 2, "no policy weekly"),
        (["notice", "rescind", "N99", "--why", "x"], 2, "N99"),
        (["check", "123", "--as", "120000000001"], 2, "123"),
        (["check", "100000016", "--as", "12"], 2, "12"),
        (["grade", "1"], 2, "1"),
        (["load", "letters", "x.csv"], 2, "letters"),
        (["load", "flows", "no-such-file.csv"], 2, "no-such-file.csv"),
        (["hits", "--out", "hits.doc"], 2, "hits.doc"),
        (["--lang", "fr", "hits"], 2, "not fr"),
        (["no-such-command"], 2, "no-such-command"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else None,
)
def test_a_wrong_request_ends_with_its_code_and_one_sentence(
    home: Path, words: list[str], code: int, says: str
) -> None:
    answer = fxwatch("--home", str(home), *words)
    assert answer.returncode == code, answer.stderr
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_sentence_comes_in_chinese_when_asked(home: Path) -> None:
    for words, env in (["--lang", "zh"], {}), ([], {"FXWATCH_LANG": "zh"}), ([], {"LANG": "zh_CN.UTF-8"}):
        answer = fxwatch("--home", str(home), *words, "hits", "--rule", "nonsense", env=env)
        assert "没有预警指标 nonsense" in answer.stderr


def test_a_hit_is_listed_and_explained_in_both_languages(home: Path) -> None:
    english = process("--home", str(home), "explain", "large_transport_transfer:L2")
    chinese = process("--home", str(home), "--lang", "zh", "explain", "large_transport_transfer:L2")
    assert (english.returncode, chinese.returncode) == (0, 0), english.stderr + chinese.stderr
    for text in ("Bohai Lines", "500,000.01", "L2/1"):
        assert text in english.stdout
        assert text in chinese.stdout
    assert "limit_usd = 500000" in english.stdout


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx", "json"])
def test_a_table_is_written_in_the_form_its_name_asks_for(home: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"hits.{ending}"
    assert fxwatch("--home", str(home), "hits", "--flows", "--out", str(out)).returncode == 0
    if ending == "json":
        assert json.loads(out.read_text("utf-8"))[0]["value"] == "500000.01"
    elif ending == "csv":
        assert "500000.01" in out.read_text("utf-8")
    elif ending == "parquet":
        assert str(pl.read_parquet(out)["value"][0]).startswith("500000.01")
    else:
        from openpyxl import load_workbook

        sheet = load_workbook(out).active
        assert sheet is not None
        cells = [str(c.value) for row in sheet.iter_rows() for c in row]
        assert "large_transport_transfer:L2" in cells


def test_strict_says_that_rows_were_quarantined(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "flows.csv"
    file.write_text(
        "declaration_no,entity_id,direction,day,code,currency,amount\nX1,100000016,receipt,2026-03-03,222011,USD,oops\n",
        "utf-8",
    )
    assert fxwatch("--home", str(home), "load", "flows", "--strict", str(file)).returncode == 1
    assert fxwatch("--home", str(home), "load", "flows", str(file)).returncode == 0


def test_of_several_files_the_good_ones_are_loaded_and_the_worst_code_is_kept(home: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("declaration_no,entity_id,direction,day,code,currency,amount\n", "utf-8")
    bad.write_text("something\n", "utf-8")
    answer = fxwatch("--home", str(home), "load", "flows", str(bad), str(good))
    assert answer.returncode == 2
    assert "good.csv" in answer.stdout
    assert "bad.csv" in answer.stderr


def test_the_quarantine_is_listed_and_its_rows_can_be_corrected_and_loaded(home: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    assert fxwatch("--home", str(home), "quarantine", "--reason", "BAD_DATE", "--rows", str(rows)).returncode == 0
    rows.write_text(rows.read_text("utf-8").replace("2026-02-31", "2026-02-27"), "utf-8")
    answer = fxwatch("--home", str(home), "load", "flows", str(rows), "--json")
    assert json.loads(answer.stdout)["accepted"] == 1, answer.stderr


def test_a_locked_home_says_by_whom(home: Path) -> None:
    hold = "import sys, pathlib, time\nfrom fxwatch.locks import locked\nwith locked(pathlib.Path(sys.argv[1]), doing='a long load', seconds=1):\n print('held', flush=True)\n time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(home / "warehouse.lock")], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        answer = fxwatch("--home", str(home), "run", env={"FXWATCH_LOCK_SECONDS": "0.2"})
        assert fxwatch("--home", str(home), "hits").returncode == 0, "readers need no lock"
        holder.kill()
    assert answer.returncode == 3
    assert f"process {holder.pid} (a long load" in answer.stderr


def test_a_home_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    import sqlite3

    make_home(tmp_path / "home", bare=True)
    with sqlite3.connect(tmp_path / "home" / "register.sqlite") as con:
        con.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    con.close()
    answer = fxwatch("--home", str(tmp_path / "home"), "grades")
    assert answer.returncode == 3
    assert "version 99" in answer.stderr


def test_an_interruption_is_one_whatever_a_library_makes_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import signal

    from fxwatch import cli

    def wrapped(**_: object) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt as stopped:
            raise ValueError("a library in between") from stopped

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(cli, "app", wrapped)
    monkeypatch.setattr(sys, "argv", ["fxwatch", "--lang", "en", "run"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    signal.signal(signal.SIGINT, before)
    assert ended.value.code == 130
    assert capsys.readouterr().err == "Stopped; nothing is half done.\n"


def test_a_thread_that_sends_the_interruption_on_does_not_end_the_process_by_it() -> None:
    library = """
import ctypes, os, signal, sys, threading, time
from fxwatch import cli
def at_work():
    time.sleep(1)
    ctypes.CDLL(None).signal(signal.SIGINT, 0)  # as a library does that takes the signal for nobody's
    os.kill(os.getpid(), signal.SIGINT)
def app(**_):
    threading.Thread(target=at_work).start()
    print("half a table", end="")
    signal.raise_signal(signal.SIGINT)
cli.app = app
sys.argv = ["fxwatch", "--lang", "en", "run"]
cli.command()
"""
    ended = subprocess.run([sys.executable, "-c", library], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "half a table", "Stopped; nothing is half done.\n")


def test_what_stands_when_it_is_interrupted_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import signal

    from fxwatch import cli

    def stands(**_: object) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt as stopped:
            raise Stands("It is in force.", "已启用。") from stopped

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(cli, "app", stands)
    monkeypatch.setattr(sys, "argv", ["fxwatch", "--lang", "zh", "risk", "adopt"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    signal.signal(signal.SIGINT, before)
    assert ended.value.code == 130
    assert capsys.readouterr().err == "已启用。\n"


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    probe = "import sys; sys.argv = ['fxwatch', '--help']\nfrom fxwatch.cli import main\ntry:\n main()\nexcept SystemExit:\n pass\nprint([m for m in ('polars', 'duckdb', 'sklearn', 'sqlalchemy', 'rich.table', 'numpy') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True)
    assert answer.stdout.splitlines()[-1] == "[]"


def test_a_check_needs_no_frames() -> None:
    probe = "import sys, fxwatch.check, fxwatch.home, fxwatch.register\nprint([m for m in ('polars', 'duckdb', 'sklearn', 'numpy') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True)
    assert answer.stdout.splitlines()[-1] == "[]", answer.stderr


def test_a_whole_check_imports_what_it_needs_and_no_more(home: Path) -> None:
    words = ["fxwatch", "--home", str(home), "check", "100000016", "--as", "120000000001"]
    heavy = (
        "polars",
        "duckdb",
        "sklearn",
        "numpy",
        "pyarrow",
        "rich.table",
        "fastapi",
        "sqlalchemy.dialects.postgresql",
    )
    probe = f"import sys; sys.argv = {words}\nfrom fxwatch.cli import main\ntry:\n main()\nexcept SystemExit:\n pass\nprint([m for m in {heavy} if m in sys.modules], len(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True)
    found, _, count = answer.stdout.splitlines()[-1].rpartition(" ")
    assert found == "[]", answer.stdout
    assert int(count) < 800  # each costs about half a millisecond
