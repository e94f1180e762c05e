"""Totals: a bank's own control figures, to be tied to what it reported."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from fxwatch.intake import fields, record_cells, versions
from fxwatch.intake.columns import Column, Form
from fxwatch.intake.flow_cells import DIRECTIONS, first_reason
from fxwatch.intake.ledger import Load
from fxwatch.intake.reasons import Reason, field_sentences, sentences
from fxwatch.intake.rows import Rows
from fxwatch.warehouse import records

if TYPE_CHECKING:
    import duckdb

    from fxwatch.home import Home

_KEY = ["bank", "month", "direction"]
_ISO_MONTH = r"^[0-9]{4}-[0-9]{2}$"
_WHOLE = r"^[0-9]{1,15}$"


class TotalIntake:
    """Judges and keeps control figures. The key is bank, month and direction."""

    kind = "totals"
    columns: ClassVar[Mapping[str, Column]] = {
        "bank": Column(Form.CODE, bold=True),
        "month": Column(Form.DAY, bold=True),
        "direction": Column(Form.TEXT, bold=True),
        "flows": Column(Form.WHOLE, bold=True),
        "amount_usd": Column(Form.NUMBER, bold=True),
    }

    def __init__(self, home: "Home", con: "duckdb.DuckDBPyConnection") -> None:
        self._today = home.today()
        self._kept = versions.Versions(records.totals_now(con), _KEY)

    def take(self, rows: Rows, load: Load) -> None:
        """Judge rows, note those that are taken, put the others into quarantine, count all."""
        read = self._read(rows)
        self._kept.take(read, load)
        load.refuse(self.kind, rows, versions.refusals(rows, read, _sentence, tuple(self.columns), key=_KEY))

    def finish(self, load: Load) -> None:
        """Write what was taken."""
        records.add(load.con, self.kind, self._kept.new(load))

    def _read(self, rows: Rows) -> pl.DataFrame:
        schema = rows.columns.schema
        month, count = fields.cell(rows, "month"), fields.text(rows, "flows")
        if schema["month"] == pl.String:
            month = pl.when(month.str.contains(_ISO_MONTH)).then(month + pl.lit("-01")).otherwise(month)
        frame = rows.columns.select(
            bank=fields.text(rows, "bank"),
            month=fields.day(month, schema["month"]),
            direction=fields.number_of(fields.text(rows, "direction"), DIRECTIONS),
            flows=pl.when(count.str.contains(_WHOLE)).then(count).cast(pl.Int64),
            amount_usd=fields.cents(fields.cell(rows, "amount_usd"), schema["amount_usd"]),
        ).with_columns(pl.Series("is_misshapen", fields.misshapen(rows)))
        is_key = pl.col("bank").str.contains(record_cells.NUMBER) & ~record_cells.as_number(rows, "bank")
        conditions = {
            Reason.BAD_KEY: ~is_key.fill_null(value=False),
            Reason.BAD_DATE: pl.col("month").is_null() | (pl.col("month").dt.day() != 1),
            Reason.FUTURE_DAY: pl.col("month") > self._today,
            Reason.BAD_DIRECTION: pl.col("direction").is_null(),
            Reason.BAD_AMOUNT: pl.col("amount_usd").is_null(),
            Reason.BAD_FIELD: pl.col("flows").is_null() | pl.col("is_misshapen"),
        }
        return frame.with_columns(reason=first_reason({r: c.fill_null(value=True) for r, c in conditions.items()}))


def _sentence(reason: Reason, row: dict[str, Any], _: dict[str, Any]) -> tuple[str, str]:
    if reason is Reason.BAD_KEY:
        return field_sentences("bank", row["bank"], "1 to 64 characters, as text", " 1 至 64 个字符（文本）")
    if reason is Reason.BAD_DATE:
        return field_sentences("month", row["month"], "a month written 2026-03", "形如 2026-03 的月份")
    if reason is Reason.FUTURE_DAY:
        return sentences(reason, value=row["month"], more="month")
    if reason is Reason.BAD_DIRECTION:
        return sentences(reason, value=row["direction"])
    if reason is Reason.BAD_AMOUNT:
        wanted = "USD as a plain decimal with at most 15 digits before and 2 after the point"
        return field_sentences("amount_usd", row["amount_usd"], wanted, "小数点前至多 15 位、后至多 2 位的美元数")
    return field_sentences("flows", row["flows"], "a whole number", "整数")
