"""The banks' side of the banks' door: ask, keep the proof, go on for a day without a network.

    with Client("https://watch.example", "fxw_…") as bank:
        answer = bank.ask("100000016")
        answer.grade, answer.documents, answer.receipt

Every answer is verified before it is handed over, with public keys that the bank keeps or that it fetched by itself. What is
busy or out of reach is asked again: a question that arrived twice is on record twice, and nothing else comes of it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from fxwatch.canonical import read_strictly
from fxwatch.errors import Forbidden, FxwatchError, HouseError, NotFound, RequestError
from fxwatch.signing import Proof, PublicKey, keys_from, proof_of
from fxwatch.terms import Document, Grade

TRIES = 5
LONGEST_WAIT = 30.0  # seconds between two tries, whatever a server asks for
MOST_ASKED = 1000  # entities in one request
_BACK_OFF = wait_random_exponential(multiplier=0.2, max=5.0)
_STATUS: dict[int, type[FxwatchError]] = {401: Forbidden, 403: Forbidden, 404: NotFound}
_BUSY = (429, 502, 503, 504)


class NotProven(HouseError):
    """An answer came whose signature does not hold; it must not be relied on."""


@dataclass(frozen=True)
class Answer:
    """What the bureau says of an entity on a day. `document` is the whole of it as it came: keep it, it is the proof."""

    entity_id: str
    name: str
    grade: Grade
    documents: tuple[Document, ...]
    on: date
    known_at: datetime
    valid_until: datetime
    receipt: int
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """An answer out of its document, which is not verified by this."""
        return cls(
            entity_id=document["entity_id"],
            name=document["name"],
            grade=Grade(document["grade"]),
            documents=tuple(Document(d) for d in document["documents"]),
            on=date.fromisoformat(document["on"]),
            known_at=datetime.fromisoformat(document["known_at"]),
            valid_until=datetime.fromisoformat(document["valid_until"]),
            receipt=document["receipt"],
            document=document,
        )

    def save(self, path: Path | str) -> None:
        """Keep it as a file, for `fxwatch receipt verify`."""
        _save(self.document, Path(path))


@dataclass(frozen=True)
class Move:
    """A grade that moved on a day."""

    entity_id: str
    name: str
    on: date
    before: Grade
    grade: Grade


@dataclass(frozen=True)
class DailyFile:
    """The grades of a bank's entities on a day, for use without a network until `valid_until`."""

    bank: str
    on: date
    known_at: datetime
    valid_until: datetime
    documents: Mapping[Grade, tuple[Document, ...]]
    entities: Mapping[str, tuple[Grade, str]] = field(repr=False)
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """A daily file out of its document, which is not verified by this."""
        asked = {Grade(grade): tuple(Document(d) for d in named) for grade, named in document["documents"].items()}
        return cls(
            bank=document["bank"],
            on=date.fromisoformat(document["on"]),
            known_at=datetime.fromisoformat(document["known_at"]),
            valid_until=datetime.fromisoformat(document["valid_until"]),
            documents=asked,
            entities={row["entity_id"]: (Grade(row["grade"]), row["name"]) for row in document["entities"]},
            document=document,
        )

    @classmethod
    def load(cls, path: Path | str, keys: Iterable[PublicKey]) -> Self:
        """A daily file that was saved, verified by public keys alone.

        Raises:
            NotProven: its signature does not hold.
        """
        document = read_strictly(Path(path).read_text("utf-8"))
        _demand(proof_of(document, keys))
        return cls.of(document)

    def save(self, path: Path | str) -> None:
        """Keep it as a file."""
        _save(self.document, Path(path))

    def grade_of(self, entity_id: str, now: datetime | None = None) -> tuple[Grade, tuple[Document, ...]]:
        """Grade and documents of an entity, by the 9-character key; `unknown` for one that the file does not hold.

        Args:
            entity_id: whose.
            now: the moment (with its offset) of the payment; without it, this one.

        Raises:
            RequestError: the file is too old to be relied on.
        """
        if (now or datetime.now(UTC)) > self.valid_until:
            raise RequestError(
                f"This daily file of {self.on} was good until {self.valid_until}. Ask, or take a newer one.",
                f"{self.on} 的名单有效期至 {self.valid_until}。请在线查询或取用新名单。",
            )
        grade, _ = self.entities.get(entity_id, (Grade.UNKNOWN, ""))
        return grade, self.documents[grade]


