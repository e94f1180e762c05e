"""The file that holds the register: opening, reading, and one writer at a time."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select, update
from sqlalchemy.exc import DBAPIError

from fxwatch.errors import HouseError
from fxwatch.locks import locked
from fxwatch.register.tables import METADATA, SCHEMA_VERSION, meta

LOCK_SECONDS = 10.0
_DAMAGE = ("malformed", "not a database", "no such table", "no such column", "Could not decode")
_LOCK_STEP = 0.001  # seconds between two tries: acts take milliseconds


class Store:
    """A register's file. Reads see one committed state; writes follow one another, across threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = _engine(path)
        self._here = threading.local()

    @classmethod
    def create(cls, path: Path) -> "Store":
        """Make an empty register.

        Raises:
            HouseError: there is a file already, or none can be made there.
        """
        if path.exists():
            raise HouseError(
                f"{path} exists already; a register is never written over.", f"{path} 已存在;登记簿不会被覆盖。"
            )
        store = cls(path)
        with store._faults(), store._engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
            METADATA.create_all(connection)
            connection.execute(
                meta.insert(), [{"key": "schema_version", "value": str(SCHEMA_VERSION)}, {"key": "moment", "value": ""}]
            )
        return store

    @classmethod
    def open(cls, path: Path) -> "Store":
        """Open a register that is there.

        Raises:
            HouseError: it is missing, damaged, or of a newer version.
        """
        if not path.exists():
            raise HouseError(
                f"There is no register at {path}. Make a home with: fxwatch init, or restore a backup.",
                f"{path} 处没有登记簿。请用 fxwatch init 建库,或从备份恢复。",
            )
        store = cls(path)
        with store.reading() as connection:
            found = connection.execute(select(meta.c.value).where(meta.c.key == "schema_version")).scalar_one_or_none()
        if found is None or not found.isdigit():
            raise _damaged(path, "it does not say its version")
        if int(found) > SCHEMA_VERSION:
            raise HouseError(
                f"The register {path} is of version {found}; this fxwatch knows versions up to {SCHEMA_VERSION}. Use a newer fxwatch.",
                f"登记簿 {path} 的版本为 {found},本程序只认识至 {SCHEMA_VERSION} 版。请使用更新的 fxwatch。",
            )
        return store

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextmanager
    def reading(self, *, forgiving: bool = False) -> Iterator[Connection]:
        """A connection that sees one committed state from its first question to its last.

        `forgiving` reads bytes that are no text as what they are not, so that a proof can name where they stand.
        """
        with self._faults(), self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            if forgiving:
                driver.text_factory = lambda found: found.decode("utf-8", "replace")
            try:
                yield connection
            finally:
                driver.text_factory = str

    @contextmanager
    def writing(self, doing: str) -> Iterator[tuple[Connection, datetime]]:
        """The only writing connection, and the moment of what it writes: after every moment given out before.

        Everything is committed when the block ends, nothing when it fails.

        Raises:
            HomeLocked: another process writes and did not finish in time.
            HouseError: the disk is full or read-only, or the file is damaged; nothing was written.
        """
        if getattr(self._here, "is_writing", False):
            raise RuntimeError("a write transaction was begun inside another one; pass the first one on instead")
        self._here.is_writing = True
        try:
            with (
                self._faults(),
                locked(self.path.with_suffix(".lock"), doing=doing, seconds=LOCK_SECONDS, step=_LOCK_STEP),
                self._engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection,
            ):
                yield connection, _tick(connection)
        finally:
            self._here.is_writing = False

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as fault:
            raise _unusable(self.path, str(getattr(fault, "orig", None) or fault)) from fault


def stamp(moment: datetime) -> str:
    """A moment as it is stored.

    >>> stamp(datetime(2026, 3, 31, 12))
    '2026-03-31T12:00:00.000000'
    """
    return moment.isoformat(timespec="microseconds")


def _tick(connection: Connection) -> datetime:
    """The moment of this transaction. A clock that was set back does not take the register with it."""
    now = datetime.now(UTC).replace(tzinfo=None)
    last = connection.execute(select(meta.c.value).where(meta.c.key == "moment")).scalar_one()
    if last and now <= (newest := datetime.fromisoformat(last)):
        now = newest + timedelta(microseconds=1)
    connection.execute(update(meta).where(meta.c.key == "moment").values(value=stamp(now)))
    return now


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite+pysqlite:///{path}", connect_args={"timeout": LOCK_SECONDS})

    @event.listens_for(engine, "connect")
    def _settle(connection: Any, _record: Any) -> None:
        # The driver would begin transactions by itself, and too late; we begin them below.
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -32000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def _unusable(path: Path, fault: str) -> HouseError:
    if any(sign in fault for sign in _DAMAGE):
        return _damaged(path, fault)
    return HouseError(
        f"The register {path} cannot be used: {fault}. Nothing was written. Look whether the disk is full or read-only.",
        f"登记簿 {path} 无法使用:{fault}。没有写入任何内容。请检查磁盘是否已满或只读。",
    )


def _damaged(path: Path, fault: str) -> HouseError:
    return HouseError(
        f"The register {path} is damaged or is none: {fault}. Restore it from a backup.",
        f"登记簿 {path} 已损坏或不是登记簿:{fault}。请从备份恢复。",
    )
