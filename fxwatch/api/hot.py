"""The hot question at the connection itself: `GET /v1/entities/{entity_id}/grade` in its usual shape, where nothing need be waited for.

What a server does for any request (a task, messages, headers looked through) costs as much as an answer's signature. Whatever is
unusual, and whatever must wait for somebody, goes the long way, through `door`, which answers with the same bytes.
"""

import logging
import re
import time
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING

from fxwatch.api.problems import FAILED, Headers, Problem, answered, language_of
from fxwatch.errors import FxwatchError

if TYPE_CHECKING:
    from fxwatch.api.desk import Desk
    from fxwatch.api.metrics import Metrics

log = logging.getLogger("fxwatch.api")

_URL = rb"/v1/entities/([0-9A-Za-z_-]{1,64})/grade(?:\?on=([0-9]{4}-[0-9]{2}-[0-9]{2}))?"
_USUAL = re.compile(_URL)
# A whole request: its address, and its headers up to the end.
WHOLE = re.compile(rb"GET (" + _URL + rb") HTTP/1\.1(\r\n.*)", re.DOTALL)
# A request that bears one of these has a body, or wants something of the server.
_UNUSUAL = {b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"connection", b"proxy-connection"}
_ANSWER = b"content-type: application/json\r\ncache-control: no-store\r\ncontent-length: %d\r\n\r\n"


class Hot:
    """Answers the hot question of one process."""

    def __init__(self, desk: "Desk", metrics: "Metrics") -> None:
        self._desk = desk
        self.metrics = metrics
        self._default: Headers = []
        self._default_lines = b""

    def answer(self, url: bytes, headers: Headers, default: Headers) -> bytes | None:
        """The whole reply as it leaves; None where the long way must be gone.

        Args:
            url: of a GET by HTTP/1.1, as it came.
            headers: its headers, names in lower case.
            default: headers that every reply of the server bears.
        """
        if (usual := _USUAL.fullmatch(url)) is None:
            return None
        for name, value in headers:
            if name in _UNUSUAL and (name != b"connection" or value.lower() != b"keep-alive"):
                return None
        began = time.perf_counter()
        try:
            on = date.fromisoformat(usual[2].decode()) if usual[2] else None
        except ValueError:
            return None
        try:
            asker = self._desk.admit(headers)
            if asker.key.scope != "bank":
                return None
            if (told := self._desk.at_once(asker, usual[1].decode(), on)) is None:
                return None
            status, rest = 200, _ANSWER % len(told) + told
        except (Problem, FxwatchError) as fault:
            problem = answered(fault)
            status, rest = problem.status, _as_bytes(problem, headers)
        except Exception:  # the last door, as in `door`
            log.exception("Nothing was answered")
            status, rest = FAILED.status, _as_bytes(FAILED, headers)
        self.metrics.saw("grade", status, time.perf_counter() - began, status == 200)
        if default is not self._default:  # another second, another date
            self._default, self._default_lines = default, b"".join(b"%s: %s\r\n" % header for header in default)
        return b"".join((_LINE[status], self._default_lines, rest))


_LINE = {s.value: f"HTTP/1.1 {s.value} {s.phrase}\r\n".encode() for s in HTTPStatus}


def _as_bytes(problem: Problem, headers: Headers) -> bytes:
    body = problem.body(language_of(headers))
    return b"".join(b"%s: %s\r\n" % header for header in problem.all_headers(body)) + b"\r\n" + body
