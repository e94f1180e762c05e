"""What banks asked and what they were told, word for word."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from fxwatch.register.frames import frame
from fxwatch.register.store import stamp
from fxwatch.register.tables import questions

if TYPE_CHECKING:
    import polars as pl

COLUMNS = tuple(column.name for column in questions.columns)

_SHANGHAI = timedelta(hours=8)  # all year round


def next_receipt(connection: Connection) -> int:
    """A number for the question to be put on record next."""
    return int(connection.execute(select(func.coalesce(func.max(questions.c.receipt), 0))).scalar_one()) + 1


def record(
    connection: Connection,
    moment: datetime,
    *,
    receipt: int,
    bank: str,
    by: str,
    asked: str,
    entity_id: str,
    on: date,
    day: date,
    grade: str,
    answer: str,
    signature: str | None = None,
    key: str | None = None,
) -> None:
    """Put a question and its answer on record.

    Args:
        connection: a writing one.
        moment: when it was asked.
        receipt: the number of its record, which the answer bears.
        bank: the institution code of the bank that asks.
        by: the account, or the name of the key.
        asked: the identifier as it was given; `entity_id` is the entity's key.
        entity_id: whom it is about.
        on: the day asked about.
        day: the day on which it was asked.
        grade: what was told.
        answer: the whole answer as it was spelt and signed.
        signature: over that.
        key: the key with which the bank asked (`K1`); None from the command line.
    """
    row = {
        "receipt": receipt,
        "at": stamp(moment),
        "bank": bank,
        "by": by,
        "asked": asked,
        "entity_id": entity_id,
        "on": on.isoformat(),
        "day": day.isoformat(),
        "grade": grade,
        "answer": answer,
        "signature": signature,
        "key": key,
    }
    connection.execute(insert(questions), row)


def date_questions(connection: Connection) -> None:
    """Say of each question on which day it was asked, where a version before the third kept its moment alone."""
    undated = select(questions.c.receipt, questions.c.at).where(questions.c.day.is_(None))
    rows = [
        {"which": receipt, "asked_on": (datetime.fromisoformat(at) + _SHANGHAI).date().isoformat()}
        for receipt, at in connection.execute(undated)
    ]
    if rows:
        which = questions.c.receipt == bindparam("which")
        connection.execute(update(questions).where(which).values(day=bindparam("asked_on")), rows)


_COLUMNS = ("receipt", "at", "day", "bank", "by", "key", "asked", "entity_id", "on", "grade", "answer", "signature")


def questions_frame(
    connection: Connection,
    *,
    entity_id: str | None = None,
    bank: str | None = None,
    receipt: int | None = None,
    known_at: datetime | None = None,
    first: date | None = None,
    last: date | None = None,
) -> "pl.DataFrame":
    """The questions that fit, oldest first; `first` and `last` bound the day on which they were asked.

    Returns:
        receipt, at, day, bank, by, key, asked, entity_id, on, grade, answer (JSON, as it was signed), signature.
    """
    import polars as pl

    statement = select(*(questions.c[name] for name in _COLUMNS))
    for column, value in ((questions.c.entity_id, entity_id), (questions.c.bank, bank), (questions.c.receipt, receipt)):
        if value is not None:
            statement = statement.where(column == value)
    if known_at is not None:
        statement = statement.where(questions.c.at <= stamp(known_at))
    if first is not None:
        statement = statement.where(questions.c.day >= first.isoformat())
    if last is not None:
        statement = statement.where(questions.c.day <= last.isoformat())
    schema: dict[str, Any] = dict.fromkeys(_COLUMNS, pl.String)
    schema |= {"receipt": pl.Int64, "at": pl.Datetime("us"), "day": pl.Date, "on": pl.Date}
    return frame(connection, statement.order_by(questions.c.receipt), schema)
