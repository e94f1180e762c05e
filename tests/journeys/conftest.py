"""What the journeys share: the real command line and a small invented bureau's morning."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Runs `fxwatch --home HOME words…` in a demo home; with `json=True` the answer is read."""
    home = tmp_path_factory.mktemp("journey") / "demo"

    def run(*words: str, code: int = 0, json_answer: bool = False) -> Any:
        command = [sys.executable, "-m", "fxwatch", "--home", str(home), *words, *(["--json"] if json_answer else [])]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert done.returncode == code, f"{words}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return json.loads(done.stdout) if json_answer else done.stdout + done.stderr

    run.home = home  # type: ignore[attr-defined]
    run("demo", "--flows", "6000", "--seed", "7")
    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
