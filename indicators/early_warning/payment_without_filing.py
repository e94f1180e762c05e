"""payment_without_filing: a payment that needs a tax filing and has none."""

from dataclasses import dataclass

import polars as pl

from fxwatch.rule import EarlyWarning, finding, param, passed_over
from fxwatch.terms import Item
from fxwatch.totals import IS_REFUND, quarter

NO_FILING_NEEDED = (Item.TRAVEL.value, Item.GOVERNMENT.value)


@dataclass(frozen=True, kw_only=True)
class PaymentWithoutFiling(EarlyWarning):
    """A payment above the limit has no filing with the tax authority, neither by its own number nor by its contract.

    The legs of a declaration are added up. A filing counts from its day on; a contract is filed once, before its first payment.

    Why it matters: a payment for services that was never filed paid no tax, or for nothing.
    Leaves out: refunds; travel and government services; payments with neither contract nor counterparty (counted).
    Expected to fire: rarely, once filings are loaded whole; without them, on every payment above the limit.
    """

    title = "Payment without tax filing"
    title_zh = "付汇未办税务备案"
    about_zh = (
        "单笔付汇超过限额，既无本笔备案编号、也无所属合同的税务备案。\n"
        "同一申报的各分录合并计算；备案自备案日起有效；一份合同首次付汇前备案一次即可。\n"
        "为何重要：未备案的服务付汇可能未纳税，或并无服务。\n"
        "不含：退款；旅游和政府服务；既无合同号又无交易对手的付汇（计数）。"
    )
    basis = "announcements 2013/40 (single payments above USD 50,000) and 2021/19 (a contract is filed once) of the tax and foreign exchange authorities"
    basis_zh = (
        "国家税务总局、国家外汇管理局公告 2013 年第 40 号（单笔超过 5 万美元）、2021 年第 19 号（同一合同备案一次）"
    )
    because = (
        "{entity} paid USD {value:,.2f} to {object} without a tax filing from {first_day} to {last_day}; single payments above "
        "USD {limit_value:,.2f} need one."
    )
    because_zh = "{entity}自 {first_day} 至 {last_day} 向 {object} 付汇折合 {value:,.2f} 美元而无税务备案；单笔超过 {limit_value:,.2f} 美元须备案。"
    within = ("entity", "payee")
    adds_legs = True
    skips_flows = True
    columns = ("payment_type", "counterparty", "contract", "tax_filing")
    threshold = "limit_usd"
    passed_over_zh = (("payments without a filing, contract or counterparty", "未备案且无合同号与交易对手的付汇"),)
    unfed = (
        (
            "filings",
            "no filings are loaded, so every payment above the limit is listed",
            "尚未导入备案，因此超过限额的付汇全部列出",
        ),
    )

    limit_usd: int = param(
        50_000, unit="USD", meaning="largest payment that needs no filing", meaning_zh="无须备案的单笔最高金额"
    )

    def looks_at(self) -> pl.Expr:
        """Payments of the kinds that need a filing."""
        return (pl.col("direction") == "payment") & ~IS_REFUND & ~pl.col("item").is_in(NO_FILING_NEEDED)

    def find(self, flows: pl.LazyFrame, filings: pl.LazyFrame) -> pl.LazyFrame:
        """One finding an entity, contract or else payee, and quarter; it grows until the quarter ends."""
        unfiled = self._unfiled(flows, filings)
        by = ["entity", "contract", "payee", "quarter"]
        named = unfiled.filter(pl.col("contract").is_not_null() | pl.col("counterparty").is_not_null())
        payee = pl.when(pl.col("contract").is_null()).then("counterparty")
        named = named.with_columns(
            payee=payee.fill_null(-1), contract=pl.col("contract").fill_null(-1), quarter=quarter()
        )
        found = named.sort("day", "declaration").group_by(by, maintain_order=True).agg(
            value=pl.col("amount_usd").sum(), limit=pl.col("limit").first(), first_day=pl.col("day").min(), last_day=pl.col("day").max(),
            flows=pl.col("flows").list.explode().sort(), items=pl.col("items").list.explode(),
        )  # fmt: skip
        items = pl.col("items").list.unique()
        name = pl.when(pl.col("contract") >= 0).then(pl.lit("{contract}")).otherwise(pl.lit("{counterparty}"))
        found = found.with_columns(
            direction=pl.lit("payment"), object=name, named_by=pl.col("flows").list.first(),
            item=pl.when(items.list.len() == 1).then(items.list.first()),
        )  # fmt: skip
        days = {"first_day": "first_day", "last_day": "last_day", "raised_on": "first_day"}
        return found.select(
            *finding(value="value", limit="limit", item="item", object="object", **days), "named_by", "flows"
        )

    def _unfiled(self, flows: pl.LazyFrame, filings: pl.LazyFrame) -> pl.LazyFrame:
        """The declarations above the limit without a filing: declaration, entity, day, contract, counterparty, amount_usd, limit, flows, items."""
        legs = flows.filter(self.looks_at())
        lowest = self.lowest("limit_usd")
        # A declaration has at most two legs, so one of them lies above half the limit.
        large = legs.filter(pl.col("amount_usd") * 2 > lowest).select("declaration").unique().collect()
        few = legs.join(large.lazy(), on="declaration", how="semi").sort("flow")
        filed = filings.filter(pl.col("authority") == "tax")
        by_number = filed.group_by("entity", tax_filing="filing").agg(filed_on=pl.col("filed_on").min())
        by_contract = (
            filed.drop_nulls("contract").group_by("entity", "contract").agg(contract_filed_on=pl.col("filed_on").min())
        )
        few = few.join(by_number, on=["entity", "tax_filing"], how="left").join(
            by_contract, on=["entity", "contract"], how="left"
        )
        is_filed = pl.min_horizontal("filed_on", "contract_filed_on") <= pl.col("day")
        sums = few.sort("flow").group_by("declaration", maintain_order=True).agg(
            pl.col("entity", "day").first(), pl.col("contract", "counterparty").drop_nulls().first(), pl.col("amount_usd").sum(),
            is_filed=is_filed.fill_null(value=False).any(), flows="flow", items="item",
        )  # fmt: skip
        sums = sums.with_columns(limit=self.on("limit_usd", pl.col("day")))
        return sums.filter(pl.col("amount_usd") > pl.col("limit"), ~pl.col("is_filed"))

    def skipped(self, flows: pl.LazyFrame, filings: pl.LazyFrame) -> pl.LazyFrame:
        """Payments without a filing that name neither contract nor counterparty."""
        bare = pl.col("contract").is_null() & pl.col("counterparty").is_null()
        some = flows.filter(self.looks_at(), bare).select("declaration").unique().collect()
        declared = flows.join(some.lazy(), on="declaration", how="semi")
        nameless = self._unfiled(declared, filings).filter(bare)
        return passed_over(nameless, {"payments without a filing, contract or counterparty": pl.len()})
