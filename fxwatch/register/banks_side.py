"""The side of the register that the banks' door asks: keys, one state to answer from, what each bank may be told of.

Nothing here makes a frame, unless people read it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from fxwatch.register import acts, events, keys, questions, taken
from fxwatch.register.events import Event
from fxwatch.register.facts import Facts
from fxwatch.register.keys import BankKey
from fxwatch.register.store import Store

if TYPE_CHECKING:
    import polars as pl


class State(NamedTuple):
    """Where a register stands: the newest act, and the moment of the newest writing of any kind."""

    last_act: int
    moment: str


class BanksSide:
    """What `Register` offers to the banks' door."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def state(self) -> State:
        """Where it stands: equal states give equal answers, and one with the same act has the same keys."""
        with self._store.reading() as connection:
            return State(acts.end(connection).number, self._store.moment_in(connection))

    @contextmanager
    def facts(self) -> Iterator[Facts]:
        """What answers rest on: one state from the first question of the block to the last."""
        with self._store.reading() as connection:
            yield Facts(connection)

    def events(self, entity_id: str | None = None) -> list[Event]:
        """Notices and breaches ever, with the days on which they stood; of one entity, or of all."""
        with self._store.reading() as connection:
            return events.events(connection, entity_id)

    # ---- keys

    def keys(self) -> "pl.DataFrame":
        """Every key ever, for people: see `keys.keys_frame`."""
        with self._store.reading() as connection:
            return keys.keys_frame(connection)

    def live_keys(self) -> list[BankKey]:
        """Every key that is not revoked."""
        with self._store.reading() as connection:
            return keys.live_keys(connection)

    def key_by_digest(self, digest: str) -> BankKey | None:
        """The key whose secret has a digest, revoked or not."""
        with self._store.reading() as connection:
            return keys.key_by_digest(connection, digest)

    def signing_keys(self) -> list[dict[str, Any]]:
        """Every public key that ever signed: see `keys.signing_rows`."""
        with self._store.reading() as connection:
            return keys.signing_rows(connection)

    # ---- what banks were told

    def question(self, receipt: int) -> dict[str, Any] | None:
        """One question with its answer: see `questions.question`."""
        with self._store.reading() as connection:
            return questions.question(connection, receipt)

    def reported_of(self, pairs: "pl.DataFrame") -> "pl.DataFrame":
        """What is kept of some banks and entities: see `taken.reported_of`."""
        with self._store.reading() as connection:
            return taken.reported_of(connection, pairs)

    def put_reported(self, rows: "pl.DataFrame", stands: "pl.DataFrame | None" = None) -> int:
        """Keep for which entities each bank reported flows: see `taken.put_reported`."""
        with self._store.writing("entities of banks") as (connection, _):
            return taken.put_reported(connection, rows, stands)

    def downloads(self, bank: str | None = None, entity_id: str | None = None) -> "pl.DataFrame":
        """What banks took along: see `taken.downloads_frame`."""
        with self._store.reading() as connection:
            return taken.downloads_frame(connection, bank, entity_id)

    def download_digest(self, number: int) -> str | None:
        """The SHA-256 of what was signed of a download: see `taken.download_digest`."""
        with self._store.reading() as connection:
            return taken.download_digest(connection, number)

    def told_by_file(self, first: date, last: date) -> "pl.DataFrame":
        """Which entities banks had in a daily file: see `taken.told_by_file`."""
        with self._store.reading() as connection:
            return taken.told_by_file(connection, first, last)

    def asked_on_the_day(self, first: date, last: date) -> "pl.DataFrame":
        """Which entities banks asked about on a day, for that day: see `taken.asked_on_the_day`."""
        with self._store.reading() as connection:
            return taken.asked_on_the_day(connection, first, last)

    def ever_asked(self) -> bool:
        """Whether any bank ever asked, or took a daily file along."""
        with self._store.reading() as connection:
            return taken.ever_asked(connection)

    def last_asked(self, banks: Iterable[str]) -> dict[str, date]:
        """The last day on which each of some banks asked; without those that never did: see `questions.last_asked`."""
        with self._store.reading() as connection:
            return questions.last_asked(connection, banks)
