"""dormant_then_active: large flows after a year without any."""

from dataclasses import dataclass

import polars as pl

from fxwatch.keys import gaps
from fxwatch.rule import EarlyWarning, finding, param
from fxwatch.totals import IS_REFUND, so_far
from fxwatch.windows import Windows, dates, months_before, not_covered, numbers


@dataclass(frozen=True, kw_only=True)
class DormantThenActive(EarlyWarning):
    """An entity that had no flows for a year receives and pays large sums within ten working days of the first.

    Receipts and payments are added up; the first day counts as one of the ten.

    Why it matters: a name that slept and then moves much is easily a name that changed hands.
    Leaves out: refunds; entities without an earlier flow on record.
    Expected to fire: less than 1 in 5,000 entity-months.
    """

    title = "Dormant, then active"
    title_zh = "长期休眠后突发交易"
    about_zh = (
        "主体一年内无收付汇，其后自首笔起十个工作日内发生大额收付。\n"
        "收入与支出合并计算，首日计为第一个工作日。\n"
        "为何重要：长期休眠后突然大额收付的主体，可能已转手他人。\n"
        "不含：退款；此前无收付汇记录的主体。"
    )
    basis = "long dormant accounts, a sign known to rules against money laundering"
    basis_zh = "反洗钱规则所称长期闲置账户突然启用"
    because = (
        "{entity} had no flows for a year before {first_day} and moved USD {value:,.2f} by {raised_on}; "
        "a warning is raised above USD {limit_value:,.2f}."
    )
    because_zh = "{entity}在 {first_day} 之前一年内无收付汇，至 {raised_on} 累计收付折合 {value:,.2f} 美元，超过 {limit_value:,.2f} 美元。"
    key = ("entity",)
    columns = ("payment_type",)
    threshold = "limit_usd"

    limit_usd: int = param(500_000, unit="USD", meaning="sum that must be passed", meaning_zh="合计须超过的金额")
    gap_months: int = param(12, unit="months", meaning="months without flows", meaning_zh="无收付汇的月数")
    window_days: int = param(
        10, unit="days", meaning="working days from the first flow on", meaning_zh="自首笔起的工作日数"
    )

    def looks_at(self) -> pl.Expr:
        """All but refunds."""
        return ~IS_REFUND

    def find(self, flows: pl.LazyFrame, calendar: pl.LazyFrame) -> pl.LazyFrame:
        """One finding an entity and first day after a gap."""
        windows = Windows(calendar.collect())
        looked = flows.filter(self.looks_at(), windows.covers()).select("entity", "day", "amount_usd", "flow")
        woken = gaps(looked.select("entity", "day", "flow").collect(), 28 * self.lowest("gap_months"))
        found = pl.concat(
            [
                rule._raised(woken, looked, windows).filter(pl.col("raised_on") >= first, pl.col("raised_on") < until)
                for first, until, rule in self.unchanging()
            ]
        )
        found = found.sort("raised_on").unique(["entity", "first_day"], keep="first", maintain_order=True)
        behind = looked.join(found.lazy().select("entity", "first_day", "raised_on"), on="entity")
        behind = behind.filter(pl.col("day").is_between("first_day", "raised_on"))
        behind = behind.group_by("entity", "first_day").agg(flows=pl.col("flow").sort())
        shown = found.lazy().join(behind, on=["entity", "first_day"]).with_columns(direction=pl.lit("both"))
        days_of = {"first_day": "first_day", "last_day": "raised_on", "raised_on": "raised_on"}
        return shown.select(*finding(value="value", limit="limit", **days_of), "flows")

    def _raised(self, woken: pl.DataFrame, looked: pl.LazyFrame, windows: Windows) -> pl.DataFrame:
        """Columns entity, first_day, raised_on, value, limit: each day on which the sum since a first day lies above the limit."""
        begun = woken.filter(pl.col("before") < months_before(pl.col("day"), self.gap_months))
        ends = dates(windows.end(numbers(begun["day"]), self.window_days))
        begun = begun.select("entity", first_day="day", end=ends)
        within = looked.join(begun.lazy(), on="entity").filter(pl.col("day").is_between("first_day", "end")).collect()
        sums = so_far(within, "entity", "first_day", value=pl.col("amount_usd"))
        limit = self.cents("limit_usd")
        return sums.filter(pl.col("value") > limit).rename({"day": "raised_on"}).with_columns(limit=limit)

    def not_computed(self, flows: pl.LazyFrame, calendar: pl.LazyFrame) -> pl.LazyFrame:
        """Entities with flows in years that the calendar does not cover."""
        return not_covered(flows.filter(self.looks_at()), calendar)
