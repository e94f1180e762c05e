"""Connections as banks' software makes them, and as somebody makes them who means harm: bounded in number, in size and in time.

uvicorn itself waits for ever for the end of a request's head, and for whoever does not take its answers, and takes headers of
any length; here all have a limit, and what is wrong before there is a request is told as a problem and counted too.
"""

import asyncio
import logging
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from fxwatch.api.door import too_slow
from fxwatch.api.hot import WHOLE, Hot
from fxwatch.api.problems import Headers, Problem, unavailable

log = logging.getLogger("fxwatch.api")

MOST_HEAD = 16 * 1024
MOST_HEADERS = 64
MOST_WAITING = 100  # requests behind the one that is answered


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
    # The request that is answered by the long way; `cycle` is the newest one, which may wait behind it.
    _running: Any = None
    # How many requests began in this piece of data.
    _begun = 0
    # The headers as they came of a hot question that was a piece of data by itself, and as they were understood.
    _known_head: bytes | None = None
    _known_headers: Headers
    _answered_at = 0.0
    # What was written and has not left, and the last moment at which some of it left.
    _unsent, _left_at = 0, 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, if there is room."""
        super().connection_made(transport)
        # From here on: who connects and says nothing is as slow as who speaks slowly.
        self.since, self._head = self.loop.time(), 0
        if len(self.connections) > self.most:
            self.refuse(unavailable())

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        if self._is_refused or self._answered_as_before(data):
            return
        is_new = self.since is None
        if self.since is None:
            self.since = self.loop.time()
        if self._is_head:
            self._head += len(data)
        self._is_served, self._begun = False, 0
        self._unset_keepalive_if_required()
        self._parse(data)
        if self._is_head and self._head > MOST_HEAD:
            self.refuse(_too_much())
        is_whole = is_new and self._begun == 1 and self.since is None
        if self._is_served and is_whole and (whole := WHOLE.fullmatch(data)):
            self._known_head, self._known_headers = whole[4], self.headers

    def _answered_as_before(self, data: bytes) -> bool:
        """Answer a hot question whose headers are, byte for byte, those of one before it: they need not be understood again.

        The parser, which stands between two requests, is passed by, and most of a question's way through the server with it.
        """
        if self._known_head is None or self.since is not None or self.hot is None:
            return False
        if (whole := WHOLE.fullmatch(data)) is None or whole[4] != self._known_head or not self._is_free():
            return False
        if (reply := self.hot.answer(whole[1], self._known_headers, self.server_state.default_headers)) is None:
            return False
        self.server_state.total_requests += 1
        # The clock that ends a silent connection is not set anew each time: when it strikes, it looks here.
        self._answered_at = self.loop.time()
        self.transport.write(reply)
        return True

    def timeout_keep_alive_handler(self) -> None:
        """End a connection that was silent for long."""
        if (rest := self._answered_at + self.timeout_keep_alive - self.loop.time()) > 0:
            self.timeout_keep_alive_task = self.loop.call_later(rest, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def _parse(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except HttpParserUpgrade as wanted:
                # Another protocol is wished for, which a server may pass over; behind it comes the next request.
                data = data[wanted.args[0] :]
            except HttpParserError:
                self.refuse(Problem("bad-request", "This is no HTTP request.", "这不是有效的 HTTP 请求。"))
                return
            else:
                return

    def on_message_begin(self) -> None:
        """A request begins."""
        # What the long way needs beside is made when it is gone: see `on_headers_complete`.
        self.url, self.headers = b"", []
        self._is_head, self._size = True, 0
        self._begun += 1
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
        if self._is_refused:
            return
        self._is_head, self._head = False, 0
        if self._size > MOST_HEAD or len(self.headers) > MOST_HEADERS:
            self.refuse(_too_much())
            return
        if len(self.pipeline) >= MOST_WAITING:
            self.refuse(unavailable())
            return
        if not self._answered():
            url, headers = self.url, self.headers
            super().on_message_begin()
            self.url = url
            for name, value in headers:
                super().on_header(name, value)
            # One that was answered before it in the same piece of data must not end the connection in its midst.
            self._unset_keepalive_if_required()
            super().on_headers_complete()

    def _answered(self) -> bool:
        """Answer the hot question here; one of each piece of data, lest a row of them keeps others waiting."""
        if self.hot is None or self._is_served or self.parser.get_method() != b"GET":
            return False
        if not self._is_free() or self.parser.get_http_version() != "1.1":
            return False
        reply = self.hot.answer(self.url, self.headers, self.server_state.default_headers)
        if reply is None:
            return False
        self._is_answered = self._is_served = True
        self.transport.write(reply)
        return True

    def _is_free(self) -> bool:
        """Whether an answer can leave at once: none is under way, and what was written leaves."""
        is_idle = self.cycle is None or self.cycle.response_complete
        return is_idle and not self.pipeline and not self.flow.write_paused and not self.transport.is_closing()

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

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """An answer has left."""
        super().on_response_complete()
        if self.pipeline:
            # With each answer uvicorn would read on, and whoever asks faster than is answered would fill the memory.
            self.flow.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._leave()
        super().connection_lost(exc)

    def _leave(self) -> None:
        """Whoever answers the running request is not to write any more: nobody is there, or a problem was told."""
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
        self.pipeline.clear()

    def refuse(self, problem: Problem) -> None:
        """Say what is wrong and close."""
        if self._is_refused or self.transport.is_closing():
            return
        self._is_refused = True
        if self.hot is not None:
            self.hot.metrics.refused(problem.status)
        # In the midst of an answer a problem would be taken for the rest of it.
        if self._running is None or self._running.response_complete or not self._running.response_started:
            body = problem.body()
            close = [(b"connection", b"close")]
            lines = b"".join(b"%s: %s\r\n" % header for header in [*problem.all_headers(body), *close])
            self.transport.write(STATUS_LINE[problem.status] + lines + b"\r\n" + body)
        self._leave()
        self.transport.close()

    def takes_nothing(self, now: float, seconds: float) -> bool:
        """Whether nothing of what was written has left for so long, though more may have been written."""
        unsent = self.transport.get_write_buffer_size()
        if unsent == 0 or unsent < self._unsent:
            self._left_at = now
        self._unsent = unsent
        return unsent > 0 and now - self._left_at > seconds


async def watch(connections: set[Any], seconds: float) -> None:
    """Close the connections whose request does not arrive in time, and those that do not take their answers.

    The door itself watches the bodies that it reads.
    """
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(min(1.0, seconds / 2))
        for connection in list(connections):
            if connection.takes_nothing(loop.time(), seconds):
                # What is still to be sent would keep a closing connection, too.
                connection.transport.abort()
                continue
            since = getattr(connection, "since", None)
            if since is not None and loop.time() - since > seconds + 1:
                connection.refuse(too_slow(seconds))


def _too_much() -> Problem:
    return Problem(
        "headers-too-large",
        f"Address and headers have at most {MOST_HEAD} bytes in {MOST_HEADERS} headers.",
        f"地址和请求头最多 {MOST_HEAD} 字节、{MOST_HEADERS} 个。",
    )
