"""What tests of several rooms share: a server of PostgreSQL, started when the first test asks for it."""

from collections.abc import Iterator

import pytest

from tests.postgres.server import Server, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with server() as running:
        yield running
