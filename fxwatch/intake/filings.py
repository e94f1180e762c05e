"""Filings: what other authorities keep in their registers, such as a contract filed with the tax office."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from fxwatch.intake import fields, record_cells, versions
from fxwatch.intake.classification import Classification
from fxwatch.intake.columns import Column, Form
from fxwatch.intake.flow_cells import first_reason
from fxwatch.intake.judging import ADD
from fxwatch.intake.ledger import Load
from fxwatch.intake.reasons import Reason, field_sentences
from fxwatch.intake.record_sentences import about_amount, tell
from fxwatch.intake.records import Records, keys_as_text
from fxwatch.intake.rows import Rows
from fxwatch.terms import Authority
from fxwatch.warehouse import records

if TYPE_CHECKING:
    import duckdb

    from fxwatch.home import Home

_COMPARED = ["entity_id", "contract_no", "code", "currency", "amount", "filed_on"]
_KEY = records.KEYS["filings"]
_AUTHORITIES = [authority.value for authority in Authority]


class FilingIntake:
    """Judges and keeps filings. The key is authority and number: each authority numbers its own."""

    kind = "filings"
    columns: ClassVar[Mapping[str, Column]] = {
        "filing_no": Column(Form.CODE, bold=True),
        "entity_id": Column(Form.CODE, bold=True),
        "authority": Column(Form.TEXT, bold=True),
        "contract_no": Column(Form.CODE),
        "code": Column(Form.CODE),
        "currency": Column(Form.TEXT),
        "contract_amount": Column(Form.NUMBER),
        "filed_on": Column(Form.DAY, bold=True),
    }

    def __init__(self, home: "Home", con: "duckdb.DuckDBPyConnection") -> None:
        self._facts = record_cells.RecordFacts(home, con)
        self._records = Records(home, con, self.kind, _COMPARED)
        self._classification = Classification(records.codes_now(con))

    def take(self, rows: Rows, load: Load) -> None:
        """Judge rows, write the versions they make, put the others into quarantine, count all."""

        def refuse(read: pl.DataFrame) -> None:
            load.refuse(
                self.kind, rows, versions.refusals(rows, read.drop("at"), _sentence, tuple(self.columns), key=_KEY)
            )

        self._records.take(self._read(rows), rows, load, refuse)

    def finish(self, load: Load) -> None:
        """Everything was read."""
        self._records.finish(load)

    def _read(self, rows: Rows) -> pl.DataFrame:
        schema = rows.columns.schema
        typed = ("filed_on", "contract_amount")
        frame = rows.columns.select(
            fields.cell(rows, name) if name in typed else fields.text(rows, name) for name in self.columns
        )
        frame = self._facts.with_entity(frame, rows).with_columns(
            pl.Series("is_misshapen", fields.misshapen(rows)),
            action=pl.lit(ADD, dtype=pl.UInt8),
            filed_on=fields.day(pl.col("filed_on"), schema["filed_on"]),
            amount=fields.cents(pl.col("contract_amount"), schema.get("contract_amount", pl.String())),
            has_amount=pl.col("contract_amount").is_not_null(),
        )
        frame = self._facts.with_usd(frame, "filed_on")
        found = self._classification.look_up(frame.select("code", day="filed_on"))
        frame = frame.with_columns(is_known=found["is_known"])
        is_key = pl.col("filing_no").str.contains(record_cells.NUMBER) & ~record_cells.as_number(rows, "filing_no")
        no_amount = pl.col("amount").is_null() | (pl.col("amount") == 0) | pl.col("is_too_large")
        bad = {
            "authority": pl.col("authority").is_null() | ~fields.one_of(pl.col("authority"), _AUTHORITIES),
            "contract_no": record_cells.as_number(rows, "contract_no") | fields.has_control(pl.col("contract_no")),
            "code": ~pl.col("is_known") | record_cells.as_number(rows, "code"),
            "currency": ~record_cells.is_currency(pl.col("currency"))
            | (pl.col("has_amount") & pl.col("currency").is_null()),
            "contract_amount": pl.col("has_amount") & no_amount,
        }
        frame = frame.with_columns(
            bad_field=pl.coalesce(pl.when(wrong.fill_null(value=False)).then(pl.lit(n)) for n, wrong in bad.items())
        )
        is_currency = record_cells.is_currency(pl.col("currency")) & pl.col("currency").is_not_null()
        conditions = {
            Reason.BAD_KEY: ~is_key.fill_null(value=False),
            Reason.BAD_ID: pl.col("entity_id").is_null(),
            Reason.UNKNOWN_ENTITY: ~pl.col("is_enrolled"),
            Reason.BAD_DATE: pl.col("filed_on").is_null(),
            Reason.FUTURE_DAY: pl.col("filed_on") > self._facts.today,
            Reason.NO_RATE: pl.col("has_amount") & is_currency & pl.col("is_unrated"),
            Reason.BAD_FIELD: pl.col("bad_field").is_not_null() | pl.col("is_misshapen"),
        }
        is_whole = is_key.fill_null(value=False) & ~bad["authority"]
        return frame.with_columns(
            reason=first_reason(conditions), key_text=pl.when(is_whole).then(keys_as_text(_KEY))
        ).select(*_KEY, "key_text", "action", *_COMPARED, "reason", "bad_field", "rate_month", "amount_usd")


_WANTED = {
    "authority": (", ".join(_AUTHORITIES), "、".join(_AUTHORITIES)),
    "contract_no": ("text without control characters", "文本，不得含控制字符"),
    "code": (
        "a transaction code or an item, as text; load codes if it is of another list",
        "交易编码或项目（文本）；如属其他清单，请先导入对照表",
    ),
    "currency": ("an ISO 4217 code, and one where there is an amount", " ISO 4217 货币代码，有金额时不得为空"),
}


def _sentence(reason: Reason, row: dict[str, Any], read: dict[str, Any]) -> tuple[str, str]:
    told = tell(reason, row, read, noun="Filing", noun_zh="备案", number="filing_no", day="filed_on")
    if told is not None:
        return told
    name = read["bad_field"]
    if name == "contract_amount":
        return about_amount(name, row[name])
    return field_sentences(name, row[name], *_WANTED[name])
