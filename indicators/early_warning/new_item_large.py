"""new_item_large: large sums in an item that an active entity never had."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from fxwatch.episodes import Counted, Tested, active_days, episodes, keyed, places
from fxwatch.rule import EarlyWarning, finding, param, passed_over
from fxwatch.terms import Item
from fxwatch.totals import IS_REFUND
from fxwatch.windows import Windows, dates, months_before, not_covered, numbers, reaches_back

MONTHS = 24


@dataclass(frozen=True, kw_only=True)
class NewItemLarge(EarlyWarning):
    """An entity with steady business receives or pays large sums in an item in which it had nothing for two years.

    Why it matters: a business that turns into another overnight may be a name lent to somebody else.
    Leaves out: refunds; entities with few flows in the two years before; days with less than 24 loaded months before them.
    Expected to fire: less than 1 in 2,000 entity-months once three years are loaded; never before two are.
    """

    title = "Large sums, new item"
    title_zh = "新项目大额收付"
    about_zh = (
        "业务稳定的主体在两年内从未发生的项目下出现大额收付。\n"
        "为何重要：业务突然改变的主体，可能已被他人借用名义。\n"
        "不含：退款；此前两年内收付笔数很少的主体；此前已载入数据不足二十四个月的日期。"
    )
    basis = "mismatch of business and payment, a sign known to rules against money laundering"
    basis_zh = "反洗钱规则所称交易与经营业务不符"
    because = (
        "{entity} {moved} USD {value:,.2f} in {item_name}, an item new to it, from {first_day} to {raised_on}; "
        "a warning is raised above USD {limit_value:,.2f}."
    )
    because_zh = (
        "{entity}自 {first_day} 至 {raised_on} 在此前两年未发生过的{item_name}项下{direction_name}折合 {value:,.2f} 美元，"
        "超过 {limit_value:,.2f} 美元。"
    )
    key = ("entity", "item", "direction")
    columns = ("payment_type",)
    skips_flows = True
    threshold = "limit_usd"
    passed_over_zh = (("flows with less than 24 loaded months before them", "此前已导入数据不足 24 个月的收付"),)

    limit_usd: int = param(500_000, unit="USD", meaning="sum that must be passed", meaning_zh="合计须超过的金额")
    before_count: int = param(
        24, unit="count", meaning="fewest flows in the 24 months before", meaning_zh="此前二十四个月内的最少笔数"
    )
    window_days: int = param(
        20, unit="days", meaning="working days looked at together", meaning_zh="合并计算的工作日数"
    )

    def looks_at(self) -> pl.Expr:
        """All but refunds."""
        return ~IS_REFUND

    def find(self, flows: pl.LazyFrame, calendar: pl.LazyFrame, first_loaded_day: date | None) -> pl.LazyFrame:
        """One finding an entity, item, direction and episode."""
        windows = Windows(calendar.collect())
        looked = flows.filter(self.looks_at(), windows.covers()).select(
            "entity", "item", "direction", "day", "flow", "amount_usd"
        )
        # What is raised lies late enough to have two years before it, and is large on the days that count for it.
        late = (
            pl.lit(False)
            if first_loaded_day is None
            else windows_from(pl.col("day"), first_loaded_day, self.highest("window_days"))
        )
        newest = flows.select(pl.col("day").max()).collect().item()
        if newest is None or not pl.select(reaches_back(pl.lit(newest), MONTHS, first_loaded_day)).item():
            late = pl.lit(value=False)  # no day has two loaded years before it
        sums = looked.filter(late).group_by("entity", "item", "direction").agg(pl.col("amount_usd").sum())
        above = sums.filter(pl.col("amount_usd") > self.lowest("limit_usd"))
        large = above.select("entity", "item").unique().collect()
        base = looked.join(large.lazy(), on=["entity", "item"], how="semi").collect()
        all_flows = (
            looked.join(large.lazy().select("entity").unique(), on="entity", how="semi")
            .select("entity", "day")
            .collect()
        )
        keys = keyed(base, "entity", "item", "direction")
        tests = (
            (first, until, rule._tested(keys, base, all_flows, windows, first_loaded_day))
            for first, until, rule in self.unchanging()
        )
        found = episodes(tests).lazy().drop("item")
        found = found.join(keys.lazy().select("key", "entity", "item", "direction").unique(), on="key")
        days = {"first_day": "first_day", "last_day": "last_day", "raised_on": "raised_on"}
        return found.select(*finding(value="value", limit="limit", item="item", **days), "flows")

    def _tested(
        self,
        keys: pl.DataFrame,
        base: pl.DataFrame,
        all_flows: pl.DataFrame,
        windows: Windows,
        first_loaded_day: date | None,
    ) -> Tested:
        day = pl.col("day")
        days = active_days(keys).join(keys.select("key", "entity", "item").unique(), on="key", maintain_order="left")
        since = windows.start(numbers(days["day"]), self.window_days)
        days = days.with_columns(since=dates(since))
        back = numbers(days.select(months_before(pl.col("since"), MONTHS))["since"])
        amounts = Counted(places(keys["key"], numbers(keys["day"])), keys["amount_usd"].to_numpy())
        value = amounts.between(places(days["key"], since), places(days["key"], numbers(days["day"])))
        of_all = Counted(places(all_flows["entity"], numbers(all_flows["day"])))
        before = of_all.between(places(days["entity"], back), places(days["entity"], since - 1))
        count = len(Item)
        pair = base["entity"].cast(pl.Int64) * count + base["item"].to_physical().cast(pl.Int64)
        asked = days["entity"].cast(pl.Int64) * count + days["item"].to_physical().cast(pl.Int64)
        same = Counted(places(pair, numbers(base["day"]))).between(places(asked, back), places(asked, since - 1))
        limit = self.cents("limit_usd")
        holds = (value > limit) & (before >= self.before_count) & (same == 0)
        holds_too = pl.Series(holds) & days.select(reaches_back(day, MONTHS, first_loaded_day)).to_series()
        days = days.with_columns(value=pl.Series(value), limit=limit, holds=holds_too).drop("entity", "item")
        return Tested(days, keys)

    def not_computed(self, flows: pl.LazyFrame, calendar: pl.LazyFrame) -> pl.LazyFrame:
        """Entities with flows in years that the calendar does not cover."""
        return not_covered(flows.filter(self.looks_at()), calendar)

    def skipped(self, flows: pl.LazyFrame, first_loaded_day: date | None) -> pl.LazyFrame:
        """Flows with too little before them."""
        early = flows.filter(self.looks_at(), ~reaches_back(pl.col("day"), MONTHS, first_loaded_day))
        return passed_over(early, {f"flows with less than {MONTHS} loaded months before them": pl.len()})


def windows_from(day: pl.Expr, first_loaded_day: date, window_days: int) -> pl.Expr:
    """Whether a day may lie in the window of a day that has two loaded years before it: five calendar days for each working day, and a month."""
    return reaches_back(day.dt.offset_by(f"{5 * window_days + 31}d"), MONTHS, first_loaded_day)
