"""What the columns of settlements and filings have in common, read: number, action, entity, and the equivalent in USD."""

from typing import TYPE_CHECKING

import polars as pl

from fxwatch.equivalents import LARGEST_USD_CENTS, SCALE, tables_in_use, usd_cents
from fxwatch.facts import facts
from fxwatch.identifiers import entity_keys
from fxwatch.intake import fields
from fxwatch.intake.judging import NO_ACTION
from fxwatch.intake.rows import Rows
from fxwatch.warehouse import loading

if TYPE_CHECKING:
    import duckdb

    from fxwatch.home import Home

# A number as other authorities give it: 1 to 64 characters, none of them a control character, no blank at either end.
NUMBER = r"^[^\s\x00-\x1f]([^\x00-\x1f]{0,62}[^\s\x00-\x1f])?$"
_ACTIONS = {"A": 0, "C": 1, "D": 2}


class RecordFacts:
    """What rows are read against: the roll, the tables of rates, today."""

    def __init__(self, home: "Home", con: "duckdb.DuckDBPyConnection") -> None:
        settings = home.settings
        rates = loading.rates_now(con).select(
            "month", "currency", rate=pl.col("usd_per_unit").to_physical().cast(pl.Int128)
        )
        self.today = home.today()
        self._verify = settings.verify_ids
        self._roll = None if settings.admit_unknown else home.register.on_roll()
        self._tables = tables_in_use(rates, reach=settings.rate_months, rate_month=settings.rate_month)

    def with_entity(self, frame: pl.DataFrame, rows: Rows) -> pl.DataFrame:
        """`entity_id` as the entity's key (null: no identifier), and whether it `is_enrolled`."""
        key = entity_keys(frame["entity_id"], verify=self._verify).alias("entity_id")
        on_roll = pl.lit(value=True) if self._roll is None else pl.col("entity_id").is_in(self._roll.implode())
        key = key.to_frame().select(pl.when(~as_number(rows, "entity_id")).then("entity_id")).to_series()
        return frame.with_columns(key).with_columns(is_enrolled=on_roll.fill_null(value=False))

    def with_usd(self, frame: pl.DataFrame, day: str) -> pl.DataFrame:
        """`rate_month`, `amount_usd` of `amount` in `currency`, by the table for the month of a day; `is_unrated`, `is_too_large`."""
        frame = frame.with_columns(flow_month=pl.col(day).dt.month_start())
        frame = frame.join(self._tables, on=["currency", "flow_month"], how="left", maintain_order="left")
        is_usd = pl.col("currency") == "USD"
        rate = pl.when(is_usd).then(pl.lit(SCALE, dtype=pl.Int128)).otherwise("rate")
        usd = usd_cents(pl.col("amount"), rate)
        return frame.with_columns(
            is_unrated=rate.is_null(),
            is_too_large=(usd > LARGEST_USD_CENTS).fill_null(value=False),
            rate_month=pl.when(~is_usd & pl.col("amount").is_not_null()).then("rate_month"),
            amount_usd=pl.when(usd <= LARGEST_USD_CENTS).then(usd).cast(pl.Int64),
        ).drop("flow_month", "rate")


def as_number(rows: Rows, name: str) -> pl.Expr:
    """Which rows hold a code as a worksheet's number: it has lost digits."""
    marks = fields.numbers_in(rows, name)
    return pl.lit(value=False) if marks is None else pl.lit(marks)


def action(column: pl.Expr) -> pl.Expr:
    """Actions as `judging` numbers them; A where the cell is empty."""
    return fields.number_of(column.fill_null("A"), _ACTIONS).fill_null(NO_ACTION)


def is_currency(column: pl.Expr) -> pl.Expr:
    """Whether a text is a currency; true where it is empty."""
    return fields.one_of(column, [row["currency"] for row in facts("currencies.csv")])
