"""A bureau with a banks' door that really runs: a home, keys, and a server process that answers on a port of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx

import fxwatch
from fxwatch.banks import add_key
from fxwatch.home import make_home
from fxwatch.review import record_breaches
from tests.desk import entries

ROOT = Path(__file__).parents[2]
TODAY = date(2025, 6, 30)
HONEST, OTHER, STRANGER = "100000446", "10000042X", "100000016"
BANK, RIVAL = "120000000001", "130000000002"
PLENTY = 1_000_000


class Bureau:
    """A home with two entities on its roll and keys of two banks and of the bureau itself."""

    def __init__(self, path: Path) -> None:
        made = make_home(path, simulation=True, bare=True)
        made.change_setting("today", TODAY.isoformat())
        made.register.close()
        self.path, self.home = path, fxwatch.open(path)
        self.home.register.enrol(
            entries(HONEST, OTHER, name="渤海“航运”\u2028Lines"), source="test", day=date(2020, 1, 1)
        )
        self.keys = {
            "bank": self.key(BANK, "clerk"),
            "rival": self.key(RIVAL, "clerk"),
            "bureau": self.key(BANK, "office", scope="bureau"),
        }

    def key(self, bank: str, name: str, **more: Any) -> str:
        """The secret of a new key."""
        return add_key(self.home, bank, name=name, **{"per_second": PLENTY, **more}).secret

    def breach(self, number: str, entity_id: str = HONEST) -> None:
        """An entity becomes C."""
        row = {"breach_no": number, "entity_id": entity_id, "day": TODAY, "provision": "39"}
        record_breaches(self.home, [row])

    def asked(self) -> list[dict[str, Any]]:
        """What is on record, in order, after folding."""
        from fxwatch.recording import fold

        fold(self.home)
        return self.home.register.questions().to_dicts()


class Served:
    """A server that runs. Asks with a key of the bureau."""

    def __init__(
        self, process: "subprocess.Popen[str]", port: int, keys: dict[str, str], log: Path, trust: Any = None
    ) -> None:
        self.process, self.port, self.keys, self.log = process, port, keys, log
        self.url = f"{'https' if trust else 'http'}://127.0.0.1:{port}"
        self.http = httpx.Client(base_url=self.url, timeout=30, verify=trust or True)

    def get(self, path: str, who: str = "bank", **more: Any) -> httpx.Response:
        return self.http.get(path, headers=self.headers(who) | more.pop("headers", {}), **more)

    def raw_get(self, target: str, who: str = "bank") -> httpx.Response:
        """As `get`, with every byte of the address as it is."""
        return self.http.get(self.http.base_url.copy_with(raw_path=target.encode()), headers=self.headers(who))

    def post(self, content: Any, who: str = "bank", **more: Any) -> httpx.Response:
        return self.http.post("/v1/grades:check", json=content, headers=self.headers(who), **more)

    def grade(self, entity_id: str = HONEST, who: str = "bank", **asked: str) -> dict[str, Any]:
        reply = self.get(f"/v1/entities/{entity_id}/grade", who, params=asked)
        assert reply.status_code == 200, reply.text
        return json.loads(reply.content)

    def headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys.get(who, who)}"} if who else {}

    def raw(self, sent: bytes, seconds: float = 15) -> bytes:
        """Everything that comes back for some bytes, until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(sent)
            return received(connection)

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


def received(connection: socket.socket) -> bytes:
    """What comes until the other side closes."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


@contextmanager
def serving(
    path: Path,
    keys: dict[str, str],
    *,
    environment: dict[str, str] | None = None,
    limit: Any = None,
    more: tuple[str, ...] = (),
    trust: Any = None,
) -> Iterator[Served]:
    """A server of a home while the block runs; `more` words for the command, `trust` of a certificate."""
    port, log = free_port(), path.parent / f"log-{time.monotonic_ns()}"
    words = [sys.executable, "-m", "fxwatch", "--home", str(path), "serve", "api", "--port", str(port), *more]
    with log.open("w") as told:
        surroundings = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
        process = subprocess.Popen(
            words, stdout=told, stderr=told, text=True, env=surroundings, cwd=ROOT, preexec_fn=limit
        )
    served = Served(process, port, keys, log, trust)
    try:
        _wait(served)
        yield served
    finally:
        served.http.close()
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(served: Served) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert served.process.poll() is None, served.log.read_text()
        try:
            served.http.get("/healthz")
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(served.log.read_text())


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
