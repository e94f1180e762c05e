"""A fresh register for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fxwatch.register import Register


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.sqlite"


@pytest.fixture
def register(path: Path) -> Iterator[Register]:
    made = Register.create(path, simulation=True, operator="li")
    yield made
    made.close()
