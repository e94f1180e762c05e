"""The register as it is stored: opening, reading, and one writer at a time, wherever it lives."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import DBAPIError

from fxwatch.errors import HouseError
from fxwatch.register.places import Place, place_of
from fxwatch.register.tables import METADATA, SCHEMA_VERSION, meta

LOCK_SECONDS = 10.0


class Store:
    """A register's place. Reads see one committed state; writes follow one another, across threads and processes."""

    def __init__(self, where: Path | str) -> None:
        self.place: Place = place_of(where)
        self._here = threading.local()

    @property
    def name(self) -> str:
        """What sentences call it: the file, or the URL without its password."""
        return self.place.name

    @classmethod
    def create(cls, where: Path | str) -> "Store":
        """Make an empty register in a file or, named by a URL, in an empty database of PostgreSQL.

        Raises:
            HouseError: there is one already, or none can be made there.
        """
        store = cls(where)
        try:
            store._make()
        except BaseException:
            store.close()
            raise
        return store

    def _make(self) -> None:
        with self.filling() as connection:
            METADATA.create_all(connection, checkfirst=False)
            versions = {"schema_version": str(SCHEMA_VERSION), "moment": ""}
            connection.execute(meta.insert(), [{"key": key, "value": value} for key, value in versions.items()])

    @contextmanager
    def filling(self) -> Iterator[Connection]:
        """A writing connection on a place where there is no register yet.

        Raises:
            HouseError: there is one already, or none can be made there.
        """
        with self.faults():
            if self.place.exists():
                raise HouseError(
                    f"{self.name} exists already; a register is never written over.",
                    f"{self.name} 已存在；登记簿不会被覆盖。",
                )
            with self.place.writing("init", LOCK_SECONDS) as connection:
                yield connection

    def discard(self) -> None:
        """Take back a register that was made a moment ago for a home that did not come to be."""
        with self.faults(), self.place.writing("init", LOCK_SECONDS) as connection:
            METADATA.drop_all(connection)

    @classmethod
    def open(cls, where: Path | str, *, older: bool = False) -> "Store":
        """Open a register that is there.

        Args:
            where: its file or its URL.
            older: take one of an older version too, to bring it up.

        Raises:
            HouseError: it is missing, damaged, or of another version.
        """
        store = cls(where)
        try:
            store._check(older=older)
        except BaseException:
            store.close()
            raise
        return store

    def _check(self, *, older: bool) -> None:
        with self.faults():
            if not self.place.exists():
                raise HouseError(
                    f"There is no register at {self.name}. Make a home with: fxwatch init, or restore a backup.",
                    f"{self.name} 处没有登记簿。请用 fxwatch init 建库，或从备份恢复。",
                )
        found = self.version()
        if found > SCHEMA_VERSION:
            raise HouseError(
                f"The register {self.name} is of version {found}; this fxwatch knows versions up to {SCHEMA_VERSION}. Use a newer fxwatch.",
                f"登记簿 {self.name} 的版本为 {found}，本程序只认识至 {SCHEMA_VERSION} 版。请使用更新的 fxwatch。",
            )
        if found < SCHEMA_VERSION and not older:
            raise HouseError(
                f"The register {self.name} is of version {found}; this fxwatch works with version {SCHEMA_VERSION}. Bring it up with: fxwatch upgrade",
                f"登记簿 {self.name} 的版本为 {found}，本程序使用 {SCHEMA_VERSION} 版。请升级：fxwatch upgrade",
            )

    def version(self) -> int:
        """The version of its tables."""
        with self.reading() as connection:
            return self.version_in(connection)

    def version_in(self, connection: Connection) -> int:
        """The version of the tables, as a connection sees them."""
        found = connection.execute(select(meta.c.value).where(meta.c.key == "schema_version")).scalar_one_or_none()
        if found is None or not found.isdigit():
            raise self._damaged("it does not say its version")
        return int(found)

    def moment_in(self, connection: Connection) -> str:
        """The moment of the newest writing, as a connection sees it; empty before the first."""
        return str(connection.execute(select(meta.c.value).where(meta.c.key == "moment")).scalar_one())

    def close(self) -> None:
        """Let go of it."""
        self.place.engine.dispose()

    @contextmanager
    def reading(self, *, forgiving: bool = False) -> Iterator[Connection]:
        """A connection that sees one committed state from its first question to its last.

        `forgiving` reads bytes that are no text as what they are not, so that a proof can name where they stand.
        """
        with self.faults(), self.place.reading(forgiving=forgiving) as connection:
            yield connection

    @contextmanager
    def writing(self, doing: str) -> Iterator[tuple[Connection, datetime]]:
        """The only writing connection, and the moment of what it writes: after every moment given out before.

        Everything is committed when the block ends, nothing when it fails.

        Raises:
            HomeLocked: another process writes and did not finish in time.
            HouseError: the disk is full or read-only, or the register is damaged; nothing was written.
        """
        if getattr(self._here, "is_writing", False):
            raise RuntimeError("a write transaction was begun inside another one; pass the first one on instead")
        self._here.is_writing = True
        try:
            with self.faults(), self.place.writing(doing, LOCK_SECONDS) as connection:
                yield connection, _tick(connection)
        finally:
            self._here.is_writing = False

    @contextmanager
    def counting(self, doing: str, seconds: float) -> Iterator[Connection]:
        """A connection that may keep count of something beside the record: it moves no moment, and others need not know.

        Raises:
            HomeLocked: another process writes and did not finish in `seconds`.
        """
        with self.faults(), self.place.counting(doing, seconds) as connection:
            yield connection

    @contextmanager
    def faults(self) -> Iterator[None]:
        """What the driver complains of inside the block, as an error with a sentence."""
        try:
            yield
        except DBAPIError as fault:
            self.refuse(fault)
        except Exception as fault:
            if not self.place.is_fault(fault):
                raise
            self.refuse(fault)

    def refuse(self, fault: Exception) -> NoReturn:
        """Say a complaint of the driver as an error with a sentence.

        Raises:
            HouseError: always.
        """
        told = self.place.say(fault)
        if self.place.is_damage(told):
            raise self._damaged(told) from fault
        raise self._unusable(told) from fault

    def _unusable(self, fault: str) -> HouseError:
        cure, cure_zh = self.place.cure
        return HouseError(
            f"The register {self.name} cannot be used: {fault}. Nothing was written. {cure}",
            f"登记簿 {self.name} 无法使用：{fault}。没有写入任何内容。{cure_zh}",
        )

    def _damaged(self, fault: str) -> HouseError:
        return HouseError(
            f"The register {self.name} is damaged or is none: {fault}. Restore it from a backup.",
            f"登记簿 {self.name} 已损坏或不是登记簿：{fault}。请从备份恢复。",
        )


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
