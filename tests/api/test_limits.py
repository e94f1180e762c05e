"""How many questions a key may ask: by the second, by the entity, over several processes."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from fxwatch.api import limits as room
from fxwatch.api.limits import Limits
from fxwatch.api.problems import Problem
from fxwatch.errors import HomeLocked
from tests.api.served import BANK, HONEST, Bureau, serving


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(room.time, "monotonic", lambda: now[0])
    return now


def limits(own: Bureau) -> Limits:
    return Limits(own.home.register, ThreadPoolExecutor(1))


def key_of(own: Bureau, name: str):
    return next(key for key in own.home.register.live_keys() if key.name == name)


def passed(counted: Limits, key, count: int = 1) -> bool:
    try:
        return counted.passes(key, count)
    except Problem:
        return False


def test_a_second_holds_as_many_as_the_limit_and_not_one_more(own: Bureau, clock: list[float]) -> None:
    own.key(BANK, "five", per_second=5)
    counted, key = limits(own), key_of(own, "five")
    assert [passed(counted, key) for _ in range(6)] == [True] * 5 + [False]
    clock[0] += 0.2
    assert [passed(counted, key) for _ in range(2)] == [True, False]
    clock[0] += 3600
    assert [passed(counted, key) for _ in range(6)] == [True] * 5 + [False]


def test_a_long_list_passes_and_is_waited_off(own: Bureau, clock: list[float]) -> None:
    own.key(BANK, "ten", per_second=10)
    counted, key = limits(own), key_of(own, "ten")
    assert passed(counted, key, 1000)
    for _ in range(98):
        clock[0] += 1
        assert not passed(counted, key)
    clock[0] += 1.11
    assert passed(counted, key)


def test_one_key_does_not_use_up_anothers(own: Bureau, clock: list[float]) -> None:
    own.key(BANK, "one", per_second=1)
    counted = limits(own)
    assert passed(counted, key_of(own, "one"))
    assert not passed(counted, key_of(own, "one"))
    assert passed(counted, key_of(own, "office"))


def test_the_refusal_says_when_to_come_again(own: Bureau) -> None:
    secret = own.key(BANK, "slow", per_second=2)
    with serving(own.path, own.keys) as door:
        replies = [door.get(f"/v1/entities/{HONEST}/grade", secret) for _ in range(4)]
        assert [r.status_code for r in replies] == [200, 200, 429, 429]
        assert replies[-1].json()["type"] == "/v1/problems/too-many"
        time.sleep(int(replies[-1].headers["retry-after"]))
        assert door.get(f"/v1/entities/{HONEST}/grade", secret).status_code == 200
        assert door.post({"entity_ids": [HONEST] * 10}, secret).status_code == 200
        refused = door.post({"entity_ids": [HONEST] * 10}, secret)
        assert refused.status_code == 429
        assert 4 <= int(refused.headers["retry-after"]) <= 6
        assert door.get(f"/v1/entities/{HONEST}/grade").status_code == 200, "another key has its own limit"


def test_several_processes_share_one_limit(own: Bureau) -> None:
    own.key(BANK, "shared", per_second=50)
    key = key_of(own, "shared")
    several = [limits(own) for _ in range(3)]
    for counted in several:
        counted.processes = 3

    async def flood(counted: Limits, ends: float) -> int:
        count = 0
        while time.monotonic() < ends:
            try:
                await counted.charge(key, 1)
                count += 1
            except Problem:
                await asyncio.sleep(0.005)
        return count

    async def all_of_them() -> int:
        ends = time.monotonic() + 2
        return sum(await asyncio.gather(*(flood(counted, ends) for counted in several)))

    passed_by = asyncio.run(all_of_them())
    # A second's stock, two seconds' worth, and at most what each took in advance.
    assert 100 <= passed_by <= 50 + 100 + 3 * 5


def test_a_register_that_is_busy_is_no_reason_to_refuse_a_bank(own: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> float:
        raise HomeLocked("held", "held")

    counted, key = limits(own), key_of(own, "clerk")
    counted.processes = 2
    monkeypatch.setattr(own.home.register, "take_allowance", busy)
    asyncio.run(counted.charge(key, 1))
