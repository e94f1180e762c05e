"""Receipt numbers: given out in blocks, so that an answer knows its number before its record reaches the register.

Whoever answers takes a block in one transaction and gives its numbers out by itself; so they are unique over processes and
machines. What was answered under them waits in a journal, one a block, until it is folded into `questions`.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from fxwatch.register.store import stamp
from fxwatch.register.tables import blocks, questions

_COUNTER = 0


class Block(NamedTuple):
    """Numbers from `first` to `last`, both included."""

    first: int
    last: int


def reserve(connection: Connection, moment: datetime, count: int, home: str | None = None) -> Block:
    """Give out the next numbers; with `home`, as a block whose answers wait in a journal there."""
    newest = connection.execute(select(blocks.c.last).where(blocks.c.first == _COUNTER)).scalar_one_or_none()
    row = {"home": "", "at": stamp(moment), "folded": 0}
    if newest is None:
        # A register from before there were blocks.
        newest = connection.execute(select(func.coalesce(func.max(questions.c.receipt), 0))).scalar_one()
        connection.execute(insert(blocks), {"first": _COUNTER, "last": newest, **row})
    given = Block(newest + 1, newest + count)
    connection.execute(update(blocks).where(blocks.c.first == _COUNTER).values(last=given.last, at=stamp(moment)))
    if home is not None:
        connection.execute(insert(blocks), {"first": given.first, "last": given.last, **row, "home": home})
    return given


def give_back(connection: Connection, first: int, used: int) -> None:
    """A block ends with the number `used`; what lies behind it is given out again where nobody took more since."""
    last = connection.execute(select(blocks.c.last).where(blocks.c.first == first)).scalar_one()
    is_newest = (blocks.c.first == _COUNTER) & (blocks.c.last == last)
    connection.execute(update(blocks).where(is_newest).values(last=used))
    connection.execute(update(blocks).where(blocks.c.first == first).values(last=max(used, first)))


def waiting(connection: Connection, home: str) -> dict[int, datetime]:
    """The blocks whose journals lie in a home, by their first number, with the moments at which they were given out."""
    statement = select(blocks.c.first, blocks.c.at).where(blocks.c.first != _COUNTER, blocks.c.home == home)
    return {first: datetime.fromisoformat(at) for first, at in connection.execute(statement)}


def is_out(connection: Connection, number: int, home: str) -> bool:
    """Whether a number of another home's block may have been told without being here yet."""
    within = blocks.c.first.between(1, number) & (blocks.c.last >= number) & (blocks.c.home != home)
    is_here = connection.execute(select(questions.c.receipt).where(questions.c.receipt == number)).first() is not None
    return not is_here and connection.execute(select(blocks.c.first).where(within)).first() is not None


def folded(connection: Connection, first: int) -> int | None:
    """Up to which byte the journal of a block is in `questions`; None where it was folded to its end."""
    return connection.execute(select(blocks.c.folded).where(blocks.c.first == first)).scalar_one_or_none()


def block(connection: Connection, first: int) -> Block | None:
    """The block that begins with a number; None where no such block waits."""
    last = connection.execute(select(blocks.c.last).where(blocks.c.first == first)).scalar_one_or_none()
    return None if last is None else Block(first, last)


def folds(connection: Connection, first: int, end: int) -> None:
    """Say that a journal is in `questions` up to a byte; in the transaction that brings its rows."""
    connection.execute(update(blocks).where(blocks.c.first == first).values(folded=end))


def close(connection: Connection, first: int) -> None:
    """Forget a block: its journal was folded to its end."""
    connection.execute(delete(blocks).where(blocks.c.first == first, blocks.c.first != _COUNTER))
