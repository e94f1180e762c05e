"""Did the banks ask? Payments held against the questions on record, and what was asked at all.

The grade of a payment is the one that the bank would have been told on its day, from the acts that the bureau had made by
then: nobody is blamed for not knowing what was recorded later. A question counts where the paying bank asked on the day of the
payment about that day; a daily file, where it was taken along on that day or within `file_days` before and held the entity.
"""

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.banks.keys import bank_asked
from fxwatch.check import entity_asked
from fxwatch.reading.paid import KEY, WATCHED, days_paid
from fxwatch.recording import fold
from fxwatch.warehouse.paying import payments_on

if TYPE_CHECKING:
    from fxwatch.home import Home

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
    wanted = days_paid(home, first, last, bank, watched=True).filter(~pl.col("asked") & ~pl.col("by_file"))
    if wanted.is_empty():
        return pl.DataFrame(schema=UNASKED)
    found = payments_on(home.snapshot().con, wanted).join(wanted.select(*KEY, "grade"), on=KEY)
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
    days = days_paid(home, first, last, bank).with_columns(month=pl.col("day").dt.truncate("1mo"))
    groups = ["bank", "month"] if by_month else ["bank"]
    is_watched = pl.col("grade").is_in(WATCHED)
    sums = days.group_by(groups).agg(*_sums("", pl.lit(True)), *_sums("watched_", is_watched)).sort(groups)
    shares = [_share(prefix) for prefix in ("", "watched_")]
    return sums.with_columns(*shares).select(*groups, *(f"{p}{n}" for p in ("", "watched_") for n in _COUNTED))


def watched_days(home: "Home", first: date, last: date) -> pl.DataFrame:
    """The days on which banks paid for entities that were B or C, for `counted` to count: see `days_paid`."""
    return days_paid(home, first, last, watched=True)


def counted(days: pl.DataFrame, *groups: str) -> pl.DataFrame:
    """How many payments of some days were checked.

    Args:
        days: as `watched_days` gives them.
        groups: `bank`, `month`: what to keep apart; none for one row of all.

    Returns:
        The groups, payments, asked, by_file (not asked, but in a daily file), unasked, share; in the order of the groups.
    """
    by_month = days.with_columns(month=pl.col("day").dt.truncate("1mo"))
    sums = _sums("", pl.lit(True))
    found = by_month.group_by(groups).agg(*sums).sort(groups) if groups else by_month.select(*sums)
    return found.with_columns(_share("")).select(*groups, *_COUNTED)


def ever_asked(home: "Home") -> bool:
    """Whether any bank ever asked, or took a daily file along."""
    fold(home)
    return home.register.ever_asked()


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
