"""A bureau with its door, one for the tests of a file; and one's own for those that break something."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.served import Bureau, Served, serving


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    made = Bureau(tmp_path_factory.mktemp("api") / "home")
    yield made
    made.home.register.close()


@pytest.fixture(scope="module")
def door(bureau: Bureau) -> Iterator[Served]:
    with serving(bureau.path, bureau.keys) as served:
        yield served


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Bureau]:
    made = Bureau(tmp_path / "home")
    yield made
    made.home.register.close()
