"""entity_jump: a month in which an entity's receipts or payments in an item rise far above its habit."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from fxwatch.keys import is_one_of, totals_above
from fxwatch.rule import EarlyWarning, finding, param, passed_over
from fxwatch.totals import IS_REFUND, month, so_far
from fxwatch.windows import reaches_back

MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class EntityJump(EarlyWarning):
    """A month's sum of an entity in one item and direction lies far above the median of the twelve months before.

    Why it matters: the article asks to follow sharp rises and to find the entity behind them.
    Leaves out: refunds; days with less than twelve loaded months before them. Empty months count as 0.
    Expected to fire: some 0.3 % of active entities a month; seasonal businesses among them.
    """

    title = "Entity jump"
    title_zh = "主体收付汇骤增"
    about_zh = (
        "一家主体在某一项目、某一方向的当月累计金额远高于此前十二个月的中位数。\n"
        "为何重要：文章要求跟踪骤增骤减，并找到其背后的主体。\n"
        "不含：退款；此前已载入数据不足十二个月的日期。无收付的月份按 0 计。"
    )
    basis = "founding article, 4(2)1: follow sharp rises and falls and find the entities behind them"
    basis_zh = "《完善服务贸易外汇管理 建立服务贸易非现场监管体系》四（二）1：跟踪骤增骤减并查找相关主体"
    because = (
        "{entity} {moved} USD {value:,.2f} in {item_name} in one month, {first_day} to {last_day}; "
        "its habit allows USD {limit_value:,.2f}, which was passed on {raised_on}."
    )
    because_zh = (
        "{entity}自 {first_day} 至 {last_day} 当月{item_name}项下{direction_name}累计折合 {value:,.2f} 美元，"
        "于 {raised_on} 超过按其以往水平计算的 {limit_value:,.2f} 美元。"
    )
    key = ("entity", "item", "direction")
    within = ("entity", "item", "direction")
    columns = ("payment_type",)
    skips_flows = True
    threshold = "above_median_usd"
    passed_over_zh = (("flows with less than 12 loaded months before them", "此前已导入数据不足 12 个月的收付"),)

    median_times: int = param(
        3, unit="times", meaning="how many medians a month may reach", meaning_zh="当月可达到中位数的倍数"
    )
    above_median_usd: int = param(
        1_000_000, unit="USD", meaning="how far above the median a month may lie", meaning_zh="当月可超出中位数的金额"
    )

    def looks_at(self) -> pl.Expr:
        """All but refunds."""
        return ~IS_REFUND

    def find(self, flows: pl.LazyFrame, first_loaded_day: date | None) -> pl.LazyFrame:
        """One finding an entity, item, direction and month; it grows until the month ends."""
        looked = flows.filter(self.looks_at()).select("entity", "item", "direction", "day", "amount_usd", "flow")
        by = ["entity", "item", "direction"]
        # A month below the fixed distance cannot be raised, whatever the median: few others are looked at.
        above = self.lowest("above_median_usd")
        some = totals_above(looked.collect(), (*by, "month"), pl.lit(value=True), above)
        looked = looked.filter(is_one_of("entity", some["entity"].unique()))
        looked = looked.join(some.lazy().select(by).unique(), on=by, how="semi").collect().lazy()
        months = looked.group_by(*by, month=month()).agg(pl.col("amount_usd").sum()).collect()
        # What is so far lies no higher than the whole month: of most months that is below their limit already, and others end too early.
        last_day = pl.col("month").dt.month_end()
        usual = pl.col("twice") // 2
        least = pl.max_horizontal(self.lowest("median_times") * pl.col("twice") // 2, usual + above)
        large = (
            _with_medians(months, above)
            .lazy()
            .filter(pl.col("value") > least, reaches_back(last_day, MONTHS, first_loaded_day))
        )
        within = looked.with_columns(month=month()).join(large.select(*by, "month"), on=[*by, "month"]).collect()
        days = so_far(within, *by, "month", so_far=pl.col("amount_usd")).lazy().join(large, on=[*by, "month"])
        times, beyond = self.on("median_times", pl.col("day")), self.on("above_median_usd", pl.col("day"))
        limit = pl.max_horizontal(times * pl.col("twice") // 2, usual + beyond)
        history = reaches_back(pl.col("day"), MONTHS, first_loaded_day)
        raised = days.with_columns(limit=limit).filter(pl.col("so_far") > pl.col("limit"), history)
        raised = raised.sort("day").unique([*by, "month"], keep="first").rename({"day": "raised_on"}).collect().lazy()
        behind = (
            within.lazy()
            .join(raised.select(*by, "month"), on=[*by, "month"], how="semi")
            .group_by(*by, "month")
            .agg(flows=pl.col("flow").sort(), first_day=pl.col("day").min(), last_day=pl.col("day").max())
        )
        found = raised.join(behind, on=[*by, "month"])
        days_of = {"first_day": "first_day", "last_day": "last_day", "raised_on": "raised_on"}
        return found.select(*finding(value="value", limit="limit", item="item", **days_of), "flows")

    def skipped(self, flows: pl.LazyFrame, first_loaded_day: date | None) -> pl.LazyFrame:
        """Flows on days with less than twelve loaded months before them."""
        early = flows.filter(self.looks_at(), ~reaches_back(pl.col("day"), MONTHS, first_loaded_day))
        return passed_over(early, {"flows with less than 12 loaded months before them": pl.len()})


def _with_medians(months: pl.DataFrame, above: int) -> pl.DataFrame:
    """The months whose sum lies above a limit: `value`, and `twice` the median of the twelve months before, the empty ones among them.

    `months`: entity, item, direction, month, amount_usd, each month of a key once.
    """
    by = ["entity", "item", "direction"]
    ordered = months.sort(*by, "month")
    number = (pl.col("month").dt.year().cast(pl.Int64) * 12 + pl.col("month").dt.month()).alias("number")
    key = pl.struct(by).rle_id().cast(pl.Int64).alias("key")
    numbered = ordered.select(key, number)
    amounts, of, at = ordered["amount_usd"].to_numpy(), numbered["key"].to_numpy(), numbered["number"].to_numpy()
    large = np.flatnonzero(amounts > above)[:, None]
    # Of a key the months lie in order: those of the twelve before that are not empty are among the twelve places before.
    earlier = large - np.arange(1, MONTHS + 1)
    there = np.maximum(earlier, 0)
    is_before = (earlier >= 0) & (of[there] == of[large]) & (at[there] >= at[large] - MONTHS)
    before = np.where(is_before, amounts[there], 0)
    # Of twelve, the median lies between the sixth and the seventh.
    middle = np.partition(before, (MONTHS // 2 - 1, MONTHS // 2), axis=1)[:, MONTHS // 2 - 1 : MONTHS // 2 + 1]
    found = ordered[large[:, 0]].rename({"amount_usd": "value"})
    return found.with_columns(twice=pl.Series(middle.sum(axis=1), dtype=pl.Int64))
