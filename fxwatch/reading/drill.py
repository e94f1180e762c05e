"""From a row of a monitor to the entities behind it, and from an entity to its flows."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.periods import Period, parse_day, parse_period
from fxwatch.reading.monitors import BOTH_SCOPES, LINE_OF, UNKNOWN, monitor
from fxwatch.reading.names import with_names
from fxwatch.sums import ALL
from fxwatch.warehouse.line_flows import Line, days_of_line, flows_of_line
from fxwatch.warehouse.summing import banks_in, days_loaded, names_of

if TYPE_CHECKING:
    from fxwatch.home import Home


def named_monitor(home: "Home", name: str, **asked: Any) -> pl.DataFrame:
    """A monitor's table, in which every entity has its name behind its identifier: see `fxwatch.reading.monitors.monitor`."""
    rows = monitor(home, name, **asked)
    if "entity_id" not in rows.columns:
        return rows
    before = rows.columns[: rows.columns.index("entity_id") + 1]
    named = with_names(home, rows.drop("name", strict=False))
    return named.select(*before, "name", *(c for c in named.columns if c not in (*before, "name")))


def flows_behind(home: "Home", entity_id: str, *, most: int | None = None, **asked: Any) -> pl.DataFrame:
    """The flows of one entity that a row of a monitor adds up, the newest first, at most so many.

    Args:
        home: where.
        entity_id: whose.
        most: how many; all of them without it.
        asked: see `line_of`.

    Returns:
        The columns of `queries/flows_of_line.sql`: money as exact decimals, words in place of numbers.

    Raises:
        RequestError: the period or the day is none.
    """
    return flows_of_line(home.snapshot().con, line_of(home, entity_id, **asked), most)


def days_behind(home: "Home", entity_id: str, **asked: Any) -> pl.DataFrame:
    """The same flows by day and direction: day, direction, amount_usd, flows. Quick, however many they are."""
    return days_of_line(home.snapshot().con, line_of(home, entity_id, **asked))


def line_of(
    home: "Home",
    entity_id: str,
    *,
    period: str = "ytd",
    as_of: date | str | None = None,
    direction: str | None = None,
    item: str | None = None,
    scheme: str = "article",
    scope: str = BOTH_SCOPES,
    where: Sequence[str] = (),
) -> Line:
    """Which flows of an entity a row of a monitor adds up.

    Args:
        home: where.
        entity_id: whose.
        period, as_of, scheme, scope, where: as the monitor was asked; of `where` only economies, banks and scopes narrow further.
        direction: `receipt` or `payment`; both without it.
        item: of the scheme; every item without it, or for `all`.

    Raises:
        RequestError: the period or the day is none.
    """
    loaded = days_loaded(home.snapshot().con)
    last = parse_day(as_of) if as_of else loaded.end if loaded else date.max
    days = parse_period(period, last)
    return Line(
        entity_id,
        first=days.start,
        last=min(days.end, last),
        direction=direction,
        scope=next(iter(_values("scope", where) or ()), None if scope == BOTH_SCOPES else scope),
        economies=_values("economy", where),
        banks=_values("bank", where),
        **{LINE_OF[scheme]: None if item == ALL else item},
    )


def name_of(home: "Home", entity_id: str) -> str:
    """What an entity is called; its identifier where it is on no roll."""
    names = names_of(home.snapshot().con, [entity_id])
    return str(names["name"][0]) if len(names) else entity_id


def banks(home: "Home") -> list[str]:
    """The banks that flows came from, and `unknown` where some name none."""
    found = banks_in(home.snapshot().con)
    return [*sorted(bank for bank in found if bank), *([UNKNOWN] if None in found else [])]


def days_known(home: "Home") -> Period | None:
    """From the first to the newest day with a flow that monitors look at; None without one."""
    return days_loaded(home.snapshot().con)


def _values(dimension: str, where: Sequence[str]) -> tuple[str, ...] | None:
    """What the conditions ask of a dimension of flows; None where they ask nothing."""
    asked = [value.strip() for name, _, value in (w.partition("=") for w in where) if name.strip() == dimension]
    if dimension == "economy":
        asked = [value if value == UNKNOWN else value.upper() for value in asked]
    return tuple(asked) or None
