"""consecutive_days: the same entity and item on many days in a row."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from fxwatch.rule import EarlyWarning, finding, param
from fxwatch.streaks import Form, streaks, uncovered


@dataclass(frozen=True, kw_only=True)
class ConsecutiveDays(EarlyWarning):
    """An entity that is no transport enterprise receives or pays in one item on many days in a row.

    Why it matters: an unbroken row of transfers can be one transfer cut up, or a business other than the one declared.
    Leaves out: transport enterprises, in every item. Days in years that the calendar does not cover are not computed.
    """

    title = "Consecutive days"
    title_zh = "同一项目连续多日收付汇"
    about_zh = (
        "非运输企业的主体在同一项目下连续多日发生收付。\n"
        "为何重要：不间断的连续收付可能是一笔业务拆分而成，也可能与申报的业务不符。\n"
        "不含：运输企业，不论何种项目。日历未覆盖的年份不计算。"
    )
    basis = "founding article, 4(2)2, third example: the same entity and item on 10 consecutive days"
    basis_zh = "《完善服务贸易外汇管理 建立服务贸易非现场监管体系》四（二）2 第三例：同一主体同一项目连续 10 天发生收付汇，运输企业除外"
    because = (
        "{entity} {moved} in {item_name} on {value:.0f} active days in a row, {first_day} to {last_day}; "
        "the limit of {limit_value:.0f} days was reached on {raised_on}."
    )
    because_zh = (
        "{entity}在{item_name}项下自 {first_day} 至 {last_day} 连续 {value:.0f} 个收付日发生{direction_name}，"
        "于 {raised_on} 达到 {limit_value:.0f} 天的限值。"
    )
    unit = "days"
    severity = "article"
    auto_notice = True
    threshold = "min_days"
    key = ("entity", "item")
    within = ("entity", "item")

    min_days: int = param(
        10, unit="days", meaning="active days in a row that make a hit", meaning_zh="触发预警的连续天数"
    )
    direction: str = param(
        "either",
        unit="word",
        meaning="whether receipts and payments make a day active together (either) or apart (each)",
        meaning_zh="收入与支出合并（either）或分别（each）计算",
        choices=("either", "each"),
    )
    day_kind: str = param(
        "working",
        unit="word",
        meaning="which days are in a row: working days or calendar days",
        meaning_zh="按工作日或日历日计算连续",
        choices=("working", "calendar"),
    )
    cut_days: int = param(
        250, unit="days", meaning="active days after which a streak is cut", meaning_zh="连续段的最长天数，满则另起一段"
    )

    def find(self, flows: pl.LazyFrame, calendar: pl.LazyFrame, roll: pl.LazyFrame) -> pl.LazyFrame:
        """One finding a streak, which brings its flows: exact, too, where directions are first apart and then together."""
        min_days = [(v.valid_from, v.value) for v in self.dated("min_days").versions]
        watched = flows.select("entity", "item", "direction", "day", "flow").collect()
        found = streaks(watched, calendar.collect(), self._forms(), min_days, excepted=_transport(roll)).lazy()
        days = finding(
            value="days",
            limit="min_days",
            first_day="first_day",
            last_day="last_day",
            raised_on="raised_on",
            item="item",
        )
        return found.select(*days, "flows")

    def under_each(self, found: pl.DataFrame, flows: pl.LazyFrame, limits: Sequence[int]) -> list[pl.DataFrame]:
        """A streak's days do not hang on `min_days`; the day on which it is raised does: the one with that number among them."""
        behind = found.lazy().select("flows").with_row_index("streak").explode("flows")
        dated = behind.join(flows.select("day", flows="flow"), on="flows").select("streak", "day").unique()
        days = dated.group_by("streak").agg(pl.col("day").sort()).sort("streak").collect()["day"]
        return [
            found.with_columns(
                raised_on=days.list.get(limit - 1, null_on_oob=True), limit_value=pl.lit(limit, pl.Int64)
            ).filter(pl.col("value") >= limit)
            for limit in limits
        ]

    def not_computed(self, flows: pl.LazyFrame, calendar: pl.LazyFrame, roll: pl.LazyFrame) -> pl.LazyFrame:
        """Entities and items with days in a year that the calendar does not cover, while working days count."""
        working = flows.filter(self.on("day_kind", pl.col("day")) == "working")
        missing = uncovered(working, calendar.collect()).filter(~pl.col("entity").is_in(_transport(roll).implode()))
        return missing.select("entity", "item", "year", reason=pl.lit("the calendar does not cover the year"))

    def _forms(self) -> list[Form]:
        """The versions of what makes a streak: one for each day on which a parameter changes."""
        kind, direction, cut = (self.dated(name) for name in ("day_kind", "direction", "cut_days"))
        days = sorted({version.valid_from for part in (kind, direction, cut) for version in part.versions})
        return [Form(day, kind.on(day) == "working", direction.on(day) == "each", cut.on(day)) for day in days]


def _transport(roll: pl.LazyFrame) -> pl.Series:
    """The transport enterprises."""
    return roll.filter("transport_enterprise").select("entity").collect()["entity"]
