"""What banks asked and what they were told, word for word."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from fxwatch.register.chain import canonical
from fxwatch.register.frames import frame
from fxwatch.register.store import stamp
from fxwatch.register.tables import questions

if TYPE_CHECKING:
    import polars as pl


def record(
    connection: Connection,
    moment: datetime,
    *,
    bank: str,
    by: str,
    asked: str,
    entity_id: str,
    on: date,
    grade: str,
    answer: dict[str, Any],
) -> int:
    """Put a question and its answer on record; the answer is kept with its receipt in it.

    Returns:
        The receipt's number.
    """
    row = {
        "at": stamp(moment),
        "bank": bank,
        "by": by,
        "asked": asked,
        "entity_id": entity_id,
        "on": on.isoformat(),
        "grade": grade,
        "answer": "",
    }
    key = connection.execute(insert(questions), row).inserted_primary_key
    receipt = int(key[0]) if key else 0
    told = canonical({**answer, "receipt": receipt})
    connection.execute(update(questions).where(questions.c.receipt == receipt).values(answer=told))
    return receipt


def questions_frame(
    connection: Connection,
    *,
    entity_id: str | None = None,
    bank: str | None = None,
    receipt: int | None = None,
    known_at: datetime | None = None,
    since: datetime | None = None,
) -> "pl.DataFrame":
    """The questions that fit, oldest first: receipt, at, bank, by, asked, entity_id, on, grade, answer (JSON).

    `since` looks at the newest questions alone, however many there are before that moment (UTC).
    """
    import polars as pl

    columns = ("receipt", "at", "bank", "by", "asked", "entity_id", "on", "grade", "answer")
    statement = select(*(questions.c[name] for name in columns)).order_by(questions.c.receipt)
    for column, value in ((questions.c.entity_id, entity_id), (questions.c.bank, bank), (questions.c.receipt, receipt)):
        if value is not None:
            statement = statement.where(column == value)
    if known_at is not None:
        statement = statement.where(questions.c.at <= stamp(known_at))
    if since is not None:
        statement = statement.where(questions.c.receipt > _last_before(connection, since))
    schema: dict[str, Any] = dict.fromkeys(columns, pl.String)
    return frame(connection, statement, schema | {"receipt": pl.Int64, "at": pl.Datetime("us"), "on": pl.Date})


def _last_before(connection: Connection, moment: datetime) -> int:
    """The newest receipt from before a moment: receipts and moments rise together, so the search ends soon."""
    newest = questions.c.receipt.desc()
    before = select(questions.c.receipt).where(questions.c.at < stamp(moment)).order_by(newest).limit(1)
    return int(connection.execute(before).scalar() or 0)
