"""What a bank's answer rests on, read over one connection: one state of the register."""

from datetime import date
from typing import Any

from sqlalchemy import Connection

from fxwatch.register import roll, standing


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
