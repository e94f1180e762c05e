"""The register's front: every question that may be asked of it and everything that may be written into it.

Each method opens one connection and hands it to the room that knows: `roll`, `acts`, `accounts`, `standing` (notices,
decisions, breaches, parameters), `cases` (inquiries, objections, proposals, assignments, policies), `questions`, `verifying`.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fxwatch.errors import HouseError, RequestError
from fxwatch.register import accounts, acts, cases, copying, migrations, questions, roll, standing, verifying, worked
from fxwatch.register.accounts import Account
from fxwatch.register.acts import Act, Kind
from fxwatch.register.banks_side import BanksSide
from fxwatch.register.chain import Verification
from fxwatch.register.entrance import Entrance
from fxwatch.register.migrations import Step
from fxwatch.register.records_side import RecordsSide
from fxwatch.register.store import Store
from fxwatch.register.writing import Writing, account_payload
from fxwatch.terms import Role

if TYPE_CHECKING:
    import polars as pl

_NAME = re.compile(r"[\w.@-]{1,64}")
_SHANGHAI = timedelta(hours=8)  # all year round


class Register(BanksSide, RecordsSide):
    """Who the entities are, what the bureau did, what banks were told."""

    @classmethod
    def create(cls, where: Path | str, *, simulation: bool, operator: str) -> "Register":
        """Make an empty register with the account `operator`, who has every role but bank.

        Args:
            where: a file that does not exist yet, or the URL of an empty database of PostgreSQL.
            simulation: whether it may bear acts of past days.
            operator: the first account.

        Raises:
            HouseError: there is one already, or none can be made there.
        """
        register = cls(Store.create(where))
        with register.writing("init") as writing:
            writing.open_register(operator, _day(writing.moment), simulation=simulation)
        return register

    @classmethod
    def open(cls, where: Path | str) -> "Register":
        """Open the register that is in a file or, named by a URL, in a database of PostgreSQL.

        Raises:
            HouseError: it is missing, damaged, or of another version.
        """
        return cls(Store.open(where))

    @classmethod
    def upgrade(cls, where: Path | str, *, by: str, why: str) -> "list[Step]":
        """Bring an older register up to this version, in one transaction and with an act about it.

        Returns:
            The steps taken; none where it is of this version already.

        Raises:
            HouseError: it is missing, damaged, or of a newer version.
            Forbidden: `by` is no administrator.
        """
        store = Store.open(where, older=True)
        try:
            return migrations.bring_up(store, by=by, why=why)
        finally:
            store.close()

    def close(self) -> None:
        """Let go of it."""
        self._store.close()

    @property
    def name(self) -> str:
        """What sentences call it: the file, or the URL without its password."""
        return self._store.name

    def discard(self) -> None:
        """Take back a register that was made a moment ago for a home that did not come to be."""
        self._store.discard()

    def copy_to(self, file: Path) -> copying.Copied:
        """Copy it as it stands at one moment, while others go on writing, into a new file: see `copying`."""
        return copying.copy_to_file(self._store, file)

    @staticmethod
    def remake(where: Path | str) -> None:
        """Make the tables again that are made from the acts: see `migrations.remake_projections`."""
        store = Store.open(where)
        try:
            with store.writing("repair") as (connection, _):
                migrations.remake_projections(connection)
        finally:
            store.close()

    @staticmethod
    def version_at(where: Path | str) -> int:
        """The version of a register's tables, older ones included."""
        store = Store.open(where, older=True)
        try:
            return store.version()
        finally:
            store.close()

    @staticmethod
    def fill(file: Path, where: str) -> None:
        """Copy a register's file into an empty database of PostgreSQL: see `copying.copy_from_file`."""
        copying.copy_from_file(file, where)

    def look_through(self, *, deep: bool = False) -> list[str]:
        """What the database engine itself finds wrong with what it stores; `deep` reads every byte."""
        return self._store.place.look_through(deep=deep)

    @cached_property
    def simulation(self) -> bool:
        """Whether this register may bear acts of past days. The first act says so, under the chain."""
        with self._store.reading() as connection:
            first = next(acts.stored(connection), None)
            if first is None or first["kind"] != Kind.REGISTER_OPENED:
                raise HouseError(
                    f"The register {self._store.name} has lost its first act. Restore it from a backup.",
                    f"登记簿 {self._store.name} 缺少首项。请从备份恢复。",
                )
            return bool(acts.read_act(first).payload["simulation"])

    def now(self) -> datetime:
        """A moment (UTC) later than every moment given out before, by any process."""
        with self.writing("clock") as writing:
            return writing.moment

    @contextmanager
    def writing(self, doing: str = "an act") -> Iterator[Writing]:
        """One write transaction: committed whole when the block ends, not at all when it fails."""
        with self._store.writing(doing) as (connection, moment):
            yield Writing(connection, moment)

    # ---- the roll

    def enrol(self, entities: "pl.DataFrame", *, source: str, day: date | None = None) -> "dict[str, int | pl.Series]":
        """Take entries into the roll: see `roll.enrol`. `day`: when new entities came on record, else today."""
        with self._store.writing("enrolment") as (connection, moment):
            return roll.enrol(connection, moment, day or _day(moment), entities, source)

    def roll(self, known_at: datetime | None = None) -> "pl.DataFrame":
        """The roll as known at a moment: see `roll.roll_frame`."""
        with self._store.reading() as connection:
            return roll.roll_frame(connection, known_at)

    def on_roll(self) -> "pl.Series":
        """Who is on the roll now: see `roll.ids`."""
        with self._store.reading() as connection:
            return roll.ids(connection)

    def entries(self, entity_ids: Iterable[str], known_at: datetime | None = None) -> "pl.DataFrame":
        """Some entries of the roll as known at a moment: see `roll.entries_frame`."""
        with self._store.reading() as connection:
            return roll.entries_frame(connection, entity_ids, known_at)

    def roll_versions(self) -> "pl.DataFrame":
        """Every version of every entry of the roll: see `roll.versions_frame`."""
        with self._store.reading() as connection:
            return roll.versions_frame(connection)

    def roll_kinds(self, known_at: datetime | None = None) -> "pl.DataFrame":
        """How many entities have each area and industry: see `roll.kinds_frame`."""
        with self._store.reading() as connection:
            return roll.kinds_frame(connection, known_at)

    def on_record(self, known_at: datetime | None = None) -> "pl.DataFrame":
        """Since when each entity of the roll is on record: see `roll.on_record_frame`."""
        with self._store.reading() as connection:
            return roll.on_record_frame(connection, known_at)

    def roll_mark(self) -> tuple[int, str]:
        """What changes whenever an entry of the roll does: see `roll.mark`."""
        with self._store.reading() as connection:
            return roll.mark(connection)

    def enrolled(self, entity_id: str, known_at: datetime | None = None) -> dict[str, Any] | None:
        """One entry of the roll as known at a moment; None for an entity that is not on it."""
        with self._store.reading() as connection:
            return roll.enrolled(connection, entity_id, known_at)

    def is_enrolled(self, entity_id: str) -> bool:
        """Whether an entity is on the roll."""
        return self.enrolled(entity_id) is not None

    def entry_versions(self, entity_id: str) -> "pl.DataFrame":
        """Every version of one entry of the roll: see `roll.entry_versions`."""
        with self._store.reading() as connection:
            return roll.entry_versions(connection, entity_id)

    # ---- accounts

    @property
    def entrance(self) -> Entrance:
        """Passwords, sessions, and the languages accounts read in."""
        return Entrance(self._store)

    def accounts(self) -> "pl.DataFrame":
        """Every account: name, roles, institution, is_active."""
        with self._store.reading() as connection:
            return accounts.accounts_frame(connection)

    def account(self, name: str) -> Account:
        """One account by its name.

        Raises:
            NotFound: there is none of that name.
        """
        with self._store.reading() as connection:
            return accounts.account(connection, name)

    def require(self, name: str, *roles: str) -> Account:
        """The account, if it is active and has one of the roles.

        Raises:
            Forbidden: it has none of them, or is closed.
            NotFound: there is no such account.
        """
        with self._store.reading() as connection:
            return accounts.require(connection, name, roles)

    def set_account(
        self,
        name: str,
        roles: list[str],
        *,
        by: str,
        why: str,
        institution: str | None = None,
        is_active: bool = True,
        day: date | None = None,
    ) -> Act:
        """Make an account or change it. An administrator's act.

        Raises:
            RequestError: there is no such role.
            Forbidden: `by` is no administrator.
        """
        if not _NAME.fullmatch(name):
            raise RequestError(
                f"An account's name has 1 to 64 letters, digits, dots, hyphens, underscores or @; found {name!r}.",
                f"账户名须为 1 至 64 个字母、数字、点、连字符、下划线或 @，实为 {name!r}。",
            )
        if unknown := sorted(set(roles) - set(Role)):
            raise RequestError(
                f"There is no role {unknown[0]}. The roles are {', '.join(Role)}.",
                f"没有角色 {unknown[0]}。现有角色：{'、'.join(Role)}。",
            )
        with self.writing("an account") as writing:
            return writing.append(
                Kind.ACCOUNT_CHANGED,
                by=by,
                role=Role.ADMINISTRATOR,
                subject=name,
                day=day or _day(writing.moment),
                why=why,
                payload=account_payload(name, roles, institution=institution, is_active=is_active),
            )

    # ---- acts

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
        """Append one act in a transaction of its own: see `Writing.append`."""
        with self.writing(kind) as writing:
            return writing.append(
                kind, by=by, role=role, subject=subject, day=day, why=why, payload=payload, entity_id=entity_id
            )

    def acts(
        self,
        subject: str | None = None,
        entity_id: str | None = None,
        hit_id: str | None = None,
        known_at: datetime | None = None,
        after: int | None = None,
    ) -> "pl.DataFrame":
        """The acts that fit, oldest first; `hit_id`: those that decided about a hit. See `acts.acts_frame`."""
        asked: dict[str, Any] = {"subject": subject, "entity_id": entity_id, "hit_id": hit_id, "known_at": known_at}
        with self._store.reading() as connection:
            return acts.acts_frame(connection, **asked, after=after)

    def last_act(self) -> int:
        """The number of the newest act."""
        with self._store.reading() as connection:
            return acts.end(connection).number

    def head(self) -> str:
        """The digest of the newest act, which stands for all before it."""
        with self._store.reading() as connection:
            return acts.end(connection).hash

    def verify(self, head: str | None = None) -> Verification:
        """Prove the chain and the tables made from it; with `head`, that nothing before that digest is gone."""
        with self._store.reading(forgiving=True) as connection:
            return verifying.verify(connection, head)

    # ---- what stands

    def notices(self, known_at: datetime | None = None, entity_id: str | None = None) -> "pl.DataFrame":
        """Every notice as known at a moment: see `standing.notices_frame`."""
        with self._store.reading() as connection:
            return standing.notices_frame(connection, known_at, entity_id)

    def breaches(self, known_at: datetime | None = None, entity_id: str | None = None) -> "pl.DataFrame":
        """Every breach as known at a moment: see `standing.breaches_frame`."""
        with self._store.reading() as connection:
            return standing.breaches_frame(connection, known_at, entity_id)

    def breach_versions(self, entity_id: str) -> list[dict[str, Any]]:
        """Every version ever of an entity's breaches."""
        with self._store.reading() as connection:
            return standing.breach_versions(connection, entity_id)

    def decisions(self, known_at: datetime | None = None) -> "pl.DataFrame":
        """The newest decision about each hit that has one: see `standing.decisions_frame`."""
        with self._store.reading() as connection:
            return standing.decisions_frame(connection, known_at)

    def covered(self, known_at: datetime | None = None) -> "pl.DataFrame":
        """For which entity, rule and month a notice stands: see `standing.covered_frame`."""
        with self._store.reading() as connection:
            return standing.covered_frame(connection, known_at)

    def counted(self, known_at: datetime | None = None) -> "pl.DataFrame":
        """What grades count: see `standing.counted_frame`."""
        with self._store.reading() as connection:
            return standing.counted_frame(connection, known_at)

    def counts(self, entity_id: str, first: date, last: date, known_at: datetime | None = None) -> standing.Counts:
        """Standing breaches and notices of one entity from `first` to `last`."""
        with self._store.reading() as connection:
            return standing.counts(connection, entity_id, first, last, known_at)

    def parameters(self, known_at: datetime | None = None) -> "pl.DataFrame":
        """Every version of every parameter: see `standing.parameters_frame`."""
        with self._store.reading() as connection:
            return standing.parameters_frame(connection, known_at)

    def parameter(self, name: str, on: date, known_at: datetime | None = None) -> str | None:
        """The value of a parameter in force on a day; None where the default is."""
        with self._store.reading() as connection:
            return standing.parameter(connection, name, on, known_at)

    # ---- what is under way

    def inquiries(self, known_at: datetime | None = None) -> "pl.DataFrame":
        """Every inquiry as known at a moment: see `cases.inquiries_frame`."""
        with self._store.reading() as connection:
            return cases.inquiries_frame(connection, known_at)

    def objections(self, known_at: datetime | None = None) -> "pl.DataFrame":
        """Every objection as known at a moment: see `cases.objections_frame`."""
        with self._store.reading() as connection:
            return cases.objections_frame(connection, known_at)

    def proposals(self, known_at: datetime | None = None) -> "pl.DataFrame":
        """Every proposal as known at a moment: see `cases.proposals_frame`."""
        with self._store.reading() as connection:
            return cases.proposals_frame(connection, known_at)

    def policies(self, known_at: datetime | None = None) -> "pl.DataFrame":
        """Every policy ever adopted as known at a moment: see `cases.policies_frame`."""
        with self._store.reading() as connection:
            return cases.policies_frame(connection, known_at)

    def shadows(self, known_at: datetime | None = None) -> "pl.DataFrame":
        """What ever ran in shadow as known at a moment: see `cases.shadows_frame`."""
        with self._store.reading() as connection:
            return cases.shadows_frame(connection, known_at)

    def work(self, known_at: datetime | None = None) -> "pl.DataFrame":
        """Which hits are proposed for a notice, and whose work they are: see `cases.work_frame`."""
        with self._store.reading() as connection:
            return cases.work_frame(connection, known_at)

    # ---- what was worked

    def decisions_made(self) -> "pl.DataFrame":
        """Every decision ever made about a hit, with who and why: see `worked.decisions_made`."""
        with self._store.reading() as connection:
            return worked.decisions_made(connection)

    def ever_counted(self) -> "pl.DataFrame":
        """Every notice and every version of a breach, whatever became of it: see `worked.ever_counted`."""
        with self._store.reading() as connection:
            return worked.ever_counted(connection)

    def acts_counted(self, first: date | None = None, last: date | None = None) -> "pl.DataFrame":
        """How many acts of each kind each account made: see `worked.acts_counted`."""
        with self._store.reading() as connection:
            return worked.acts_counted(connection, first, last)

    def looked_at(self, first: date) -> "pl.DataFrame":
        """The entities that somebody has looked at since a day: see `worked.looked_at`."""
        with self._store.reading() as connection:
            return worked.looked_at(connection, first)

    def papers(
        self, digest: str | None = None, entity_id: str | None = None, subject: str | None = None
    ) -> "pl.DataFrame":
        """The files and letters that were produced: see `worked.papers_frame`."""
        with self._store.reading() as connection:
            return worked.papers_frame(connection, digest=digest, entity_id=entity_id, subject=subject)

    # ---- questions

    def questions(self, **asked: Any) -> "pl.DataFrame":
        """What was asked and told: see `questions.questions_frame`."""
        with self._store.reading() as connection:
            return questions.questions_frame(connection, **asked)


def _day(moment: datetime) -> date:
    return (moment + _SHANGHAI).date()
