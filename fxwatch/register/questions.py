"""What banks asked and what they were told, word for word."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from fxwatch.errors import HouseError
from fxwatch.register.frames import frame
from fxwatch.register.store import stamp
from fxwatch.register.tables import questions

if TYPE_CHECKING:
    import polars as pl

COLUMNS = tuple(column.name for column in questions.columns)

_SHANGHAI = timedelta(hours=8)  # all year round


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


def insert_records(connection: Connection, records: Sequence[str]) -> None:
    """Put records on record that waited in a journal: JSON objects with the columns of the table, `answer` last and an object.

    Raises:
        HouseError: one of them is no record; none is put on record.
    """
    try:
        rows = [_of_record(record) for record in records]
    except (ValueError, TypeError) as fault:
        raise HouseError(
            f"A journal of records holds a line that is no record ({fault}). Nothing of this piece was brought into the register; run: fxwatch doctor",
            f"查询记录日志中有一行不是记录（{fault}）。这一段均未并入登记簿；请运行 fxwatch doctor。",
        ) from fault
    connection.execute(insert(questions), rows)


_ANSWER = ',"answer":'


def _of_record(record: str) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(record)
    # An answer keeps its spelling, to the byte. Within a text a quotation mark is escaped: the first such place is the field's.
    row["answer"] = record[record.index(_ANSWER) + len(_ANSWER) : -1]
    return {name: row.get(name) for name in COLUMNS}


def widen(connection: Connection) -> None:
    """Let receipts grow past two thousand million, where the database sets a limit; a volume of some years."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ALTER TABLE questions ALTER COLUMN receipt TYPE BIGINT")


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


def question(connection: Connection, receipt: int) -> dict[str, Any] | None:
    """One question with its answer, as columns of the table; None where the number was never given."""
    row = connection.execute(select(questions).where(questions.c.receipt == receipt)).mappings().first()
    return dict(row) if row else None


def questions_frame(
    connection: Connection,
    *,
    entity_id: str | None = None,
    bank: str | None = None,
    receipt: int | None = None,
    known_at: datetime | None = None,
    first: date | None = None,
    last: date | None = None,
    word_for_word: bool = True,
) -> "pl.DataFrame":
    """The questions that fit, oldest first; `first` and `last` bound the day on which they were asked.

    Returns:
        receipt, at, day, bank, by, key, asked, entity_id, on, grade; and `word_for_word` also answer (JSON, as it was signed)
        and signature.
    """
    import polars as pl

    columns = _COLUMNS if word_for_word else _COLUMNS[:-2]
    statement = select(*(questions.c[name] for name in columns))
    for column, value in ((questions.c.entity_id, entity_id), (questions.c.bank, bank), (questions.c.receipt, receipt)):
        if value is not None:
            statement = statement.where(column == value)
    if known_at is not None:
        statement = statement.where(questions.c.at <= stamp(known_at))
    if first is not None:
        statement = statement.where(questions.c.day >= first.isoformat())
    if last is not None:
        statement = statement.where(questions.c.day <= last.isoformat())
    schema: dict[str, Any] = dict.fromkeys(columns, pl.String)
    schema |= {"receipt": pl.Int64, "at": pl.Datetime("us"), "day": pl.Date, "on": pl.Date}
    return frame(connection, statement.order_by(questions.c.receipt), schema)


def last_asked(connection: Connection, banks: Iterable[str]) -> dict[str, date]:
    """The last day on which each of some banks asked: one step into the index a bank, however many questions there are."""
    newest = {
        bank: connection.execute(select(func.max(questions.c.day)).where(questions.c.bank == bank)).scalar_one()
        for bank in banks
    }
    return {bank: date.fromisoformat(day) for bank, day in newest.items() if day}
