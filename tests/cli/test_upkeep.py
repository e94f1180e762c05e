"""Keeping a home from the command line: sentences, exit codes, JSON, in both languages."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests import shell
from tests.upkeep.conftest import unpack


def command(home: Path, *words: str) -> CompletedProcess[str]:
    return shell.give("--home", str(home), *words)


def test_an_older_home_is_brought_up_backed_up_restored_and_found_well(tmp_path: Path) -> None:
    home = unpack(1, tmp_path)
    older = command(home, "grades")
    assert (older.returncode, older.stdout) == (3, "")
    assert "fxwatch upgrade" in older.stderr
    assert command(home, "doctor").returncode == 1
    assert "version 2" in command(home, "upgrade", "--by", "wang").stdout
    assert "already" in command(home, "upgrade", "--by", "wang").stdout
    made = command(home, "backup", str(tmp_path / "b.tar.gz"), "--why", "weekly", "--by", "wang", "--json")
    told = json.loads(made.stdout)
    assert set(told["files"]) == {"warehouse.duckdb", "register.sqlite", "fxwatch.toml"}
    restored = command(tmp_path / "again", "restore", str(tmp_path / "b.tar.gz"), "--by", "wang")
    assert restored.returncode == 0, restored.stderr
    assert f"{told['acts']} acts" in restored.stdout
    assert command(tmp_path / "again", "audit", "verify", "--head", told["head"]).returncode == 0
    well = command(tmp_path / "again", "--lang", "zh", "doctor", "--deep")
    assert (well.returncode, well.stderr) == (0, "")
    assert "一切正常" in well.stdout
    over = command(home, "restore", str(tmp_path / "b.tar.gz"), "--by", "wang")
    assert over.returncode == 2
    assert "not an empty folder" in over.stderr


@pytest.mark.parametrize(("language", "word"), [("en", "DAMAGE"), ("zh", "损坏")])
def test_damage_is_named_with_what_to_do_and_mended_when_asked(tmp_path: Path, language: str, word: str) -> None:
    home = unpack(1, tmp_path)
    command(home, "upgrade", "--by", "wang")
    (home / "warehouse.duckdb").write_bytes(b"cut")
    found = command(home, "--lang", language, "doctor")
    assert (found.returncode, found.stdout) == (3, "")
    assert word in found.stderr
    assert "doctor --repair" in found.stderr
    told = json.loads(command(home, "--lang", language, "doctor", "--json").stdout)
    assert told["exit_code"] == 3
    assert [f["finding"] for f in told["findings"]] == ["warehouse_damaged"]
    mended = command(home, "--lang", language, "doctor", "--repair", "--by", "wang")
    assert mended.returncode == 0, mended.stderr
    assert "warehouse.duckdb" in mended.stdout


def test_settings_that_do_not_parse_are_named_by_the_doctor_too(tmp_path: Path) -> None:
    home = unpack(1, tmp_path)
    (home / "fxwatch.toml").write_text("today = = 1")
    found = command(home, "doctor")
    assert found.returncode == 3
    assert "fxwatch.toml cannot be read" in found.stderr
