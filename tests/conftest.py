"""What tests of several rooms share, made when the first test asks for it: a server of PostgreSQL, a small demo."""

from collections.abc import Iterator

import pytest

from tests import demo_home
from tests.demo_home import Demo
from tests.postgres.server import Server, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with server() as running:
        yield running


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """For reading alone; `demo.copied(folder)` is one's own."""
    return demo_home.made(tmp_path_factory)
