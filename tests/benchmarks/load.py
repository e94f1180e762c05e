"""Load on an HTTP server: as much as it takes (wrk where it is installed), or at a steady pace, with every delay counted.

The load keeps to the last processor of the machine, whatever it asks: what asks is elsewhere in life, and would otherwise push
the server about between the processors.
"""

import asyncio
import json
import os
import select
import shutil
import socket
import subprocess
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import NamedTuple

_LUA = """
local requests = {}
for line in io.open("%s"):lines() do requests[#requests + 1] = line:gsub("\\\\r\\\\n", "\\r\\n") end
local at = 0
request = function() at = at %% #requests + 1; return requests[at] end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('{"requests": %%d, "us": %%d, "failed": %%d}\\n', summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


def keep_apart() -> None:
    """Keep this process to the last processor, where there are several."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def name() -> str:
    """What makes the load."""
    return "wrk" if shutil.which("wrk") else "a client in Python, which is the narrow place: install wrk"


def most(port: int, requests: list[bytes], *, connections: int, seconds: float) -> float:
    """Requests a second that a server answers when asked as fast as it can."""
    if shutil.which("wrk") is None:
        return asyncio.run(_most(port, requests, connections, seconds))
    with tempfile.TemporaryDirectory() as folder:
        listed, script = Path(folder) / "requests", Path(folder) / "load.lua"
        listed.write_bytes(b"\n".join(r.replace(b"\r\n", b"\\r\\n") for r in requests))
        script.write_text(_LUA % listed)
        words = [
            "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{seconds:g}s",
            "--timeout",
            "10s",
            "-s",
            str(script),
            f"http://127.0.0.1:{port}",
        ]
        told = json.loads(_told(words).splitlines()[-1])
    assert told["failed"] == 0, told
    return told["requests"] / told["us"] * 1e6


def _told(words: list[str]) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True, preexec_fn=keep_apart).stdout


async def _most(port: int, requests: list[bytes], connections: int, seconds: float) -> float:
    count, ends = 0, time.perf_counter() + seconds

    async def one(number: int) -> None:
        nonlocal count
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < ends:
            await exchange(reader, writer, requests[number % len(requests)])
            count, number = count + 1, number + connections
        writer.close()

    await asyncio.gather(*(one(number) for number in range(connections)))
    return count / seconds


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    at = head.index(b"content-length: ") + 16
    return await reader.readexactly(int(head[at : head.index(b"\r", at)]))


class Delays(NamedTuple):
    """What came of a steady pace, in seconds, ascending: how long each answer took from the moment at which its question was
    due, and how late the client itself was in sending those that no other question stood before."""

    answers: list[float]
    own: list[float]

    def within(self, share: float) -> float:
        """The delay that so many of the answers kept within."""
        return self.answers[int(len(self.answers) * share)]

    def late(self, share: float) -> float:
        """The same of the client's own delays."""
        return self.own[int(len(self.own) * share)]


def delays(port: int, requests: list[bytes], *, rate: float, connections: int, seconds: float) -> Delays:
    """Ask at a steady rate, each question at its moment, whatever became of those before it.

    A question whose connection waits for an answer still stands behind it, and its delay runs from when it was due: nothing is
    left out. One thread over plain sockets, so that the client takes little from what it measures.
    """
    everywhere = os.sched_getaffinity(0)
    keep_apart()
    lines = [_Line(port) for _ in range(connections)]
    busy: dict[socket.socket, _Line] = {}
    found = Delays([], [])
    clock = time.perf_counter
    began, number, every = clock() + 0.2, 0, 1 / rate
    count = int(rate * seconds)
    while number < count or busy:
        now = clock()
        while number < count and (due := began + number * every) <= now:
            line = lines[number % connections]
            line.due.append((due, requests[number % len(requests)]))
            if line.socket not in busy:
                busy[line.socket] = line
                found.own.append(line.ask() - due)
            number += 1
        wait = began + number * every - clock() if number < count else 10.0
        for ready in select.select(list(busy), (), (), max(0.0, wait))[0]:
            line = busy[ready]
            if line.answered():
                found.answers.append(clock() - line.due.popleft()[0])
                if line.due:
                    line.ask()
                else:
                    del busy[ready]
    for line in lines:
        line.socket.close()
    os.sched_setaffinity(0, everywhere)
    return Delays(sorted(found.answers), sorted(found.own))


class _Line:
    """A connection, and the questions that are due on it: the first of them is asked."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.due: deque[tuple[float, bytes]] = deque()
        self._got = b""

    def ask(self) -> float:
        sent = time.perf_counter()
        self.socket.sendall(self.due[0][1])
        return sent

    def answered(self) -> bool:
        """Take what came; whether it is a whole answer."""
        part = self.socket.recv(65536)
        assert part, "the server closed the connection"
        self._got += part
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end:
            return False
        assert head.startswith(b"HTTP/1.1 200"), head
        at = head.index(b"content-length: ") + 16
        if len(body) < int(head[at:].partition(b"\r")[0]):
            return False
        self._got = b""
        return True
