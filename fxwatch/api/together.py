"""Many who wait for the same slow thing go together: while one trip is under way, the next ones gather for the next trip."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Generic, TypeVar

Question = TypeVar("Question")
Reply = TypeVar("Reply")

MOST = 1000  # in one trip


class Together(Generic[Question, Reply]):
    """Takes questions one by one and asks `ask` about all of them that came meanwhile, in one call on another thread.

    No question joins a trip that has begun: what is read for it is read after it came.
    """

    def __init__(self, ask: Callable[[list[Question]], list[Reply]], threads: Executor) -> None:
        self._ask = ask
        self._threads = threads
        self._gathered: list[tuple[Question, asyncio.Future[Reply]]] = []
        self._trip: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Reply:
        """The reply to one question, or the error that its trip ended with."""
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Reply] = loop.create_future()
        self._gathered.append((question, reply))
        if self._trip is None:
            self._trip = loop.create_task(self._go())
        return await reply

    async def _go(self) -> None:
        loop = asyncio.get_running_loop()
        while self._gathered:
            going, self._gathered = self._gathered[:MOST], self._gathered[MOST:]
            try:
                replies = await loop.run_in_executor(self._threads, self._ask, [question for question, _ in going])
            except Exception as fault:  # noqa: BLE001 - it is handed to those who asked
                for _, waiting in going:
                    if not waiting.done():
                        waiting.set_exception(fault)
            else:
                for (_, waiting), reply in zip(going, replies, strict=True):
                    if not waiting.done():
                        waiting.set_result(reply)
        self._trip = None
