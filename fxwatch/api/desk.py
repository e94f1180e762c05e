"""The desk that answers: reads what the register says now, signs, writes the record, and only then hands the answer out."""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from fxwatch.answering import Asker, Known, asked_about, learn, now, tell
from fxwatch.api.admission import no_key, recognise
from fxwatch.api.limits import Limits
from fxwatch.api.problems import Headers, unavailable
from fxwatch.api.records import Records
from fxwatch.api.together import Together
from fxwatch.check import day_asked

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register.quick import Found

log = logging.getLogger("fxwatch.api")

# Between so many answers of a long list others get their turn: about a millisecond each time.
AT_ONCE = 40
_TRIES = 50  # to answer while acts follow one another faster than they can be learnt

Question = tuple[str, str, str]  # entity_id, first and last day of the window


class Desk:
    """What answers banks in one process."""

    def __init__(self, home: "Home") -> None:
        self.home = home
        # Slow things go to threads: a register that is written to, a disk, a network. Lists are read on a thread of their own.
        self.threads = ThreadPoolExecutor(4, "fxwatch")
        self._reader = ThreadPoolExecutor(1, "fxwatch-lists")
        self.known: Known = learn(home)
        self._learning: asyncio.Task[Known] | None = None
        # One connection for each thread that reads.
        self.quick, self._lists, self._watch = (home.register.quick() for _ in range(3))
        self._reads: Together[Question, Found] = Together(self._read_together, self._reader)
        self.limits = Limits(home.register, self.threads)
        self.records = Records(home, self.threads)
        self._today, self._today_ends = home.today(), 0.0

    async def close(self) -> None:
        """Let go of everything, at the end."""
        await self.records.end()
        for reads in (self.quick, self._lists, self._watch):
            reads.close()
        self.threads.shutdown()
        self._reader.shutdown()

    def today(self) -> date:
        """The day in Shanghai, or the pinned one; looked up again each second."""
        if (at := time.monotonic()) >= self._today_ends:
            self._today, self._today_ends = self.home.today(), at + _until_midnight()
        return self._today

    def admit(self, headers: Headers) -> Asker:
        """Who asks: see `admission.recognise`."""
        return recognise(self.known, headers, self.today())

    async def learnt(self) -> Known:
        """What acts changed; whoever asks while it is being learnt waits for the same."""
        if self._learning is None or self._learning.done():
            self._learning = asyncio.get_running_loop().create_task(self._learn())
        return await asyncio.shield(self._learning)

    async def _learn(self) -> Known:
        self.known = await asyncio.get_running_loop().run_in_executor(self.threads, learn, self.home)
        self._today_ends = 0.0  # a simulation's pinned day is one of the settings
        return self.known

    async def one(self, asker: Asker, text: str, on: date | None = None) -> bytes:
        """The signed answer about one entity. Its record is written when this returns.

        Raises:
            Problem: too many questions, or the key was revoked a moment ago.
            RequestError: the identifier has not its form, or the day lies ahead.
            HouseError: the register cannot be read, or no record be written.
        """
        if (answer := self.at_once(asker, text, on)) is not None:
            return answer
        await self.limits.charge(asker.key, 1)
        for _ in range(_TRIES):
            known, today = self.known, self.today()
            asked, day = asked_about(known, text), known.day(day_asked(on, today))
            if self.quick.waits:
                found = await self._reads.ask((asked.entity_id, day.first, day.last))
            else:
                found = self.quick.one(asked.entity_id, day.first, day.last)
            if found.last_act == known.last_act:
                break
            asker = _still(await self.learnt(), asker, today)
        else:
            raise unavailable()
        journal, receipt = await self.records.take(1)
        try:
            told = tell(known, found, asked, day, receipt=receipt, asker=asker, at=now(), today=today.isoformat())
        except BaseException:
            journal.forget()
            raise
        journal.append(told.record)
        await self.records.synced(journal)
        return told.answer

    def at_once(self, asker: Asker, text: str, on: date | None = None) -> bytes | None:
        """As `one`, where nothing need be waited for; None, and nothing done, where something must."""
        if self.quick.waits or (journal := self.records.at_hand()) is None or not self.limits.passes(asker.key, 1):
            return None
        known, today = self.known, self.today()
        asked, day = asked_about(known, text), known.day(day_asked(on, today))
        found = self.quick.one(asked.entity_id, day.first, day.last)
        if found.last_act != known.last_act:
            self.limits.give_back(asker.key, 1)
            return None
        receipt = journal.take(1)
        try:
            told = tell(known, found, asked, day, receipt=receipt, asker=asker, at=now(), today=today.isoformat())
        except BaseException:
            journal.forget()
            raise
        journal.append(told.record)
        return told.answer

    async def many(self, asker: Asker, texts: list[str], on: date | None = None) -> list[bytes]:
        """The signed answers about some entities, in their order, all as of one moment; errors as for `one`."""
        await self.limits.charge(asker.key, len(texts))
        loop = asyncio.get_running_loop()
        for _ in range(_TRIES):
            known, today = self.known, self.today()
            asked, day = [asked_about(known, text) for text in texts], known.day(day_asked(on, today))
            ids = list({a.entity_id for a in asked})
            found = await loop.run_in_executor(self._reader, self._lists.many, ids, day.first, day.last)
            if found[ids[0]].last_act == known.last_act:
                break
            asker = _still(await self.learnt(), asker, today)
        else:
            raise unavailable()
        journal, receipt = await self.records.take(len(asked))
        answers: list[bytes] = []
        records: list[bytes] = []
        at, day_of_asking = now(), today.isoformat()
        try:
            for number, one in enumerate(asked):
                told = tell(
                    known, found[one.entity_id], one, day,
                    receipt=receipt + number, asker=asker, at=at, today=day_of_asking,
                )  # fmt: skip
                answers.append(told.answer)
                records.append(told.record)
                if number % AT_ONCE == AT_ONCE - 1:
                    await asyncio.sleep(0)
        except BaseException:
            journal.forget()
            raise
        journal.append(b"".join(records))
        await self.records.synced(journal)
        return answers

    def standing(self) -> tuple[int, int]:
        """The newest act and how many processes answer; for another thread than the one that answers."""
        return self._watch.standing()

    def _read_together(self, questions: list[Question]) -> "list[Found]":
        """Answers for questions about several days of payment; nearly always it is one."""
        windows: dict[tuple[str, str], list[str]] = {}
        for entity_id, first, last in questions:
            windows.setdefault((first, last), []).append(entity_id)
        read = {window: self._lists.many(ids, *window) for window, ids in windows.items()}
        return [read[first, last][entity_id] for entity_id, first, last in questions]


def _still(known: Known, asker: Asker, today: date) -> Asker:
    """The same asker, if an act that came in between left the key as it is, or changed it."""
    found = known.askers.get(asker.digest)
    if found is None or not found.key.works_on(today):
        raise no_key()
    return found


def _until_midnight() -> float:
    """Seconds until the day in Shanghai may be another one."""
    from fxwatch.home import ZONE

    here = datetime.now(ZONE)
    tomorrow = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return min(1.0, max(0.0, (tomorrow - here).total_seconds()))
