"""On PostgreSQL the register is the same register: the regulator's work, the bank's question, grades, and a whole home."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import fxwatch
from fxwatch.cli.output import print_json
from fxwatch.errors import HouseError, RequestError
from fxwatch.home import make_home
from fxwatch.reading.operations import settings_in_force
from fxwatch.register import Register
from fxwatch.upkeep import restore
from tests.postgres.server import PASSWORD, Server
from tests.upkeep.conftest import unpack

ROOT = Path(__file__).parents[2]
IN_A_FILE = "a_table_that_was_changed_is_found"  # changes a file behind the register's back
AT_THE_DESK = ["tests/test_review.py", "tests/test_check.py", "tests/test_policies.py", "tests/reading", "tests/review"]
pytestmark = pytest.mark.slow


def test_the_work_at_the_desk_is_the_same(postgres: Server) -> None:
    there = [word for word in AT_THE_DESK if (ROOT / word).exists()]
    # Desks are left as they stand when a test ends: a file minds that less than a connection.
    left = ["-W", "ignore::ResourceWarning", "-W", "ignore::pytest.PytestUnraisableExceptionWarning"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *left,
        "-m",
        "not slow",
        "-k",
        f"not {IN_A_FILE}",
        *there,
    ]
    environment = {**os.environ, "FXWATCH_TEST_POSTGRES": str(postgres.port)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.fixture
def url(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    url = postgres.database()
    monkeypatch.setenv("FXWATCH_REGISTER_URL", url)
    return url


def test_a_home_lives_on_postgres_and_its_password_is_nowhere(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_home(tmp_path / "home", simulation=True)
    home = fxwatch.open(tmp_path / "home")
    assert not (home.path / "register.sqlite").exists()
    assert home.register.verify().ok
    for file in home.path.rglob("*"):
        assert not file.is_file() or PASSWORD.encode() not in file.read_bytes()
    assert "register_url" in (home.path / "fxwatch.toml").read_text("utf-8")
    shown = str(settings_in_force(home, "en").to_dicts()) + repr(home.settings) + home.register.name
    assert PASSWORD not in shown
    assert "fxwatch:***@" in shown
    with pytest.raises(RequestError, match="password is not written") as told:
        home.change_setting("register_url", url)
    assert PASSWORD not in told.value.english + told.value.chinese
    assert home.doctor(deep=True).names() == []
    print_json(home.doctor().looked_at)
    assert PASSWORD not in capsys.readouterr().out
    home.register.close()


@pytest.mark.parametrize("harm", ["password", "port", "database", "scheme"])
def test_an_error_names_the_place_and_not_the_password(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    secret = "another-s3cret"
    urls = {
        "password": postgres.url("postgres", secret),
        "port": f"postgresql://fxwatch:{secret}@127.0.0.1:1/register",
        "database": postgres.url("nowhere", PASSWORD),
        "scheme": f"mysql://fxwatch:{secret}@127.0.0.1/register",
    }
    monkeypatch.setenv("FXWATCH_REGISTER_URL", urls[harm])
    command = [sys.executable, "-m", "fxwatch", "--home", str(tmp_path / "home"), "init"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode in (2, 3)
    assert len(done.stderr.strip().splitlines()) == 1
    assert secret not in done.stderr + done.stdout
    assert PASSWORD not in done.stderr + done.stdout
    assert not (tmp_path / "home").exists()


def test_an_init_that_fails_takes_its_register_back(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fxwatch.intake.load", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_home(tmp_path / "home")
    monkeypatch.undo()
    Register.create(url, simulation=True, operator="li").close()


def test_a_register_moves_from_a_file_to_postgres_and_back(postgres: Server, tmp_path: Path) -> None:
    path = unpack(1, tmp_path)
    home = fxwatch.open(path)
    home.upgrade(by="wang")
    head = home.register.head()
    moved_to = postgres.database()
    packed = home.backup(tmp_path / "b.tar.gz", by="wang").place
    restore(packed, tmp_path / "moved", by="wang", register_url=moved_to)
    assert PASSWORD not in (tmp_path / "moved" / "fxwatch.toml").read_text("utf-8")
    assert not list((tmp_path / "moved").glob("register.*"))
    moved = fxwatch.open(tmp_path / "moved")
    moved.__dict__["register"] = Register.open(moved_to)
    assert moved.register.verify(head).ok
    assert moved.grades().equals(home.grades())
    assert moved.hits().equals(home.hits())
    # Receipts go on behind those that were brought along.
    assert moved.check("100000016", bank="120000000001").receipt > home.register.questions()["receipt"].max()
    with pytest.raises(HouseError, match="exists already"):
        restore(packed, tmp_path / "other", by="wang", register_url=moved_to)
    again = moved.backup(tmp_path / "again", by="wang").place
    restore(again, tmp_path / "back", by="wang", register_url="file")
    back = fxwatch.open(tmp_path / "back")
    assert back.register.verify(head).ok
    assert back.register.questions().equals(moved.register.questions())
    assert back.register.roll().equals(moved.register.roll())
    for opened in (home, moved, back):
        opened.register.close()


def cut_off(url: str) -> None:
    """End every other connection to a database, as a server that is started again does."""
    import psycopg

    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(others)


def test_a_server_that_went_away_is_a_sentence_and_one_that_came_back_is_found(url: str) -> None:
    register = Register.create(url, simulation=True, operator="li")
    cut_off(url)
    assert register.last_act() == 2

    def cut_off_in_the_middle() -> None:
        with register.writing("test") as writing:
            cut_off(url)
            writing.last_act()

    with pytest.raises(HouseError, match="server runs") as told:
        cut_off_in_the_middle()
    assert PASSWORD not in told.value.english
    assert register.last_act() == 2
    register.close()
