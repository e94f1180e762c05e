"""A whole register from one place to another: into a file for a backup, out of one for a restoration.

A backup is always a file of SQLite, wherever the register lives; so a register also moves from one kind of place to the other.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, create_engine, func, select, text

from fxwatch.register.acts import end
from fxwatch.register.frames import insert_many
from fxwatch.register.places import SqliteFile
from fxwatch.register.store import Store
from fxwatch.register.tables import METADATA, questions

_AT_ONCE = 20_000


class Copied(NamedTuple):
    """What a copy holds: how many acts, the digest of the last, the version of the tables."""

    acts: int
    head: str
    version: int


def copy_to_file(store: Store, target: Path) -> Copied:
    """Copy a register as it stands at one moment, while others go on writing, into a new file."""
    with store.reading() as connection:
        version = store.version_in(connection)
        if isinstance(store.place, SqliteFile):
            driver: Any = connection.connection.driver_connection
            with closing(sqlite3.connect(target)) as copy:
                # All pages in one step: a step that begins anew whenever somebody writes would never end.
                driver.backup(copy, pages=-1)
                copy.execute("PRAGMA journal_mode = DELETE")
        else:
            engine = create_engine(f"sqlite+pysqlite:///{target}")
            try:
                with engine.begin() as copy:
                    METADATA.create_all(copy)
                    _copy_tables(connection, copy)
            finally:
                engine.dispose()
    return look_at(target, version)


def look_at(file: Path, version: int) -> Copied:
    """What a register's file holds."""
    engine = create_engine(f"sqlite+pysqlite:///{file}")
    try:
        with engine.connect() as connection:
            last = end(connection)
            return Copied(last.number, last.hash, version)
    finally:
        engine.dispose()


def copy_from_file(file: Path, where: str) -> None:
    """Copy a register's file of this version into an empty database of PostgreSQL, in one transaction.

    Raises:
        HouseError: there is a register already, or the database cannot be used.
    """
    store = Store(where)
    source = create_engine(f"sqlite+pysqlite:///{file}")
    try:
        with source.connect() as connection, store.filling() as copy:
            METADATA.create_all(copy, checkfirst=False)
            _copy_tables(connection, copy)
            newest = copy.execute(select(func.max(questions.c.receipt))).scalar_one()
            if newest is not None:
                copy.execute(
                    text("SELECT setval(pg_get_serial_sequence('questions', 'receipt'), :newest)"), {"newest": newest}
                )
    finally:
        source.dispose()
        store.close()


def _copy_tables(source: Connection, target: Connection) -> None:
    for table in METADATA.sorted_tables:
        everything = select(table).order_by(*table.primary_key.columns)
        with source.execute(everything, execution_options={"yield_per": _AT_ONCE}) as rows:
            for part in rows.partitions():
                insert_many(target, table, [column.name for column in table.columns], part)
