"""Where a register may live: a file of SQLite in the home, or a database of PostgreSQL named by a URL.

The tables and everything asked of them are the same. What differs is here: how one writer at a time is kept, how a reader
sees one state, and what the driver's complaints mean.
"""

import re
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from fxwatch.errors import HomeLocked, HouseError
from fxwatch.locks import locked
from fxwatch.settings import without_password

_LOCK_STEP = 0.001  # seconds between two tries: acts take milliseconds
_WRITERS = 0x66787761  # the advisory lock of this database under which every writer of a register stands
_DRIVER = "postgresql+psycopg"


class Place(ABC):
    """One place. `name` is what sentences call it, without a password; `cure` says where to look when it fails."""

    name: str
    engine: Engine
    cure: tuple[str, str]

    @abstractmethod
    def exists(self) -> bool:
        """Whether anything is there that could be a register."""

    @abstractmethod
    @contextmanager
    def reading(self, *, forgiving: bool) -> Iterator[Connection]:
        """A connection that sees one committed state from its first question to its last."""

    @abstractmethod
    @contextmanager
    def writing(self, doing: str, seconds: float) -> Iterator[Connection]:
        """The one writing transaction; whoever waits longer than `seconds` is told for whom.

        Raises:
            HomeLocked: another process writes and did not finish in time.
        """

    @contextmanager
    def counting(self, doing: str, seconds: float) -> Iterator[Connection]:
        """A small transaction that only its own rows keep from others, where the database can do that."""
        with self.writing(doing, seconds) as connection:
            yield connection

    @abstractmethod
    def look_through(self, *, deep: bool) -> list[str]:
        """What the database engine itself finds wrong with what it stores; `deep` reads every byte."""

    @abstractmethod
    def is_damage(self, fault: str) -> bool:
        """Whether a complaint of the driver means that what is there is no register, or no whole one."""

    def is_fault(self, fault: BaseException) -> bool:
        """Whether an exception is one of the driver's own."""
        driver: Any = self.engine.dialect.dbapi
        return isinstance(fault, driver.Error)

    def say(self, fault: BaseException) -> str:
        """A driver's complaint as part of a sentence."""
        told = str(getattr(fault, "orig", None) or fault).strip()
        return (told.splitlines() or [type(fault).__name__])[0].rstrip(".")


def place_of(where: Path | str) -> Place:
    """The place that a path or a URL names.

    Raises:
        HouseError: the URL is none of PostgreSQL, or its driver is not installed.
    """
    return SqliteFile(where) if isinstance(where, Path) else PostgresDatabase(where)


class SqliteFile(Place):
    """A file of SQLite in WAL mode. Writers stand in line at an `flock`: SQLite's own waiting starves one of many."""

    cure = (
        "Look whether the disk is full or read-only.",
        "请检查磁盘是否已满或只读。",
    )
    _DAMAGE = ("malformed", "not a database", "no such table", "no such column", "Could not decode")

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)
        self.engine = create_engine(f"sqlite+pysqlite:///{path}", connect_args={"timeout": 10.0})

        @event.listens_for(self.engine, "connect")
        def _settle(connection: Any, _record: Any) -> None:
            # The driver would begin transactions by itself, and too late; we begin them below.
            connection.isolation_level = None
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -32000"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(self.engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    def exists(self) -> bool:
        """Whether there is a file."""
        return self.path.exists()

    @contextmanager
    def reading(self, *, forgiving: bool) -> Iterator[Connection]:
        """See `Place.reading`; `forgiving` reads bytes that are no text as what they are not."""
        with self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            if forgiving:
                driver.text_factory = lambda found: found.decode("utf-8", "replace")
            try:
                yield connection
            finally:
                driver.text_factory = str

    @contextmanager
    def writing(self, doing: str, seconds: float) -> Iterator[Connection]:
        """See `Place.writing`."""
        with (
            locked(self.path.with_suffix(".lock"), doing=doing, seconds=seconds, step=_LOCK_STEP),
            self.engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection,
        ):
            yield connection

    def look_through(self, *, deep: bool) -> list[str]:
        """See `Place.look_through`."""
        with self.engine.connect() as connection:
            told = (
                connection.exec_driver_sql("PRAGMA integrity_check" if deep else "PRAGMA quick_check").scalars().all()
            )
        return [str(line) for line in told if line != "ok"]

    def is_fault(self, fault: BaseException) -> bool:
        """Whether an exception is one of the driver's own."""
        return isinstance(fault, sqlite3.Error)

    def is_damage(self, fault: str) -> bool:
        """See `Place.is_damage`."""
        return any(sign in fault for sign in self._DAMAGE)


