"""One write transaction: what may be read and written in it, all at one moment."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from fxwatch.register import accounts, acts, projections, questions, roll, standing
from fxwatch.register.acts import Act
from fxwatch.terms import Role


class Writing:
    """Hands out what a check needs to see, and takes acts and questions; nobody else writes meanwhile.

    `moment` (UTC) is the moment of everything written here, later than that of everything known before.
    """

    def __init__(self, connection: Connection, moment: datetime) -> None:
        self._connection = connection
        self.moment = moment
        # Nobody else writes meanwhile: what was looked up once holds until we change it.
        self._end: acts.Link | None = None
        self._notices: int | None = None
        self._allowed: set[tuple[str, str]] = set()

    def append(
        self,
        kind: str,
        *,
        by: str,
        role: str,
        subject: str,
        day: date,
        why: str,
        payload: dict[str, Any],
        entity_id: str | None = None,
    ) -> Act:
        """Append one act to the chain and bring the tables up to it.

        Raises:
            Forbidden: the account has not the role.
            NotFound: there is no such account.
        """
        if (by, role) not in self._allowed:
            accounts.require(self._connection, by, [role])
            self._allowed.add((by, role))
        signed = {"by": by, "role": role, "subject": subject, "day": day, "why": why}
        return self._write(kind, payload=payload, entity_id=entity_id, **signed)

    def open_register(self, operator: str, day: date, *, simulation: bool) -> None:
        """The first acts: what kind of register this is, and the account of who made it."""
        signed = {"by": operator, "role": Role.ADMINISTRATOR, "day": day, "why": "init"}
        self._write(acts.Kind.REGISTER_OPENED, subject="register", payload={"simulation": simulation}, **signed)
        payload = account_payload(operator, accounts.OPERATOR_ROLES)
        self._write(acts.Kind.ACCOUNT_CHANGED, subject=operator, payload=payload, **signed)

    def _write(self, kind: str, **what: Any) -> Act:
        act = acts.write(self._connection, self._last(), self.moment, kind, **what)
        projections.project(self._connection, act)
        self._end = acts.Link(act.number, act.hash)
        if act.kind == acts.Kind.ACCOUNT_CHANGED:
            self._allowed.clear()
        return act

    def _last(self) -> acts.Link:
        self._end = self._end or acts.end(self._connection)
        return self._end

    def last_act(self) -> int:
        """The number of the newest act."""
        return self._last().number

    def next_notice(self) -> int:
        """A number for the notice to be issued next; each is given once."""
        self._notices = (self._notices or standing.last_notice(self._connection)) + 1
        return self._notices

    def decided(self, hit_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The newest decision about each of some hits."""
        return standing.decided(self._connection, hit_ids)

    def notice(self, notice: str) -> dict[str, Any] | None:
        """One notice."""
        return standing.notice(self._connection, notice)

    def breach(self, breach_no: str) -> dict[str, Any] | None:
        """One breach."""
        return standing.breach(self._connection, breach_no)

    def enrolled(self, entity_id: str) -> dict[str, Any] | None:
        """One entry of the roll."""
        return roll.enrolled(self._connection, entity_id)

    def counts(self, entity_id: str, first: date, last: date) -> standing.Counts:
        """What a grade counts of one entity in a window."""
        return standing.counts(self._connection, entity_id, first, last)

    def parameter(self, name: str, on: date) -> str | None:
        """The value of a parameter in force on a day; None where the default is."""
        return standing.parameter(self._connection, name, on)

    def record_question(self, **told: Any) -> int:
        """Put a question and its answer on record: see `questions.record`. Returns the receipt's number."""
        return questions.record(self._connection, self.moment, **told)


def account_payload(
    name: str, roles: Iterable[str], *, institution: str | None = None, is_active: bool = True
) -> dict[str, Any]:
    """What an act about an account says."""
    return {"name": name, "roles": sorted(str(r) for r in roles), "institution": institution, "is_active": is_active}
