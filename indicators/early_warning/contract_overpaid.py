"""contract_overpaid: more paid under a contract than was filed for it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from fxwatch.episodes import one_item
from fxwatch.rule import EarlyWarning, finding, param, passed_over
from fxwatch.totals import IS_REFUND, MILLION, portion, so_far


@dataclass(frozen=True, kw_only=True)
class ContractOverpaid(EarlyWarning):
    """Payments under one contract add up to more than the contract's amount as filed with an authority.

    The newest filing of the entity for the contract that was there on the day and has an amount speaks.

    Why it matters: the same contract shown time and again pays for more than it is worth.
    Leaves out: refunds; contracts without a filed amount; what is paid after the day of the hit.
    Expected to fire: one in some hundreds of filed contracts, late amendments among them. Limits rest on secondary sources.
    """

    title = "Contract overpaid"
    title_zh = "超合同金额付汇"
    about_zh = (
        "同一合同项下累计付汇超过该合同向主管部门备案的金额。\n"
        "以付汇当日已备案且有金额的最新一次备案为准。\n"
        "为何重要：同一合同反复使用，付汇会超出其实际价值。\n"
        "不含：退款；无备案金额的合同；命中日之后的付汇。限额依据二手资料。"
    )
    basis = "part payments to be endorsed on the documents; announcements 2013/40 and 2021/19 of the tax and foreign exchange authorities"
    basis_zh = "分次付汇须签注；国家税务总局、国家外汇管理局公告 2013 年第 40 号、2021 年第 19 号"
    because = (
        "{entity} paid USD {value:,.2f} under contract {object} from {first_day} to {raised_on}; what was filed for it allows "
        "USD {limit_value:,.2f}."
    )
    because_zh = "{entity}自 {first_day} 至 {raised_on} 在合同 {object} 项下累计付汇折合 {value:,.2f} 美元，超过备案金额对应的 {limit_value:,.2f} 美元。"
    within = ("entity", "contract")
    columns = ("payment_type", "contract")
    skips_flows = True
    no_near = "a contract that was paid in full lies within 10 % below it, too"
    no_near_zh = "按合同足额付汇者本就落在限额下方 10% 以内"
    passed_over_zh = (("payments under contracts without a filed amount", "付汇所属合同无备案金额"),)
    unfed = (("filings", "no filings are loaded, so nothing can be found", "尚未导入备案，因此无从发现"),)

    over_share: Decimal = param(
        Decimal("0.05"),
        unit="ratio",
        meaning="part of the contract that may be paid on top",
        meaning_zh="可超出合同金额的比例",
    )
    over_usd: int = param(10_000, unit="USD", meaning="amount that may be paid on top", meaning_zh="可超出合同的金额")

    def looks_at(self) -> pl.Expr:
        """Payments under a contract."""
        return (pl.col("direction") == "payment") & ~IS_REFUND & pl.col("contract").is_not_null()

    def find(self, flows: pl.LazyFrame, filings: pl.LazyFrame) -> pl.LazyFrame:
        """One finding an entity and contract."""
        by = ["entity", "contract"]
        priced = filings.drop_nulls(["contract", "contract_usd"]).sort("filed_on", "filing_no")
        filed = priced.unique([*by, "filed_on"], keep="last").select(*by, "filed_on", "contract_usd").collect()
        # Few contracts are paid for more than was ever filed for them, whoever paid: adding up by one number is cheap.
        least = filed.lazy().group_by("contract").agg(pl.col("contract_usd").min())
        sums = flows.filter(self.looks_at()).group_by("contract").agg(pl.col("amount_usd").sum())
        beyond = (
            sums.join(least, on="contract")
            .filter(pl.col("amount_usd") > pl.col("contract_usd"))
            .select("contract")
            .collect()
        )
        under = flows.filter(self.looks_at()).join(beyond.lazy(), on="contract", how="semi")
        under = under.join(filed.lazy().select(by).unique(), on=by, how="semi")
        paid = under.select(*by, "direction", "day", "item", "amount_usd", "flow").collect()
        days = so_far(paid, *by, value=pl.col("amount_usd"))
        told = days.lazy().join(filed.lazy(), on=by).filter(pl.col("filed_on") <= pl.col("day"))
        told = told.sort("filed_on").unique([*by, "day"], keep="last", maintain_order=True)
        parts = [rule._over(told, first, until) for first, until, rule in self.unchanging()]
        over = pl.concat(parts).sort("day").unique(by, keep="first", maintain_order=True)
        over = over.select(*by, "value", "limit", raised_on="day").collect().lazy()
        behind = (
            over.join(paid.lazy(), on=by)
            .filter(pl.col("day") <= pl.col("raised_on"))
            .group_by(*by)
            .agg(flows=pl.col("flow").sort(), first_day=pl.col("day").min(), item=one_item())
        )
        found = over.join(behind, on=by).with_columns(
            direction=pl.lit("payment"), named_by=pl.col("flows").list.first()
        )
        days_of = {"first_day": "first_day", "last_day": "raised_on", "raised_on": "raised_on"}
        return found.select(
            *finding(value="value", limit="limit", item="item", object=pl.lit("{contract}"), **days_of),
            "named_by",
            "flows",
        )

    def _over(self, told: pl.LazyFrame, first: date, until: date) -> pl.LazyFrame:
        limit = portion(pl.col("contract_usd"), MILLION + self.millionths("over_share")) + self.cents("over_usd")
        within = told.filter(pl.col("day") >= first, pl.col("day") < until).with_columns(limit=limit)
        return within.filter(pl.col("value") > pl.col("limit"))

    def skipped(self, flows: pl.LazyFrame, filings: pl.LazyFrame) -> pl.LazyFrame:
        """Payments under contracts for which an amount was never filed."""
        filed = filings.drop_nulls(["contract", "contract_usd"]).select("entity", "contract").unique()
        without = flows.filter(self.looks_at()).join(filed, on=["entity", "contract"], how="anti")
        return passed_over(without, {"payments under contracts without a filed amount": pl.len()})
