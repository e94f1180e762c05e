"""Killed with thousands of questions in flight: every answer that reached a bank is on record, once, word for word."""

import asyncio
import json
import random
import resource
import time

import pytest

from fxwatch.recording import FOLDER, fold
from tests.api.served import HONEST, OTHER, STRANGER, Bureau, Served, serving

KILLS, CONNECTIONS = 5, 3000
pytestmark = pytest.mark.slow


async def ask_until_it_dies(door: Served, seconds: float) -> tuple[list[dict], int]:
    """The answers that came whole, and how many questions were in flight when the process was killed."""
    answers: list[dict] = []
    waiting = 0
    key = door.keys["bank"]
    one = "GET /v1/entities/{}/grade HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key + "\r\n\r\n"
    body = json.dumps({"entity_ids": [HONEST, STRANGER, OTHER] * 30})
    many = (
        f"POST /v1/grades:check HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()

    async def bank(number: int) -> None:
        nonlocal waiting
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        try:
            while True:
                writer.write(many if number % 50 == 0 else one.format((HONEST, OTHER, STRANGER)[number % 3]).encode())
                waiting += 1
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.startswith(b"content-length"))
                told = json.loads(await reader.readexactly(length))
                waiting -= 1
                assert head.startswith(b"HTTP/1.1 200"), told
                answers.extend(told.get("answers", [told]))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    banks = [asyncio.create_task(bank(number)) for number in range(CONNECTIONS)]
    ends = time.monotonic() + 60
    while waiting < CONNECTIONS * 0.9 and time.monotonic() < ends:
        await asyncio.sleep(0.01)
    await asyncio.sleep(seconds)
    in_flight = waiting
    door.process.kill()
    done = await asyncio.gather(*banks, return_exceptions=True)
    assert not [fault for fault in done if isinstance(fault, AssertionError)]
    return answers, in_flight


def test_every_answer_that_left_is_on_record_after_a_kill(own: Bureau) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most < CONNECTIONS + 200:
        pytest.skip(f"only {most} files may be open at a time")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    dice, answers = random.Random(20250630), []
    for _ in range(KILLS):
        with serving(own.path, own.keys) as door:
            told, in_flight = asyncio.run(ask_until_it_dies(door, dice.uniform(0.2, 2.5)))
        assert in_flight > 1000
        answers += told
        if dice.random() < 0.5:
            # Folded by another process, or by the server that starts next, or by whoever reads.
            fold(own.home)
    assert len(answers) > 5000
    recorded = {q["receipt"]: q for q in own.asked()}
    assert len({a["receipt"] for a in answers}) == len(answers), "a number was given twice"
    for answer in answers:
        row = recorded[answer["receipt"]]
        assert json.loads(row["answer"]) == {n: v for n, v in answer.items() if n != "signature"}
        assert row["signature"] == answer["signature"]
    assert not list((own.path / FOLDER).iterdir())
    assert own.home.register.verify().ok
