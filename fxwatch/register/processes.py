"""Which processes of the API answer now."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from fxwatch.register.store import stamp
from fxwatch.register.tables import processes

SILENT = timedelta(seconds=60)  # after which one counts as gone: three times what lies between two beats


def beat(connection: Connection, moment: datetime, process: str, home: str) -> None:
    """Say that a process lives, and forget those that were not heard of for a while."""
    seen = update(processes).where(processes.c.process == process).values(seen_at=stamp(moment))
    if connection.execute(seen).rowcount == 0:
        connection.execute(insert(processes), {"process": process, "home": home, "seen_at": stamp(moment)})
    connection.execute(delete(processes).where(processes.c.seen_at < stamp(moment - SILENT)))


def leave(connection: Connection, process: str) -> None:
    """Say that a process ends."""
    connection.execute(delete(processes).where(processes.c.process == process))


def count(connection: Connection) -> int:
    """How many live."""
    return int(connection.execute(select(func.count()).select_from(processes)).scalar_one())
