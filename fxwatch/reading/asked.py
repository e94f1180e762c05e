"""Did the banks ask? Payments held against the questions on record, and what was asked at all.

The grade of a payment is the one that the bank would have been told on its day, from the acts that the bureau had made by
then: nobody is blamed for not knowing what was recorded later. A question counts where the paying bank asked on the day of the
payment about that day; a daily file, where it was taken along on that day or within `file_days` before and held the entity.
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.banks.keys import bank_asked
from fxwatch.banks.moves import PARAMETERS, Calendar
from fxwatch.check import entity_asked
from fxwatch.errors import RequestError
from fxwatch.grading import grade, window
from fxwatch.recording import fold
from fxwatch.terms import Grade
from fxwatch.warehouse.paying import payment_days, payments_on
from fxwatch.warehouse.summing import days_loaded

if TYPE_CHECKING:
    from fxwatch.home import Home

WATCHED = [Grade.B.value, Grade.C.value]
UNASKED: dict[str, pl.DataType | type[pl.DataType]] = {
    "day": pl.Date,
    "bank": pl.String,
    "declaration_no": pl.String,
    "entity_id": pl.String,
    "name": pl.String,
    "grade": pl.String,
    "amount_usd": pl.Decimal(24, 2),
    "flows": pl.Int64,
}
_KEY = ["bank", "entity_id", "day"]


def questions(
    home: "Home",
    *,
    bank: str | None = None,
    entity: str | None = None,
    first: date | None = None,
    last: date | None = None,
) -> pl.DataFrame:
    """What banks asked and were told, oldest first; `first` and `last` bound the day on which they asked.

    Returns:
        receipt, at, day, bank, by, key, asked, entity_id, on, grade.

    Raises:
        RequestError: the bank's code or the identifier has not its form.
    """
    fold(home)
    return home.register.questions(
        bank=None if bank is None else bank_asked(bank),
        entity_id=None if entity is None else entity_asked(home.settings, entity),
        first=first,
        last=last,
        word_for_word=False,
    )


def unasked(
    home: "Home", *, first: date | None = None, last: date | None = None, bank: str | None = None
) -> pl.DataFrame:
    """Payments by B and C entities that the paying bank made on a day without a question or a daily file.

    Args:
        home: where.
        first: the first day of payments; without it, a year before `last`.
        last: the last one; without it, the newest flow's day.
        bank: only this one's.

    Returns:
        The columns `UNASKED`, by bank, day and declaration; one row a declaration.

    Raises:
        RequestError: the bank's code has not its form, or the days are in the wrong order.
    """
    days = _checked_days(home, first, last, bank)
    wanted = days.filter(pl.col("grade").is_in(WATCHED) & ~pl.col("asked") & ~pl.col("by_file"))
    if wanted.is_empty():
        return pl.DataFrame(schema=UNASKED)
    found = payments_on(home.snapshot().con, wanted).join(wanted.select(*_KEY, "grade"), on=_KEY)
    return found.select(pl.col(name).cast(dtype) for name, dtype in UNASKED.items()).sort(
        "bank", "day", "declaration_no"
    )


def checked(
    home: "Home",
    *,
    first: date | None = None,
    last: date | None = None,
    bank: str | None = None,
    by_month: bool = False,
) -> pl.DataFrame:
    """How many payments each bank checked: asked about, or had in a daily file; all, and those of B and C entities apart.

    Args:
        home, first, last, bank: as for `unasked`.
        by_month: a row for each bank and month, in place of one for each bank.

    Returns:
        bank, (month,) payments, asked, by_file (not asked, but in a daily file), unasked, share (checked of payments), and
        the same with `watched_` for payments by B and C entities; a share is empty where there was no payment.
    """
    days = _checked_days(home, first, last, bank).with_columns(month=pl.col("day").dt.truncate("1mo"))
    groups = ["bank", "month"] if by_month else ["bank"]
    is_watched = pl.col("grade").is_in(WATCHED)
    sums = days.group_by(groups).agg(*_sums("", pl.lit(True)), *_sums("watched_", is_watched)).sort(groups)
    shares = [_share(prefix) for prefix in ("", "watched_")]
    return sums.with_columns(*shares).select(*groups, *(f"{p}{n}" for p in ("", "watched_") for n in _COUNTED))


_COUNTED = ("payments", "asked", "by_file", "unasked", "share")


def _sums(prefix: str, which: pl.Expr) -> list[pl.Expr]:
    asked, by_file = pl.col("asked"), pl.col("by_file") & ~pl.col("asked")
    kinds = {"payments": pl.lit(True), "asked": asked, "by_file": by_file, "unasked": ~asked & ~by_file}
    return [
        pl.col("payments").filter(which & kind).sum().cast(pl.Int64).alias(f"{prefix}{name}")
        for name, kind in kinds.items()
    ]


def _share(prefix: str) -> pl.Expr:
    all_of, unchecked = pl.col(f"{prefix}payments"), pl.col(f"{prefix}unasked")
    return pl.when(all_of > 0).then((all_of - unchecked) / all_of).alias(f"{prefix}share")


def _checked_days(home: "Home", first: date | None, last: date | None, bank: str | None) -> pl.DataFrame:
    """`payment_days` with grade (as known then), asked and by_file."""
    fold(home)
    code = None if bank is None else bank_asked(bank)
    con = home.snapshot().con
    loaded = days_loaded(con)
    end = last or (loaded.end if loaded else home.today())
    begin = first or window(end)[0]
    if begin > end:
        raise RequestError(
            f"The days are in the wrong order: {begin} comes after {end}.", f"起止日期颠倒：{begin} 晚于 {end}。"
        )
    days = payment_days(con, begin, end, code)
    asked = home.register.asked_on_the_day(begin, end).with_columns(asked=pl.lit(True))
    return (
        _graded(home, days)
        .join(asked, on=_KEY, how="left")
        .join(_filed(home, begin, end).with_columns(by_file=pl.lit(True)), on=_KEY, how="left")
        .with_columns(pl.col("asked", "by_file").fill_null(False))
    )


def _filed(home: "Home", first: date, last: date) -> pl.DataFrame:
    """For which bank, entity and day a daily file speaks."""
    reach = home.settings.file_days
    told = home.register.told_by_file(first - timedelta(days=reach), last)
    later = [told.with_columns(pl.col("day") + timedelta(days=days)) for days in range(reach + 1)]
    return pl.concat(later).select(_KEY).unique()


def _graded(home: "Home", days: pl.DataFrame) -> pl.DataFrame:
    """Add the grade that was known on each day; an entity of which nothing counted is A."""
    events = home.register.events()
    schema = {
        "entity_id": pl.String,
        "is_breach": pl.Boolean,
        "of": pl.Date,
        "recorded_on": pl.Date,
        "ended_on": pl.Date,
    }
    stood = pl.DataFrame(
        [(e.entity_id, e.is_breach, e.day, e.recorded_on, e.ended_on) for e in events], schema=schema, orient="row"
    )
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
