"""XLSX: a sheet for each part, numbers and days as such, headers that stay in sight."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from fxwatch.reporting.parts import Column, Part, typed
from fxwatch.reporting.phrases import phrase
from fxwatch.terms import Language

MOST_ROWS = 1_000_000  # of a sheet's 1,048,576
WIDEST = 60
_NARROWEST = 8
_LONGEST_CELL = 32_767
_SHEET_NAME = 31


def workbook(parts: Iterable[Part], language: Language, title: str) -> bytes:
    """The parts as a workbook.

    Amounts are numbers, exact up to the fifteen digits that XLSX keeps; JSON has them as exact text.
    """
    held = BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"title": title})
    looks = _looks(book)
    taken: set[str] = set()
    for part in parts:
        for number, start in enumerate(range(0, max(len(part.rows), 1), MOST_ROWS)):
            name = _sheet_name(phrase(part.name, language), number, taken)
            _sheet(book.add_worksheet(name), part, part.rows[start : start + MOST_ROWS], language, looks)
    book.close()
    return held.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "money": book.add_format({"num_format": "#,##0.00", "valign": "top"}),
        "count": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "quantity": book.add_format({"num_format": "#,##0.######", "valign": "top"}),
        "share": book.add_format({"num_format": "0.0%", "valign": "top"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "valign": "top", "align": "left"}),
        "sum": book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00"}),
    }


def _sheet_name(title: str, number: int, taken: set[str]) -> str:
    """At most 31 characters, none of those that sheets may not have, and each once."""
    clean = "".join(c if c not in "[]:*?/\\" else " " for c in title)
    for tail in ["" if not number else f" {number + 1}", *(f" ({n})" for n in range(2, 100))]:
        name = clean[: _SHEET_NAME - len(tail)].strip() + tail
        if name.lower() not in taken:
            taken.add(name.lower())
            return name
    raise AssertionError("unreachable")


def _sheet(sheet: Any, part: Part, rows: Any, language: Language, looks: dict[str, Any]) -> None:
    widths = []
    for place, column in enumerate(part.columns):
        sheet.write_string(0, place, column.title(language), looks["head"])
        widths.append(_width(column.title(language)))
    for line, row in enumerate(rows, start=1):
        for place, column in enumerate(part.columns):
            value = typed(row, column, language)
            if value is not None:
                _write(sheet, line, place, value, column, looks)
                widths[place] = max(widths[place], _width(str(value)) + 2 * isinstance(value, Decimal))
    if part.total is not None:
        for place, column in enumerate(part.columns):
            value = typed(part.total, column, language)
            if isinstance(value, Decimal):
                sheet.write_number(len(rows) + 1, place, float(value), looks["sum"])
            elif value is not None:
                sheet.write_string(len(rows) + 1, place, str(value), looks["sum"])
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(WIDEST, max(_NARROWEST, width + 2)))
    sheet.freeze_panes(1, 0)
    if not rows:
        sheet.write_string(1, 0, phrase("empty", language), looks["text"])


def _write(sheet: Any, line: int, place: int, value: Any, column: Column, looks: dict[str, Any]) -> None:
    look = looks.get(column.holds, looks["text"])
    if isinstance(value, Decimal):
        sheet.write_number(line, place, float(value), look)
    elif isinstance(value, date | datetime):
        sheet.write_datetime(line, place, value, look)
    else:
        sheet.write_string(line, place, str(value)[:_LONGEST_CELL], look)


def _width(text: str) -> int:
    """How wide a text is: a Chinese character counts twice."""
    return max((sum(2 if ord(c) > 0x2E7F else 1 for c in line) for line in text.splitlines()), default=0)
