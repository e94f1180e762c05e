"""The bank's question before a payment: which grade has this entity, and which documents does that ask for.

It needs the register alone, no frame and no warehouse, and is answered in milliseconds. The question and its answer are
on record before the answer leaves, and the answer is signed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any, Protocol

from fxwatch.banks.keys import bank_asked as bank_asked
from fxwatch.banks.signing import signing_key
from fxwatch.canonical import canonical_of_plain
from fxwatch.errors import RequestError
from fxwatch.grading import GRADE_PARAMETERS, documents, grade, window
from fxwatch.identifiers import entity_key
from fxwatch.terms import Document, Grade

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register import Counts, Writing
    from fxwatch.settings import Settings
    from fxwatch.signing import SigningKey

_AT_ONCE = 100  # questions of a list in one transaction
FIRST_YEAR = 1900  # as periods and the command line have it
_SHANGHAI = timezone(timedelta(hours=8))


class Facts(Protocol):
    """One state of the register, as far as an answer needs it."""

    def enrolled(self, entity_id: str) -> dict[str, Any] | None:
        """One entry of the roll."""

    def counts(self, entity_id: str, first: date, last: date) -> "Counts":
        """What a grade counts of one entity in a window."""

    def parameter(self, name: str, on: date) -> str | None:
        """The value of a parameter in force on a day; None where the default is."""


@dataclass(frozen=True)
class Answer:
    """What a bank is told, and nothing else.

    `known_at` is the moment (UTC) of the register that the answer rests on; `valid_until` the end of `on` in Shanghai;
    `receipt` the number under which question and answer are kept; `signature` is over all else by the key `key_id`.
    """

    entity_id: str
    name: str
    grade: Grade
    documents: tuple[Document, ...]
    on: date
    known_at: datetime
    valid_until: datetime
    receipt: int = 0
    key_id: str = ""
    signature: str = ""

    def told(self) -> dict[str, Any]:
        """What is signed, but for the key's name; moments in ISO 8601 with their offset."""
        return {
            "entity_id": self.entity_id,
            "name": self.name,
            "grade": self.grade.value,
            "documents": [d.value for d in self.documents],
            "on": self.on.isoformat(),
            "known_at": f"{self.known_at.isoformat(timespec='microseconds')}Z",
            "valid_until": self.valid_until.isoformat(),
            "receipt": self.receipt,
        }

    def spelt(self) -> str:
        """What the signature covers, as it is spelt when it is signed and kept."""
        return canonical_of_plain({**self.told(), "key_id": self.key_id})

    def as_dict(self) -> dict[str, Any]:
        """The whole answer as JSON takes it."""
        return {**self.told(), "key_id": self.key_id, "signature": self.signature}


def check(home: "Home", entity_id: str, bank: str, on: date | None = None, *, by: str | None = None) -> Answer:
    """Answer a bank's question and keep it, in one transaction of the register.

    Args:
        home: where.
        entity_id: in either form, 9 or 18 characters.
        bank: the 12-character institution code of the bank that asks.
        on: the day of the payment; without it, today.
        by: who asks for the bank; without it, the operating-system user.

    Returns:
        The signed answer; `grade` is `unknown` and `name` empty for an entity that is not on the roll.

    Raises:
        RequestError: the identifier or the code of the bank has not its form, or the day lies ahead.
        HouseError: this home has no signing key and cannot make one.
    """
    today = home.today()
    key, day, code = entity_asked(home.settings, entity_id), day_asked(on, today), bank_asked(bank)
    asker = _Asker(signing_key(home), code, home.actor(by), day, today)
    with home.register.writing("a question") as writing:
        return asker.ask(writing, entity_id, key)


def check_each(
    home: "Home", entity_ids: Sequence[str], bank: str, on: date | None = None, *, by: str | None = None
) -> "list[Answer | RequestError]":
    """Answer many questions of a bank, each kept as its own; in their order, a refusal in place of what is no identifier.

    Several share a transaction, so that a long list neither waits for the disk at each question nor shuts others out.

    Raises:
        RequestError: the code of the bank has not its form, or the day lies ahead.
        HouseError: this home has no signing key and cannot make one.
    """
    today = home.today()
    asker = _Asker(signing_key(home), bank_asked(bank), home.actor(by), day_asked(on, today), today)
    found: list[Answer | RequestError] = []
    for start in range(0, len(entity_ids), _AT_ONCE):
        with home.register.writing("questions") as writing:
            for entity_id in entity_ids[start : start + _AT_ONCE]:
                try:
                    key = entity_asked(home.settings, entity_id)
                except RequestError as fault:
                    found.append(fault)
                else:
                    found.append(asker.ask(writing, entity_id, key))
    return found


@dataclass(frozen=True)
class _Asker:
    """One bank with its questions about one day. `today` is the day on which it asks."""

    signer: "SigningKey"
    bank: str
    by: str
    on: date
    today: date

    def ask(self, writing: "Writing", asked: str, key: str) -> Answer:
        """The signed answer, its question and itself on record in this transaction."""
        found = answer_of(writing, key, self.on, writing.moment)
        named = replace(found, receipt=writing.next_receipt(), key_id=self.signer.key_id)
        answer = replace(named, signature=self.signer.sign(named.spelt().encode()))
        writing.record_question(
            receipt=answer.receipt,
            bank=self.bank,
            by=self.by,
            asked=asked,
            entity_id=key,
            on=self.on,
            day=self.today,
            grade=answer.grade.value,
            answer=answer.spelt(),
            signature=answer.signature,
        )
        return answer


def entity_asked(settings: "Settings", text: str) -> str:
    """The key of the entity that a bank asks about.

    Raises:
        RequestError: it is no identifier.
    """
    key = entity_key(text, verify=settings.verify_ids)
    if key is None:
        raise RequestError(
            f"{text!r} is no entity identifier: its form or its check digit is wrong. Give the 9- or 18-character code.",
            f"{text!r} 不是有效的主体代码：格式或校验位有误。请提供 9 位或 18 位代码。",
        )
    return key


def day_asked(on: date | None, today: date) -> date:
    """The day of the payment that a bank asks about: the one given, else today.

    Raises:
        RequestError: it lies ahead, or before the year 1900.
    """
    if on is not None and on > today:
        raise RequestError(
            f"No grade can be told for {on}: that is after today. Ask on the day of the payment.",
            f"不能答复 {on} 的等级：该日尚未到来。请在付汇当日查询。",
        )
    if on is not None and on.year < FIRST_YEAR:
        raise RequestError(
            f"No grade can be told for {on}: days begin with the year {FIRST_YEAR}.",
            f"不能答复 {on} 的等级：日期须自 {FIRST_YEAR} 年起。",
        )
    return on or today


def answer_of(facts: Facts, key: str, day: date, moment: datetime) -> Answer:
    """What the register says of an entity at a moment, without receipt and signature."""

    def in_force(name: str) -> str:
        return facts.parameter(name, day) or GRADE_PARAMETERS[name].default

    entry, found = facts.enrolled(key), Grade.UNKNOWN
    if entry is not None:
        counts = facts.counts(key, *window(day, in_force("grade.window")))
        found = grade(counts.breaches, counts.notices, int(in_force("grade.max_notices_for_b")))
    return Answer(
        entity_id=key,
        name=entry["name"] if entry else "",
        grade=found,
        documents=documents(found, day, unknown=Grade(in_force("grade.unknown_documents"))),
        on=day,
        known_at=moment,
        valid_until=end_of(day),
    )


def end_of(day: date) -> datetime:
    """The last second of a day in Shanghai."""
    return datetime.combine(day, time(23, 59, 59), _SHANGHAI)
