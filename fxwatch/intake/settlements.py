"""Settlements: foreign exchange settled against CNY or bought with it, inside accounts (结售汇)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from fxwatch.intake import fields, record_cells, versions
from fxwatch.intake.columns import Column, Form
from fxwatch.intake.flow_cells import first_reason
from fxwatch.intake.judging import DELETE, NO_ACTION
from fxwatch.intake.ledger import Load
from fxwatch.intake.reasons import Reason, field_sentences
from fxwatch.intake.record_sentences import about_amount, tell
from fxwatch.intake.records import Records
from fxwatch.intake.rows import Rows
from fxwatch.terms import GROUPS, SettlementKind

if TYPE_CHECKING:
    import duckdb

    from fxwatch.home import Home

_COMPARED = ["entity_id", "kind", "day", "fx_group", "currency", "amount"]
_KINDS = {kind.value: number for number, kind in enumerate(SettlementKind)}


class SettlementIntake:
    """Judges and keeps settlements and purchases. The key is the number."""

    kind = "settlements"
    columns: ClassVar[Mapping[str, Column]] = {
        "settlement_no": Column(Form.CODE, bold=True),
        "action": Column(Form.TEXT),
        "entity_id": Column(Form.CODE, bold=True),
        "kind": Column(Form.TEXT, bold=True),
        "day": Column(Form.DAY, bold=True),
        "fx_group": Column(Form.WHOLE, bold=True),
        "currency": Column(Form.TEXT, bold=True),
        "amount": Column(Form.NUMBER, bold=True),
    }

    def __init__(self, home: "Home", con: "duckdb.DuckDBPyConnection") -> None:
        self._facts = record_cells.RecordFacts(home, con)
        self._records = Records(home, con, self.kind, _COMPARED)

    def take(self, rows: Rows, load: Load) -> None:
        """Judge rows, write the versions they make, put the others into quarantine, count all."""

        def refuse(read: pl.DataFrame) -> None:
            told = versions.refusals(rows, read.drop("at"), _sentence, tuple(self.columns), key=("settlement_no",))
            load.refuse(self.kind, rows, told)

        self._records.take(self._read(rows), rows, load, refuse)

    def finish(self, load: Load) -> None:
        """Everything was read."""
        self._records.finish(load)

    def _read(self, rows: Rows) -> pl.DataFrame:
        schema = rows.columns.schema
        frame = rows.columns.select(
            fields.cell(rows, name) if name in ("day", "amount") else fields.text(rows, name) for name in self.columns
        )
        frame = self._facts.with_entity(frame, rows).with_columns(
            pl.Series("is_misshapen", fields.misshapen(rows)),
            action=record_cells.action(pl.col("action")),
            kind=fields.number_of(pl.col("kind"), _KINDS),
            day=fields.day(pl.col("day"), schema["day"]),
            amount=fields.cents(pl.col("amount"), schema["amount"]),
        )
        frame = self._facts.with_usd(frame, "day")
        is_key = pl.col("settlement_no").str.contains(record_cells.NUMBER) & ~record_cells.as_number(
            rows, "settlement_no"
        )
        fits = pl.any_horizontal(
            (pl.col("kind") == number) & fields.one_of(pl.col("fx_group"), GROUPS[SettlementKind(kind)])
            for kind, number in _KINDS.items()
        )
        is_group = fields.one_of(pl.col("fx_group"), [g for groups in GROUPS.values() for g in groups])
        conditions = {
            Reason.BAD_KEY: ~is_key.fill_null(value=False),
            Reason.BAD_ACTION: pl.col("action") == NO_ACTION,
            Reason.BAD_ID: pl.col("entity_id").is_null(),
            Reason.UNKNOWN_ENTITY: ~pl.col("is_enrolled"),
            Reason.BAD_DATE: pl.col("day").is_null(),
            Reason.FUTURE_DAY: pl.col("day") > self._facts.today,
            Reason.UNKNOWN_CODE: pl.col("fx_group").is_null() | ~is_group | (pl.col("kind").is_not_null() & ~fits),
            Reason.BAD_AMOUNT: pl.col("amount").is_null() | (pl.col("amount") == 0) | pl.col("is_too_large"),
            Reason.BAD_CURRENCY: pl.col("currency").is_null() | ~record_cells.is_currency(pl.col("currency")),
            Reason.NO_RATE: pl.col("is_unrated"),
            Reason.BAD_FIELD: pl.col("kind").is_null() | pl.col("is_misshapen"),
        }
        # Of a D row only key and action are judged.
        stays = pl.col("action") != DELETE
        always = (Reason.BAD_KEY, Reason.BAD_ACTION)
        conditions = {reason: wrong if reason in always else stays & wrong for reason, wrong in conditions.items()}
        return frame.with_columns(
            reason=first_reason(conditions), key_text=pl.when(is_key.fill_null(value=False)).then("settlement_no")
        ).select("settlement_no", "key_text", "action", *_COMPARED, "reason", "rate_month", "amount_usd")


def _sentence(reason: Reason, row: dict[str, Any], read: dict[str, Any]) -> tuple[str, str]:
    told = tell(reason, row, read, noun="Settlement", noun_zh="结售汇", number="settlement_no", day="day")
    if told is not None:
        return told
    if reason is Reason.BAD_AMOUNT:
        return about_amount("amount", row["amount"])
    if reason is Reason.UNKNOWN_CODE:
        return field_sentences(
            "fx_group",
            row["fx_group"],
            "121 to 126 for a settlement, 321 to 326 for a purchase",
            " 121 至 126（结汇）或 321 至 326（购汇）",
        )
    return field_sentences("kind", row["kind"], "settlement or purchase", " settlement 或 purchase")
