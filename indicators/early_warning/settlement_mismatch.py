"""settlement_mismatch: more foreign exchange settled or bought in a quarter than was declared received or paid."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from fxwatch.flows import DIRECTION
from fxwatch.keys import is_one_of
from fxwatch.rule import EarlyWarning, finding, param
from fxwatch.terms import Item
from fxwatch.totals import IS_REFUND, MILLION, portion, quarter

GROUPS = {
    Item.TRANSPORT: "1",
    Item.TRAVEL: "2",
    Item.FINANCIAL: "3",
    Item.INSURANCE: "3",
    Item.ROYALTIES: "4",
    Item.CONSULTING: "5",
}
REST = "6"
# The first two digits of a settlement group, by kind and by the direction of what is declared.
SETTLEMENT, PURCHASE = "12", "32"


@dataclass(frozen=True, kw_only=True)
class SettlementMismatch(EarlyWarning):
    """In a quarter that is over, an entity settled or bought more in a group of items than it had declared.

    What was declared is that of the quarter and of the one before. What was settled is the settled part of the flows and the
    settlements reported apart.

    Why it matters: money settled under services that were never declared received entered as something else.
    Leaves out: refunds; quarters that are not over.
    Expected to fire: rarely, where banks report both sides; often, where a bank reports settlements alone.
    """

    title = "Settlement without declaration"
    title_zh = "结售汇与申报不符"
    about_zh = (
        "在已结束的季度内，主体某一类项目的结汇或售汇多于其申报的收入或支出。\n"
        "申报金额取本季度与上季度之和；结售汇金额为收付汇记录中的结售汇部分加单独报送的结售汇。\n"
        "为何重要：以未申报收入的服务名义结汇的资金，可能另有来源。\n"
        "不含：退款；尚未结束的季度。"
    )
    basis = "founding article: settlement and sale of foreign exchange matched one to one with the entity"
    basis_zh = "《完善服务贸易外汇管理 建立服务贸易非现场监管体系》：结售汇数据与主体一一对应"
    because = (
        "{entity} settled or bought USD {value:,.2f} under group {object} in the quarter to {raised_on}, "
        "the first on {first_day}; what it declared allows USD {limit_value:,.2f}."
    )
    because_zh = (
        "{entity}在截至 {raised_on} 的季度内于 {object} 类结售汇折合 {value:,.2f} 美元（首笔 {first_day}），"
        "其申报金额对应的上限为 {limit_value:,.2f} 美元。"
    )
    key = ("entity", "direction")
    columns = ("payment_type", "settled_usd")
    no_near = "whoever settles all that was declared lies within 10 % below it, too"
    no_near_zh = "将申报金额全部结汇或购汇者本就落在限额下方 10% 以内"
    unfed = (
        ("settlements", "no settlements are loaded, so nothing can be found", "尚未导入单独报送的结售汇，因此无从发现"),
    )

    over_share: Decimal = param(
        Decimal("0.1"),
        unit="ratio",
        meaning="part of what was declared that may be settled on top",
        meaning_zh="结售汇可超出申报金额的比例",
    )
    over_usd: int = param(
        100_000, unit="USD", meaning="amount that may be settled on top", meaning_zh="结售汇可超出申报的金额"
    )

    def find(self, flows: pl.LazyFrame, settlements: pl.LazyFrame, last_quarter_end: date | None) -> pl.LazyFrame:
        """One finding an entity, group, kind and quarter, raised on the quarter's end."""
        group = pl.col("item").cast(pl.String).replace_strict(GROUPS, default=REST, return_dtype=pl.String)
        is_receipt = pl.col("direction") == "receipt"
        prefix = pl.when(is_receipt).then(pl.lit(SETTLEMENT)).otherwise(pl.lit(PURCHASE))
        by = ["entity", "direction", "object", "quarter"]
        apart = settlements.with_columns(
            quarter=quarter(),
            direction=pl.when(pl.col("kind") == "settlement")
            .then(pl.lit("receipt"))
            .otherwise(pl.lit("payment"))
            .cast(DIRECTION),
        ).with_columns(object=pl.concat_str(prefix, pl.col("fx_group").str.slice(-1)))
        booked = apart.group_by(by).agg(
            booked=pl.col("amount_usd").sum(),
            settlements=pl.col("settlement_no").sort(),
            first=pl.col("day").min(),
            last=pl.col("day").max(),
        )
        # The settled parts of flows are never more than what was declared: what is settled apart must pass the rest alone.
        booked = booked.filter(pl.col("booked") > self.lowest("over_usd")).collect().lazy()
        known = booked.select("entity", "direction").unique()
        few = is_one_of("entity", known.select("entity").unique().collect()["entity"])
        looked = flows.filter(few, ~IS_REFUND).join(known, on=["entity", "direction"], how="semi")
        looked = (
            looked.select("entity", "direction", "item", "day", "amount_usd", "settled_usd", "flow", quarter=quarter())
            .collect()
            .lazy()
        )
        sums = looked.group_by("entity", "direction", "item", "quarter").agg(
            declared=pl.col("amount_usd").sum(), settled=pl.col("settled_usd").sum()
        )
        sums = (
            sums.with_columns(object=pl.concat_str(prefix, group)).group_by(by).agg(pl.col("declared", "settled").sum())
        )
        asked = booked.join(sums, on=by, how="left")
        before = sums.select(*by[:3], quarter=pl.col("quarter").dt.offset_by("3mo"), before="declared")
        asked = asked.join(before, on=by, how="left").with_columns(pl.col("declared", "settled", "before").fill_null(0))
        ends = pl.col("quarter").dt.offset_by("3mo").dt.offset_by("-1d")
        asked = asked.with_columns(
            raised_on=ends, value=pl.col("booked") + pl.col("settled"), declared=pl.col("declared") + pl.col("before")
        )
        over = pl.lit(None, pl.Int64)
        for first, until, rule in self.unchanging():
            limit = portion(pl.col("declared"), MILLION + rule.millionths("over_share")) + rule.cents("over_usd")
            over = pl.when(pl.col("raised_on").is_between(first, until, closed="left")).then(limit).otherwise(over)
        is_over = pl.col("raised_on") <= pl.lit(last_quarter_end, pl.Date)
        found = asked.with_columns(limit=over).filter(pl.col("value") > pl.col("limit"), is_over)
        found = found.with_row_index("number").collect().lazy()
        wanted = looked.filter(pl.col("settled_usd") > 0).with_columns(object=pl.concat_str(prefix, group))
        behind = (
            wanted.join(found.select(*by, "number"), on=by)
            .group_by("number")
            .agg(flows=pl.col("flow").sort(), first_flow=pl.col("day").min(), last_flow=pl.col("day").max())
        )
        found = found.join(behind, on="number", how="left").with_columns(
            pl.col("flows").fill_null([]),
            first_day=pl.min_horizontal("first", "first_flow"),
            last_day=pl.max_horizontal("last", "last_flow"),
        )
        days = {"first_day": "first_day", "last_day": "last_day", "raised_on": "raised_on"}
        return found.select(*finding(value="value", limit="limit", object="object", **days), "flows", "settlements")
