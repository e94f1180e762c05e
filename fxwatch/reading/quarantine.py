"""What waits in quarantine, page by page, and as a file to be corrected and loaded again."""

import csv
import io
import json
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.intake.rows import ABOUT, ODDITY, from_raw
from fxwatch.terms import Language
from fxwatch.warehouse import loading

if TYPE_CHECKING:
    from fxwatch.home import Home

PAGE = 100
_ALL = 2**31  # more than can wait


def reasons(home: "Home") -> pl.DataFrame:
    """How many rows wait, by kind and reason: kind, reason, rows, oldest (moment, UTC); the most frequent first."""
    return loading.waiting_reasons(home.snapshot().con)


def page_of(home: "Home", kind: str, reason: str | None = None, page: int = 1) -> pl.DataFrame:
    """One page of the rows of a kind that wait, in the order in which they came.

    Returns:
        load_id, file, line, declaration_no (the key of other kinds), leg, reason, sentence, sentence_zh, raw (JSON: every
        column as it came); at most `PAGE` rows.
    """
    found = loading.waiting_slice(home.snapshot().con, kind, reason, offset=(page - 1) * PAGE, limit=PAGE)
    return found.select("load_id", "file", "line", "declaration_no", "leg", "reason", "sentence", "sentence_zh", "raw")


def to_correct(home: "Home", kind: str, reason: str | None, language: Language) -> bytes:
    """Rows that wait as a CSV file: why each was not taken, then its columns as they came.

    The two columns before the others (`ABOUT`) are no part of a row when it is loaded: the file can come back as soon as its
    rows are corrected, and a row that was left as it was is the same row. What one had beyond its header stands behind it.

    Returns:
        The file in UTF-8 with a mark at its beginning, by which spreadsheets know the encoding.
    """
    waiting = loading.waiting_slice(home.snapshot().con, kind, reason, offset=0, limit=_ALL)
    columns = from_raw(waiting["raw"].to_list(), waiting["line"]).columns
    excess = [json.loads(raw).get(ODDITY, {}).get("excess", []) for raw in waiting["raw"]]
    sentence = waiting["sentence_zh" if language == "zh" else "sentence"]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*ABOUT, *columns.columns])
    for why, told, row, more in zip(waiting["reason"], sentence, columns.iter_rows(), excess, strict=True):
        writer.writerow([why, told, *row, *more])
    return text.getvalue().encode("utf-8-sig")
