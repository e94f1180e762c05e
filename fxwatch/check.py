"""The bank's question before a payment: which grade has this entity, and which documents does that ask for.

It needs the register alone, no frame and no warehouse, and is answered in milliseconds. The question and its answer are
on record before the answer leaves.
"""

import re
from collections.abc import Sequence
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
    from fxwatch.settings import Settings

_AT_ONCE = 100  # questions of a list in one transaction
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


def check(home: "Home", entity_id: str, bank: str, on: date | None = None, *, by: str | None = None) -> Answer:
    """Answer a bank's question and keep it, in one transaction of the register.

    Args:
        home: where.
        entity_id: in either form, 9 or 18 characters.
        bank: the 12-character institution code of the bank that asks.
        on: the day of the payment; without it, today.
        by: who asks for the bank; without it, the operating-system user.

    Returns:
        The answer; `grade` is `unknown` and `name` empty for an entity that is not on the roll.

    Raises:
        RequestError: the identifier or the code of the bank has not its form, or the day lies ahead.
    """
    key, day, code = entity_asked(home.settings, entity_id), day_asked(on, home.today()), bank_asked(bank)
    with home.register.writing("a question") as writing:
        return _kept(writing, entity_id, key, day, bank=code, by=home.actor(by))


def check_each(
    home: "Home", entity_ids: Sequence[str], bank: str, on: date | None = None, *, by: str | None = None
) -> "list[Answer | RequestError]":
    """Answer many questions of a bank, each kept as its own; in their order, a refusal in place of what is no identifier.

    Several share a transaction, so that a long list neither waits for the disk at each question nor shuts others out.

    Raises:
        RequestError: the code of the bank has not its form, or the day lies ahead.
    """
    day, code, actor = day_asked(on, home.today()), bank_asked(bank), home.actor(by)
    found: list[Answer | RequestError] = []
    for start in range(0, len(entity_ids), _AT_ONCE):
        with home.register.writing("questions") as writing:
            for entity_id in entity_ids[start : start + _AT_ONCE]:
                try:
                    key = entity_asked(home.settings, entity_id)
                except RequestError as fault:
                    found.append(fault)
                else:
                    found.append(_kept(writing, entity_id, key, day, bank=code, by=actor))
    return found


def entity_asked(settings: "Settings", entity_id: str) -> str:
    """The key of the entity that is asked about.

    Raises:
        RequestError: the identifier has not its form.
    """
    key = entity_key(entity_id, verify=settings.verify_ids)
    if key is None:
        raise RequestError(
            f"{entity_id!r} is no entity identifier: its form or its check digit is wrong. Give the 9- or 18-character code.",
            f"{entity_id!r} 不是有效的主体代码:格式或校验位有误。请提供 9 位或 18 位代码。",
        )
    return key


def bank_asked(bank: str) -> str:
    """The institution code as it is kept.

    Raises:
        RequestError: it has not its form.
    """
    if not _BANK.fullmatch(bank):
        raise RequestError(
            f"{bank!r} is no institution code; a bank's has 12 letters or digits.",
            f"{bank!r} 不是金融机构代码;应为 12 位字母或数字。",
        )
    return bank.upper()


def day_asked(on: date | None, today: date) -> date:
    """The day that is asked about: today, or an earlier one.

    Raises:
        RequestError: the day lies ahead.
    """
    if on is not None and on > today:
        raise RequestError(
            f"No grade can be told for {on}: that is after today. Ask on the day of the payment.",
            f"不能答复 {on} 的等级:该日尚未到来。请在付汇当日查询。",
        )
    return on or today


def _kept(writing: "Writing", asked: str, key: str, day: date, *, bank: str, by: str) -> Answer:
    """The answer, its question and itself on record in this transaction."""
    told = _answer(writing, key, day)
    receipt = writing.record_question(
        bank=bank, by=by, asked=asked, entity_id=key, on=day, grade=told.grade.value, answer=told.as_dict()
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
