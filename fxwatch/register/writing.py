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
        accounts.require(self._connection, by, [role])
        act = acts.write(
            self._connection,
            self.moment,
            kind,
            by=by,
            role=role,
            subject=subject,
            day=day,
            why=why,
            payload=payload,
            entity_id=entity_id,
        )
        projections.project(self._connection, act)
        return act

    def open_register(self, operator: str, day: date, *, simulation: bool) -> None:
        """The first acts: what kind of register this is, and the account of who made it."""
        signed: dict[str, Any] = {"by": operator, "role": Role.ADMINISTRATOR, "day": day}
        acts.write(
            self._connection,
            self.moment,
            acts.Kind.REGISTER_OPENED,
            subject="register",
            why="init",
            payload={"simulation": simulation},
            **signed,
        )
        payload = account_payload(operator, accounts.OPERATOR_ROLES)
        account = acts.write(
            self._connection,
            self.moment,
            acts.Kind.ACCOUNT_CHANGED,
            subject=operator,
            why="init",
            payload=payload,
            **signed,
        )
        projections.project(self._connection, account)

    def last_act(self) -> int:
        """The number of the newest act."""
        return acts.last_number(self._connection)

    def next_notice(self) -> int:
        """The number of the notice to be issued next."""
        return standing.next_notice(self._connection)

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
