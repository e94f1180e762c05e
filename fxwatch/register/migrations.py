"""From the tables of an older version to those of this one: small numbered steps, all in one transaction.

The acts, the roll and the questions are the truth, and a step changes them as little as it can; every other table is made
from the acts, and a step makes it again. A step may run years after it was written, on tables that a later one knows
already: it looks before it adds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Column, Connection, inspect, update
from sqlalchemy.schema import CreateColumn

from fxwatch.errors import HouseError
from fxwatch.register.acts import Kind, read_act, stored
from fxwatch.register.projections import project
from fxwatch.register.questions import date_questions, widen
from fxwatch.register.store import Store
from fxwatch.register.tables import METADATA, PROJECTIONS, keep_as_in_sqlite, meta, questions
from fxwatch.register.writing import Writing
from fxwatch.terms import Role

_SHANGHAI = timedelta(hours=8)  # all year round


@dataclass(frozen=True)
class Step:
    """One step. `to` is the version it leads to, from the one before."""

    to: int
    what: str
    take: Callable[[Connection], None]


def add_tables(connection: Connection) -> None:
    """Make the tables that are not there yet."""
    METADATA.create_all(connection)


def add_column(connection: Connection, column: "Column[object]") -> None:
    """Add a column to its table, unless it is there. It must be able to be empty."""
    table = column.table
    if column.name not in {found["name"] for found in inspect(connection).get_columns(table.name)}:
        spelt = CreateColumn(column).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {spelt}")
        keep_as_in_sqlite(table, connection)


def remake_projections(connection: Connection) -> None:
    """Make every table anew that is made from the acts."""
    METADATA.drop_all(connection, list(PROJECTIONS))
    METADATA.create_all(connection)
    for row in list(stored(connection)):
        project(connection, read_act(row))


def add_banks_door(connection: Connection) -> None:
    """Keys of banks and of signatures, what banks took along, and what is kept of a signed answer."""
    add_tables(connection)
    for name in ("day", "key", "signature"):
        add_column(connection, questions.c[name])
    for index in questions.indexes:
        index.create(connection, checkfirst=True)
    date_questions(connection)
    widen(connection)


# One line for each version after the first, in order. Never changed once it was released.
STEPS: tuple[Step, ...] = (
    Step(2, "inquiries, objections, approvals, assignments and policies", remake_projections),
    Step(3, "passwords and sessions", add_tables),
    Step(4, "keys of banks, signed answers and lists taken along", add_banks_door),
    Step(5, "shadows of rules and parameters", add_tables),
)


def bring_up(store: Store, *, by: str, why: str, steps: Sequence[Step] = STEPS) -> list[Step]:
    """Take the steps that lead from the version that is there to the newest; all of them or none.

    Raises:
        HouseError: no step leads away from the version that is there.
        Forbidden: `by` is no administrator.
    """
    newest = steps[-1].to if steps else store.version()
    if store.version() >= newest:
        return []
    with store.writing("upgrade") as (connection, moment):
        found = store.version_in(connection)
        due = [step for step in steps if step.to > found]
        if [step.to for step in due] != list(range(found + 1, newest + 1)):
            raise HouseError(
                f"No steps lead from version {found} of the register {store.name} to version {newest}. Use the fxwatch between the two first.",
                f"登记簿 {store.name} 无法由 {found} 版升级至 {newest} 版。请先使用两者之间的 fxwatch。",
            )
        for step in due:
            step.take(connection)
        connection.execute(update(meta).where(meta.c.key == "schema_version").values(value=str(newest)))
        Writing(connection, moment).append(
            Kind.REGISTER_UPGRADED,
            by=by,
            role=Role.ADMINISTRATOR,
            subject="register",
            day=(moment + _SHANGHAI).date(),
            why=why,
            payload={"from": found, "to": newest, "steps": [step.what for step in due]},
        )
    return due
