"""The banks' door, side by side in the same run: a bare hello on the same server, our answers, and a plain FastAPI route.

Everything counts: the key, the limit, the read, the signature, the record, the folding. What was answered is counted again in
the register afterwards.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from fxwatch.identifiers import organisation_check
from tests.api.served import ROOT, Bureau, Served, free_port, serving
from tests.benchmarks import load
from tests.desk import entries

GOAL_ONE, GOAL_MANY, GOAL_P99, GOAL_START = 0.2, 20_000, 0.010, 3.0
CONNECTIONS, LIST = 64, 1000


def measure(entities: int, rounds: int, seconds: float) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        bureau = Bureau(Path(folder) / "home")
        ids = enrol(bureau, entities)
        print(
            f"\nThe banks' door: {entities:,} entities on the roll, {CONNECTIONS} connections, load by {load.name()}."
        )
        began = time.perf_counter()
        with serving(bureau.path, bureau.keys) as ours:
            ours.grade(ids[0])
            start, start_by_processors = (
                time.perf_counter() - began,
                Running(ours.port, ours.process.pid).processor_seconds(),
            )
            with other("hello") as bare, other("plain", str(bureau.path)) as plain:
                compare(ours, {"bare hello": bare, "a plain FastAPI route": plain}, ids, rounds, seconds)
            steady(ours, ids, seconds)
            memory = metric(ours, "fxwatch_api_memory_most_bytes") / 2**20
            answers = metric(ours, "fxwatch_api_answers_total")
        print(
            f"{'first answer after a cold start':34}{start:9.2f} s, {start_by_processors:.2f} s of processors (goal: below {GOAL_START:g} s)"
        )
        print(f"{'most memory':34}{memory:9.0f} MiB")
        by_us = sum(1 for q in bureau.asked() if q["key"] is not None)
        print(f"{'answers that left, and on record':34}{answers:9,.0f} {by_us:,}")
        assert answers == by_us
        bureau.home.register.close()


def enrol(bureau: Bureau, count: int) -> list[str]:
    codes = (f"{number:08d}" for number in range(20_000_000, 20_000_000 + count))
    ids = [code + organisation_check(code) for code in codes]
    for at in range(0, count, 200_000):
        bureau.home.register.enrol(entries(*ids[at : at + 200_000]), source="benchmark")
    return ids


class Running(NamedTuple):
    """A server: where it listens, and which process it is."""

    port: int
    process: int

    def processor_seconds(self) -> float:
        """What it used of the processors until now, all its threads together."""
        parts = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")

    def waited_seconds(self) -> float:
        """How long its answering thread was ready to run while others had the processors."""
        return int(Path(f"/proc/{self.process}/schedstat").read_text().split()[1]) / 1e9


def compare(ours: Served, others: dict[str, Running], ids: list[str], rounds: int, seconds: float) -> None:
    """As much as each takes, in turns: by the clock, and in processor time, which neighbours on the machine disturb less."""
    dice = random.Random(1)
    singles = [single(ours, dice.choice(ids)) for _ in range(20_000)]
    twins = [single(ours, f"%{ord(i[0]):02X}{i[1:]}") for i in dice.sample(ids, 5000)]
    lists = [several(ours, dice.sample(ids, LIST)) for _ in range(30)]
    us = Running(ours.port, ours.process.pid)
    plain = others["a plain FastAPI route"]
    asked = {
        "bare hello": (others["bare hello"], singles, CONNECTIONS, 1),
        "ours": (us, singles, CONNECTIONS, 1),
        "ours by its FastAPI twin": (us, twins, CONNECTIONS, 1),
        "a plain FastAPI route": (plain, singles, CONNECTIONS, 1),
        f"grades:check, {LIST} a list": (us, lists, 4, LIST),
    }
    rates: dict[str, list[float]] = {name: [] for name in asked}
    costs: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, (server, requests, connections, each) in asked.items():
            used, began = server.processor_seconds(), time.perf_counter()
            rate = load.most(server.port, requests, connections=connections, seconds=seconds) * each
            rates[name].append(rate)
            costs[name].append((server.processor_seconds() - used) / (rate * (time.perf_counter() - began)))
    for name, found in rates.items():
        by_clock, by_processor = (
            statistics.median(a / b for a, b in zip(*pair, strict=True))
            for pair in ((found, rates["bare hello"]), (costs["bare hello"], costs[name]))
        )
        goal = f"(goal: {GOAL_MANY:,} entities/s)" if name.startswith("grades") else ""
        goal = f"(goal: {GOAL_ONE:g})" if name == "ours" else goal
        print(
            f"{name:34}{statistics.median(found):9,.0f} /s, {statistics.median(costs[name]) * 1e6:6,.0f} us of processors each; "
            f"{by_clock:.2f} of the bare hello by the clock, {by_processor:.2f} by processors {goal}"
        )
    # For the steady pace that follows.
    ours.most = statistics.median(rates["ours"])  # type: ignore[attr-defined]


def steady(ours: Served, ids: list[str], seconds: float) -> None:
    """The delays at half of what it takes at most."""
    rate = ours.most / 2  # type: ignore[attr-defined]
    requests = [single(ours, entity_id) for entity_id in random.Random(2).sample(ids, 5000)]
    before = within(ours)
    running = Running(ours.port, ours.process.pid)
    stood = running.waited_seconds()
    found = load.delays(ours.port, requests, rate=rate, connections=CONNECTIONS, seconds=seconds * 2)
    waited = running.waited_seconds() - stood
    inside = {bound: count - before[bound] for bound, count in within(ours).items()}
    nearly_all = next(bound for bound, count in inside.items() if count >= 0.99 * inside["+Inf"])
    print(
        f"{'at half of its most':34}{len(found.answers) / seconds / 2:9,.0f} /s p50 {found.within(0.5) * 1e3:.1f} ms, "
        f"p99 {found.within(0.99) * 1e3:.1f} ms, slowest {found.answers[-1] * 1e3:.0f} ms (goal: p99 below {GOAL_P99 * 1e3:g} ms); "
        f"inside the server 99 % within {float(nearly_all) * 1e3:g} ms; the client itself was late by "
        f"{found.late(0.99) * 1e3:.1f} ms at most in 99 % of its questions; "
        f"the server stood in line for a processor for {100 * waited / seconds / 2:.0f} % of the time"
    )


def single(door: Served, entity_id: str) -> bytes:
    head = (
        f"GET /v1/entities/{entity_id}/grade HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {door.keys['bank']}\r\n\r\n"
    )
    return head.encode()


def several(door: Served, ids: list[str]) -> bytes:
    body = '{"entity_ids":["' + '","'.join(ids) + '"]}'
    return (
        f"POST /v1/grades:check HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {door.keys['bank']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def metric(door: Served, name: str) -> float:
    text = door.http.get("/metrics").text
    return float(next(line.split()[-1] for line in text.splitlines() if line.startswith(f"{name} ")))


def within(door: Served) -> dict[str, float]:
    """How many requests took at most each bound (seconds), by the server's own clock."""
    lines = [line for line in door.http.get("/metrics").text.splitlines() if "seconds_bucket" in line]
    return {line.split('"')[1]: float(line.split()[-1]) for line in lines}


