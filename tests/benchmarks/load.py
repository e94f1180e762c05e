"""Load on an HTTP server: as much as it takes (wrk where it is installed), or at a steady pace, with every delay counted."""

import asyncio
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

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
        told = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    assert told["failed"] == 0, told
    return told["requests"] / told["us"] * 1e6


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


def delays(port: int, requests: list[bytes], *, rate: float, connections: int, seconds: float) -> list[float]:
    """How long each answer took from the moment at which its question was due, at a steady rate; ascending, in seconds.

    A question that waits for the one before it on its connection has waited: nothing is left out.
    """

    async def one(number: int, began: float, found: list[float]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        due = began + number / rate
        while due < began + seconds:
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            await exchange(reader, writer, requests[number % len(requests)])
            found.append(time.perf_counter() - due)
            number, due = number + connections, due + connections / rate
        writer.close()

    async def everybody() -> list[float]:
        found: list[float] = []
        began = time.perf_counter() + 0.2
        await asyncio.gather(*(one(number, began, found) for number in range(connections)))
        return found

    import uvloop

    return sorted(uvloop.run(everybody()))