class Client:
    """One bank at the banks' door. Threads may share it; close it, or use it in a `with`.

    Args:
        url: where the door is.
        secret: the bank's key.
        keys: the public keys that are trusted, from a file that the bureau handed over (`signing.keys_from`); without them,
            those that the door publishes, which is as good as the TLS that they come by.
        timeout: seconds for one try.
        tries: how often a question is tried that found the door busy or out of reach.
        transport: another way than the network, for tests.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        keys: Iterable[PublicKey] | None = None,
        timeout: float = 10.0,
        tries: int = TRIES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {secret}"}, timeout=timeout, transport=transport
        )
        self._retrying = Retrying(
            stop=stop_after_attempt(tries), wait=_wait, retry=retry_if_exception_type(_Again), reraise=True
        )
        self._pinned = keys is not None
        self._keys = list(keys or ())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def ask(self, entity_id: str, on: date | str | None = None) -> Answer:
        """Ask about one entity before a payment.

        Args:
            entity_id: 9 or 18 characters.
            on: the day of the payment, also as text (`2026-03-31`); without it, today.

        Raises:
            RequestError: the identifier has not its form, or the day lies ahead.
            Forbidden: the key is unknown, revoked or past its last day.
            HouseError: the door stayed busy or out of reach.
            NotProven: the answer's signature does not hold.
        """
        asked = {"on": _written(on)} if on else {}
        return Answer.of(self._proven(self._get(f"/v1/entities/{quote(entity_id, safe='')}/grade", asked)))

    def ask_each(self, entity_ids: Sequence[str], on: date | str | None = None) -> list[Answer]:
        """Ask about many entities; the answers come in their order. Errors as for `ask`; one wrong identifier refuses its part.

        More than `MOST_ASKED` are asked in parts.
        """
        found: list[Answer] = []
        for start in range(0, len(entity_ids), MOST_ASKED):
            asked: dict[str, Any] = {"entity_ids": list(entity_ids[start : start + MOST_ASKED])}
            told = self._json("POST", "/v1/grades:check", json=asked | ({"on": _written(on)} if on else {}))
            found += [Answer.of(self._proven(document)) for document in told["answers"]]
        return found

    def receipt(self, number: int) -> Answer:
        """An answer that this bank was given, as it was told then.

        Raises:
            NotFound: there is none of that number, or another bank asked.
        """
        return Answer.of(self._proven(self._get(f"/v1/receipts/{number}")))

    def changes(self, since: date | str) -> list[Move]:
        """Whose grade moved on a day or later, among the bank's entities; by entity and day."""
        told = self._proven(self._get("/v1/changes", {"since": _written(since)}))
        return [
            Move(
                entity_id=row["entity_id"],
                name=row["name"],
                on=date.fromisoformat(row["on"]),
                before=Grade(row["before"]),
                grade=Grade(row["grade"]),
            )
            for row in told["moves"]
        ]

    def daily_file(self) -> DailyFile:
        """Today's grades of the bank's entities, to take along."""
        return DailyFile.of(self._proven(self._get("/v1/file")))

    def signing_keys(self) -> list[PublicKey]:
        """The public keys that the door publishes."""
        return keys_from(self._get("/v1/signing-keys"))

    def verify(self, document: Mapping[str, Any]) -> Proof:
        """Whether a document is as it was signed; a key that is new to this client is fetched, unless keys were given."""
        known = {key.key_id for key in self._keys}
        if not self._pinned and document.get("key_id") not in known:
            self._keys = self.signing_keys()
        return proof_of(document, self._keys)

    def _proven(self, document: Any) -> Mapping[str, Any]:
        _demand(self.verify(document))
        found: Mapping[str, Any] = document
        return found

    def _get(self, path: str, asked: Mapping[str, str] | None = None) -> Any:
        return self._json("GET", path, params=dict(asked or {}))

    def _json(self, method: str, path: str, **asked: Any) -> Any:
        try:
            return read_strictly(self._retrying(self._once, method, path, **asked).text)
        except _Again as fault:
            raise HouseError(
                f"{self._http.base_url} gave no answer: {fault}. Use the daily file, or ask again later.",
                f"{self._http.base_url} 未能答复：{fault}。请使用每日名单，或稍后再问。",
            ) from fault
        except ValueError as fault:
            raise HouseError(
                f"{self._http.base_url}{path} did not answer in JSON; is it the banks' door?",
                f"{self._http.base_url}{path} 的答复不是 JSON；请确认地址。",
            ) from fault

    def _once(self, method: str, path: str, **asked: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **asked)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as fault:
            raise RequestError(
                f"{self._http.base_url} cannot be asked: {fault}. Look at the address and at the key.",
                f"无法向 {self._http.base_url} 查询：{fault}。请检查地址与密钥。",
            ) from fault
        except httpx.TransportError as fault:
            raise _Again(str(fault) or type(fault).__name__) from fault
        if response.status_code in _BUSY:
            raise _Again(_detail(response), _seconds(response.headers.get("Retry-After")))
        if response.is_success:
            return response
        told = _detail(response)
        raise _STATUS.get(response.status_code, RequestError)(told, told)


class _Again(Exception):
    """It may go better in a moment; `after` are the seconds that the door asks to wait."""

    def __init__(self, what: str, after: float | None = None) -> None:
        super().__init__(what)
        self.after = after


def _wait(state: RetryCallState) -> float:
    fault = state.outcome.exception() if state.outcome else None
    after = fault.after if isinstance(fault, _Again) else None
    return _BACK_OFF(state) if after is None else min(after, LONGEST_WAIT)


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() else None


def _written(day: date | str) -> str:
    try:
        return (date.fromisoformat(day) if isinstance(day, str) else day).isoformat()
    except ValueError as fault:
        raise RequestError(
            f"{day} is no day. Write it like 2026-03-31.", f"{day} 不是有效日期，应如 2026-03-31。"
        ) from fault


def _detail(response: httpx.Response) -> str:
    """The sentence of a problem (RFC 9457); its status where it has none."""
    try:
        told = response.json()["detail"]
    except (ValueError, KeyError, TypeError):
        told = None
    return told if isinstance(told, str) and told else f"HTTP {response.status_code}"


def _demand(proof: Proof) -> None:
    if not proof.ok:
        raise NotProven(f"An answer must not be relied on: {proof.english}", f"该答复不可采信：{proof.chinese}")


def _save(document: Mapping[str, Any], path: Path) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
