"""What goes on beside the answering: learning of acts, folding records, saying that this process lives."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fxwatch.errors import FxwatchError
from fxwatch.recording import Apart, fold, home_name
from fxwatch.recording.folding import forget_orphans

if TYPE_CHECKING:
    from fxwatch.api.desk import Desk
    from fxwatch.api.metrics import Metrics

log = logging.getLogger("fxwatch.api")

LOOK_SECONDS = 0.25  # for acts: a key works, or works no more, within that
FOLD_SECONDS = 1.0
BEAT_SECONDS = 20.0  # the oldest that `known_at` can be


class Keeper:
    """Keeps house for one desk."""

    def __init__(self, desk: "Desk", metrics: "Metrics") -> None:
        self._desk = desk
        self._metrics = metrics
        self._register = desk.home.register
        self._name = secrets.token_hex(8)
        self._home = home_name(desk.home.path)
        self._running: list[asyncio.Task[None]] = []
        self._said: dict[str, str] = {}
        self._apart = Apart(desk.home)

    async def start(self) -> None:
        """Say that this process lives, fetch receipt numbers, and begin; what an earlier one left is folded meanwhile."""
        await self._tried("the register", self._begin)
        self._desk.records.is_new = True
        await self._desk.records.fetch()
        self._running = [
            asyncio.get_running_loop().create_task(work())
            for work in (self._look, self._fold_now_and_then, self._beat_now_and_then)
        ]

    def _begin(self) -> None:
        forget_orphans(self._desk.home)
        self._register.beat(self._name, self._home)

    async def stop(self) -> None:
        """Stop, fold everything, and leave the register as if this process had never been."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._desk.records.let_go()
        await self._tried("the folding process", self._apart.end)
        await self._tried_waiting("the end of the journals", self._desk.records.end())
        await self._tried("folding", lambda: fold(self._desk.home))
        await self._tried("leaving", lambda: self._register.leave(self._name))
        await self._desk.close()

    async def _look(self) -> None:
        while True:
            standing = await self._tried("the register", self._desk.standing)
            if standing is not None:
                last_act, processes = standing
                self._desk.limits.processes = max(1, processes)
                if last_act != self._desk.known.last_act:
                    await self._tried_waiting("the register", self._desk.learnt())
            await asyncio.sleep(LOOK_SECONDS)

    async def _fold_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(FOLD_SECONDS)
            records = self._desk.records
            records.let_go()
            if records.is_new:
                records.is_new = False
                done = await self._tried("folding", self._apart.fold)
                records.is_new = records.is_new or done is None
                self._metrics.folded += done.records if done else 0
                self._metrics.memory_of_folding = self._apart.memory
            if records.fault is not None:
                await records.fetch()

    async def _beat_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self._tried("the register", lambda: self._register.beat(self._name, self._home))

    async def _tried(self, what: str, work: Callable[[], Any]) -> Any:
        """The result of some work on a thread; None where it failed, which is said once in the log, not each second."""
        return await self._tried_waiting(what, asyncio.get_running_loop().run_in_executor(self._desk.threads, work))

    async def _tried_waiting(self, what: str, work: Any) -> Any:
        try:
            done = await work
        except Exception as fault:
            if self._said.get(what) != str(fault):
                log.error("%s: %s", what, fault, exc_info=None if isinstance(fault, FxwatchError) else fault)
            self._said[what] = str(fault)
            return None
        if self._said.pop(what, None):
            log.warning("%s: works again.", what)
        return done
