"""Limits that several processes share: each takes a few questions in advance out of what is left of a key's limit."""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import sqlite

from fxwatch.register.tables import allowances

BURST_SECONDS = 1.0


def take(connection: Connection, key: str, per_second: int, count: int) -> float:
    """Take `count` questions of a key in advance, if anything is left of its limit.

    What is taken may be more than what is left: the debt is waited off before the next one is given, so that a question
    about a thousand entities passes and the limit holds over time.

    Returns:
        0 where they were given, else in how many seconds to ask again.
    """
    now = _now(connection)
    full = max(1.0, per_second * BURST_SECONDS)
    connection.execute(_insert(connection)(allowances).values(key=key, left=full, at=now).on_conflict_do_nothing())
    # Locked, where more than one could write: others of this key wait, and nobody else.
    row = connection.execute(select(allowances).where(allowances.c.key == key).with_for_update()).one()
    left = min(full, row.left + max(0.0, now - row.at) * per_second)
    wait = 0.0 if left >= 1 else (1 - left) / per_second
    connection.execute(
        update(allowances).where(allowances.c.key == key).values(left=left if wait else left - count, at=now)
    )
    return wait


def _insert(connection: Connection) -> Callable[..., Any]:
    """How this database spells an insertion that may find its row there already."""
    if connection.dialect.name == "postgresql":
        # Imported where it is used: it takes longer to import than a question takes to answer.
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    return sqlite.insert


def _now(connection: Connection) -> float:
    """The database's clock, where processes on several machines ask; all others have one anyway."""
    if connection.dialect.name == "postgresql":
        return float(connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())
    return time.time()
