"""fan_out_new_payees: an entity pays several payees within days whom it had not paid for a year."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from fxwatch.episodes import Tested, active_days, episodes, holding, keyed, places, quiet_after, sums_of_windows
from fxwatch.keys import BLOCK_DAYS, is_one_of, totals_above
from fxwatch.rule import BEGINNING, EarlyWarning, finding, param, passed_over
from fxwatch.totals import IS_REFUND
from fxwatch.windows import Windows, dates, months_before, not_covered, numbers, reaches_back

MONTHS = 12


BLOCK_NUMBER = pl.col("day").to_physical() // BLOCK_DAYS


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

    def reach(self, calendar: pl.DataFrame) -> int:
        """The longest window."""
        return Windows(calendar).widest(self.highest("window_days"))

    def recalls(self) -> tuple[str, ...]:
        """Whether a payee is new hangs on when it was paid last."""
        return ("entity", "counterparty")

    def able(self, flows: pl.LazyFrame, calendar: pl.LazyFrame) -> pl.LazyFrame:
        """Who pays so much so many times, whether payees are new or not."""
        windows = Windows(calendar.collect())
        shown = ("entity", "counterparty", "day", "amount_usd", "flow")
        return self._able(flows.filter(self.looks_at(), windows.covers()).select(shown).collect(), windows).lazy()

    def find(self, flows: pl.LazyFrame, calendar: pl.LazyFrame, first_loaded_day: date | None) -> pl.LazyFrame:
        """One finding an entity and episode."""
        windows = Windows(calendar.collect())
        shown = ("entity", "counterparty", "day", "flow", "item", "amount_usd")
        paid = flows.filter(self.looks_at(), windows.covers()).select(shown)
        # A window may begin before the first day that has a year before it.
        span = pl.duration(days=windows.widest(self.highest("window_days")))
        late = paid.filter(reaches_back(pl.col("day") + span, MONTHS, first_loaded_day))
        able = self._able(late.select("entity", "counterparty", "day", "amount_usd", "flow").collect(), windows).lazy()
        few = paid.filter(is_one_of("entity", able.select("entity").unique().collect()["entity"])).collect()
        near = few.lazy().with_columns(block=BLOCK_NUMBER).join(able, on=["entity", "block"], how="semi")
        base = keyed(near.drop("block").collect(), "entity")
        quiet = quiet_after(few, base)
        keys = base.select("entity", "key").unique()
        quiet = quiet.join(keys, on="entity").select("key", "day")
        # Whether a payee is new hangs on all that it was paid.
        seen = few.lazy().join(
            base.lazy().select("entity", "counterparty").unique(), on=["entity", "counterparty"], how="semi"
        )
        paid_on = seen.select("entity", "counterparty", "day").unique().join(keys.lazy(), on="entity").collect()
        tests = (
            (first, until, rule._tested(base, quiet, paid_on, windows, first_loaded_day))
            for first, until, rule in self.unchanging()
        )
        found = episodes(tests).lazy().join(base.lazy().select("key", "entity").unique(), on="key")
        days = {"first_day": "first_day", "last_day": "last_day", "raised_on": "raised_on"}
        found = found.with_columns(direction=pl.lit("payment"))
        return found.select(*finding(value="value", limit="limit", **days), "flows")

    def _able(self, late: pl.DataFrame, windows: Windows) -> pl.DataFrame:
        """Columns entity and block: where windows may lie in which so much was paid to so many."""
        span = windows.widest(self.highest("window_days"))
        wide = -(-span // BLOCK_DAYS)
        hot = totals_above(late, ("entity", "block"), pl.lit(value=True), self.lowest("limit_usd") // (wide + 1))
        some = late.lazy().join(hot.lazy().select("entity").unique(), on="entity", how="semi").collect()
        if some.is_empty():
            return some.select("entity", block=BLOCK_NUMBER)
        blocks = [some.select("entity", block=BLOCK_NUMBER).clear()]
        for _, _, rule in self.unchanging():
            days, (value,) = sums_of_windows(some, windows, rule.window_days, pl.lit(value=True))
            _, (payments,) = sums_of_windows(
                some.with_columns(amount_usd=pl.lit(1, pl.Int64)), windows, rule.window_days, pl.lit(value=True)
            )
            held = days.filter(pl.Series((value > rule.cents("limit_usd")) & (payments >= rule.payees_count)))
            begun = pl.col("since").to_physical() // BLOCK_DAYS
            blocks += [held.select("entity", block=pl.min_horizontal(begun + n, BLOCK_NUMBER)) for n in range(wide + 1)]
        return pl.concat(blocks).unique()

    def _tested(
        self,
        base: pl.DataFrame,
        quiet: pl.DataFrame,
        paid_on: pl.DataFrame,
        windows: Windows,
        first_loaded_day: date | None,
    ) -> Tested:
        first = self._appearances(paid_on, windows)
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
        still = quiet.with_columns(holds=pl.lit(value=False))
        days = pl.concat([days, still], how="diagonal_relaxed")
        return Tested(days, counted.select("key", "day", "flow", "item", "from", "to"))

    def _appearances(self, paid_on: pl.DataFrame, windows: Windows) -> pl.DataFrame:
        """Columns key, counterparty, appeared (a day), from and to: the days on whose window a payee appears as new.

        It is new for a window that begins after the date a year after it was paid last, and no later than it is paid now.
        """
        days = paid_on.select("key", "counterparty", "day").sort("key", "counterparty", "day")
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
