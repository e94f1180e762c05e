"""Frames out of statements, and rows into tables, a column at a time."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, Table

if TYPE_CHECKING:
    import polars as pl

IN_ONE_LIST = 900  # SQLite takes at least 999 values in one statement


def frame(connection: Connection, statement: "Select[Any]", schema: "dict[str, Any]") -> "pl.DataFrame":
    """What a statement answers, as a frame with the schema's columns; days and moments are stored as texts.

    Args:
        connection: where to ask.
        statement: selects the schema's columns in its order.
        schema: the Polars type of each column.
    """
    import polars as pl

    # Straight from the driver: a row object for each of a million rows would cost more than reading them.
    rows = connection.execute(statement).cursor.fetchall()
    columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else [() for _ in schema]
    found = pl.DataFrame(
        [_column(name, column, dtype) for (name, dtype), column in zip(schema.items(), columns, strict=True)]
    )
    return found.with_columns(
        *(pl.col(name).str.to_date("%Y-%m-%d") for name, dtype in schema.items() if dtype == pl.Date),
        *(
            pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f", time_unit="us")
            for name, dtype in schema.items()
            if dtype == pl.Datetime
        ),
    )


def _column(name: str, values: "Sequence[Any]", dtype: Any) -> "pl.Series":
    import polars as pl

    if dtype == pl.Boolean:
        # Some drivers have numbers for yes and no.
        return pl.Series(name, [None if v is None else bool(v) for v in values], dtype=pl.Boolean)
    return pl.Series(name, values, dtype=pl.String if dtype in (pl.Date, pl.Datetime) else dtype)


def insert_many(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write many rows as the driver takes them: a million in seconds."""
    if rows and connection.dialect.name == "postgresql":
        _copy_in(connection, table, columns, rows)
    elif rows:
        statement = table.insert().compile(dialect=connection.dialect, column_keys=list(columns))
        connection.exec_driver_sql(str(statement), [tuple(row) for row in rows])


def _copy_in(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    # A statement a row would take PostgreSQL a minute for a million; its COPY takes seconds.
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(map(quote, columns))})"
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def in_lists(values: Iterable[str]) -> Iterable[list[str]]:
    """The values in lists that one statement can take."""
    waiting = list(values)
    for start in range(0, len(waiting), IN_ONE_LIST):
        yield waiting[start : start + IN_ONE_LIST]
