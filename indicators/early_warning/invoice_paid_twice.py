"""invoice_paid_twice: one invoice paid more than once, whoever pays."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from fxwatch.flows import CENTS_PER_USD
from fxwatch.keys import repeated
from fxwatch.rule import EarlyWarning, finding, param, passed_over
from fxwatch.totals import IS_REFUND
from fxwatch.windows import months_before

# Any odd number spreads one identity over another.
_MIX = 0x1E3779B97F4A7C15
KEY = ["counterparty", "invoice", "currency", "amount"]


@dataclass(frozen=True, kw_only=True)
class InvoicePaidTwice(EarlyWarning):
    """The same counterparty, invoice number, currency and amount is paid again within twelve months, by whichever entity.

    Each later payment has a hit of its own, on the entity that made it; the hits share their group. The payment before stands
    among its flows where the same entity made it.

    Why it matters: one invoice is paid once; a second payment uses the same paper for other money.
    Leaves out: refunds; payments without counterparty or invoice (counted); two legs of one declaration.
    Expected to fire: some 1 in 5,000 entity-months, rent and subscriptions with a standing number among them.
    """

    title = "Invoice paid twice"
    title_zh = "同一发票重复付汇"
    about_zh = (
        "同一交易对手、发票号、币种和金额在十二个月内再次付汇，不论由哪家主体支付。\n"
        "每笔后续付汇单独命中于其付汇主体，同属一组；前一笔若由同一主体支付，则一并列入。\n"
        "为何重要：一张发票只应支付一次，重复付汇是以同一单证转移其他资金。\n"
        "不含：退款；无交易对手或发票号的付汇（计数）；同一申报的两个分录。"
    )
    basis = "one invoice, one payment"
    basis_zh = "一张发票一次付汇"
    because = (
        "{entity} paid USD {value:,.2f} on {raised_on} for an invoice of {object} that had been paid before; "
        "the earliest of the flows shown is of {first_day}, and from {limit_value:.0f} declarations it is a hit."
    )
    because_zh = (
        "{entity}于 {raised_on} 付汇折合 {value:,.2f} 美元，对应发票 {object} 此前已付；"
        "所列最早一笔为 {first_day}，同一发票达到 {limit_value:.0f} 笔申报即预警。"
    )
    partition = "counterparty"
    within = ("counterparty", "invoice")
    columns = ("payment_type", "counterparty", "invoice", "currency", "amount")
    skips_flows = True
    threshold = "declarations_count"
    passed_over_zh = (
        ("payments without a counterparty", "无交易对手的付汇"),
        ("payments without an invoice", "无发票号的付汇"),
    )

    within_months: int = param(
        12, unit="months", meaning="months within which a payment repeats another", meaning_zh="视为重复的月数"
    )
    declarations_count: int = param(
        2, unit="count", meaning="declarations that pay one invoice", meaning_zh="同一发票的付汇申报数"
    )

    def looks_at(self) -> pl.Expr:
        """Payments of an invoice to somebody."""
        named = pl.col("counterparty").is_not_null() & pl.col("invoice").is_not_null()
        return (pl.col("direction") == "payment") & ~IS_REFUND & named

    def find(self, flows: pl.LazyFrame) -> pl.LazyFrame:
        """One finding a later payment."""
        paid = flows.filter(self.looks_at())
        # One number of both tells nearly all that are paid once; few are left to be looked at by both.
        both = pl.col("counterparty") * _MIX + pl.col("invoice")
        often = repeated(paid.select(both.alias("both")).collect()["both"].to_numpy())
        few = paid.filter(both.is_in(pl.Series(often).implode())).collect().lazy() if len(often) else paid.limit(0)
        legs = few.select(*KEY, "declaration", "entity", "direction", "item", "day", "amount_usd", "flow").collect()
        once = legs.sort("flow").unique([*KEY, "declaration"], keep="first").sort(*KEY, "day", "flow")
        parts = [rule._later(once, first, until) for first, until, rule in self.unchanging()]
        found = pl.concat(parts).lazy()
        own = pl.when(pl.col("entity_before") == pl.col("entity")).then("flow_before")
        amount = (pl.col("amount").cast(pl.Decimal(20, 2)) / CENTS_PER_USD).cast(pl.Decimal(20, 2)).cast(pl.String)
        found = found.with_columns(
            flows=pl.concat_list(own, "flow").list.drop_nulls().list.sort(), named_by="flow",
            begun=pl.when(own.is_not_null()).then("day_before").otherwise("day"),
            group=pl.concat_str(pl.lit("{counterparty} {invoice} "), "currency", pl.lit(" "), amount),
        )  # fmt: skip
        days = {"first_day": "begun", "last_day": "day", "raised_on": "day"}
        name = pl.lit("{counterparty} {invoice} ({flow})")
        return found.select(
            *finding(value="amount_usd", limit="limit", item="item", object=name, **days), "named_by", "group", "flows"
        )

    def _later(self, once: pl.DataFrame, first: date, until: date) -> pl.DataFrame:
        """The payments in a stretch of days that have enough others before them, with the one right before."""
        ahead = self.declarations_count - 1
        told = once.with_columns(
            pl.col("entity", "flow", "day").shift().over(KEY).name.suffix("_before"),
            begun=pl.col("day").shift(ahead).over(KEY),
            # In the units of the value, which is money: so many whole ones.
            limit=pl.lit(self.declarations_count * CENTS_PER_USD),
        )
        enough = pl.col("begun") >= months_before(pl.col("day"), self.within_months)
        return told.filter(enough, pl.col("day") >= first, pl.col("day") < until).drop("begun")

    def skipped(self, flows: pl.LazyFrame) -> pl.LazyFrame:
        """Payments without a counterparty, and those without an invoice."""
        paid = flows.filter((pl.col("direction") == "payment") & ~IS_REFUND)
        nameless = pl.col("counterparty").is_null()
        counts = {
            "payments without a counterparty": nameless.sum(),
            "payments without an invoice": (~nameless & pl.col("invoice").is_null()).sum(),
        }
        return passed_over(paid, counts)
