"""Which way the money goes: the year to date beside last year, the first three items, what rose or fell sharply."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.periods import Period, holding, month_shifted
from fxwatch.reading.monitors import monitor
from fxwatch.reading.names import with_names
from fxwatch.terms import Item
from fxwatch.warehouse.summing import days_loaded

if TYPE_CHECKING:
    from fxwatch.home import Home

MONTHS_SHOWN = 24
FEW = 3
_TOLD: dict[str, Any] = {"before": pl.Decimal(24, 2), "growth": pl.Float64, "note": pl.String}


@dataclass(frozen=True)
class Change:
    """An amount of the year to date beside the same days of last year.

    Attributes:
        amount_usd: of the year to date.
        before: of the same days last year; None where they lie before the first loaded day.
        growth: the change as a fraction of `before`; None where that is none, zero or below.
        note: `new` (nothing before), `no_data` (before the first loaded day) or empty.
    """

    amount_usd: Decimal
    before: Decimal | None
    growth: float | None
    note: str


@dataclass(frozen=True)
class Pulse:
    """Receipts, payments and their difference.

    Attributes:
        year: the days of the year to date.
        receipts, payments, net: the year to date beside last year.
        months: period, receipts, payments, net (Decimal) of the last `MONTHS_SHOWN` months, the last up to the newest flow.
    """

    year: Period
    receipts: Change
    payments: Change
    net: Change
    months: pl.DataFrame


def pulse(home: "Home") -> Pulse | None:
    """Which way the money goes, this year beside the same days of last year; None without flows."""
    loaded = days_loaded(home.snapshot().con)
    if loaded is None:
        return None
    year, last_year = _years(loaded.end)
    begins = month_shifted(loaded.end, 1 - MONTHS_SHOWN)
    months = monitor(home, "balance", period=f"{begins}..{loaded.end}")
    now, then = (_added(monitor(home, "balance", period=f"{p.start}..{p.end}")) for p in (year, last_year))
    known = loaded.start <= last_year.start
    sides = {name: _change(now[name], then[name] if known else None) for name in now}
    return Pulse(year, **sides, months=months.select("period", *now))


def leaders(home: "Home") -> pl.DataFrame:
    """The article's three items of each direction by cumulative amount, this year beside the same days of last year.

    Returns:
        direction, rank, item, amount_usd, flows, entities, share, top_share (as monitor `top_items`), before (Decimal; null
        before the first loaded day), growth, note (`new`, `no_data` or empty).
    """
    loaded = days_loaded(home.snapshot().con)
    top = monitor(home, "top_items", top=FEW)
    if loaded is None:
        return top.clear().with_columns(pl.lit(None, dtype).alias(name) for name, dtype in _TOLD.items())
    _, last_year = _years(loaded.end)
    earlier = monitor(home, "top_items", period=f"{last_year.start}..{last_year.end}", top=len(Item))
    then = {
        (direction, item): amount
        for direction, item, amount in earlier.select("direction", "item", "amount_usd").rows()
    }
    is_known = loaded.start <= last_year.start
    changes = [
        _change(amount, then.get((direction, item), Decimal(0)) if is_known else None)
        for direction, item, amount in top.select("direction", "item", "amount_usd").rows()
    ]
    return top.with_columns(
        pl.Series(name, [getattr(c, name) for c in changes], dtype=dtype) for name, dtype in _TOLD.items()
    )


def surges(home: "Home") -> tuple[str | None, pl.DataFrame]:
    """What rose or fell sharply in the newest whole month, with the entities behind it.

    Returns:
        The month (`2026-09`; None without a whole month), and the rows of monitor `surges` with `name`: at most `FEW`
        entities for each surge, the largest change first.
    """
    loaded = days_loaded(home.snapshot().con)
    if loaded is None:
        return None, with_names(home, monitor(home, "surges"))
    month = holding(loaded.end, "month")
    if month.end > loaded.end:
        month = holding(month.start - timedelta(days=1), "month")
    if month.end < loaded.start:
        return None, with_names(home, monitor(home, "surges").clear())
    rows = with_names(home, monitor(home, "surges", period=month.label, top=FEW))
    order = [pl.col("change").abs(), "direction", "item", "basis", "rank"]
    return month.label, rows.sort(order, descending=[True, False, False, False, False])


def _years(newest: date) -> tuple[Period, Period]:
    """The year to date, and the same days of last year (29 February: to the 28th)."""
    first = date(newest.year, 1, 1)
    is_leap_day = (newest.month, newest.day) == (2, 29)
    same = newest.replace(year=newest.year - 1, day=28 if is_leap_day else newest.day)
    return Period(first, newest), Period(first.replace(year=first.year - 1), same)


def _added(months: pl.DataFrame) -> dict[str, Decimal]:
    sums = months.select(pl.col("receipts", "payments", "net").sum()).row(0, named=True)
    return {name: amount or Decimal(0) for name, amount in sums.items()}


def _change(amount: Decimal, before: Decimal | None) -> Change:
    if before is None:
        return Change(amount, None, None, "no_data")
    if before == 0:
        return Change(amount, before, None, "new")
    # Of a deficit a percentage says nothing: neither that it grew nor that it shrank.
    growth = float((amount - before) / before) if before > 0 else None
    return Change(amount, before, growth, "")
