"""How cells are read: columns of text or of Parquet's types, as values; what cannot be read is null.

A column that the file lacks reads as empty. Blanks around a text are stripped, and an empty text is null.
"""

from collections.abc import Collection, Mapping
from datetime import date

import polars as pl

from fxwatch.intake.rows import Rows
from fxwatch.periods import EARLIEST_YEAR, LATEST_YEAR

# XML, and so every workbook, has no room for these.
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"
_PLAIN = r"^[0-9]{1,15}(\.[0-9]{1,2})?$"
_ISO_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_SHORT_DAY = r"^[0-9]{8}$"


def cell(rows: Rows, name: str) -> pl.Expr:
    """A column as it is used: text without blanks around it, null where empty; Parquet's other types as they are."""
    dtype = rows.columns.schema.get(name)
    if dtype is None:
        return pl.lit(None, dtype=pl.String).alias(name)
    if dtype != pl.String:
        return pl.col(name)
    stripped = pl.col(name).str.strip_chars()
    return pl.when(stripped != "").then(stripped).alias(name)


def text(rows: Rows, name: str) -> pl.Expr:
    """A column as text, whatever its type."""
    return cell(rows, name).cast(pl.String)


def day(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Days that may be asked for: ISO, `20260331`, or a date (a moment at midnight counts as its day)."""
    if dtype == pl.Date:
        return _askable(column)
    if isinstance(dtype, pl.Datetime):
        return _askable(pl.when(column.dt.time() == pl.time(0, 0, 0)).then(column.cast(pl.Date)))
    iso = pl.when(column.str.contains(_ISO_DAY)).then(column).str.to_date("%Y-%m-%d", strict=False)
    short = pl.when(column.str.contains(_SHORT_DAY)).then(column).str.to_date("%Y%m%d", strict=False)
    return _askable(pl.coalesce(iso, short))


def _askable(found: pl.Expr) -> pl.Expr:
    first, last = pl.lit(date(EARLIEST_YEAR, 1, 1)), pl.lit(date(LATEST_YEAR, 12, 31))
    return pl.when(found.is_between(first, last)).then(found)


def cents(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Amounts in hundredths, Int64: plain decimals of at most 15 digits before and 2 after the point, not negative."""
    if isinstance(dtype, pl.Decimal):
        return _whole_cents(column.to_physical().cast(pl.Int128), dtype.scale)
    if dtype.is_integer():
        return _whole_cents(column.cast(pl.Int128), 0)
    plain = pl.when(column.str.contains(_PLAIN)).then(column)
    return plain.cast(pl.Decimal(20, 2)).to_physical().cast(pl.Int64)


def _whole_cents(units: pl.Expr, scale: int) -> pl.Expr:
    if scale <= 2:
        found = units * pl.lit(10 ** (2 - scale), dtype=pl.Int128)
        fits = pl.lit(value=True)
    else:
        part = pl.lit(10 ** (scale - 2), dtype=pl.Int128)
        found = units // part
        fits = units % part == 0
    inside = (units >= 0) & (units < pl.lit(10 ** (15 + scale), dtype=pl.Int128))
    return pl.when(fits & inside).then(found).cast(pl.Int64)


def number_of(column: pl.Expr, words: Mapping[str, int]) -> pl.Expr:
    """Words as UInt8 numbers; null where it is none of them."""
    return column.replace_strict(dict(words), default=None, return_dtype=pl.UInt8)


def one_of(column: pl.Expr, words: Collection[str]) -> pl.Expr:
    """Whether a text is one of some words; true where it is empty."""
    return column.is_in(pl.Series(list(words), dtype=pl.String).implode()).fill_null(value=True)


def has_control(column: pl.Expr) -> pl.Expr:
    """Whether a text has control characters other than tab and line ends; false where it is empty."""
    return column.str.contains(CONTROL).fill_null(value=False)


def flag(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Booleans: `true`/`false` or 1/0."""
    if dtype == pl.Boolean:
        return column
    words = column.cast(pl.String).str.to_lowercase()
    return words.replace_strict(
        {"true": True, "1": True, "false": False, "0": False}, default=None, return_dtype=pl.Boolean
    )


def numbers_in(rows: Rows, name: str) -> pl.Series | None:
    """Which rows hold a column as a worksheet's number; None when none does."""
    places = [place for place, oddity in rows.odd.items() if name in oddity.numbers]
    return _marked(places, len(rows)) if places else None


def misshapen(rows: Rows) -> pl.Series:
    """Which rows have fields that cannot be told apart with certainty."""
    return _marked([place for place, oddity in rows.odd.items() if oddity.misshapen], len(rows))


def _marked(places: list[int], count: int) -> pl.Series:
    marks = pl.repeat(value=False, n=count, eager=True, dtype=pl.Boolean)
    return marks.scatter(places, True) if places else marks
