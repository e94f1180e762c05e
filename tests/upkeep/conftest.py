"""A small home with a little of everything in it: that of version 1, brought up to this one."""

import shutil
import tarfile
from pathlib import Path

import pytest

import fxwatch
from fxwatch.session import Session

HOMES = Path(__file__).parents[1] / "homes"


def unpack(version: int, folder: Path) -> Path:
    """A home that an older version left, as it was."""
    with tarfile.open(HOMES / f"v{version}.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    return folder / "home"


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = unpack(1, tmp_path_factory.mktemp("kept"))
    home = fxwatch.open(path)
    home.upgrade(by="wang")
    with home.writing("test") as warehouse:
        warehouse.publish()
    home.register.close()
    return path


@pytest.fixture
def path(kept: Path, tmp_path: Path) -> Path:
    """The home's folder, to be harmed at will."""
    return Path(shutil.copytree(kept, tmp_path / "home"))


@pytest.fixture
def home(path: Path) -> Session:
    return fxwatch.open(path)
