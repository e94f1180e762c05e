"""The entrance: passwords, sessions, wrong passwords counted, and in which language an account reads.

None of it is an act. That a password was set is one, without the password; what is kept here is never shown to anybody.
Moments are UTC texts, as everywhere in the register.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from fxwatch.register.acts import Act, Kind
from fxwatch.register.store import Store, stamp
from fxwatch.register.tables import passwords, preferences, sessions, tries
from fxwatch.register.writing import Writing, account_payload
from fxwatch.terms import Language, Role

FORGOTTEN = timedelta(hours=24)  # wrong passwords are held against nobody for longer
REMEMBERED = timedelta(days=90)  # for so long it is known that a right one came from an address


@dataclass(frozen=True)
class Sitting:
    """A session: whose, since when, when it was last used, when it ends at the latest, and the sign-in before it."""

    account: str
    opened_at: datetime
    seen_at: datetime
    ends_at: datetime
    before: datetime | None


class Entrance:
    """The register's entrance; `Register.entrance` hands it out."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @contextmanager
    def _writing(self) -> Iterator[tuple[Connection, datetime]]:
        with self._store.writing("the entrance") as (connection, moment):
            yield connection, moment

    # ---- passwords

    def password(self, account: str) -> str | None:
        """What is kept of an account's password; None where it has none."""
        with self._store.reading() as connection:
            kept = select(passwords.c.kept).where(passwords.c.account == account)
            found: str | None = connection.execute(kept).scalar_one_or_none()
            return found

    def have_passwords(self) -> set[str]:
        """The accounts that have a password."""
        with self._store.reading() as connection:
            return set(connection.execute(select(passwords.c.account)).scalars())

    def set_password(self, account: str, kept: str, *, by: str, role: str, day: date, why: str = "") -> Act:
        """Keep a new password, end the account's sessions, and put on record that it was set, in one transaction.

        Raises:
            Forbidden: `by` has not the role.
            NotFound: there is no account `by`.
        """
        with self._writing() as (connection, moment):
            _put(connection, passwords, {"account": account}, {"kept": kept, "set_at": stamp(moment)})
            connection.execute(delete(sessions).where(sessions.c.account == account))
            everywhere = tries.c.whose.endswith(f" account {account}", autoescape=True)
            connection.execute(delete(tries).where((tries.c.whose == f"account {account}") | everywhere))
            payload = {"name": account}
            return Writing(connection, moment).append(
                Kind.PASSWORD_SET, by=by, role=role, subject=account, day=day, why=why, payload=payload
            )

    def close_account(self, account: str, *, by: str, day: date, why: str = "") -> Act:
        """Close an account, forget its password and end its sessions, in one transaction.

        Raises:
            NotFound: there is no such account.
            Forbidden: `by` is no administrator.
        """
        with self._writing() as (connection, moment):
            writing = Writing(connection, moment)
            found = writing.account(account)
            connection.execute(delete(sessions).where(sessions.c.account == account))
            connection.execute(delete(passwords).where(passwords.c.account == account))
            payload = account_payload(account, found.roles, institution=found.institution, is_active=False)
            return writing.append(
                Kind.ACCOUNT_CHANGED, by=by, role=Role.ADMINISTRATOR, subject=account, day=day, why=why, payload=payload
            )

    # ---- wrong passwords

    def begin_try(self, whose: Sequence[str], waits: Callable[[str, int], timedelta]) -> timedelta:
        """Count a try before it is judged, so that many at once cannot slip through; `forgive` takes it back.

        Args:
            whose: who tries, such as `at 10.0.0.7 account wang`, `account wang` and `address 10.0.0.7`.
            waits: how long one of them must wait after so many wrong ones in a row.

        Returns:
            How long to wait still; where that is above nothing, the try was not counted and must not be judged.
        """
        with self._writing() as (connection, moment):
            is_old = (tries.c.wrong > 0) & (tries.c.at < stamp(moment - FORGOTTEN))
            connection.execute(delete(tries).where(is_old | (tries.c.at < stamp(moment - REMEMBERED))))
            rows = connection.execute(select(tries).where(tries.c.whose.in_(whose))).all()
            known = {row.whose: (int(row.wrong), datetime.fromisoformat(row.at)) for row in rows}
            free_at = [at + waits(name, wrong) for name, (wrong, at) in known.items()]
            if free_at and max(free_at) > moment:
                return max(free_at) - moment
            for name in whose:
                wrong = known[name][0] + 1 if name in known else 1
                _put(connection, tries, {"whose": name}, {"wrong": wrong, "at": stamp(moment)})
            return timedelta(0)

    def is_familiar(self, whose: str) -> bool:
        """Whether a right password came from there not long ago: `from 10.0.0.7 account wang`."""
        with self._store.reading() as connection:
            return connection.execute(select(tries.c.whose).where(tries.c.whose == whose)).first() is not None

    def forgive(self, first: str, *others: str, familiar: str = "") -> None:
        """The password was right: the wrong ones of the first are forgotten, and this try is not held against the others."""
        with self._writing() as (connection, moment):
            connection.execute(delete(tries).where(tries.c.whose == first))
            connection.execute(update(tries).where(tries.c.whose.in_(others)).values(wrong=tries.c.wrong - 1))
            if familiar:
                _put(connection, tries, {"whose": familiar}, {"wrong": 0, "at": stamp(moment)})

    # ---- sessions

    def open_session(self, digest: str, account: str, length: timedelta) -> Sitting:
        """Begin a session, known by the digest of its token; what ended long ago is swept away."""
        with self._writing() as (connection, moment):
            connection.execute(delete(sessions).where(sessions.c.ends_at < stamp(moment - FORGOTTEN)))
            before = select(preferences.c.signed_in_at).where(preferences.c.account == account)
            last: str | None = connection.execute(before).scalar_one_or_none()
            times = {"opened_at": stamp(moment), "seen_at": stamp(moment), "ends_at": stamp(moment + length)}
            connection.execute(sessions.insert(), {"digest": digest, "account": account, "before": last, **times})
            _put(connection, preferences, {"account": account}, {"signed_in_at": stamp(moment)})
            return Sitting(account, moment, moment, moment + length, _moment(last))

    def session(self, digest: str) -> Sitting | None:
        """A session by the digest of its token, ended or not; None where there is none."""
        with self._store.reading() as connection:
            row = connection.execute(select(sessions).where(sessions.c.digest == digest)).first()
        if row is None:
            return None
        opened, seen, ends = (datetime.fromisoformat(t) for t in (row.opened_at, row.seen_at, row.ends_at))
        return Sitting(row.account, opened, seen, ends, _moment(row.before))

    def touch(self, digest: str) -> None:
        """A session was used just now."""
        with self._writing() as (connection, moment):
            connection.execute(update(sessions).where(sessions.c.digest == digest).values(seen_at=stamp(moment)))

    def end_session(self, digest: str) -> None:
        """End a session."""
        with self._writing() as (connection, _):
            connection.execute(delete(sessions).where(sessions.c.digest == digest))

    # ---- languages

    def language(self, account: str) -> Language | None:
        """The language that an account chose; None where it never did."""
        with self._store.reading() as connection:
            chosen = select(preferences.c.language).where(preferences.c.account == account)
            found: Language | None = connection.execute(chosen).scalar_one_or_none()
            return found

    def choose_language(self, account: str, language: Language) -> None:
        """An account reads in this language from now on."""
        with self._writing() as (connection, _):
            _put(connection, preferences, {"account": account}, {"language": language})


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _put(connection: Connection, table: Any, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Change the row of a key, or make it."""
    where = [table.c[name] == value for name, value in key.items()]
    if connection.execute(update(table).where(*where).values(**values)).rowcount == 0:
        connection.execute(table.insert(), {**key, **values})
