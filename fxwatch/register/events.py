"""Notices and breaches ever, each with the days from which and to which the bureau held that it stands."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from fxwatch.register.tables import breaches, notices


class Event(NamedTuple):
    """One notice, or one version of a breach.

    `day` is the one that a window counts, `recorded_on` that of the act, `ended_on` that of the act by which it no longer
    stood; None while it stands.
    """

    entity_id: str
    what: str
    is_breach: bool
    day: date
    recorded_on: date
    ended_on: date | None

    def stood_on(self, day: date) -> bool:
        """Whether the bureau held on a day that it stands."""
        return self.recorded_on <= day and (self.ended_on is None or self.ended_on > day)


def events(connection: Connection, entity_id: str | None = None) -> list[Event]:
    """Notices, then versions of breaches, each in the order of their acts; of one entity, or of all."""
    return [*_notices(connection, entity_id), *_breaches(connection, entity_id)]


def _notices(connection: Connection, entity_id: str | None) -> Iterable[Event]:
    columns = ("entity_id", "notice", "act", "day", "rescinded_on")
    statement = select(*(notices.c[name] for name in columns)).order_by(notices.c.number)
    if entity_id is not None:
        statement = statement.where(notices.c.entity_id == entity_id)
    for entity, notice, act, text, ended in connection.execute(statement):
        day = date.fromisoformat(text)
        yield Event(entity, f"notice {notice} (act {act})", False, day, day, _day(ended))


def _breaches(connection: Connection, entity_id: str | None) -> Iterable[Event]:
    columns = ("entity_id", "breach_no", "act", "day", "recorded_on", "replaced_on", "rescinded_on")
    # All versions of a number: what ended one may be a version that speaks of another entity.
    statement = select(*(breaches.c[name] for name in columns)).order_by(breaches.c.act)
    if entity_id is not None:
        numbers = select(breaches.c.breach_no).where(breaches.c.entity_id == entity_id)
        statement = statement.where(breaches.c.breach_no.in_(numbers))
    rows = connection.execute(statement).all()
    versions: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        versions[row.breach_no].append(row)
    for row in rows:
        if entity_id in (None, row.entity_id):
            what, ended = f"breach {row.breach_no} (act {row.act})", _ended(row, versions[row.breach_no])
            days = date.fromisoformat(row.day), date.fromisoformat(row.recorded_on)
            yield Event(row.entity_id, what, True, *days, ended)


def _ended(row: Row[Any], versions: Sequence[Row[Any]]) -> date | None:
    """From which day on a version no longer stood: whichever later act about its number bears the earliest day."""
    later = [version for version in versions if version.act > row.act]
    ends = [version.recorded_on for version in later]
    ends += [version.rescinded_on for version in (row, *later) if version.rescinded_on]
    return _day(min((*ends, *([row.replaced_on] if row.replaced_on else [])), default=None))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
