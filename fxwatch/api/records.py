"""The journals of this process: one that is written, one in stock, and those that wait to be folded."""

import asyncio
import logging
import time
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from fxwatch.api.together import Together
from fxwatch.errors import HouseError
from fxwatch.recording import Journal, home_name

if TYPE_CHECKING:
    from fxwatch.home import Home

log = logging.getLogger("fxwatch.api")

# So many numbers at a time that a register which somebody writes to for long is not missed for about a minute; few enough
# that those which a killed process never used leave no wide gap.
LEAST, MOST = 10_000, 200_000
STOCK_SECONDS = 60


class Records:
    """Gives out receipt numbers with the journal in which their records belong."""

    def __init__(self, home: "Home", threads: Executor) -> None:
        self._home = home
        self._threads = threads
        self._written: Journal | None = None
        self._stock: Journal | None = None
        self._over: list[Journal] = []
        self._since = time.monotonic()
        self._fetching: asyncio.Task[None] | None = None
        self._syncing: dict[Journal, Together[None, None]] = {}
        self._sync = home.settings.record_sync
        self.fault: HouseError | None = None
        self.is_new = False  # whether something was written since the last folding

    async def take(self, count: int) -> tuple[Journal, int]:
        """Numbers in a row: the journal that waits for their records, and the first of them.

        Raises:
            HouseError: no numbers can be had, or no journal can be made.
        """
        journal = self._written
        if journal is None or journal.left < count:
            journal = await self._next(count)
        self.is_new = True
        return journal, journal.take(count)

    def at_hand(self) -> Journal | None:
        """The journal that is written, where it has a number left and no record must wait for the disk."""
        journal = self._written
        if journal is None or journal.left < 1 or self._sync:
            return None
        self.is_new = True
        return journal

    async def ready(self) -> None:
        """Whether a record could be written now.

        Raises:
            HouseError: it could not.
        """
        if self._written is None or self._written.left < 1:
            await self._next(1)

    async def _next(self, count: int) -> Journal:
        while self._written is None or self._written.left < count:
            if self._stock is None:
                await asyncio.shield(self.fetch())
                if self.fault is not None:
                    raise self.fault
                continue
            if self._written is not None:
                self._over.append(self._written)
            self._written, self._stock = self._stock, None
            self.fetch()
        return self._written

    def fetch(self) -> "asyncio.Task[None]":
        """Have the next block fetched, unless that is under way. What goes wrong is in `fault`."""
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.get_running_loop().create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        if self._stock is not None:
            return
        now = time.monotonic()
        used = self._written.used - self._written.block.first + 1 if self._written else 0
        count = min(MOST, max(LEAST, int(used / max(0.1, now - self._since) * STOCK_SECONDS)))
        self._since = now
        try:
            self._stock = await asyncio.get_running_loop().run_in_executor(self._threads, self._make, count)
            self.fault = None
        except HouseError as fault:
            log.error("No receipt numbers: %s", fault)
            self.fault = fault

    def _make(self, count: int) -> Journal:
        block = self._home.register.reserve_receipts(count, home_name(self._home.path))
        return Journal(self._home.path, block)

    async def synced(self, journal: Journal) -> None:
        """Wait until what was appended is on the disk, where the settings ask for it; many wait for one `fdatasync`."""
        if self._sync:
            if (waiting := self._syncing.get(journal)) is None:
                waiting = self._syncing[journal] = Together(
                    lambda all_of_them: _sync(journal, all_of_them), self._threads
                )
            await waiting.ask(None)

    def let_go(self) -> None:
        """Close the journals that are full and owe nothing, so that the next folding finishes them."""
        for journal in [j for j in self._over if not j.owed]:
            self._over.remove(journal)
            self._syncing.pop(journal, None)
            journal.close()

    async def end(self) -> None:
        """Close everything and give back the numbers that were not used, newest block first; a fetch under way is awaited."""
        if self._fetching is not None:
            await asyncio.wait([self._fetching])
        await asyncio.get_running_loop().run_in_executor(self._threads, self._end)

    def _end(self) -> None:
        held = [journal for journal in (self._stock, self._written) if journal is not None]
        over, self._over, self._stock, self._written = self._over, [], None, None
        for journal in (*held, *over):
            journal.close()
        for journal in held:
            self._home.register.end_block(journal.block.first, journal.used)


def _sync(journal: Journal, waiting: list[None]) -> list[None]:
    journal.sync()
    return waiting
