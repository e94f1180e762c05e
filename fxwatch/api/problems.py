"""What can be wrong with a request, as RFC 9457 has it: a type that is explained, a status, one sentence, nothing of the house."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple

from fxwatch.errors import FxwatchError, HouseError
from fxwatch.terms import Language

log = logging.getLogger("fxwatch.api")

MEDIA_TYPE = "application/problem+json"
PLACE = "/v1/problems/"

Headers = list[tuple[bytes, bytes]]


class Kind(NamedTuple):
    """One kind of problem: its status, its title, and what it means for whoever asked."""

    status: int
    title: str
    meaning: str


KINDS: dict[str, Kind] = {
    "bad-request": Kind(
        400, "Not a request", "What came is no HTTP request, or its body is no JSON. Nothing was looked at."
    ),
    "no-key": Kind(
        401,
        "No valid key",
        "The request bears no key, or one that is unknown, revoked or past its last day; which of these is not said. "
        "Send `Authorization: Bearer` and the key that the bureau gave to your bank.",
    ),
    "not-yours": Kind(403, "Not open to this key", "The key is valid and its scope does not open this door."),
    "not-found": Kind(
        404,
        "Nothing there",
        "There is no such path or no such receipt. A receipt of another bank is answered as one that does not exist.",
    ),
    "no-such-method": Kind(
        405, "Method not allowed", "The path exists and does not take this method; `Allow` names those it takes."
    ),
    "too-slow": Kind(408, "Too slow", "The request did not arrive in time. The connection was closed."),
    "conflict": Kind(409, "Decided already", "Somebody else was first."),
    "too-large": Kind(413, "Too large", "The body is larger than any question can be. The connection was closed."),
    "too-long": Kind(414, "Address too long", "The address is longer than any question can be."),
    "not-json": Kind(
        415, "Not JSON", "The body's media type is not `application/json`, or it comes in a content coding."
    ),
    "not-understood": Kind(
        422,
        "Not understood",
        "An identifier has not its form or its check digit is wrong, a day lies ahead, or a field is missing. "
        "`errors` says which. Nothing was answered and nothing is on record.",
    ),
    "too-many": Kind(
        429,
        "Too many questions",
        "The key asked about more entities in a second than its limit. Ask again after `Retry-After` seconds.",
    ),
    "headers-too-large": Kind(
        431, "Headers too large", "The headers are longer than any question needs. The connection was closed."
    ),
    "failed": Kind(500, "fxwatch failed", "A fault of the server, which is in its log. Nothing was answered."),
    "unavailable": Kind(
        503,
        "Not available",
        "The register cannot be read or written, or the server is full. Nothing was answered: an answer never leaves "
        "without its record. Ask again after `Retry-After` seconds.",
    ),
}
_OF_STATUS = {kind.status: name for name, kind in KINDS.items()}


@dataclass
class Problem(Exception):
    """Something is wrong with the request, or with the house. `more`: further members of the body."""

    name: str
    english: str
    chinese: str
    headers: Headers = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return KINDS[self.name].status

    def body(self, language: Language = "en") -> bytes:
        """The problem as JSON."""
        kind = KINDS[self.name]
        detail = self.chinese if language == "zh" else self.english
        told = {"type": PLACE + self.name, "title": kind.title, "status": kind.status, "detail": detail, **self.more}
        return json.dumps(told, ensure_ascii=False).encode()

    def all_headers(self, body: bytes) -> Headers:
        """What goes before the body."""
        return [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            *self.headers,
        ]


FAILED = Problem("failed", "fxwatch itself failed; nothing was answered.", "fxwatch 自身出错，未作答复。")


def of_fault(fault: FxwatchError) -> Problem:
    """What a bank is told of an error of the house's own kind: of a fault of the house only that there is one."""
    if isinstance(fault, HouseError):
        return unavailable()
    return Problem(_OF_STATUS.get(fault.http_status, "not-understood"), fault.english, fault.chinese)


def answered(fault: Problem | FxwatchError) -> Problem:
    """The problem that a fault is answered with; what is the house's to mend stands in the log."""
    if isinstance(fault, Problem):
        return fault
    if isinstance(fault, HouseError):
        log.error("Nothing was answered: %s", fault)
    return of_fault(fault)


def of_status(status: int, headers: Headers) -> Problem:
    """A problem of which nothing but its status is known."""
    name = _OF_STATUS.get(status, "failed")
    if name == "not-found":
        return Problem(name, "There is nothing at this path.", "此路径不存在。", headers)
    if name == "no-such-method":
        return Problem(name, "This path does not take this method.", "此路径不支持该方法。", headers)
    return Problem(name, f"{HTTPStatus(status).phrase}.", f"{HTTPStatus(status).phrase}。", headers)


def unavailable(seconds: int = 1) -> Problem:
    """The house cannot answer now."""
    return Problem(
        "unavailable",
        "No answer can be given now; nothing was answered. Ask again in a moment.",
        "暂时无法答复，未作任何答复。请稍后再试。",
        [(b"retry-after", str(seconds).encode())],
    )


def language_of(headers: Iterable[tuple[bytes, bytes]]) -> Language:
    """The language that whoever asks names first."""
    accepted = next((value for name, value in headers if name == b"accept-language"), b"")
    return "zh" if accepted.strip().lower().startswith(b"zh") else "en"