@contextmanager
def other(*words: str) -> Iterator[Running]:
    """A server of `apps` while the block runs."""
    import httpx

    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.apps", words[0], str(port), *words[1:]]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            try:
                httpx.get(f"http://127.0.0.1:{port}/docs")
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield Running(port, process.pid)
    finally:
        process.terminate()
        process.wait(15)


def on_postgres(seconds: float) -> None:
    """One process and two on one PostgreSQL register, where a server can be started."""
    from tests.postgres.server import server

    try:
        with server() as running, pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
            patch.setenv("FXWATCH_REGISTER_URL", running.database())
            bureau = Bureau(Path(folder) / "one" / "home")
            ids, found = enrol(bureau, 100_000), []
            home = Path(folder) / "two" / "home"
            (home / "published").mkdir(parents=True)
            (home / "published" / "CURRENT").touch()
            (home / "fxwatch.toml").write_bytes((bureau.path / "fxwatch.toml").read_bytes())
            with serving(bureau.path, bureau.keys) as one, serving(home, bureau.keys) as two:
                requests = [single(one, entity_id) for entity_id in ids[:20_000]]
                found.append(load.most(one.port, requests, connections=CONNECTIONS, seconds=seconds))
                found.append(sum(both(one, two, requests, seconds)))
            bureau.home.register.close()
    except pytest.skip.Exception as why:
        print(f"\nOn PostgreSQL: not measured, {why}.")
        return
    print(f"\nOn PostgreSQL, server and all on this machine: one process {found[0]:,.0f} /s, two {found[1]:,.0f} /s.")


def both(one: Served, two: Served, requests: list[bytes], seconds: float) -> list[float]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as loads:
        return list(
            loads.map(
                lambda door: load.most(door.port, requests, connections=CONNECTIONS // 2, seconds=seconds), (one, two)
            )
        )
