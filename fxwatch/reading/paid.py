"""Payments by bank, entity and day: the grade that was known on the day, and whether the bank had asked or had it in a file."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.banks.keys import bank_asked
from fxwatch.banks.moves import PARAMETERS, Calendar
from fxwatch.errors import RequestError
from fxwatch.grading import grade, window
from fxwatch.recording import fold
from fxwatch.terms import Grade
from fxwatch.warehouse.paying import payment_days
from fxwatch.warehouse.summing import days_loaded

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.register.events import Event

WATCHED = [Grade.B.value, Grade.C.value]
KEY = ["bank", "entity_id", "day"]
_STOOD: dict[str, pl.DataType | type[pl.DataType]] = {
    "entity_id": pl.String,
    "is_breach": pl.Boolean,
    "of": pl.Date,
    "recorded_on": pl.Date,
    "ended_on": pl.Date,
}


def days_paid(
    home: "Home", first: date | None = None, last: date | None = None, bank: str | None = None, *, watched: bool = False
) -> pl.DataFrame:
    """On which days each bank paid for which entity.

    Args:
        home: where.
        first: the first day of payments; without it, a year before `last`.
        last: the last one; without it, the newest flow's day.
        bank: only this one's.
        watched: only those of entities that were B or C on the day. Flows from before the first notice or breach of their
            entity are not even read, which spares nearly all of them.

    Returns:
        bank, entity_id, day, payments, grade, asked, by_file (in a daily file, asked or not); in no particular order.

    Raises:
        RequestError: the bank's code has not its form, or the days are in the wrong order.
    """
    fold(home)
    code = None if bank is None else bank_asked(bank)
    begin, end = _bounds(home, first, last)
    stood = _stood(home.register.events())
    since = stood.group_by("entity_id").agg(since=pl.col("recorded_on").min()) if watched else None
    days = _graded(home, payment_days(home.snapshot().con, begin, end, code, since), stood)
    if watched:
        days = days.filter(pl.col("grade").is_in(WATCHED))
    asked = home.register.asked_on_the_day(begin, end).with_columns(asked=pl.lit(True))
    return (
        days.join(asked, on=KEY, how="left")
        .join(_filed(home, begin, end).with_columns(by_file=pl.lit(True)), on=KEY, how="left")
        .with_columns(pl.col("asked", "by_file").fill_null(False))
    )


def _bounds(home: "Home", first: date | None, last: date | None) -> tuple[date, date]:
    loaded = days_loaded(home.snapshot().con)
    end = last or (loaded.end if loaded else home.today())
    begin = first or window(end)[0]
    if begin > end:
        raise RequestError(
            f"The days are in the wrong order: {begin} comes after {end}.", f"起止日期颠倒：{begin} 晚于 {end}。"
        )
    return begin, end


def _filed(home: "Home", first: date, last: date) -> pl.DataFrame:
    """For which bank, entity and day a daily file speaks."""
    reach = home.settings.file_days
    told = home.register.told_by_file(first - timedelta(days=reach), last)
    later = [told.with_columns(pl.col("day") + timedelta(days=days)) for days in range(reach + 1)]
    return pl.concat(later).select(KEY).unique()


def _stood(events: "list[Event]") -> pl.DataFrame:
    rows = [(e.entity_id, e.is_breach, e.day, e.recorded_on, e.ended_on) for e in events]
    return pl.DataFrame(rows, schema=_STOOD, orient="row")


def _graded(home: "Home", days: pl.DataFrame, stood: pl.DataFrame) -> pl.DataFrame:
    """Add the grade that was known on each day; an entity of which nothing counted is A."""
    numbers = _numbers(home, days["day"].unique().to_list())
    still = pl.col("ended_on").is_null() | (pl.col("ended_on") > pl.col("day"))
    counts = (
        days.select("entity_id", "day")
        .unique()
        .join(stood, on="entity_id")
        .join(numbers, on="day")
        .filter((pl.col("recorded_on") <= pl.col("day")) & still & pl.col("of").is_between("begins", "day"))
        .group_by("entity_id", "day", "most")
        .agg(breaches=pl.col("is_breach").sum(), notices=(~pl.col("is_breach")).sum())
    )
    # The rule of grading itself, asked once for each set of counts that occurs.
    kinds = counts.select("breaches", "notices", "most").unique()
    told = kinds.with_columns(grade=pl.Series([grade(*row).value for row in kinds.iter_rows()], dtype=pl.String))
    graded = counts.join(told, on=["breaches", "notices", "most"]).select("entity_id", "day", "grade")
    return days.join(graded, on=["entity_id", "day"], how="left").with_columns(pl.col("grade").fill_null(Grade.A.value))


def _numbers(home: "Home", days: list[date]) -> pl.DataFrame:
    """From when the window of each day begins, and the most notices of a B on it, as known then."""
    with home.register.facts() as facts:
        calendar = Calendar(facts.versions(PARAMETERS))
    rows = [(day, calendar.on(day)[0][0], calendar.on(day)[1]) for day in days]
    return pl.DataFrame(rows, schema={"day": pl.Date, "begins": pl.Date, "most": pl.Int64}, orient="row")
