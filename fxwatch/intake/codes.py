"""Codes: a concordance of transaction codes of another generation, with the days on which it holds."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from fxwatch.facts import facts
from fxwatch.intake import fields, record_cells, versions
from fxwatch.intake.classification import BPM6, ITEMS, OUT_OF_SCOPE
from fxwatch.intake.columns import Column, Form
from fxwatch.intake.flow_cells import first_reason
from fxwatch.intake.ledger import Load
from fxwatch.intake.reasons import Reason, field_sentences, sentences
from fxwatch.intake.rows import Rows
from fxwatch.warehouse import records

if TYPE_CHECKING:
    import duckdb

# Six digits or four; three or five begin codes of six, two begin codes of four.
_FORM = r"^[0-9]{2,6}$"
_WORDS = {**ITEMS, OUT_OF_SCOPE: len(ITEMS)}


class CodeIntake:
    """Judges and keeps the lines of concordances. The key is the code and the day from which it holds."""

    kind = "codes"
    columns: ClassVar[Mapping[str, Column]] = {
        "code": Column(Form.CODE, bold=True),
        "item": Column(Form.TEXT, bold=True),
        "bpm6": Column(Form.TEXT),
        "valid_from": Column(Form.DAY),
        "valid_to": Column(Form.DAY),
    }

    def __init__(self, con: "duckdb.DuckDBPyConnection") -> None:
        self._kept = versions.Versions(records.codes_now(con), ["code", "valid_from"])

    def take(self, rows: Rows, load: Load) -> None:
        """Judge rows, note those that are taken, put the others into quarantine, count all."""
        read = self._read(rows)
        self._kept.take(read, load)
        load.refuse(
            self.kind, rows, versions.refusals(rows, read, _sentence, tuple(self.columns), key=("code", "valid_from"))
        )

    def finish(self, load: Load) -> None:
        """Write what was taken."""
        records.add(load.con, self.kind, self._kept.new(load))

    def _read(self, rows: Rows) -> pl.DataFrame:
        schema = rows.columns.schema
        days = ("valid_from", "valid_to")
        frame = rows.columns.select(
            fields.cell(rows, name) if name in days else fields.text(rows, name) for name in self.columns
        )
        own_head = pl.col("item").replace_strict(
            {row["item"]: row["bpm6"] for row in facts("items.csv")}, default=None, return_dtype=pl.String
        )
        frame = frame.with_columns(
            pl.Series("is_misshapen", fields.misshapen(rows)),
            item=fields.number_of(pl.col("item"), _WORDS),
            is_head=fields.one_of(pl.col("bpm6"), BPM6),
            bpm6=fields.number_of(pl.coalesce("bpm6", own_head), BPM6),
            **{f"has_{name}": pl.col(name).is_not_null() for name in days},
            **{name: fields.day(pl.col(name), schema.get(name, pl.String())) for name in days},
        )
        is_code = pl.col("code").str.contains(_FORM) & ~record_cells.as_number(rows, "code")
        bad_day = pl.coalesce(
            pl.when(pl.col(f"has_{name}") & pl.col(name).is_null()).then(pl.lit(name)) for name in days
        )
        is_over = pl.col("valid_to") < pl.col("valid_from")
        frame = frame.with_columns(bad_day=pl.coalesce(bad_day, pl.when(is_over).then(pl.lit("valid_to"))))
        conditions = {
            Reason.BAD_KEY: ~is_code.fill_null(value=False),
            Reason.BAD_DATE: pl.col("bad_day").is_not_null(),
            Reason.UNKNOWN_CODE: pl.col("item").is_null(),
            Reason.BAD_FIELD: ~pl.col("is_head") | pl.col("is_misshapen"),
        }
        return frame.with_columns(
            reason=first_reason(conditions),
            item=pl.when(pl.col("item") < len(ITEMS)).then("item"),
            bpm6=pl.when(pl.col("item") < len(ITEMS)).then("bpm6"),
            # Without a day it always held.
            valid_from=pl.col("valid_from").fill_null(date.min),
        )


def _sentence(reason: Reason, row: dict[str, Any], read: dict[str, Any]) -> tuple[str, str]:
    if reason is Reason.BAD_KEY:
        return field_sentences(
            "code",
            row["code"],
            "6 or 4 digits, or the first 3 or 5 of six, or the first 2 of four, as text",
            " 6 位或 4 位数字，或 6 位编码的前 3、5 位，或 4 位编码的前 2 位（文本）",
        )
    if reason is Reason.BAD_DATE:
        name = read["bad_day"]
        if name == "valid_to" and read["valid_to"] is not None:
            return field_sentences(name, row[name], "a day not before valid_from", "不早于 valid_from 的日期")
        return sentences(reason, value=row[name], more=name)
    if reason is Reason.UNKNOWN_CODE:
        words = [*ITEMS, OUT_OF_SCOPE]
        return field_sentences("item", row["item"], f"one of {', '.join(words)}", "、".join(words) + " 之一")
    return field_sentences("bpm6", row["bpm6"], f"one of {', '.join(BPM6)}, or nothing", "、".join(BPM6) + " 之一或空")
