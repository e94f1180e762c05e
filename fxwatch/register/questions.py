"""What banks asked and what they were told, word for word."""

import json
from collections.abc import Iterable, Sequence
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


def insert_records(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Put records on record that waited in a journal, as `row_of` reads them."""
    if rows:
        connection.execute(insert(questions), rows)


def row_of(record: str) -> dict[str, Any]:
    """A journal's line as a row of the table: a JSON object with its columns, `answer` last and an object, kept in its spelling.

    Raises:
        ValueError: it is no record; says why.
    """
    try:
        row = json.loads(record)
    except RecursionError as fault:
        raise ValueError("it is too deep") from fault
    if not isinstance(row, dict) or not isinstance(row.get("answer"), dict) or list(row)[-1] != "answer":
        raise ValueError("it is no object with an answer at its end")
    if type(row.get("receipt")) is not int:
        raise ValueError("its receipt is no number")
    # Within a text a quotation mark is escaped, and no other field holds an object: the first such place is the field's.
    row["answer"] = record[record.index(_ANSWER) + len(_ANSWER) : -1]
    if not (record.endswith("}}") and row["answer"].startswith("{")):
        raise ValueError("it is not spelt as records are")
    for name, longest in _TEXTS.items():
        text = row.get(name)
        if text is None and name in _MAY_BE_EMPTY:
            continue
        if not isinstance(text, str) or len(text) > longest or "\0" in text:
            raise ValueError(f"its {name} is no text of at most {longest} characters")
        text.encode()  # half of a pair of surrogates is no character
    return {name: row.get(name) for name in COLUMNS}


_ANSWER = ',"answer":'
_TEXTS = {c.name: getattr(c.type, "length", None) or 1 << 20 for c in questions.columns if c.name != "receipt"}
_MAY_BE_EMPTY = {c.name for c in questions.columns if c.nullable}


def receipts_within(connection: Connection, first: int, last: int) -> set[int]:
    """The receipts on record between two numbers, both included."""
    return set(
        connection.execute(select(questions.c.receipt).where(questions.c.receipt.between(first, last))).scalars()
    )


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
