"""A fresh register for each test, in a file and, marked slow, on PostgreSQL.

A test that asks for `path` is about the file, and runs there alone.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from fxwatch.register import Register


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "where" in metafunc.fixturenames:
        on_postgres = [] if "path" in metafunc.fixturenames else [pytest.param("postgres", marks=pytest.mark.slow)]
        metafunc.parametrize("where", ["sqlite", *on_postgres], indirect=True)


@pytest.fixture
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where the register is to be."""
    if request.param == "sqlite":
        return tmp_path / "register.sqlite"
    url: str = request.getfixturevalue("postgres").database()
    return url


@pytest.fixture
def path(where: Path) -> Path:
    return where


@pytest.fixture
def register(where: Path | str) -> Iterator[Register]:
    made = Register.create(where, simulation=True, operator="li")
    yield made
    made.close()


@pytest.fixture
def meddle(where: Path | str) -> Iterator[Callable[..., None]]:
    """Change the register behind its back: one statement with named values."""
    url = f"sqlite+pysqlite:///{where}" if isinstance(where, Path) else where.replace("://", "+psycopg://")
    engine = create_engine(url)

    def change(statement: str, **values: Any) -> None:
        with engine.begin() as connection:
            connection.execute(text(statement), values)

    yield change
    engine.dispose()
