"""Connections as banks' software makes them, and as somebody makes them who means harm: bounded in number, in size and in time.

uvicorn itself waits for ever for the end of a request's head and takes headers of any length; here both have a limit, and
what is wrong before there is a request is told as a problem too.
"""

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from fxwatch.api.door import too_slow
from fxwatch.api.hot import Hot
from fxwatch.api.problems import Problem, unavailable

log = logging.getLogger("fxwatch.api")

MOST_HEAD = 16 * 1024
MOST_HEADERS = 64


class Connection(HttpToolsProtocol):
    """One connection. `since`: when the request began that is still arriving; None between requests."""

    most = 4000
    hot: Hot | None = None
    since: float | None
    _head = 0
    _is_head = True
    _is_refused = False
    # Whether the request that arrives was answered already, and whether one of this piece of data was.
    _is_answered = _is_served = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, if there is room."""
        super().connection_made(transport)
        # From here on: who connects and says nothing is as slow as who speaks slowly.
        self.since, self._head = self.loop.time(), 0
        if len(self.connections) > self.most:
            self.refuse(unavailable())

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        if self._is_refused:
            return
        if self.since is None:
            self.since = self.loop.time()
        if self._is_head:
            self._head += len(data)
        self._is_served = False
        super().data_received(data)
        if self._is_head and self._head > MOST_HEAD:
            self.refuse(_too_much())

    def on_message_begin(self) -> None:
        """A request begins."""
        # What the long way needs beside is made when it is gone: see `on_headers_complete`.
        self.url, self.headers = b"", []
        self._is_head, self._size = True, 0
        self.since = self.since or self.loop.time()

    def on_url(self, url: bytes) -> None:
        """A piece of its address."""
        self.url += url
        self._size += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One of its headers."""
        self.headers.append((name.lower(), value))
        self._size += len(name) + len(value)

    def on_headers_complete(self) -> None:
        """Its head is here."""
        self._is_head, self._head = False, 0
        if self._size > MOST_HEAD or len(self.headers) > MOST_HEADERS:
            self.refuse(_too_much())
            return
        if not self._answered():
            url, headers = self.url, self.headers
            super().on_message_begin()
            self.url = url
            for name, value in headers:
                super().on_header(name, value)
            super().on_headers_complete()

    def _answered(self) -> bool:
        """Answer the hot question here; one of each piece of data, lest a row of them keeps others waiting."""
        if self.hot is None or self._is_served or self.parser.get_method() != b"GET":
            return False
        is_free = self.cycle is None or self.cycle.response_complete
        if not is_free or self.pipeline or self.flow.write_paused or self.transport.is_closing():
            return False
        if self.parser.get_http_version() != "1.1":
            return False
        reply = self.hot.answer(self.url, self.headers, self.server_state.default_headers)
        if reply is None:
            return False
        self._is_answered = self._is_served = True
        self.transport.write(reply)
        return True

    def on_body(self, body: bytes) -> None:
        """A piece of its body."""
        if not self._is_refused and not self._is_answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """All of it is here."""
        if not self._is_refused:
            if self._is_answered:
                self._is_answered = False
                self.on_response_complete()
            else:
                super().on_message_complete()
            self.since, self._is_head, self._head = None, True, 0

    def send_400_response(self, msg: str) -> None:
        """Say that it is no request."""
        self.refuse(Problem("bad-request", "This is no HTTP request.", "这不是有效的 HTTP 请求。"))

    def refuse(self, problem: Problem) -> None:
        """Say what is wrong and close."""
        if self._is_refused or self.transport.is_closing():
            return
        self._is_refused = True
        body = problem.body()
        close = [(b"connection", b"close")]
        lines = b"".join(b"%s: %s\r\n" % header for header in [*problem.all_headers(body), *close])
        self.transport.write(STATUS_LINE[problem.status] + lines + b"\r\n" + body)
        self.transport.close()


async def watch(connections: set[Any], seconds: float) -> None:
    """Close the connections whose request does not arrive in time. The door itself watches the bodies that it reads."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(min(1.0, seconds / 2))
        for connection in list(connections):
            since = getattr(connection, "since", None)
            if since is not None and loop.time() - since > seconds + 1:
                connection.refuse(too_slow(seconds))


def _too_much() -> Problem:
    return Problem(
        "headers-too-large",
        f"Address and headers have at most {MOST_HEAD} bytes in {MOST_HEADERS} headers.",
        f"地址和请求头最多 {MOST_HEAD} 字节、{MOST_HEADERS} 个。",
    )
