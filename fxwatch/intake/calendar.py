"""Calendar: which days are working days."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from fxwatch.intake import fields, versions
from fxwatch.intake.columns import Column, Form
from fxwatch.intake.flow_cells import first_reason
from fxwatch.intake.ledger import Load
from fxwatch.intake.reasons import Reason, field_sentences, sentences
from fxwatch.intake.rows import Rows
from fxwatch.warehouse import loading

if TYPE_CHECKING:
    import duckdb


class CalendarIntake:
    """Judges and keeps days. The key is the day."""

    kind = "calendar"
    columns: ClassVar[Mapping[str, Column]] = {
        "day": Column(Form.DAY, bold=True),
        "is_workday": Column(Form.FLAG, bold=True),
    }

    def __init__(self, con: "duckdb.DuckDBPyConnection") -> None:
        self._kept = versions.Versions(loading.calendar_now(con), ["day"])

    def take(self, rows: Rows, load: Load) -> None:
        """Judge rows, note those that are taken, put the others into quarantine, count all."""
        schema = rows.columns.schema
        read = rows.columns.select(
            day=fields.day(fields.cell(rows, "day"), schema["day"]),
            is_workday=fields.flag(fields.cell(rows, "is_workday"), schema["is_workday"]),
        ).with_columns(pl.Series("is_misshapen", fields.misshapen(rows)))
        conditions = {
            Reason.BAD_DATE: pl.col("day").is_null(),
            Reason.BAD_FIELD: pl.col("is_workday").is_null() | pl.col("is_misshapen"),
        }
        read = read.with_columns(reason=first_reason(conditions))
        self._kept.take(read, load)
        load.refuse(self.kind, rows, versions.refusals(rows, read, _sentence, tuple(self.columns), key=("day",)))

    def finish(self, load: Load) -> None:
        """Write what was taken."""
        loading.add_days(load.con, self._kept.new(load))


def _sentence(reason: Reason, row: dict[str, Any], _: dict[str, Any]) -> tuple[str, str]:
    if reason is Reason.BAD_DATE:
        return sentences(reason, value=row["day"], more="day")
    return field_sentences("is_workday", row["is_workday"], "true, false, 1 or 0", " true、false、1 或 0")
