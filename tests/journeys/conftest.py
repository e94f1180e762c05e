"""What the journeys share: the command line in a small invented bureau's morning."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import shell
from tests.demo_home import Demo

Ask = Callable[..., Any]
# What only reads is read in this process, which is quicker; whatever else is done, is done by a process of its own.
READING = {"explain", "grade", "grades", "hits", "history", "monitor", "notices", "runs"}


@pytest.fixture(scope="module")
def ask(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Runs `fxwatch --home HOME words…` in a demo home; with `json_answer=True` the answer is read."""
    home = demo.copied(tmp_path_factory.mktemp("journey") / "demo")

    def run(*words: str, code: int = 0, json_answer: bool = False) -> Any:
        words = (*words, *(["--json"] if json_answer else []))
        if READING & set(words):
            done = shell.give("--home", str(home), *words)
        else:
            command = [sys.executable, "-m", "fxwatch", "--home", str(home), *words]
            done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert done.returncode == code, f"{words}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return json.loads(done.stdout) if json_answer else done.stdout + done.stderr

    run.home = home  # type: ignore[attr-defined]
    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
