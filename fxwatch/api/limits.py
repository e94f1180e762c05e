"""How many questions a key may ask in a second, with those about many entities counted by the entity.

A bucket a key: it holds one second's questions and fills at the key's rate. A question passes while one is left, and may leave
a debt behind, so that a list of a thousand passes at any limit and is waited off afterwards. One process counts in memory.
Where several answer, each takes a tenth of a second's questions in advance out of the one bucket in the register.
"""

import asyncio
import logging
import math
import time
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fxwatch.api.problems import Problem
from fxwatch.errors import HouseError

if TYPE_CHECKING:
    from fxwatch.register import BankKey, Register

log = logging.getLogger("fxwatch.api")

ADVANCE_SECONDS = 0.1
PATIENCE_SECONDS = 0.5  # for a register that is being written to


@dataclass
class _Bucket:
    left: float
    at: float
    advance: float = 0.0
    shut_until: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Limits:
    """The buckets of this process. `processes`: how many answer now, this one included."""

    def __init__(self, register: "Register", threads: Executor) -> None:
        self._register = register
        self._threads = threads
        self._buckets: dict[str, _Bucket] = {}
        self.processes = 1

    def passes(self, key: "BankKey", count: int) -> bool:
        """Count questions without waiting for anybody, if that can be done.

        Returns:
            False where the register must be asked: see `charge`.

        Raises:
            Problem: too many.
        """
        bucket = self._bucket(key)
        if self.processes > 1:
            if bucket.advance < count:
                return False
            bucket.advance -= count
            return True
        self._alone(bucket, key, count)
        return True

    def give_back(self, key: "BankKey", count: int) -> None:
        """Questions that passed are asked again another way."""
        bucket = self._bucket(key)
        if self.processes > 1:
            bucket.advance += count
        else:
            bucket.left += count

    async def charge(self, key: "BankKey", count: int) -> None:
        """Count questions, and ask the register where several processes share a limit.

        Raises:
            Problem: too many.
        """
        if self.passes(key, count):
            return
        bucket = self._bucket(key)
        async with bucket.turn:
            if bucket.advance < count:
                await self._take(bucket, key, count)
            bucket.advance -= count

    async def _take(self, bucket: _Bucket, key: "BankKey", count: int) -> None:
        if (shut := bucket.shut_until - time.monotonic()) > 0:
            raise _too_many(key, shut)
        wanted = max(count, math.ceil(key.per_second * ADVANCE_SECONDS))
        loop = asyncio.get_running_loop()
        try:
            wait = await loop.run_in_executor(self._threads, self._ask, key, wanted)
        except HouseError as fault:
            # A limit protects the house from a flood; a register that is busy for a while is no reason to refuse a bank.
            log.warning("Limits are counted here alone for the moment: %s", fault)
            self._alone(bucket, key, count * self.processes)
            bucket.advance += count
            return
        if wait:
            bucket.shut_until = time.monotonic() + min(wait, ADVANCE_SECONDS)
            raise _too_many(key, wait)
        bucket.advance += wanted

    def _ask(self, key: "BankKey", wanted: int) -> float:
        return self._register.take_allowance(key.key, key.per_second, wanted, seconds=PATIENCE_SECONDS)

    def _bucket(self, key: "BankKey") -> _Bucket:
        if (bucket := self._buckets.get(key.key)) is None:
            bucket = self._buckets[key.key] = _Bucket(max(1.0, key.per_second), time.monotonic())
        return bucket

    def _alone(self, bucket: _Bucket, key: "BankKey", count: int) -> None:
        now = time.monotonic()
        bucket.left = min(max(1.0, key.per_second), bucket.left + (now - bucket.at) * key.per_second)
        bucket.at = now
        if bucket.left < 1:
            raise _too_many(key, (1 - bucket.left) / key.per_second)
        bucket.left -= count


def _too_many(key: "BankKey", seconds: float) -> Problem:
    wait = max(1, math.ceil(seconds))
    return Problem(
        "too-many",
        f"The key {key.name} may ask about {key.per_second:,} entities a second. Ask again in {wait} s.",
        f"密钥 {key.name} 每秒最多可查询 {key.per_second:,} 个主体。请在 {wait} 秒后再试。",
        [(b"retry-after", str(wait).encode())],
    )
