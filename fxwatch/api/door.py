"""What the server calls for each request: who may come in, how large and how slow a body may be, and the hot question itself.

The hot question, `GET /v1/entities/{entity_id}/grade`, is answered here in its usual shape; in any other shape its documented
twin in `routes` answers, with the same bytes. Whatever goes wrong leaves as a problem (RFC 9457).
"""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import date
from typing import Any

from fxwatch.answering import Asker
from fxwatch.api.desk import Desk
from fxwatch.api.hot import Hot
from fxwatch.api.metrics import Metrics
from fxwatch.api.problems import FAILED, Headers, Problem, answered, language_of, of_status
from fxwatch.errors import FxwatchError

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("fxwatch.api")

MOST_BODY = 128 * 1024  # a thousand identifiers with all their blanks
MOST_PATH = 2048
JSON = b"application/json"
ANSWER_HEADERS: Headers = [(b"content-type", JSON), (b"cache-control", b"no-store")]

_BEFORE, _AFTER = "/v1/entities/", "/grade"
_ON = re.compile(rb"on=([0-9]{4}-[0-9]{2}-[0-9]{2})")
_OPEN = re.compile(r"/v1/(signing-keys|problems(/.*)?)")


class Door:
    """The whole application: in front of the documented routes."""

    def __init__(self, desk: Desk, routes: App, metrics: Metrics) -> None:
        self._desk = desk
        self._routes = routes
        self._metrics = metrics
        self.hot = Hot(desk, metrics)
        self._seconds = desk.home.settings.api_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._routes(scope, receive, send)
            return
        began, reply = time.perf_counter(), _Reply(send)
        self._metrics.in_hand += 1
        try:
            await self._answer(scope, receive, reply)
        except (Problem, FxwatchError) as fault:
            await reply.problem(answered(fault), scope)
        except Exception:  # the last door: a fault of ours is in the log, and the bank is told that there is one
            log.exception("Nothing was answered")
            await reply.problem(FAILED, scope)
        finally:
            self._metrics.in_hand -= 1
            answers = scope.get("answers", 0) if reply.status == 200 else 0
            self._metrics.saw(scope.get("route_name", "other"), reply.status, time.perf_counter() - began, answers)

    async def _answer(self, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        path = scope["path"]
        if b"%" in scope["raw_path"]:
            # A stroke that was hidden from a proxy's rules finds nothing, nor does a line's end, which patterns pass over.
            if b"%2f" in scope["raw_path"].lower() or path.endswith("\n"):
                raise of_status(404, [])
        elif scope["method"] == "GET" and path.startswith(_BEFORE) and (hot := _hot(path, scope["query_string"])):
            scope["route_name"], scope["answers"] = "grade", 1
            asker = self._desk.admit(scope["headers"])
            if asker.key.scope == "bank":
                await reply.whole(await self._desk.one(asker, *hot))
                return
        if len(scope["raw_path"]) + len(scope["query_string"]) > MOST_PATH:
            raise Problem("too-long", f"An address has at most {MOST_PATH} bytes.", f"地址最长 {MOST_PATH} 字节。")
        if path.startswith("/v1/") and not _OPEN.fullmatch(path):
            scope.setdefault("state", {})["asker"] = self._desk.admit(scope["headers"])
        if scope["method"] == "POST":
            receive = _once(await self._body(scope["headers"], receive))
        await self._routes(scope, receive, reply.send)

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        """The whole body, of JSON, in time.

        Raises:
            Problem: it is too large, too slow, or of another media type.
        """
        given = dict(headers)
        if given.get(b"content-type", b"").split(b";")[0].strip().lower() != JSON or b"content-encoding" in given:
            raise Problem(
                "not-json",
                "A body must be application/json, without a content coding.",
                "请求体须为 application/json，且不得压缩。",
            )
        if int(given.get(b"content-length", b"0")) > MOST_BODY:
            raise _too_large()
        body = bytearray()
        try:
            async with asyncio.timeout(self._seconds):
                while True:
                    message = await receive()
                    body += message.get("body", b"")
                    if len(body) > MOST_BODY:
                        raise _too_large()
                    if not message.get("more_body"):
                        return bytes(body)
        except TimeoutError:
            raise too_slow(self._seconds) from None


class _Reply:
    """What has left of a reply: a problem can be told only while nothing has."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)

    async def whole(self, body: bytes) -> None:
        self.status = 200
        length = (b"content-length", str(len(body)).encode())
        await self._send({"type": "http.response.start", "status": 200, "headers": [*ANSWER_HEADERS, length]})
        await self._send({"type": "http.response.body", "body": body})

    async def problem(self, problem: Problem, scope: Scope) -> None:
        if self.status:
            return
        self.status = problem.status
        body = problem.body(language_of(scope["headers"]))
        await self._send(
            {"type": "http.response.start", "status": problem.status, "headers": problem.all_headers(body)}
        )
        await self._send({"type": "http.response.body", "body": body})


def _hot(path: str, query: bytes) -> tuple[str, date | None] | None:
    """The identifier and the day of a question in its usual shape; None for every other request."""
    text = path[len(_BEFORE) : -len(_AFTER)]
    if not path.endswith(_AFTER) or not text or "/" in text:
        return None
    if not query:
        return text, None
    if (given := _ON.fullmatch(query)) is None:
        return None
    try:
        return text, date.fromisoformat(given[1].decode())
    except ValueError:
        return None


def _once(body: bytes) -> Receive:
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


def _too_large() -> Problem:
    return Problem(
        "too-large",
        f"A body has at most {MOST_BODY} bytes; split the list.",
        f"请求体最大 {MOST_BODY} 字节，请拆分名单。",
        [(b"connection", b"close")],
    )


def too_slow(seconds: float) -> Problem:
    """What did not arrive in time."""
    return Problem(
        "too-slow",
        f"The request did not arrive within {seconds:g} s.",
        f"请求未能在 {seconds:g} 秒内送达。",
        [(b"connection", b"close")],
    )


__all__ = ["App", "Asker", "Door", "Message", "Receive", "Scope", "Send"]
