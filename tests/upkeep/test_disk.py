"""A disk that is full or read-only: one sentence, exit code 3, nothing half done, and no answer without its record."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import fxwatch
from fxwatch import warehouse

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def flows(first: str, count: int) -> str:
    """Payments above the limit of transport, each a hit of its own."""
    row = "{}{:06d},100000016,payment,2026-04-{:02d},222011,USD,{}.00\n"
    rows = (row.format(first, n, 1 + n % 28, 600_000 + n) for n in range(count))
    return "declaration_no,entity_id,direction,day,code,currency,amount\n" + "".join(rows)


def command(home: Path, *words: str, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    def narrow() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    run = [sys.executable, "-m", "fxwatch", "--home", str(home), "--lang", "en", *words]
    return subprocess.run(run, capture_output=True, text=True, cwd=ROOT, preexec_fn=narrow, timeout=120)


def what_is_there(home: Path) -> dict[str, object]:
    """What the home says it holds."""
    opened = fxwatch.open(home)
    found = {
        "head": opened.register.head(),
        "questions": opened.register.questions().height,
        "hits": opened.hits().height,
        "snapshot": warehouse.current_snapshot(home).name,
        "loads": opened.snapshot().con.sql("SELECT count(*) FROM loads").fetchall()[0][0],
        "runs": opened.snapshot().con.sql("SELECT count(*) FROM runs").fetchall()[0][0],
    }
    opened.snapshot().con.close()
    opened.register.close()
    return found


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def path(path: Path, tmp_path: Path) -> Path:
    """A home with hits that nobody has decided about."""
    home = fxwatch.open(path)
    (tmp_path / "open.csv").write_text(flows("G", 10), "utf-8")
    home.load("flows", tmp_path / "open.csv")
    home.run(by="wang")
    home.register.close()
    return path


@pytest.fixture
def small(disk: Path, path: Path) -> Path:
    return Path(shutil.copytree(path, disk / "home"))


def asked(tmp_path: Path, home: Path) -> dict[str, list[str]]:
    """Each kind of work as a command."""
    (tmp_path / "more.csv").write_text(flows("H", 4_000), "utf-8")
    return {
        "load": ["load", "flows", str(tmp_path / "more.csv"), "--by", "wang"],
        "run": ["run", "--by", "wang"],
        "notice": ["notice", "issue", "large_transport_transfer:G000001", "--why", "w", "--by", "wang"],
        "check": ["check", "100000016", "--as", "120000000001"],
        "backup": ["backup", str(home.parent / "b.tar"), "--by", "wang"],
        "account": ["users", "add", "zhao", "--role", "analyst", "--by", "wang"],
    }


def fill(disk: Path, left: int) -> Path:
    """Take all room but some."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            pass
        file.truncate(max(0, file.tell() - left))
    return ballast


def holds(
    done: subprocess.CompletedProcess[str], before: dict[str, object], after: dict[str, object], what: str
) -> None:
    """Done and there, or refused in one sentence and not there."""
    assert done.returncode in (0, 3), (what, done.stderr)
    if done.returncode == 0:
        return
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "fxwatch itself failed" not in done.stderr
    assert done.stdout == ""
    kept = "is kept in" in done.stderr
    assert kept or after == before, (what, done.stderr)


@pytest.mark.parametrize("left", [0, 40_000, 400_000, 6_000_000, 12_000_000])
def test_a_full_disk_is_a_sentence_and_nothing_is_half_done(small: Path, disk: Path, tmp_path: Path, left: int) -> None:
    for what, words in asked(tmp_path, small).items():
        before = what_is_there(small)
        ballast = fill(disk, left)
        done = command(small, *words)
        ballast.unlink()
        after = what_is_there(small)
        holds(done, before, after, what)
        if what == "check":
            assert (done.returncode == 0) == (after["questions"] == before["questions"] + 1)
        if what == "backup":
            assert (done.returncode == 0) == (disk / "b.tar").exists()
            assert not [p for p in disk.iterdir() if p.name.startswith(".b.tar")]
        if left == 0:
            assert done.returncode == 3, (what, done.stdout)
        found = fxwatch.open(small).doctor(deep=True)
        assert set(found.names()) <= {"not_published", "leftovers", "disk_full"}, found
        if found.names():
            assert command(small, "doctor", "--repair", "--by", "wang").returncode == 0
    assert fxwatch.open(small).register.verify().ok


def test_a_disk_that_is_read_only_is_a_sentence(small: Path, disk: Path, tmp_path: Path) -> None:
    before = what_is_there(small)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    try:
        for what, words in asked(tmp_path, small).items():
            done = command(small, *words)
            assert done.returncode == 3, (what, done.stdout, done.stderr)
            assert len(done.stderr.strip().splitlines()) == 1, done.stderr
            assert done.stdout == ""
            assert "fxwatch itself failed" not in done.stderr
        found = command(small, "doctor")
        assert found.returncode in (1, 3)
        assert "read-only" in found.stderr
    finally:
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    assert what_is_there(small) == before


@pytest.mark.parametrize("what", ["load", "run", "notice", "check", "backup", "account"])
def test_a_file_that_may_not_grow_is_a_sentence(path: Path, tmp_path: Path, what: str) -> None:
    before = what_is_there(path)
    done = command(path, *asked(tmp_path, path)[what], limit=16_384)
    assert done.returncode == 3, (done.stdout, done.stderr)
    holds(done, before, what_is_there(path), what)
    assert set(fxwatch.open(path).doctor(deep=True).names()) <= {"leftovers", "not_published"}
