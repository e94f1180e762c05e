"""One writer at a time, and the one who waits is told for whom."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fxwatch.errors import HomeLocked
from fxwatch.locks import locked

HOLD = """
import sys, pathlib, time
from fxwatch.locks import locked
with locked(pathlib.Path(sys.argv[1]), doing="a long load", seconds=1):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_who_waits_too_long_is_told_who_holds_it(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with (
        pytest.raises(HomeLocked, match=rf"process {holder.pid} \(a long load, since") as told,
        locked(tmp_path / "lock", doing="x", seconds=0.1),
    ):
        pass
    assert told.value.exit_code == 3


def test_a_killed_holder_lets_go(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    with locked(tmp_path / "lock", doing="next", seconds=5):
        pass
