"""One write transaction: what may be read and written in it, all at one moment."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table

from fxwatch.register import accounts, acts, blocks, cases, keys, projections, questions, roll, standing, tables, taken
from fxwatch.register.acts import Act
from fxwatch.register.keys import BankKey
from fxwatch.terms import Role

if TYPE_CHECKING:
    import polars as pl


class Writing:
    """Hands out what a check needs to see, and takes acts and questions; nobody else writes meanwhile.

    `moment` (UTC) is the moment of everything written here, later than that of everything known before.
    """

    def __init__(self, connection: Connection, moment: datetime) -> None:
        self._connection = connection
        self.moment = moment
        # Nobody else writes meanwhile: what was looked up once holds until we change it.
        self._end: acts.Link | None = None
        self._numbers: dict[str, int] = {}
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
        return self._next(tables.notices)

    def next_inquiry(self) -> int:
        """A number for the inquiry to be opened next."""
        return self._next(tables.inquiries)

    def next_objection(self) -> int:
        """A number for the objection to be lodged next."""
        return self._next(tables.objections)

    def next_proposal(self) -> int:
        """A number for the proposal to be made next."""
        return self._next(tables.proposals)

    def next_shadow(self) -> int:
        """A number for what runs in shadow next."""
        return self._next(tables.shadows)

    def next_key(self) -> int:
        """A number for the key to be added next."""
        return self._next(tables.keys)

    def _next(self, table: Table) -> int:
        last = self._numbers.get(table.name) or cases.last_number(self._connection, table)
        self._numbers[table.name] = last + 1
        return last + 1

    def require(self, name: str, *roles: str) -> accounts.Account:
        """The account, if it is active and has one of the roles; errors as for `append`."""
        return accounts.require(self._connection, name, roles)

    def account(self, name: str) -> accounts.Account:
        """One account; `NotFound` where there is none of that name."""
        return accounts.account(self._connection, name)

    def decided(self, hit_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The newest decision about each of some hits."""
        return standing.decided(self._connection, hit_ids)

    def notice(self, notice: str) -> dict[str, Any] | None:
        """One notice."""
        return standing.notice(self._connection, notice)

    def breach(self, breach_no: str) -> dict[str, Any] | None:
        """One breach."""
        return standing.breach(self._connection, breach_no)

    def inquiry(self, name: str) -> dict[str, Any] | None:
        """One inquiry."""
        return cases.inquiry(self._connection, name)

    def objection(self, name: str) -> dict[str, Any] | None:
        """One objection, by its own number or by that of its notice."""
        return cases.objection(self._connection, name)

    def proposal(self, name: str) -> dict[str, Any] | None:
        """One proposal, with the `content` of the act that waits."""
        return cases.proposal(self._connection, name)

    def proposed(self, hit_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The waiting proposal about each of some hits that has one."""
        return cases.proposed(self._connection, hit_ids)

    def waiting_on(self, on_what: str) -> list[dict[str, Any]]:
        """The waiting proposals on a subject, oldest first, each with its `content`."""
        return cases.waiting_on(self._connection, on_what)

    def shadow(self, name: str) -> dict[str, Any] | None:
        """One shadow, ended or not."""
        return cases.shadow(self._connection, name)

    def running_shadows(self, rule: str) -> list[dict[str, Any]]:
        """What of a rule runs in shadow, oldest first."""
        return cases.running_shadows(self._connection, rule)

    def policy(self, name: str) -> dict[str, Any] | None:
        """The policy of a name that stands."""
        return cases.policy(self._connection, name)

    def key(self, key: str) -> BankKey | None:
        """One key of a bank, revoked or not."""
        return keys.key_by_name(self._connection, key)

    def live_keys(self) -> list[BankKey]:
        """Every key of a bank that is not revoked."""
        return keys.live_keys(self._connection)

    def signing_keys(self) -> list[dict[str, Any]]:
        """Every public key that ever signed: see `keys.signing_rows`."""
        return keys.signing_rows(self._connection)

    def add_signing_key(self, key_id: str, public: str, *, by: str, day: date) -> Act:
        """Publish a key that signs answers from now on. An act of the house: no account decides about it.

        A home makes one by itself when the first answer needs it; who may run the house may hold its key.
        """
        return self._write(
            acts.Kind.SIGNING_KEY_ADDED,
            by=by,
            role=accounts.HOUSE,
            subject=f"signing_key:{key_id}",
            day=day,
            why="",
            payload={"key_id": key_id, "public": public},
        )

    def covered(self) -> "pl.DataFrame":
        """For which entity, rule and month a notice stands: see `standing.covered_frame`."""
        return standing.covered_frame(self._connection)

    def enrolled(self, entity_id: str) -> dict[str, Any] | None:
        """One entry of the roll."""
        return roll.enrolled(self._connection, entity_id)

    def counts(self, entity_id: str, first: date, last: date) -> standing.Counts:
        """What a grade counts of one entity in a window."""
        return standing.counts(self._connection, entity_id, first, last)

    def parameter(self, name: str, on: date) -> str | None:
        """The value of a parameter in force on a day; None where the default is."""
        return standing.parameter(self._connection, name, on)

    def next_receipt(self) -> int:
        """A number for the question to be put on record next."""
        return blocks.reserve(self._connection, self.moment, 1).first

    def skip_receipts(self, count: int) -> None:
        """Never give out the next numbers: they may have been given by a register that was lost."""
        blocks.reserve(self._connection, self.moment, count)

    def record_question(self, **told: Any) -> None:
        """Put a question and its answer on record: see `questions.record`."""
        questions.record(self._connection, self.moment, **told)

    def same_list(self, bank: str, day: date, list_digest: str) -> int | None:
        """The download of a day that held a list already."""
        return taken.same_list(self._connection, bank, day, list_digest)

    def next_download(self) -> int:
        """A number for the download to be put on record next."""
        return taken.next_download(self._connection)

    def record_download(self, row: Mapping[str, Any], lines: Sequence[tuple[str, str]]) -> None:
        """Put a download on record: see `taken.record_download`."""
        taken.record_download(self._connection, self.moment, row, lines)


def account_payload(
    name: str, roles: Iterable[str], *, institution: str | None = None, is_active: bool = True
) -> dict[str, Any]:
    """What an act about an account says."""
    return {"name": name, "roles": sorted(str(r) for r in roles), "institution": institution, "is_active": is_active}
