"""Tables as spreadsheets open them: texts that are no formulas, days that are days, money that loses nothing."""

import io

import polars as pl
import polars.selectors as cs

# What a spreadsheet takes for a formula, or for a number, when a text begins with it. Columns of numbers are not looked at.
_FORMULA = r"^[=+\-@\t\r]"
# Identifiers that a spreadsheet would change when it reads them from a CSV: zeros at the beginning, many digits, 12E5.
_CHANGED = r"^(0[0-9]+|[0-9]{12,}|[0-9]+[Ee][0-9]+)$"
# A spreadsheet keeps fifteen digits of a number.
MOST_DIGITS = 15
_DAY, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"


def csv_for_excel(frame: pl.DataFrame) -> bytes:
    """A table as CSV in UTF-8 with a mark at its beginning, by which spreadsheets know the encoding, whatever their language.

    >>> csv_for_excel(pl.DataFrame({"name": ["=1+1", "-1"], "amount": [-1, 2]})).decode("utf-8-sig").split()
    ['name,amount', "'=1+1,-1", "'-1,2"]
    """
    return marked(unchanged(harmless(frame)))


def unchanged(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with a tab, which nobody sees, behind every identifier that a spreadsheet would take for a number and change."""
    texts = pl.col(pl.String)
    return frame.with_columns(
        pl.when(texts.str.contains(_CHANGED)).then(texts + pl.lit("\t")).otherwise(texts).name.keep()
    )


def marked(frame: pl.DataFrame) -> bytes:
    """A table as CSV with the mark and the ends of lines that spreadsheets want; its texts have been looked at."""
    return b"\xef\xbb\xbf" + frame.write_csv(float_precision=12, line_terminator="\r\n").encode()


def xlsx(frame: pl.DataFrame) -> bytes:
    """A table as a workbook: days as days, numbers as numbers with their decimals, texts as texts, none of them a formula or a link.

    A column with a number of more than fifteen digits, which a workbook would round, is written as text.
    """
    import xlsxwriter

    frame = flat(frame)
    frame = frame.with_columns(pl.col(name).cast(pl.String) for name in frame.columns if _is_too_long(frame[name]))
    target = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(target, options) as book:
        frame.write_excel(
            book,
            autofit=True,
            freeze_panes=(1, 0),
            column_formats={name: form for name, dtype in frame.schema.items() if (form := _form(dtype))},
            dtype_formats={pl.Date: _DAY, pl.Datetime: _MOMENT},
        )
    return target.getvalue()


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with an apostrophe before every text that a spreadsheet would take for a formula."""
    texts = pl.col(pl.String)
    is_formula = texts.str.contains(_FORMULA)
    return flat(frame).with_columns(pl.when(is_formula).then(pl.lit("'") + texts).otherwise(texts).name.keep())


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists as text joined with `;`, words of a closed list as text."""
    lists = cs.list().cast(pl.List(pl.String)).list.join(";")
    return frame.with_columns(lists, cs.categorical().cast(pl.String), cs.enum().cast(pl.String))


def _form(dtype: pl.DataType) -> str | None:
    """How numbers are shown: money with thousands, fractions with six decimals, all else as it is."""
    if isinstance(dtype, pl.Decimal):
        return "#,##0.00" if dtype.scale == 2 else "General"
    return "0" if dtype.is_integer() else "0.000000" if dtype.is_float() else None


def _is_too_long(column: pl.Series) -> bool:
    """Whether a workbook would round a number of the column."""
    if isinstance(column.dtype, pl.Decimal):
        digits = (
            column.cast(pl.String).str.replace(r"\.?0+$", "").str.replace_all(r"[-.]", "").str.strip_chars_start("0")
        )
        return bool((digits.str.len_bytes() > MOST_DIGITS).any())
    return column.dtype.is_integer() and bool((column.cast(pl.Int128).abs() >= 10**MOST_DIGITS).any())
