"""What a bank's answer rests on, read over one connection: one state of the register."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from fxwatch.register import events, roll, standing, taken
from fxwatch.register.events import Event
from fxwatch.register.tables import meta, parameters


class Version(NamedTuple):
    """One version of a dated parameter. `day` is that of its act."""

    name: str
    value: str
    valid_from: date
    day: date


class Facts:
    """One state of the register, as far as an answer needs it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def enrolled(self, entity_id: str) -> dict[str, Any] | None:
        """One entry of the roll."""
        return roll.enrolled(self._connection, entity_id)

    def counts(self, entity_id: str, first: date, last: date) -> standing.Counts:
        """What a grade counts of one entity in a window."""
        return standing.counts(self._connection, entity_id, first, last)

    def parameter(self, name: str, on: date) -> str | None:
        """The value of a parameter in force on a day; None where the default is."""
        return standing.parameter(self._connection, name, on)

    def moment(self) -> datetime:
        """The moment (UTC) of the newest writing that this state holds."""
        return datetime.fromisoformat(
            self._connection.execute(select(meta.c.value).where(meta.c.key == "moment")).scalar_one()
        )

    def entities_of(self, bank: str, since: date) -> list[taken.Known]:
        """The entities that a bank has to do with: see `taken.entities_of`."""
        return taken.entities_of(self._connection, bank, since)

    def all_counts(self, first: date, last: date) -> dict[str, standing.Counts]:
        """`counts` of every entity for which anything counts."""
        return standing.all_counts(self._connection, first, last)

    def events(self) -> list[Event]:
        """Notices and breaches ever: see `events.events`."""
        return events.events(self._connection)

    def versions(self, names: Sequence[str]) -> list[Version]:
        """Every version of some parameters in the order in which they were set."""
        columns = (parameters.c[name] for name in Version._fields)
        statement = select(*columns).where(parameters.c.name.in_(names)).order_by(parameters.c.act)
        return [
            Version(row.name, row.value, date.fromisoformat(row.valid_from), date.fromisoformat(row.day))
            for row in self._connection.execute(statement)
        ]