class PostgresDatabase(Place):
    """A database of PostgreSQL. Writers stand in line at an advisory lock, which ends with their transaction."""

    cure = (
        "Look whether its server runs, lets this account in and has room.",
        "请检查数据库服务是否运行、账户是否可用、空间是否充足。",
    )
    _DAMAGE = ("does not exist", "invalid page", "could not read block")

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as fault:
            raise _no_url() from fault
        if parsed.drivername not in ("postgresql", "postgres", _DRIVER):
            raise _no_url()
        self.name = without_password(parsed.render_as_string(hide_password=True))
        try:
            # A server that was started again in the meantime is found out before a question is put to it.
            self.engine = create_engine(
                parsed.set(drivername=_DRIVER),
                pool_pre_ping=True,
                paramstyle="format",
                connect_args={"connect_timeout": 10},
            )
        except ModuleNotFoundError as fault:
            raise HouseError(
                f"The register {self.name} needs the driver of PostgreSQL. Install it with: pip install 'fxwatch[postgres]'",
                f"登记簿 {self.name} 需要 PostgreSQL 驱动。请安装：pip install 'fxwatch[postgres]'",
            ) from fault
        self._readers = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        # Not a stricter level: its snapshot would be taken by the very statement that waits for the writer before.
        self._writers = self.engine.execution_options(isolation_level="READ COMMITTED")

    def exists(self) -> bool:
        """Whether the database holds a table of ours."""
        with self.engine.connect() as connection:
            return inspect(connection).has_table("meta")

    @contextmanager
    def reading(self, *, forgiving: bool) -> Iterator[Connection]:
        """See `Place.reading`. PostgreSQL takes no bytes that are no text, so there is nothing to forgive."""
        with self._readers.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, doing: str, seconds: float) -> Iterator[Connection]:
        """See `Place.writing`."""
        with self._writers.begin() as connection:
            try:
                # All in one message: while the lock is held, every other writer waits for each round trip.
                connection.exec_driver_sql(
                    f"SET LOCAL synchronous_commit = on; SET LOCAL lock_timeout = {max(1, int(seconds * 1000))}; "
                    f"SET LOCAL application_name = '{_plain(doing)}'; "
                    f"SELECT pg_advisory_xact_lock({_WRITERS}); SET LOCAL lock_timeout = 0"
                )
            except DBAPIError as fault:
                if getattr(fault.orig, "sqlstate", None) == "55P03":
                    raise self._locked(seconds) from fault
                raise
            yield connection

    @contextmanager
    def counting(self, doing: str, seconds: float) -> Iterator[Connection]:
        """See `Place.counting`: rows are locked one by one, and what a crash forgets was no record."""
        with self._writers.begin() as connection:
            connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield connection

    def look_through(self, *, deep: bool) -> list[str]:
        """See `Place.look_through`. A server looks after its own pages; its administrator has amcheck."""
        return []

    def is_damage(self, fault: str) -> bool:
        """See `Place.is_damage`."""
        return any(sign in fault for sign in self._DAMAGE) and "database" not in fault

    def say(self, fault: BaseException) -> str:
        """A driver's complaint as part of a sentence, without a password."""
        told = super().say(fault)
        secret = self.engine.url.password
        return told.replace(str(secret), "***") if secret else told

    def _locked(self, seconds: float) -> HomeLocked:
        with self.engine.connect() as connection:
            holder = connection.execute(
                text(
                    "SELECT a.pid, a.application_name, to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') "
                    "FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted "
                    "AND l.objid = :key AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                ),
                {"key": _WRITERS},
            ).first()
        who = "another process" if holder is None else f"connection {holder[0]} ({holder[1]}, since {holder[2]} UTC)"
        who_zh = "另一进程" if holder is None else f"连接 {holder[0]}({holder[1]}，自 {holder[2]} UTC)"
        return HomeLocked(
            f"The register {self.name} is locked by {who}; waited {seconds:g} s. Try again when it has finished.",
            f"登记簿 {self.name} 正由{who_zh}占用，已等待 {seconds:g} 秒。请待其结束后重试。",
        )


def _plain(doing: str) -> str:
    """What is done, as a name that needs no quoting; names of files may hold anything."""
    return re.sub(r"[^\w .,:/-]", " ", doing)[:60]


def _no_url() -> HouseError:
    # The URL itself is not shown: it may hold a password anywhere when it cannot be read.
    return HouseError(
        "The setting register_url is no URL of PostgreSQL. Write it like postgresql://USER@HOST/DATABASE, or leave it empty for a file in the home.",
        "设置项 register_url 不是 PostgreSQL 地址。请写成 postgresql://用户@主机/数据库，或留空以使用库内文件。",
    )
