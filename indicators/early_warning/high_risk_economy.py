"""high_risk_economy: payments to an economy on the list of those to watch."""

from dataclasses import dataclass

import polars as pl

from fxwatch.rule import EarlyWarning, finding, param
from fxwatch.terms import Item
from fxwatch.totals import IS_REFUND, month, so_far


@dataclass(frozen=True, kw_only=True)
class HighRiskEconomy(EarlyWarning):
    """An entity's payments of a month, travel left out, to an economy on the dated list of high-risk economies are large.

    Why it matters: the FATF names economies whose controls are weak; money there is out of sight.
    Leaves out: travel; refunds; receipts; flows without an economy; days on which the economy was not on the list.
    Expected to fire: some 1 in 1,000 entity-months, more where neighbours in trade are on the list.
    """

    title = "High-risk economy"
    title_zh = "向高风险国家（地区）付汇"
    about_zh = (
        "主体当月向高风险国家（地区）名单所列经济体的非旅游付汇累计超过限额。\n"
        "为何重要：FATF 所列经济体监管薄弱，资金流向难以追踪。\n"
        "不含：旅游；退款；收入；未填国家（地区）的记录；该经济体未列名之日的付汇。"
    )
    basis = "dated list in data/high_risk_economies.csv, from the public statements of the FATF; limits rest on secondary sources"
    basis_zh = "data/high_risk_economies.csv 所载名单（FATF 公开声明，注明日期）；限额依据二手资料"
    because = (
        "{entity} paid USD {value:,.2f} to {object}, an economy on the list of those to watch, from {first_day} to {last_day}; "
        "the month's limit of USD {limit_value:,.2f} was passed on {raised_on}."
    )
    because_zh = (
        "{entity}自 {first_day} 至 {last_day} 向高风险名单所列 {object} 付汇折合 {value:,.2f} 美元，"
        "于 {raised_on} 超过当月 {limit_value:,.2f} 美元的限额。"
    )
    within = ("entity", "month")
    columns = ("payment_type", "economy")
    threshold = "limit_usd"

    limit_usd: int = param(
        100_000, unit="USD", meaning="month's sum that must be passed", meaning_zh="当月合计须超过的金额"
    )

    def looks_at(self) -> pl.Expr:
        """Payments but for travel and refunds."""
        return (pl.col("direction") == "payment") & (pl.col("item") != Item.TRAVEL.value) & ~IS_REFUND

    def find(self, flows: pl.LazyFrame, high_risk_economies: pl.LazyFrame) -> pl.LazyFrame:
        """One finding an entity, economy and month; it grows until the month ends."""
        listed = high_risk_economies.collect()
        named = pl.col("economy").is_in(listed["economy"].unique().implode())
        paid = flows.filter(self.looks_at(), named).join(listed.lazy(), on="economy")
        until = pl.col("valid_to").is_null() | (pl.col("day") <= pl.col("valid_to"))
        paid = paid.filter(pl.col("day") >= pl.col("valid_from"), until).unique("flow").with_columns(month=month())
        by = ["entity", "economy", "month"]
        counted = paid.select(*by, "direction", "day", "flow", "amount_usd").collect()
        days = (
            so_far(counted, *by, so_far=pl.col("amount_usd"))
            .lazy()
            .with_columns(limit=self.on("limit_usd", pl.col("day")))
        )
        raised = (
            days.filter(pl.col("so_far") > pl.col("limit")).sort("day").unique(by, keep="first", maintain_order=True)
        )
        whole = (
            counted.lazy()
            .group_by(by)
            .agg(
                value=pl.col("amount_usd").sum(),
                flows=pl.col("flow").sort(),
                first_day=pl.col("day").min(),
                last_day=pl.col("day").max(),
            )
        )
        found = raised.rename({"day": "raised_on"}).join(whole, on=by).with_columns(direction=pl.lit("payment"))
        days_of = {"first_day": "first_day", "last_day": "last_day", "raised_on": "raised_on"}
        return found.select(*finding(value="value", limit="limit", object="economy", **days_of), "flows")
