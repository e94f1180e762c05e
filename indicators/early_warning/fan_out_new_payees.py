"""fan_out_new_payees: an entity pays several payees within days whom it had not paid for a year."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from fxwatch.episodes import Tested, active_days, episodes, holding, keyed, places
from fxwatch.keys import BLOCK_DAYS, Packing, in_order, totals_above
from fxwatch.rule import BEGINNING, EarlyWarning, finding, param, passed_over
from fxwatch.totals import IS_REFUND
from fxwatch.windows import Windows, dates, months_before, not_covered, numbers, reaches_back

MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class FanOutNewPayees(EarlyWarning):
    """An entity pays several payees within a few working days whom it had not paid in the twelve months before.

    Why it matters: money that comes in at once and goes out to many new names is rarely payment for services.
    Leaves out: refunds; payments without a counterparty (counted); days with less than twelve loaded months before them.
    Expected to fire: some 1 in 1,000 entity-months; a new project with many suppliers looks the same.
    """

    title = "Fan-out to new payees"
    title_zh = "短期内向多个新收款人付汇"
    about_zh = (
        "主体在几个工作日内向多个此前十二个月内未付过汇的收款人付汇。\n"
        "为何重要：集中流入又分散付给众多新收款人的资金，少有真实服务背景。\n"
        "不含：退款；无交易对手的付汇（计数）；此前已载入数据不足十二个月的日期。"
    )
    basis = "typology: settle, then pay out to many"
    basis_zh = "可疑类型：集中后分散付出"
    because = (
        "{entity} paid USD {value:,.2f} to payees that were new to it, from {first_day} to {raised_on}; "
        "a warning is raised above USD {limit_value:,.2f}."
    )
    because_zh = "{entity}自 {first_day} 至 {raised_on} 向多个新收款人付汇，合计折合 {value:,.2f} 美元，超过 {limit_value:,.2f} 美元。"
    columns = ("payment_type", "counterparty")
    skips_flows = True
    threshold = "limit_usd"
    passed_over_zh = (
        ("payments without a counterparty", "无交易对手的付汇"),
        ("payments with less than 12 loaded months before them", "此前已导入数据不足 12 个月的付汇"),
    )

    limit_usd: int = param(200_000, unit="USD", meaning="sum that they must pass", meaning_zh="合计须超过的金额")
    payees_count: int = param(5, unit="count", meaning="fewest new payees", meaning_zh="最少新收款人数")
    window_days: int = param(3, unit="days", meaning="working days looked at together", meaning_zh="合并计算的工作日数")

    def looks_at(self) -> pl.Expr:
        """Payments to somebody that are no refunds."""
        return (pl.col("direction") == "payment") & ~IS_REFUND & pl.col("counterparty").is_not_null()

    def find(self, flows: pl.LazyFrame, calendar: pl.LazyFrame, first_loaded_day: date | None) -> pl.LazyFrame:
        """One finding an entity and episode."""
        windows = Windows(calendar.collect())
        paid = flows.filter(self.looks_at(), windows.covers())
        # A window may begin before the first day that has a year before it.
        span = pl.duration(days=windows.widest(self.highest("window_days")))
        late = paid.filter(reaches_back(pl.col("day") + span, MONTHS, first_loaded_day))
        many = self._able(late.select("entity", "counterparty", "day", "amount_usd", "flow").collect(), windows)
        few = paid.join(many.lazy(), on="entity", how="semi")
        base = keyed(few.select("entity", "counterparty", "day", "flow", "item", "amount_usd").collect(), "entity")
        tests = (
            (first, until, rule._tested(base, windows, first_loaded_day)) for first, until, rule in self.unchanging()
        )
        found = episodes(tests).lazy().join(base.lazy().select("key", "entity").unique(), on="key")
        days = {"first_day": "first_day", "last_day": "last_day", "raised_on": "raised_on"}
        found = found.with_columns(direction=pl.lit("payment"))
        return found.select(*finding(value="value", limit="limit", **days), "flows")

    def _able(self, late: pl.DataFrame, windows: Windows) -> pl.DataFrame:
        """Column entity: who paid so much to so many within as many blocks of days as a window reaches into."""
        span = windows.widest(self.highest("window_days"))
        wide = -(-span // BLOCK_DAYS)
        hot = totals_above(late, ("entity", "block"), pl.lit(value=True), self.lowest("limit_usd") // (wide + 1))
        some = late.lazy().join(hot.lazy().select("entity").unique(), on="entity", how="semi").collect()
        if some.is_empty():
            return some.select("entity")
        # So many payments must stand close together.
        packing = Packing(some, ("entity", "day"))
        close = in_order(some, packing.key, packing.count, pl.lit(value=True)).crowded(
            self.lowest("payees_count"), span + 1
        )
        near = some.lazy().join(pl.LazyFrame({"flow": close.flows_at(slice(None))}), on="flow", how="semi")
        blocks = near.group_by("entity", block=pl.col("day").to_physical() // BLOCK_DAYS).agg(
            pl.col("counterparty").unique(), pl.col("amount_usd").sum()
        )
        joined = pl.concat([blocks.with_columns(pl.col("block") + n) for n in range(wide + 1)])
        both = joined.group_by("entity", "block").agg(
            pl.col("counterparty").list.explode().n_unique(), pl.col("amount_usd").sum()
        )
        able = both.filter(
            pl.col("counterparty") >= self.lowest("payees_count"), pl.col("amount_usd") > self.lowest("limit_usd")
        )
        return able.select("entity").unique().collect()

    def _tested(self, base: pl.DataFrame, windows: Windows, first_loaded_day: date | None) -> Tested:
        first = self._appearances(base, windows)
        flows = (
            base.lazy()
            .join(first.lazy(), on=["key", "counterparty"])
            .filter(pl.col("day").is_between("appeared", "to"))
        )
        # A payment counts with its payee's appearance: from its own day, until the appearance has left the window.
        seen = pl.max_horizontal("day", "from").alias("from")
        counted = flows.with_columns(seen).filter(pl.col("from") <= pl.col("to")).collect()
        days = active_days(base)
        day = numbers(days["day"])
        at = places(days["key"], day)
        last = places(counted["key"], numbers(counted["to"]))
        value = holding(places(counted["key"], numbers(counted["from"])), last, at, counted["amount_usd"].to_numpy())
        begins, ends = (places(first["key"], numbers(first[name])) for name in ("from", "to"))
        payees = holding(begins, ends, at)
        history = (
            days.select(reaches_back(pl.col("day"), MONTHS, first_loaded_day)).to_series().to_numpy().astype(np.bool_)
        )
        limit = self.cents("limit_usd")
        holds = (payees >= self.payees_count) & (value > limit) & history
        since = dates(windows.start(day, self.window_days))
        days = days.with_columns(since=since, value=pl.Series(value), limit=limit, holds=pl.Series(holds))
        return Tested(days, counted.select("key", "day", "flow", "item", "from", "to"))

    def _appearances(self, base: pl.DataFrame, windows: Windows) -> pl.DataFrame:
        """Columns key, counterparty, appeared (a day), from and to: the days on whose window a payee appears as new.

        It is new for a window that begins after the date a year after it was paid last, and no later than it is paid now.
        """
        days = base.select("key", "counterparty", "day").unique().sort("key", "counterparty", "day")
        before = pl.col("day").shift().over("key", "counterparty")
        year = months_before(pl.col("day"), MONTHS)
        fresh = days.with_columns(before=before).filter(pl.col("before").is_null() | (pl.col("before") < year))
        day = numbers(fresh["day"])
        paid = numbers(fresh["before"].fill_null(BEGINNING))
        since = np.maximum(day, windows.first_clear(paid, self.window_days, MONTHS))
        fresh = fresh.with_columns(
            appeared="day", to=dates(windows.until(day, self.window_days)), **{"from": dates(since)}
        )
        return fresh.filter(pl.col("from") <= pl.col("to")).select("key", "counterparty", "appeared", "from", "to")

    def not_computed(self, flows: pl.LazyFrame, calendar: pl.LazyFrame) -> pl.LazyFrame:
        """Entities with payments in years that the calendar does not cover."""
        return not_covered(flows.filter(self.looks_at()), calendar)

    def skipped(self, flows: pl.LazyFrame, first_loaded_day: date | None) -> pl.LazyFrame:
        """Payments without a counterparty, and those with too little before them."""
        paid = flows.filter((pl.col("direction") == "payment") & ~IS_REFUND)
        nameless = pl.col("counterparty").is_null()
        early = ~nameless & ~reaches_back(pl.col("day"), MONTHS, first_loaded_day)
        counts = {
            "payments without a counterparty": nameless.sum(),
            f"payments with less than {MONTHS} loaded months before them": early.sum(),
        }
        return passed_over(paid, counts)
