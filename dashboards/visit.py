"""A visit: who looks, in which language, at which home. Every screen gets one, made anew at every rerun."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import fxwatch
from dashboards import words
from fxwatch.session import Session
from fxwatch.terms import Language, label

if TYPE_CHECKING:
    from fxwatch.register import Account


@dataclass(frozen=True)
class Visit:
    """What a screen needs to know.

    Args:
        home: the open home, one for the whole process.
        account: as the register has it now, not as it was at sign-in.
        language: of this reader.
        last_visit: the moment (UTC) of this account's sign-in before this one; None at the first.
    """

    home: Session
    account: "Account"
    language: Language
    last_visit: datetime | None = None

    def say(self, key: str, **values: object) -> str:
        """The sentence of a key like `morning.title`: see `dashboards.words.say`."""
        return words.say(key, self.language, **values)

    def may(self, *roles: str) -> bool:
        """Whether the account has one of the roles. Only for what is shown: who writes is asked again by the register."""
        return not self.account.roles.isdisjoint(roles)

    def label(self, word: str) -> str:
        """The name people read for a code word: an item, a direction, a status, a role."""
        return label(word, self.language)


_open: dict[Path, Session] = {}


def house(path: Path) -> Session:
    """The open home of a path; the same one for every visit of this process."""
    return _open.setdefault(path.resolve(), fxwatch.open(path))
