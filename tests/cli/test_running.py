"""`fxwatch run`: where time and memory went, and how much memory it may take."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fxwatch.home import make_home


def fxwatch(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fxwatch", "--lang", "en", "--home", str(home), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("running") / "home"
    make_home(path, simulation=True, bare=True).change_setting("today", "2026-03-31")
    return path


def test_a_profile_says_of_each_stage_what_it_took(home: Path) -> None:
    answer = fxwatch(home, "run", "--full", "--profile")
    assert answer.returncode == 0, answer.stderr
    for word in ("stage", "processor_seconds", "peak_mib", "rows", "flows", "large_daily_total", "publish", "all"):
        assert word in answer.stdout
    stages = json.loads(fxwatch(home, "run", "--full", "--profile", "--json").stdout)["stages"]
    assert {stage["name"] for stage in stages} >= {"roll", "flows", "consecutive_days", "record", "publish"}
    assert all(stage["seconds"] >= 0 and stage["peak_mib"] > 0 for stage in stages)


def test_a_run_says_nothing_of_stages_unasked(home: Path) -> None:
    assert "stages" not in json.loads(fxwatch(home, "run", "--json").stdout)


def test_memory_is_a_size(home: Path) -> None:
    assert fxwatch(home, "run", "--memory", "1GiB").returncode == 0
    answer = fxwatch(home, "run", "--memory", "plenty")
    assert answer.returncode == 2
    assert answer.stderr.startswith("--memory plenty is no size that a run can work in.")
