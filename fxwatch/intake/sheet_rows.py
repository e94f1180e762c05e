"""XLSX: the cells of the first worksheet, with a mark on every code that the sheet holds as a number."""

import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

import polars as pl

from fxwatch.identifiers import BLANKS
from fxwatch.intake.columns import WIDEST, Column, Form, refuse, too_wide
from fxwatch.intake.files import Source, Tally
from fxwatch.intake.rows import Oddity, Rows

# A worksheet has no more rows.
_LAST_ROW = 1 << 20
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    OSError,
)


class SheetReader:
    """The rows of a workbook's first sheet. `names` is its header; a row's line is the sheet's row."""

    def __init__(self, source: Source, size: int, columns: Mapping[str, Column]) -> None:
        self.source = source
        self.tally = Tally()
        self._size = size
        self._codes = {name for name, column in columns.items() if column.form is Form.CODE}
        self._cells = self._read()
        header = next(self._cells, None)
        if header is None:
            raise refuse(
                source.path, "it has no header. The first row must name the columns.", "没有表头。首行须为列名。"
            )
        names = [_text(value).strip(BLANKS) for value in header[1]]
        while names and not names[-1]:
            names.pop()
        self.names = [name or f"column {place}" for place, name in enumerate(names, 1)]

    def rows(self) -> Iterator[Rows]:
        """Stretches of rows, in order; rows without any value are blank.

        Raises:
            FileRefused: the workbook is damaged.
        """
        held: list[tuple[int, tuple[Any, ...]]] = []
        for cell in self._cells:
            held.append(cell)
            if len(held) == self._size:
                yield self._rows(held)
                held = []
        if held:
            yield self._rows(held)
        self.tally.done = self.source.size

    def _read(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        from openpyxl import load_workbook

        try:
            # openpyxl warns of styles and extensions it does not know; cells are read all the same.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = load_workbook(self.source.path, read_only=True, data_only=True)
                try:
                    sheet = book.worksheets[0]
                    # Each row comes as wide as it is, not as the widest; rows that are not there come empty.
                    sheet.reset_dimensions()
                    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
                        if number > _LAST_ROW:
                            raise ValueError(f"row {number}")
                        if any(value is not None for value in values):
                            yield number, self._narrow(values)
                finally:
                    book.close()
        except _FAULTS as fault:
            first = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
            raise refuse(
                self.source.path,
                f"the workbook is cut off or damaged ({first}). Save it again as .xlsx.",
                "Excel 文件不完整或已损坏。请重新另存为 .xlsx。",
            ) from fault

    def _narrow(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The cells of a row, as many as a file may have.

        Raises:
            FileRefused: a cell beyond them holds a value.
        """
        width = len(values)
        while width > WIDEST and values[width - 1] is None:
            width -= 1
        if width > WIDEST:
            raise too_wide(self.source.path, width)
        return values[:width]

    def _rows(self, held: list[tuple[int, tuple[Any, ...]]]) -> Rows:
        width = len(self.names)
        odd: dict[int, Oddity] = {}
        cells: list[list[str | None]] = []
        for place, (_, values) in enumerate(held):
            numbers = {
                name for name, v in zip(self.names, values, strict=False) if name in self._codes and _is_number(v)
            }
            excess = [_text(v) for v in values[width:]]
            while excess and not excess[-1]:
                excess.pop()
            if numbers or excess:
                odd[place] = Oddity(excess=tuple(excess), numbers=frozenset(numbers))
            texts = [None if v is None else _text(v) for v in values[:width]]
            cells.append([*texts, *([None] * (width - len(texts)))])
        columns = zip(*cells, strict=True)
        frame = pl.DataFrame(
            [pl.Series(name, values, dtype=pl.String) for name, values in zip(self.names, columns, strict=True)]
        )
        return Rows(frame, pl.Series([number for number, _ in held], dtype=pl.Int64), odd)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str:
    """A cell as the sheet shows it: numbers as plain decimals with the 15 digits a sheet keeps, days as ISO dates."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return format(Decimal(f"{value:.15g}"), "f")
    if isinstance(value, datetime):
        return (value.date() if value.time() == time.min else value).isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)
