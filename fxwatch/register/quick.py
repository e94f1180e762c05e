"""What an answer needs of the register, in one statement: one committed state, read in microseconds.

The statement is put together once, from the same tables as everything else, and handed to the driver as it is. With what
it counts come the number of the newest act and the moment of the register: whoever knows by heart what acts alone can change
(keys, parameters, settings) learns from it whether that still holds.
"""

import json
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import JSON, Connection, Select, Table, Text, bindparam, cast, func, literal_column, select
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import ColumnElement

from fxwatch.register.places import SqliteFile
from fxwatch.register.store import Store
from fxwatch.register.tables import acts, breaches, meta, notices, processes, roll


class Found(NamedTuple):
    """What the register says of one entity, and where it stands; `name` is None where the entity is not on the roll."""

    last_act: int
    moment: str
    name: str | None
    breaches: int
    notices: int


class Quick(ABC):
    """Reads of one process. `waits`: whether a read waits for a network, so that many had better go together."""

    waits: bool

    @abstractmethod
    def one(self, entity_id: str, first: str, last: str) -> Found:
        """One entity, with its standing breaches and notices from `first` to `last` (ISO days)."""

    @abstractmethod
    def many(self, entity_ids: Sequence[str], first: str, last: str) -> dict[str, Found]:
        """Some entities as of one moment, by their ids."""

    @abstractmethod
    def standing(self) -> tuple[int, int]:
        """The number of the newest act, and how many processes answer."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""


def quick(store: Store) -> Quick:
    """The quick reads of a register, wherever it is."""
    return OfSqlite(store) if isinstance(store.place, SqliteFile) else OfPostgres(store)


class OfSqlite(Quick):
    """Over a connection of its own, for one thread at a time."""

    waits = False

    def __init__(self, store: Store) -> None:
        assert isinstance(store.place, SqliteFile)
        self._store = store
        with store.faults():
            self._driver = sqlite3.connect(store.place.path, timeout=10, isolation_level=None, check_same_thread=False)
            for pragma in ("query_only = ON", "cache_size = -32000"):
                self._driver.execute(f"PRAGMA {pragma}")
        self._cursor = self._driver.cursor()
        self._one, order = _spelt(_of_one(), store.place.engine.dialect)
        self._pick = itemgetter(*(("entity_id", "first", "last").index(name) for name in order))
        self._many, order = _spelt(_in_one_row(_of_many(store.place.engine.dialect)), store.place.engine.dialect)
        self._standing, _ = _spelt(_of_standing(), store.place.engine.dialect)
        self._pick_many = itemgetter(*(("entity_ids", "first", "last").index(name) for name in order))

    def one(self, entity_id: str, first: str, last: str) -> Found:
        """See `Quick.one`."""
        try:
            return Found(*self._cursor.execute(self._one, self._pick((entity_id, first, last))).fetchall()[0])
        except sqlite3.Error as fault:
            self._store.refuse(fault)

    def many(self, entity_ids: Sequence[str], first: str, last: str) -> dict[str, Found]:
        """See `Quick.many`."""
        try:
            asked = self._pick_many((json.dumps(entity_ids), first, last))
            rows = json.loads(self._cursor.execute(self._many, asked).fetchall()[0][0])
        except sqlite3.Error as fault:
            self._store.refuse(fault)
        return {row[0]: Found(*row[1:]) for row in rows}

    def standing(self) -> tuple[int, int]:
        """See `Quick.standing`."""
        try:
            last_act, processes = self._cursor.execute(self._standing).fetchall()[0]
        except sqlite3.Error as fault:
            self._store.refuse(fault)
        return last_act, processes

    def close(self) -> None:
        """See `Quick.close`."""
        self._driver.close()


class OfPostgres(Quick):
    """Over a connection that stays open; a statement outside of a transaction sees one state."""

    waits = True

    def __init__(self, store: Store) -> None:
        self._store = store
        self._engine = store.place.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._many, self._order = _spelt(_of_many(self._engine.dialect), self._engine.dialect)
        self._standing, _ = _spelt(_of_standing(), self._engine.dialect)
        self._held: Connection | None = None
        self._turn = threading.Lock()

    def one(self, entity_id: str, first: str, last: str) -> Found:
        """See `Quick.one`."""
        return self.many([entity_id], first, last)[entity_id]

    def many(self, entity_ids: Sequence[str], first: str, last: str) -> dict[str, Found]:
        """See `Quick.many`."""
        given = {"entity_ids": json.dumps(entity_ids), "first": first, "last": last}
        rows = self._rows(self._many, tuple(given[name] for name in self._order))
        return {row[0]: Found(*row[1:]) for row in rows}

    def standing(self) -> tuple[int, int]:
        """See `Quick.standing`."""
        last_act, processes = self._rows(self._standing, ())[0]
        return last_act, processes

    def _rows(self, statement: str, asked: tuple[str, ...]) -> list[Any]:
        with self._store.faults(), self._turn:
            try:
                return list(self._connection().exec_driver_sql(statement, asked).all())
            except DBAPIError:
                # A server that was started again leaves a dead connection behind; the second try takes a fresh one.
                self.close()
                return list(self._connection().exec_driver_sql(statement, asked).all())

    def _connection(self) -> Connection:
        if self._held is None:
            self._held = self._engine.connect()
        return self._held

    def close(self) -> None:
        """See `Quick.close`."""
        held, self._held = self._held, None
        if held is not None:
            with suppress(DBAPIError):
                held.close()


def _of_one() -> Select[Any]:
    return select(*_columns(bindparam("entity_id", type_=Text)))


def _of_many(dialect: Dialect) -> Select[Any]:
    given = bindparam("entity_ids", type_=Text)
    if dialect.name == "postgresql":
        each = func.json_array_elements_text(cast(given, JSON)).table_valued("value")
    else:
        each = func.json_each(given).table_valued("value")
    return select(each.c.value, *_columns(each.c.value)).select_from(each)


def _in_one_row(many: Select[Any]) -> Select[Any]:
    """All rows as one JSON text: fetched one by one, each would have the thread that answers wait for its interpreter."""
    rows = many.subquery()
    return select(func.json_group_array(func.json_array(*rows.c)))


def _of_standing() -> Select[Any]:
    newest = select(func.max(acts.c.number)).scalar_subquery()
    return select(newest, select(func.count()).select_from(processes).scalar_subquery())


def _columns(entity_id: "ColumnElement[Any]") -> list[Any]:
    moment = select(meta.c.value).where(meta.c.key == literal_column("'moment'")).scalar_subquery()
    name = select(roll.c.name).where(roll.c.entity_id == entity_id, roll.c.known_to.is_(None)).scalar_subquery()
    breached = _count(breaches, entity_id, breaches.c.replaced_at.is_(None))
    last_act = select(func.max(acts.c.number)).scalar_subquery()
    return [last_act, moment, name, breached, _count(notices, entity_id)]


def _count(table: Table, entity_id: "ColumnElement[Any]", *more: ColumnElement[bool]) -> Any:
    """How many stand: as `standing.counts` counts them now, which a test holds together."""
    within = table.c.day.between(bindparam("first", type_=Text), bindparam("last", type_=Text))
    found = select(func.count()).select_from(table)
    return found.where(table.c.entity_id == entity_id, within, table.c.rescinded_at.is_(None), *more).scalar_subquery()


def _spelt(statement: Select[Any], dialect: Dialect) -> tuple[str, list[str]]:
    """A statement as the driver takes it, and the names of what stands at each of its places."""
    compiled = statement.compile(dialect=dialect)
    return str(compiled), list(compiled.positiontup or ())
