"""new_entity_large: large flows within a year of registration."""

from dataclasses import dataclass

import polars as pl

from fxwatch.keys import is_one_of
from fxwatch.rule import EarlyWarning, finding, param, passed_over
from fxwatch.totals import IS_REFUND, so_far


@dataclass(frozen=True, kw_only=True)
class NewEntityLarge(EarlyWarning):
    """An entity's receipts, or its payments, pass a large sum within twelve months of its registration.

    Why it matters: a firm made for a purpose moves much soon; the FATF names fast growth of new firms.
    Leaves out: refunds; entities whose day of registration is not on the roll (counted); flows before registration.
    Expected to fire: once for a new entity in some hundred; subsidiaries of large groups among them.
    """

    title = "New entity, large flows"
    title_zh = "新设主体大额收付"
    about_zh = (
        "主体自登记之日起十二个月内，收入合计或支出合计超过限额。\n"
        "为何重要：为特定目的设立的企业往往很快发生大额收付；FATF 将新企业快速增长列为风险指标。\n"
        "不含：退款；名录中无登记日期的主体（计数）；登记之前的记录。"
    )
    basis = "FATF/Egmont Group, trade-based money laundering: fast growth of new firms"
    basis_zh = "FATF/埃格蒙特集团《贸易洗钱风险指标》：新企业快速增长"
    because = (
        "{entity}, registered less than a year before, {moved} USD {value:,.2f} from {first_day} to {last_day}; "
        "the limit of USD {limit_value:,.2f} was passed on {raised_on}."
    )
    because_zh = (
        "{entity}登记不满一年，自 {first_day} 至 {last_day} {direction_name}累计折合 {value:,.2f} 美元，"
        "于 {raised_on} 超过 {limit_value:,.2f} 美元。"
    )
    columns = ("payment_type",)
    threshold = "limit_usd"
    passed_over_zh = (("entities without a day of registration", "无成立日期的主体"),)

    limit_usd: int = param(1_000_000, unit="USD", meaning="sum that must be passed", meaning_zh="合计须超过的金额")
    new_months: int = param(12, unit="months", meaning="months from registration on", meaning_zh="自登记起的月数")

    def looks_at(self) -> pl.Expr:
        """All but refunds."""
        return ~IS_REFUND

    def find(self, flows: pl.LazyFrame, roll: pl.LazyFrame) -> pl.LazyFrame:
        """One finding an entity and direction; it grows until the twelve months end."""
        born = roll.select("entity", "registered_on").drop_nulls().collect()
        looked = flows.filter(self.looks_at()).select("entity", "direction", "day", "amount_usd", "flow")
        longest = self.highest("new_months")
        # The young are few, and told by the roll before any flow is touched.
        first = flows.select(pl.col("day").min()).collect().item()
        young = born.filter(pl.col("registered_on").dt.offset_by(f"{longest}mo") > pl.lit(first, pl.Date))
        joined = looked.filter(is_one_of("entity", young["entity"])).join(young.lazy(), on="entity")
        early = joined.filter(pl.col("day") >= pl.col("registered_on")).collect()
        found = pl.concat(
            [
                rule._raised(early).filter(pl.col("raised_on") >= a, pl.col("raised_on") < b)
                for a, b, rule in self.unchanging()
            ]
        )
        found = found.sort("raised_on").unique(["entity", "direction"], keep="first", maintain_order=True)
        days = {"first_day": "first_day", "last_day": "last_day", "raised_on": "raised_on"}
        return found.lazy().select(*finding(value="value", limit="limit", **days), "flows")

    def _raised(self, early: pl.DataFrame) -> pl.DataFrame:
        """Each entity and direction with the first day on which the sum lies above the limit, and all flows of the twelve months."""
        within = early.filter(pl.col("day") < pl.col("registered_on").dt.offset_by(f"{self.new_months}mo"))
        limit = self.cents("limit_usd")
        days = so_far(within, "entity", "direction", so_far=pl.col("amount_usd")).filter(pl.col("so_far") > limit)
        whole = within.group_by("entity", "direction").agg(
            value=pl.col("amount_usd").sum(),
            flows=pl.col("flow").sort(),
            first_day=pl.col("day").min(),
            last_day=pl.col("day").max(),
        )
        return days.select("entity", "direction", pl.lit(limit).alias("limit"), raised_on="day").join(
            whole, on=["entity", "direction"]
        )

    def skipped(self, flows: pl.LazyFrame, roll: pl.LazyFrame) -> pl.LazyFrame:
        """Entities with flows whose day of registration is not known."""
        unknown = roll.filter(pl.col("registered_on").is_null()).select("entity").collect()["entity"]
        met = flows.filter(is_one_of("entity", unknown)).select("entity").unique()
        return passed_over(met, {"entities without a day of registration": pl.len()})
