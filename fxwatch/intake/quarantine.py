"""The quarantine as people see it: a list with reasons, and a file of the rows as they came, to be corrected."""

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.errors import RequestError
from fxwatch.intake.columns import refuse
from fxwatch.intake.reasons import Reason
from fxwatch.intake.rows import from_raw
from fxwatch.intake.wording import escaped
from fxwatch.warehouse import loading

if TYPE_CHECKING:
    from fxwatch.home import Home

LISTED = ["kind", "load_id", "file", "line", "declaration_no", "leg", "reason", "sentence", "sentence_zh", "raw"]


def quarantined(home: "Home", load: int | None = None, reason: str | None = None) -> pl.DataFrame:
    """The rows that wait, in the order in which they came.

    Args:
        home: where.
        load: only those of a load.
        reason: only those with a reason.

    Returns:
        `kind, load_id, file, line, declaration_no, leg, reason, sentence, sentence_zh, raw` (JSON: every column as it
        came). For kinds without declarations `declaration_no` holds their key.

    Raises:
        RequestError: there is no such reason.
    """
    if reason is not None and reason not in Reason.__members__:
        known = ", ".join(Reason.__members__)
        raise RequestError(
            f"There is no reason {escaped(reason)}. The reasons are {known}.",
            f"没有原因 {escaped(reason)}。可用：{known}。",
        )
    return loading.waiting_rows(home.snapshot().con, load, reason).select(LISTED)


def export_quarantined(home: "Home", path: Path, *, load: int | None = None, reason: str | None = None) -> int:
    """Write waiting rows to a CSV file in their own columns, to be corrected and loaded again; how many were written.

    Raises:
        RequestError: rows of several kinds wait (name a load), or the file cannot be written.
    """
    waiting = quarantined(home, load, reason)
    kinds = waiting["kind"].unique().sort().to_list()
    if len(kinds) > 1:
        raise RequestError(
            f"Rows of {' and '.join(kinds)} wait, and one file holds one kind. Name a load.",
            f"隔离区中有多种数据（{'、'.join(kinds)}），一个文件只能容纳一种。请指明导入批次。",
        )
    rows = from_raw(waiting["raw"].to_list(), waiting["line"])
    excess = [json.loads(raw).get("", {}).get("excess", []) for raw in waiting["raw"]]
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(rows.columns.columns)
            writer.writerows([*row, *more] for row, more in zip(rows.columns.iter_rows(), excess, strict=True))
    except OSError as fault:
        raise refuse(path, f"it cannot be written: {fault.strerror}.", f"无法写入：{fault.strerror}。") from fault
    return len(waiting)
