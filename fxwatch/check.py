"""The bank's question before a payment: which grade has this entity, and which documents does that ask for.

It needs the register alone, no frame and no warehouse, and is answered in milliseconds. The question and its answer are
on record before the answer leaves.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any

from fxwatch.errors import RequestError
from fxwatch.grading import GRADE_PARAMETERS, documents, grade, window
from fxwatch.identifiers import entity_key
from fxwatch.terms import Document, Grade

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register import Writing

_BANK = re.compile(r"[0-9A-Za-z]{12}")
_SHANGHAI = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Answer:
    """What a bank is told, and nothing else.

    `known_at` is the moment (UTC) of the register that the answer rests on; `valid_until` the end of `on` in Shanghai;
    `receipt` the number under which question and answer are kept.
    """

    entity_id: str
    name: str
    grade: Grade
    documents: tuple[Document, ...]
    on: date
    known_at: datetime
    valid_until: datetime
    receipt: int

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON takes it; moments in ISO 8601 with their offset."""
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


def check(home: "Home", entity_id: str, bank: str, on: date | None = None) -> Answer:
    """Answer a bank's question and keep it, in one transaction of the register.

    Args:
        home: where.
        entity_id: in either form, 9 or 18 characters.
        bank: the 12-character institution code of the bank that asks.
        on: the day of the payment; without it, today.

    Returns:
        The answer; `grade` is `unknown` and `name` empty for an entity that is not on the roll.

    Raises:
        RequestError: the identifier or the code of the bank has not its form, or the day lies ahead.
    """
    key, day = entity_key(entity_id, verify=home.settings.verify_ids), on or home.today()
    if key is None:
        raise RequestError(
            f"{entity_id!r} is no entity identifier: its form or its check digit is wrong. Give the 9- or 18-character code.",
            f"{entity_id!r} 不是有效的主体代码:格式或校验位有误。请提供 9 位或 18 位代码。",
        )
    if not _BANK.fullmatch(bank):
        raise RequestError(
            f"{bank!r} is no institution code; a bank's has 12 letters or digits.",
            f"{bank!r} 不是金融机构代码;应为 12 位字母或数字。",
        )
    if day > home.today():
        raise RequestError(
            f"No grade can be told for {day}: that is after today. Ask on the day of the payment.",
            f"不能答复 {day} 的等级:该日尚未到来。请在付汇当日查询。",
        )
    with home.register.writing("a question") as writing:
        told = _answer(writing, key, day)
        receipt = writing.record_question(
            bank=bank.upper(),
            by=home.actor(None),
            asked=entity_id,
            entity_id=key,
            on=day,
            grade=told.grade.value,
            answer=told.as_dict(),
        )
    return Answer(**{**vars(told), "receipt": receipt})


def _answer(writing: "Writing", key: str, day: date) -> Answer:
    """The answer as the register knows it at the moment of the transaction, without its receipt."""

    def in_force(name: str) -> str:
        return writing.parameter(name, day) or GRADE_PARAMETERS[name].default

    entry, found = writing.enrolled(key), Grade.UNKNOWN
    if entry is not None:
        counts = writing.counts(key, *window(day, in_force("grade.window")))
        found = grade(counts.breaches, counts.notices, int(in_force("grade.max_notices_for_b")))
    return Answer(
        entity_id=key,
        name=entry["name"] if entry else "",
        grade=found,
        documents=documents(found, day, unknown=Grade(in_force("grade.unknown_documents"))),
        on=day,
        known_at=writing.moment,
        valid_until=datetime.combine(day, time(23, 59, 59), _SHANGHAI),
        receipt=0,
    )
