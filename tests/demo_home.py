"""The small demo that journeys travel in: made once in a run of the tests, whatever the workers, and copied for whoever asks."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

WORDS = ("demo", "--flows", "6000", "--seed", "7")
_ACCOUNT = re.compile(r"^  (regulator|approver|analyst|bank|administrator) +(\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Demo:
    """A demo that nobody writes to, and what the command said when it made it."""

    home: Path
    told: str

    @property
    def passwords(self) -> dict[str, str]:
        """The password of each account."""
        return dict(_ACCOUNT.findall(self.told))

    def copied(self, to: Path) -> Path:
        """A home of one's own."""
        return Path(shutil.copytree(self.home, to))


def made(factory: pytest.TempPathFactory) -> Demo:
    """The demo of this run of the tests; the worker that comes first makes it."""
    folder = factory.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    home, told = folder / "demo", folder / "demo.told"
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            command = [sys.executable, "-m", "fxwatch", "--home", str(home), "--lang", "en", *WORDS]
            done = subprocess.run(command, capture_output=True, text=True, timeout=300)
            assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
            told.write_text(done.stdout, "utf-8")
    return Demo(home, told.read_text("utf-8"))
