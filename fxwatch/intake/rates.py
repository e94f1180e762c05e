"""Rates: monthly tables of USD per unit of a currency, published at the end of their month."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from fxwatch.equivalents import RATE_LIMIT, RATE_PLACES
from fxwatch.facts import facts
from fxwatch.intake import fields, versions
from fxwatch.intake.columns import Column, Form
from fxwatch.intake.flow_cells import first_reason
from fxwatch.intake.ledger import Load
from fxwatch.intake.reasons import Reason, field_sentences, sentences
from fxwatch.intake.rows import Rows
from fxwatch.warehouse import loading

if TYPE_CHECKING:
    import duckdb

_ISO_MONTH = r"^[0-9]{4}-[0-9]{2}$"
_RATE = rf"^[0-9]{{1,{len(str(RATE_LIMIT)) - 1}}}(\.[0-9]{{1,{RATE_PLACES}}})?$"
_DECIMAL = pl.Decimal(24, RATE_PLACES)


class RateIntake:
    """Judges and keeps monthly tables. The key is month and currency."""

    kind = "rates"
    columns: ClassVar[Mapping[str, Column]] = {
        "month": Column(Form.DAY, bold=True),
        "currency": Column(Form.TEXT, bold=True),
        "usd_per_unit": Column(Form.NUMBER, bold=True),
        "source": Column(Form.TEXT),
    }

    def __init__(self, con: "duckdb.DuckDBPyConnection") -> None:
        self._kept = versions.Versions(loading.rates_now(con), ["month", "currency"])

    def take(self, rows: Rows, load: Load) -> None:
        """Judge rows, note those that are taken, put the others into quarantine, count all."""
        read = self._read(rows)
        self._kept.take(read, load)
        load.refuse(
            self.kind, rows, versions.refusals(rows, read, _sentence, tuple(self.columns), key=("month", "currency"))
        )

    def finish(self, load: Load) -> None:
        """Write what was taken."""
        loading.add_rates(load.con, self._kept.new(load))

    def _read(self, rows: Rows) -> pl.DataFrame:
        dtype = rows.columns.schema["month"]
        month, rate = fields.cell(rows, "month"), fields.text(rows, "usd_per_unit")
        if dtype == pl.String:
            month = pl.when(month.str.contains(_ISO_MONTH)).then(month + pl.lit("-01")).otherwise(month)
        plain = pl.when(rate.str.contains(_RATE)).then(rate).cast(_DECIMAL)
        currencies = [row["currency"] for row in facts("currencies.csv")]
        frame = rows.columns.select(
            month=fields.day(month, dtype),
            currency=fields.text(rows, "currency"),
            usd_per_unit=plain,
            source=fields.text(rows, "source"),
        ).with_columns(pl.Series("is_misshapen", fields.misshapen(rows)))
        is_unit = pl.col("currency").ne_missing("USD") | (pl.col("usd_per_unit") == 1)
        conditions = {
            Reason.BAD_DATE: pl.col("month").is_null() | (pl.col("month").dt.day() != 1),
            Reason.BAD_AMOUNT: pl.col("usd_per_unit").is_null() | (pl.col("usd_per_unit") == 0) | ~is_unit,
            Reason.BAD_CURRENCY: pl.col("currency").is_null() | ~fields.one_of(pl.col("currency"), currencies),
            Reason.BAD_FIELD: pl.col("is_misshapen") | fields.has_control(pl.col("source")),
        }
        return frame.with_columns(reason=first_reason({r: c.fill_null(value=True) for r, c in conditions.items()}))


def _sentence(reason: Reason, row: dict[str, Any], _: dict[str, Any]) -> tuple[str, str]:
    if reason is Reason.BAD_DATE:
        return field_sentences("month", row["month"], "a month written 2026-03", "形如 2026-03 的月份")
    if reason is Reason.BAD_AMOUNT:
        return field_sentences(
            "usd_per_unit",
            row["usd_per_unit"],
            f"USD for one unit: a plain decimal above 0 and below {RATE_LIMIT:,} with at most {RATE_PLACES} decimals; USD itself is 1",
            f"每单位货币折合的美元：大于 0、小于 {RATE_LIMIT:,}、至多 {RATE_PLACES} 位小数；美元为 1",
        )
    if reason is Reason.BAD_CURRENCY:
        return sentences(reason, value=row["currency"])
    return field_sentences("source", row["source"], "text without control characters", "不含控制字符的文本")
