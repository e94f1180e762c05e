"""The flows behind one row of a monitor: those of one entity in one item, on some days."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.terms import Bpm6, Direction, Item, Scope
from fxwatch.warehouse.queries import query

if TYPE_CHECKING:
    import duckdb

_POSITIONS = {"direction": Direction, "item": Item, "bpm6": Bpm6, "scope": Scope}
_MONEY = ("amount", "amount_usd", "settled_usd")
_EVERY = 2**62


@dataclass(frozen=True)
class Line:
    """Which flows are meant; None stands for whatever it is. `unknown` among economies or banks: those that name none."""

    entity_id: str
    first: date
    last: date
    direction: str | None = None
    item: str | None = None
    bpm6: str | None = None
    scope: str | None = None
    economies: tuple[str, ...] | None = None
    banks: tuple[str, ...] | None = None


def flows_of_line(con: "duckdb.DuckDBPyConnection", line: Line, most: int | None = None) -> pl.DataFrame:
    """The flows, the newest first, at most so many: the columns of `queries/flows_of_line.sql`.

    Money comes as exact decimals, words in place of numbers.
    """
    asked = {**_asked(con, line), "most": _EVERY if most is None else most}
    rows: pl.DataFrame = con.sql(query("flows_of_line"), params=asked).pl()
    return _worded(rows)


def days_of_line(con: "duckdb.DuckDBPyConnection", line: Line) -> pl.DataFrame:
    """The same flows added up: day, direction, amount_usd (Decimal), flows; by day. Much quicker than the flows themselves."""
    rows: pl.DataFrame = con.sql(query("days_of_line"), params=_asked(con, line)).pl()
    return _worded(rows)


def _asked(con: "duckdb.DuckDBPyConnection", line: Line) -> dict[str, Any]:
    # The number is asked for by itself: with a constant DuckDB passes over whole blocks of other entities.
    found = con.execute("SELECT entity FROM entity_numbers WHERE entity_id = $id", {"id": line.entity_id}).fetchall()
    asked = asdict(line) | {"entity": found[0][0] if found else None}
    del asked["entity_id"]
    for name, words in _POSITIONS.items():
        asked[name] = None if asked[name] is None else list(words).index(words(asked[name]))
    for name in ("economies", "banks"):
        asked[name] = None if asked[name] is None else list(asked[name])
    return asked


def _worded(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        *(
            pl.col(name).replace_strict(dict(enumerate(words)), return_dtype=pl.String, default=None)
            for name, words in _POSITIONS.items()
            if name in rows.columns
        ),
        *(
            (pl.col(name).cast(pl.Decimal(24, 2)) / 100).cast(pl.Decimal(24, 2))
            for name in _MONEY
            if name in rows.columns
        ),
    )
