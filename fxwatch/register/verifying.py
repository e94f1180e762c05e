"""Proof that the register says what was done: the chain holds, and the tables are what the acts make of them."""

from typing import Any

from sqlalchemy import Connection, create_engine, select

from fxwatch.register.acts import read_act, stored
from fxwatch.register.chain import Verification, broken, walk
from fxwatch.register.projections import project
from fxwatch.register.tables import METADATA, PROJECTIONS, acts


def verify(connection: Connection, head: str | None = None) -> Verification:
    """Follow the chain, then make the tables again from the acts and compare."""
    found = walk(stored(connection), head)
    return _compare(connection, found) if found.ok else found


def _compare(connection: Connection, found: Verification) -> Verification:
    engine = create_engine("sqlite+pysqlite://")
    try:
        with engine.begin() as again:
            METADATA.create_all(again, [t for t in METADATA.sorted_tables if t is not acts])
            for row in stored(connection):
                project(again, read_act(row))
            for table in PROJECTIONS:
                statement = select(table).order_by(*table.primary_key.columns)
                kept = connection.execute(statement).mappings().all()
                made = again.execute(statement).mappings().all()
                if kept != made:
                    return _differs(table.name, found, [dict(r) for r in kept], [dict(r) for r in made])
    finally:
        engine.dispose()
    return found


def _differs(table: str, found: Verification, kept: list[dict[str, Any]], made: list[dict[str, Any]]) -> Verification:
    odd = next((row for row in made if row not in kept), None) or next(row for row in kept if row not in made)
    number = odd["act"]
    return broken(
        number,
        found.acts,
        found.head,
        f"The chain holds, but the table {table} does not say what act {number} did. Restore the register from a backup.",
        f"链完整，但表 {table} 与第 {number} 项不符。请从备份恢复登记簿。",
    )
