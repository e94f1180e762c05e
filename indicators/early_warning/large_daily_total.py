"""large_daily_total: a day's receipts or payments outside transport above the limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from fxwatch.keys import sums_above
from fxwatch.rule import EarlyWarning, above, finding, in_small_units, param
from fxwatch.terms import Item


@dataclass(frozen=True, kw_only=True)
class LargeDailyTotal(EarlyWarning):
    """One day's receipts, or one day's payments, of an entity outside transport add up to more than the limit.

    Why it matters: several small transfers on one day can be one large transfer cut up.
    Leaves out: the item transport (it has a rule of its own). Receipts and payments are neither added nor netted.
    """

    title = "Large daily total"
    title_zh = "非运输项下当日累计大额"
    about_zh = (
        "非运输项下，一家主体一日的收入合计或支出合计超过限额。\n"
        "为何重要：同一天的几笔小额收付可能是一笔大额收付拆分而成。\n"
        "不含：运输项目（另有专门指标）。收入与支出既不相加也不轧差。"
    )
    basis = "founding article, 4(2)2, second example: a day's cumulative receipts or payments above USD 1,000,000"
    basis_zh = "《完善服务贸易外汇管理 建立服务贸易非现场监管体系》四（二）2 第二例：非运输项下当日累计收入、累计支出超过等值 100 万美元"
    because = (
        "{entity} {moved} USD {value:,.2f} outside transport on {first_day}; "
        "the limit for one day is USD {limit_value:,.2f}."
    )
    because_zh = "{entity}于 {first_day} 非运输项下{direction_name}累计折合 {value:,.2f} 美元，超过当日累计限额 {limit_value:,.2f} 美元。"
    severity = "article"
    auto_notice = True
    threshold = "limit_usd"
    key = ("entity", "direction", "day")
    within = ("entity", "direction", "day")

    limit_usd: int = param(
        1_000_000,
        unit="USD",
        meaning="largest day's total that raises no hit",
        meaning_zh="不触发预警的当日累计最高金额",
    )

    def looks_at(self) -> pl.Expr:
        """Every classified item but transport."""
        return pl.col("item") != Item.TRANSPORT.value

    def find(self, flows: pl.LazyFrame) -> pl.LazyFrame:
        """One finding an entity, direction and day."""
        totals = sums_above(flows.collect(), self.key, self.looks_at(), self.lowest("limit_usd")).lazy()
        limit = self.on("limit_usd", pl.col("day"))
        above = totals.filter(pl.col("amount_usd") > limit)
        return above.select(*finding(value="amount_usd", limit=limit, first_day="day"), "flows")

    def under_each(
        self, found: pl.DataFrame, flows: pl.LazyFrame, limits: Sequence[Decimal | int]
    ) -> list[pl.DataFrame]:
        """The sums do not hang on the limit: a higher one leaves the larger of them."""
        return [above(found, in_small_units(self.threshold, limit)) for limit in limits]
