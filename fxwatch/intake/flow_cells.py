"""The columns of a file of flows, read: values, and what is wrong with each row on its own."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from fxwatch.equivalents import LARGEST_USD_CENTS, SCALE, usd_cents
from fxwatch.facts import facts
from fxwatch.identifiers import entity_keys
from fxwatch.intake import fields
from fxwatch.intake.classification import Classification
from fxwatch.intake.columns import Column, Form
from fxwatch.intake.directory import Directory
from fxwatch.intake.judging import NO_ACTION
from fxwatch.intake.reasons import SOUND, Reason
from fxwatch.intake.rows import Rows
from fxwatch.terms import Direction, Scope

COLUMNS = {
    "declaration_no": Column(Form.CODE, bold=True),
    "leg": Column(Form.WHOLE),
    "action": Column(Form.TEXT),
    "entity_id": Column(Form.CODE, bold=True),
    "party_type": Column(Form.TEXT),
    "direction": Column(Form.TEXT, bold=True),
    "day": Column(Form.DAY, bold=True),
    "code": Column(Form.CODE, bold=True),
    "currency": Column(Form.TEXT, bold=True),
    "amount": Column(Form.NUMBER, bold=True),
    "settled_amount": Column(Form.NUMBER),
    "counterparty": Column(Form.TEXT),
    "economy": Column(Form.TEXT),
    "payment_type": Column(Form.TEXT),
    "contract_no": Column(Form.CODE),
    "invoice_no": Column(Form.CODE),
    "tax_filing_no": Column(Form.CODE),
    "scope": Column(Form.TEXT),
    "bank": Column(Form.CODE),
    "remark": Column(Form.TEXT),
}
# What a content is compared by: everything that a bank declares of a flow.
COMPARED = [
    "entity_id", "party_type", "direction", "day", "code", "currency", "amount", "settled", "counterparty", "economy",
    "payment_type", "contract_no", "invoice_no", "tax_filing_no", "scope", "bank", "remark", "unread",
]  # fmt: skip
_READ = [*COMPARED, "item", "bpm6", "rate_month", "amount_usd", "settled_usd"]
CONTENT = [*_READ, "counterparty_number"]

KEY = r"^[A-Za-z0-9]{1,32}$"
LEGS = {"1": 1, "2": 2}
ACTIONS = {"A": 0, "C": 1, "D": 2}
PARTY_TYPES = ("C", "D", "F")
NATURAL_PERSONS = ("D", "F")
PAYMENT_TYPES = ("A", "P", "R", "O")
DIRECTIONS = {word.value: number for number, word in enumerate(Direction)}
SCOPES = {word.value: number for number, word in enumerate(Scope)}
_TEXTS = ["counterparty", "contract_no", "invoice_no", "tax_filing_no", "bank", "remark"]
_CODES = ["contract_no", "invoice_no", "tax_filing_no", "bank"]
# Optional columns, and those of an out-of-scope row that nobody judges.
_OPTIONAL = ["party_type", "settled_amount", "economy", "payment_type", "scope", *_TEXTS]


@dataclass(frozen=True)
class FlowFacts:
    """What rows are read against.

    Attributes:
        today: later days lie ahead.
        verify_ids: whether check digits of identifiers are verified.
        roll: the entities on the roll; None admits every entity.
        tables: of `equivalents.tables_in_use`.
        classification: of codes.
    """

    today: date
    verify_ids: bool
    roll: Directory | None
    tables: pl.DataFrame
    classification: Classification

    def read(self, rows: Rows) -> pl.DataFrame:
        """One row for each row, in order.

        Returns:
            `declaration_no`, `leg` (null where the row has no key), `action`, the columns `CONTENT` but the number; `defect`: the
            first reason that needs no equivalent; `reason`: the first of all that need nothing but the row;
            `is_beyond`, `is_readable`, `is_bad_field`.
        """
        schema = rows.columns.schema
        frame = rows.columns.select(self._cells(rows))
        numbers = {
            name: marks
            for name in ("declaration_no", "entity_id", "code", *_CODES)
            if (marks := fields.numbers_in(rows, name)) is not None
        }
        frame = frame.with_columns(pl.Series("is_misshapen", fields.misshapen(rows)))
        frame = frame.with_columns(marks.alias(f"{name} is number") for name, marks in numbers.items())

        def as_number(name: str) -> pl.Expr:
            return pl.col(f"{name} is number") if name in numbers else pl.lit(value=False)

        key = pl.col("declaration_no").str.contains(KEY).fill_null(value=False) & ~as_number("declaration_no")
        frame = frame.with_columns(
            leg=pl.when(key).then(fields.number_of(pl.col("leg"), LEGS)),
            action=fields.number_of(pl.col("action"), ACTIONS).fill_null(NO_ACTION),
            direction=fields.number_of(pl.col("direction"), DIRECTIONS),
            day=fields.day(pl.col("day"), schema["day"]),
            amount=fields.cents(pl.col("amount"), schema["amount"]),
            settled=fields.cents(pl.col("settled_amount"), schema.get("settled_amount", pl.String())),
            has_settled=pl.col("settled_amount").is_not_null(),
            scope=fields.number_of(pl.col("scope"), SCOPES),
            is_bad_scope=~fields.one_of(pl.col("scope"), SCOPES),
            is_code_number=as_number("code"),
        )
        frame = self._resolve(frame, as_number("entity_id"))
        frame = frame.hstack(self.classification.look_up(frame)).with_columns(
            pl.col("is_known") & ~pl.col("is_code_number")
        )
        frame = frame.with_columns(is_beyond=pl.col("is_beyond") | pl.col("party_type").is_in(list(NATURAL_PERSONS)))
        frame = self._check_fields(frame, [as_number(name) for name in _CODES])
        frame = self._convert(frame)
        return self._tidy(self._judge(frame), rows)

    def _cells(self, rows: Rows) -> list[pl.Expr]:
        typed = ("day", "amount", "settled_amount")
        defaults = {"leg": "1", "action": "A", "party_type": "C", "scope": "cross_border"}
        cells = []
        for name in COLUMNS:
            cell = fields.cell(rows, name) if name in typed else fields.text(rows, name)
            cells.append(cell.fill_null(defaults[name]) if name in defaults else cell)
        return cells

    def _resolve(self, frame: pl.DataFrame, is_number: pl.Expr) -> pl.DataFrame:
        """Replace identifiers by keys (null: no identifier), and say who is on the roll."""
        named = frame.select("entity_id").unique().drop_nulls()
        keys = named.with_columns(entity_keys(named["entity_id"], verify=self.verify_ids).alias("key"))
        keys = keys.with_columns(is_enrolled=pl.lit(value=True) if self.roll is None else self.roll.has(keys["key"]))
        frame = frame.join(keys, on="entity_id", how="left", maintain_order="left")
        return frame.with_columns(
            entity_id=pl.when(~is_number).then("key"), is_enrolled=pl.col("is_enrolled").fill_null(value=False)
        )

    def _check_fields(self, frame: pl.DataFrame, codes_as_numbers: list[pl.Expr]) -> pl.DataFrame:
        too_much = pl.col("has_settled") & (pl.col("settled").is_null() | (pl.col("settled") > pl.col("amount")))
        bad = {
            "is_bad_party": ~fields.one_of(pl.col("party_type"), PARTY_TYPES),
            "is_bad_settled": too_much.fill_null(value=False),
            "is_bad_economy": ~fields.one_of(pl.col("economy"), [row["economy"] for row in facts("economies.csv")]),
            "is_bad_payment": ~fields.one_of(pl.col("payment_type"), PAYMENT_TYPES),
            "is_bad_text": pl.any_horizontal(*(fields.has_control(pl.col(name)) for name in _TEXTS), *codes_as_numbers),
        }
        frame = frame.with_columns(**bad)
        return frame.with_columns(
            is_bad_field=pl.any_horizontal(*bad, "is_bad_scope", "is_misshapen"),
            is_bad_currency=~fields.one_of(pl.col("currency"), [row["currency"] for row in facts("currencies.csv")])
            | pl.col("currency").is_null(),
        )

    def _convert(self, frame: pl.DataFrame) -> pl.DataFrame:
        is_usd = pl.col("currency") == "USD"
        frame = frame.with_columns(flow_month=pl.col("day").dt.month_start())
        frame = frame.join(self.tables, on=["currency", "flow_month"], how="left", maintain_order="left")
        rate = pl.when(is_usd).then(pl.lit(SCALE, dtype=pl.Int128)).otherwise("rate")
        usd, settled = usd_cents(pl.col("amount"), rate), usd_cents(pl.col("settled"), rate)
        return frame.with_columns(
            is_too_large=(usd > LARGEST_USD_CENTS).fill_null(value=False),
            is_unrated=rate.is_null(),
            rate_month=pl.when(~is_usd).then("rate_month"),
            amount_usd=pl.when(usd <= LARGEST_USD_CENTS).then(usd).cast(pl.Int64),
            settled_usd=pl.when(usd <= LARGEST_USD_CENTS).then(settled).cast(pl.Int64),
        )

    def _judge(self, frame: pl.DataFrame) -> pl.DataFrame:
        in_scope = ~pl.col("is_beyond")
        no_amount = (pl.col("amount") == 0) | pl.col("amount").is_null()
        bad_form = {
            Reason.BAD_ID: pl.col("entity_id").is_null(),
            Reason.UNKNOWN_ENTITY: in_scope & ~pl.col("is_enrolled"),
            Reason.BAD_DATE: pl.col("day").is_null(),
            Reason.FUTURE_DAY: pl.col("day") > self.today,
            Reason.BAD_DIRECTION: pl.col("direction").is_null(),
            Reason.UNKNOWN_CODE: ~pl.col("is_known"),
            Reason.BAD_AMOUNT: in_scope & no_amount,
            Reason.BAD_CURRENCY: in_scope & pl.col("is_bad_currency"),
        }
        defect = first_reason(bad_form)
        unreadable = [bad_form[r] for r in bad_form if r not in (Reason.UNKNOWN_ENTITY, Reason.FUTURE_DAY)]
        frame = frame.with_columns(
            defect=defect, is_readable=~pl.any_horizontal(*unreadable, in_scope & pl.col("is_bad_field"))
        )
        of_all = {
            Reason.BAD_AMOUNT: in_scope & pl.col("is_too_large"),
            Reason.NO_RATE: in_scope & pl.col("is_unrated"),
            Reason.BAD_FIELD: in_scope & pl.col("is_bad_field"),
        }
        return frame.with_columns(
            reason=pl.when(pl.col("defect") != SOUND).then("defect").otherwise(first_reason(of_all))
        )

    def _tidy(self, frame: pl.DataFrame, rows: Rows) -> pl.DataFrame:
        """Empty what cannot be read, note it where nobody judges it, fill in defaults."""
        beyond = pl.col("is_beyond")
        default_bank = pl.when(pl.col("declaration_no").str.len_bytes() == 22).then(
            pl.col("declaration_no").str.head(12)
        )
        odd = frame.select(
            is_odd=beyond & pl.any_horizontal("is_bad_field", "is_bad_currency", pl.col("amount").is_null())
        ).to_series()
        unread = _unread(frame, rows, odd.arg_true().to_list())
        return frame.with_columns(
            unread=unread,
            party_type=pl.when(~pl.col("is_bad_party")).then("party_type").otherwise(pl.lit("C")),
            settled=pl.when(~pl.col("is_bad_settled")).then("settled"),
            economy=pl.when(~pl.col("is_bad_economy")).then("economy"),
            payment_type=pl.when(~pl.col("is_bad_payment")).then("payment_type"),
            currency=pl.when(~pl.col("is_bad_currency")).then("currency"),
            scope=pl.col("scope").fill_null(0),
            bank=pl.coalesce("bank", default_bank),
            rate_month=pl.when(~beyond).then("rate_month"),
            amount_usd=pl.when(~beyond).then("amount_usd"),
            settled_usd=pl.when(~beyond).then("settled_usd"),
        ).select(
            "declaration_no", "leg", "action", *_READ, "defect", "reason", "is_beyond", "is_readable", "is_bad_field"
        )


def first_reason(conditions: dict[Reason, pl.Expr]) -> pl.Expr:
    """The first reason whose condition holds, as UInt8; `SOUND` where none does."""
    chosen: Any = pl
    for reason, condition in conditions.items():
        chosen = chosen.when(condition).then(pl.lit(int(reason), dtype=pl.UInt8))
    expression: pl.Expr = chosen.otherwise(pl.lit(SOUND, dtype=pl.UInt8))
    return expression


def _unread(frame: pl.DataFrame, rows: Rows, places: list[int]) -> pl.Series:
    """JSON of what cannot be read in rows that are out of scope; null elsewhere."""
    import json

    found: list[str | None] = [None] * len(frame)
    marks = ["is_bad_party", "is_bad_settled", "is_bad_economy", "is_bad_payment", "is_bad_scope", "is_bad_currency"]
    names = ["party_type", "settled_amount", "economy", "payment_type", "scope", "currency"]
    if places:
        wanted = [name for name in (*names, "amount") if name in rows.columns.columns]
        cells = rows.columns[places].select(pl.col(wanted).cast(pl.String).str.strip_chars())
        flags = frame[places].select(*marks, pl.col("amount").is_null().alias("is_bad_amount"))
        for place, cell, flag in zip(places, cells.iter_rows(named=True), flags.iter_rows(), strict=True):
            noted: dict[str, Any] = {
                name: cell[name] for name, bad in zip((*names, "amount"), flag, strict=True) if bad and cell.get(name)
            }
            oddity = rows.odd.get(place)
            if oddity is not None and oddity.misshapen:
                noted[""] = [*oddity.excess, *oddity.missing]
            found[place] = json.dumps(noted, ensure_ascii=False, sort_keys=True) if noted else None
    return pl.Series("unread", found, dtype=pl.String)
