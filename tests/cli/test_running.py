"""`fxwatch run`: where time and memory went, and how much memory it may take."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from fxwatch.cli import app
from fxwatch.errors import RequestError
from fxwatch.home import make_home


def fxwatch(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--lang", "en", "--home", str(home), *words], catch_exceptions=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("running") / "home"
    make_home(path, simulation=True, bare=True).change_setting("today", "2026-03-31")
    return path


def test_a_profile_says_of_each_stage_what_it_took(home: Path) -> None:
    answer = fxwatch(home, "run", "--full", "--profile")
    assert answer.exit_code == 0
    for word in ("stage", "processor_seconds", "peak_mib", "rows", "flows", "large_daily_total", "publish", "all"):
        assert word in answer.stdout
    stages = json.loads(fxwatch(home, "run", "--full", "--profile", "--json").stdout)["stages"]
    assert {stage["name"] for stage in stages} >= {"roll", "flows", "consecutive_days", "record", "publish"}
    assert all(stage["seconds"] >= 0 and stage["peak_mib"] > 0 for stage in stages)


def test_a_run_says_nothing_of_stages_unasked(home: Path) -> None:
    assert "stages" not in json.loads(fxwatch(home, "run", "--json").stdout)


def test_memory_is_a_size(home: Path) -> None:
    assert fxwatch(home, "run", "--memory", "1GiB").exit_code == 0
    with pytest.raises(RequestError, match=r"^--memory plenty is no size that a run can work in"):
        fxwatch(home, "run", "--memory", "plenty")
