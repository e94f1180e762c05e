"""The side of the register that whoever answers banks writes to: receipt numbers, journals, limits, who is alive."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from fxwatch.register import allowances, blocks, processes, questions
from fxwatch.register.blocks import Block
from fxwatch.register.quick import Quick, quick
from fxwatch.register.store import Store
from fxwatch.register.tables import parameters


class RecordsSide:
    """What `Register` offers to a process that answers."""

    _store: Store

    def quick(self) -> Quick:
        """Reads in microseconds, over a connection of their own: see `quick`."""
        return quick(self._store)

    def parameter_versions(self, names: Sequence[str]) -> list[tuple[str, str, str]]:
        """Every version of some parameters in the order in which they were set: name, value, valid_from (ISO day)."""
        statement = select(parameters.c.name, parameters.c.value, parameters.c.valid_from)
        with self._store.reading() as connection:
            rows = connection.execute(statement.where(parameters.c.name.in_(names)).order_by(parameters.c.act))
            return [(row.name, row.value, row.valid_from) for row in rows]

    def reserve_receipts(self, count: int, home: str) -> Block:
        """Give out the next numbers as a block whose answers wait in a journal of a home: see `blocks.reserve`."""
        with self._store.writing("receipts") as (connection, moment):
            return blocks.reserve(connection, moment, count, home)

    def end_block(self, first: int, used: int) -> None:
        """A block ends with the number `used`: see `blocks.give_back`."""
        with self._store.writing("receipts") as (connection, _):
            blocks.give_back(connection, first, used)

    def waiting_blocks(self, home: str) -> dict[int, datetime]:
        """The blocks of a home that are not folded to their end: see `blocks.waiting`."""
        with self._store.reading() as connection:
            return blocks.waiting(connection, home)

    def is_receipt_elsewhere(self, number: int, home: str) -> bool:
        """Whether a number may have been told at another home without being here yet: see `blocks.is_out`."""
        with self._store.reading() as connection:
            return blocks.is_out(connection, number, home)

    def folded(self, first: int) -> int | None:
        """Up to which byte the journal of a block is in `questions`; None where no such block waits."""
        with self._store.reading() as connection:
            return blocks.folded(connection, first)

    def fold(self, first: int, start: int, end: int, rows: Sequence[dict[str, Any]]) -> bool:
        """Bring a piece of a journal into `questions`, rows and place in one transaction, so that none comes twice.

        Args:
            first: the block.
            start: the byte at which the piece begins; where the journal is folded up to another one, nothing is done.
            end: the byte behind it.
            rows: as `questions.row_of` reads them, none of them on record yet.

        Returns:
            Whether it was brought.
        """
        with self._store.writing("folding") as (connection, _):
            if blocks.folded(connection, first) != start:
                return False
            questions.insert_records(connection, rows)
            blocks.folds(connection, first, end)
            return True

    def receipts_within(self, block: Block) -> set[int]:
        """The numbers of a block that are on record."""
        with self._store.reading() as connection:
            return questions.receipts_within(connection, block.first, block.last)

    def block(self, first: int) -> Block | None:
        """The block that begins with a number; None where no such block waits."""
        with self._store.reading() as connection:
            return blocks.block(connection, first)

    def close_block(self, first: int) -> None:
        """Forget a block that is folded to its end."""
        with self._store.writing("folding") as (connection, _):
            blocks.close(connection, first)

    def beat(self, process: str, home: str) -> None:
        """Say that a process answers: see `processes.beat`. The register's moment moves with it."""
        with self._store.writing("beat") as (connection, moment):
            processes.beat(connection, moment, process, home)

    def leave(self, process: str) -> None:
        """Say that a process ends."""
        with self._store.writing("beat") as (connection, _):
            processes.leave(connection, process)

    def answering(self) -> int:
        """How many processes answer."""
        with self._store.reading() as connection:
            return processes.count(connection)

    def take_allowance(self, key: str, per_second: int, count: int, *, seconds: float) -> float:
        """Take questions of a key in advance: see `allowances.take`.

        Raises:
            HomeLocked: the register is being written to for longer than `seconds`.
        """
        with self._store.counting("limits", seconds) as connection:
            return allowances.take(connection, key, per_second, count)
