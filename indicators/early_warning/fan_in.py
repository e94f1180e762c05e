"""fan_in: several entities pay one payee within days, each just below the document limit."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from fxwatch.episodes import Tested, active_days, episodes, holding, keyed, one_matter, places
from fxwatch.keys import is_one_of
from fxwatch.rule import EarlyWarning, finding, param, passed_over
from fxwatch.totals import IS_REFUND
from fxwatch.windows import Windows, dates, not_covered, numbers, reaches_back

MONTHS = 12
HALF_YEAR = 182
EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, kw_only=True)
class FanIn(EarlyWarning):
    """Several entities pay one payee within a few working days, each just below the document limit.

    Each entity in the window has a hit of its own, with its own flows; the hits share their group.

    Why it matters: one payment can be split over several payers as well as over several days.
    Leaves out: refunds; payees that many entities paid in the twelve months before; payments without a counterparty (counted).
    Expected to fire: a few groups a year in a province. Limits rest on secondary sources.
    """

    title = "Fan-in to one payee"
    title_zh = "多家主体集中向同一收款人付汇"
    about_zh = (
        "多家主体在几个工作日内向同一收款人付汇，每笔均略低于须审核单证的限额。\n"
        "窗口内每家主体各有一条命中，仅含其自身的付汇；各命中同属一组。\n"
        "为何重要：一笔付汇既可按日拆分，也可由多家主体分摊。\n"
        "不含：退款；此前十二个月内已有众多主体付汇的收款人；无交易对手的付汇（计数）。限额依据二手资料。"
    )
    basis = "splitting through several persons, prohibited like splitting over days; limits rest on secondary sources"
    basis_zh = "通过多个主体分拆，与按日分拆同样禁止；限额依据二手资料"
    because = (
        "{entity} is one of {value:.0f} entities that paid {object} just below the document limit, its own payments from "
        "{first_day}; from {limit_value:.0f} entities within days it is a matter to look into (raised on {raised_on})."
    )
    because_zh = (
        "{entity}是集中向 {object} 付汇的 {value:.0f} 家主体之一，其付汇始于 {first_day}，各笔略低于单证限额；"
        "几日内达到 {limit_value:.0f} 家即预警（{raised_on}）。"
    )
    unit = "count"
    key = ("entity", "direction")
    partition = "counterparty"
    within = ("counterparty",)
    columns = ("payment_type", "counterparty")
    skips_flows = True
    threshold = "entities_count"
    passed_over_zh = (
        ("payments without a counterparty", "无交易对手的付汇"),
        ("payments with less than 12 loaded months before them", "此前已导入数据不足 12 个月的付汇"),
    )

    from_usd: int = param(25_000, unit="USD", meaning="smallest payment that counts", meaning_zh="计入的最低金额")
    to_usd: int = param(50_000, unit="USD", meaning="largest payment that counts", meaning_zh="计入的最高金额")
    entities_count: int = param(5, unit="count", meaning="fewest entities", meaning_zh="最少主体数")
    known_count: int = param(
        50,
        unit="count",
        meaning="from so many payers in 12 months a payee is everybody's",
        meaning_zh="十二个月内付款主体达到此数的收款人不计",
    )
    window_days: int = param(3, unit="days", meaning="working days looked at together", meaning_zh="合并计算的工作日数")

    def looks_at(self) -> pl.Expr:
        """Payments to somebody that are no refunds."""
        return (pl.col("direction") == "payment") & ~IS_REFUND & pl.col("counterparty").is_not_null()

    def find(self, flows: pl.LazyFrame, calendar: pl.LazyFrame, first_loaded_day: date | None) -> pl.LazyFrame:
        """One finding an entity in the window of an episode of a payee."""
        windows = Windows(calendar.collect())
        paid = flows.filter(self.looks_at(), windows.covers())
        band = paid.filter(pl.col("amount_usd").is_between(self.lowest("from_usd"), self.highest("to_usd")))
        payers = band.group_by("counterparty").agg(pl.col("entity").n_unique())
        crowd = payers.filter(pl.col("entity") >= self.lowest("entities_count")).select("counterparty").collect()
        shown = ("counterparty", "entity", "day", "flow", "item", "amount_usd")
        few = paid.filter(is_one_of("counterparty", crowd["counterparty"])).select(shown).collect()
        popular = self._popular(few, first_loaded_day)
        base = keyed(few.filter(~is_one_of("counterparty", popular)), "counterparty")
        made = [
            (first, until, rule._tested(base, windows, first_loaded_day)) for first, until, rule in self.unchanging()
        ]
        # Each on its own: of two that begin with the same day's flows the later may be of further entities.
        found = episodes(made, "raised_on").drop("flows", "first_day", "item").with_row_index("number")
        raised = pl.col("raised_on")
        groups = [
            test.counted.join(found.filter(raised >= first, raised < until), on="key") for first, until, test in made
        ]
        behind = pl.concat(groups).filter(pl.col("day").is_between("since", "raised_on"))
        each = behind.group_by("number", "entity").agg(
            flows=pl.col("flow").sort(), first_day=pl.col("day").min(),
            key=pl.col("key").first(), value=pl.col("value").first(), limit=pl.col("limit").first(), last_day=pl.col("last_day").first(), raised_on=raised.first(),
        )  # fmt: skip
        named = (
            one_matter(each, "key", "entity")
            .lazy()
            .with_columns(
                direction=pl.lit("payment"),
                named_by=pl.col("flows").list.first(),
                group=pl.concat_str(pl.lit("{counterparty} "), raised.cast(pl.String)),
            )
        )
        days = {"first_day": "first_day", "last_day": "last_day", "raised_on": "raised_on"}
        wanted = finding(value="value", limit="limit", object=pl.lit("{counterparty}"), **days)
        return named.select(*wanted, "named_by", "group", "flows")

    def _popular(self, few: pl.DataFrame, first_loaded_day: date | None) -> pl.Series:
        """The payees that are everybody's on any day: twelve months hold a half-year as a whole, and in each they have payers enough."""
        last: Any = few["day"].max()
        if first_loaded_day is None or last is None:
            return few["counterparty"].clear()
        begin, end = -(-first_loaded_day.toordinal() // HALF_YEAR), (last.toordinal() + 1) // HALF_YEAR
        half = (pl.col("day").to_physical() + EPOCH) // HALF_YEAR
        whole = few.lazy().filter(half >= begin, half < end)
        counted = whole.group_by("counterparty", half=half).agg(pl.col("entity").n_unique())
        enough = counted.filter(pl.col("entity") >= self.highest("known_count")).group_by("counterparty").len()
        return enough.filter(pl.col("len") == max(1, end - begin)).collect()["counterparty"]

    def _tested(self, base: pl.DataFrame, windows: Windows, first_loaded_day: date | None) -> Tested:
        counted = base.filter(pl.col("amount_usd").is_between(self.cents("from_usd"), self.cents("to_usd")))
        days = active_days(base)
        day = numbers(days["day"])
        at = places(days["key"], day)
        # Each payer counts from its payment until the payment has left the window, or until its next one.
        apart = _days_of_payers(counted)
        paid = numbers(apart["day"])
        until = windows.until(paid, self.window_days)
        until = apart.select(last=pl.min_horizontal(pl.Series(until), pl.col("next").to_physical() - 1))[
            "last"
        ].to_numpy()
        payers = holding(places(apart["key"], paid), places(apart["key"], until), at)
        # The same for the twelve months before a day: from the day after a payment until its date a year later.
        year = _days_of_payers(base)
        after = numbers(year["day"]) + 1
        gone = numbers(year.select(pl.col("day").dt.offset_by(f"{MONTHS}mo"))["day"])
        gone = year.select(last=pl.min_horizontal(pl.Series(gone), pl.col("next").to_physical()))["last"].to_numpy()
        known = holding(places(year["key"], after), places(year["key"], gone), at)
        history = days.select(reaches_back(pl.col("day"), MONTHS, first_loaded_day)).to_series().to_numpy()
        holds = (payers >= self.entities_count) & (known < self.known_count) & history.astype(np.bool_)
        days = days.with_columns(
            since=dates(windows.start(day, self.window_days)),
            value=pl.Series(payers), limit=self.entities_count, holds=pl.Series(holds, dtype=pl.Boolean),
        )  # fmt: skip
        return Tested(days, counted)

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


def _days_of_payers(flows: pl.DataFrame) -> pl.DataFrame:
    """Columns key, entity, day and next: the days on which each entity paid a payee, and the next such day."""
    days = flows.select("key", "entity", "day").unique().sort("key", "entity", "day")
    return days.with_columns(next=pl.col("day").shift(-1).over("key", "entity"))
