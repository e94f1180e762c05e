"""round_trip: money out and back with one counterparty, the amounts alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl

from fxwatch.rule import EarlyWarning, finding, param, passed_over
from fxwatch.totals import IS_REFUND, portion
from fxwatch.windows import Windows, not_covered, numbers

BLOCK = 32


@dataclass(frozen=True, kw_only=True)
class RoundTrip(EarlyWarning):
    """A receipt and a payment of an entity with one counterparty, nearly alike, lie within a few working days.

    Pairs are taken in order of the days between them, of their difference and of their flows; a flow is in one pair at most.

    Why it matters: money that comes back unchanged paid for nothing.
    Leaves out: refunds; flows without a counterparty (counted); pairs that two counterparties make between them.
    Expected to fire: less than 1 in 1,000 entity-months; groups that settle both ways with a parent among them.
    """

    title = "Round trip"
    title_zh = "资金往返"
    about_zh = (
        "主体与同一交易对手的一收一付金额相近，且相隔不过几个工作日。\n"
        "配对依次按相隔天数、金额之差、记录编号选取，每笔记录至多配对一次。\n"
        "为何重要：原样返回的资金并未支付任何服务。\n"
        "不含：退款；无交易对手的记录（计数）；由两个交易对手完成的往返。"
    )
    basis = "pass-through typologies"
    basis_zh = "资金过渡类可疑交易类型"
    because = (
        "{entity} received from and paid to {object} nearly the same, at least USD {value:,.2f} each way, between {first_day} "
        "and {last_day}; only amounts above USD {limit_value:,.2f} are looked at."
    )
    because_zh = (
        "{entity}于 {first_day} 至 {last_day} 与 {object} 一收一付金额相近，较小一笔折合 {value:,.2f} 美元；"
        "仅监测超过 {limit_value:,.2f} 美元者。"
    )
    key = ("entity",)
    within = ("entity", "counterparty")
    columns = ("payment_type", "counterparty")
    skips_flows = True
    threshold = "limit_usd"
    passed_over_zh = (("large flows without a counterparty", "无交易对手的大额收付"),)

    limit_usd: int = param(100_000, unit="USD", meaning="amount that both must pass", meaning_zh="双方均须超过的金额")
    difference_share: Decimal = param(
        Decimal("0.05"),
        unit="ratio",
        meaning="largest difference, as a part of the larger",
        meaning_zh="差额占较大一笔的最高比例",
    )
    apart_days: int = param(10, unit="days", meaning="most working days between them", meaning_zh="相隔的最多工作日数")

    def looks_at(self) -> pl.Expr:
        """All but refunds."""
        return ~IS_REFUND

    def find(self, flows: pl.LazyFrame, calendar: pl.LazyFrame) -> pl.LazyFrame:
        """One finding a pair."""
        windows = Windows(calendar.collect())
        above = pl.col("amount_usd") > self.lowest("limit_usd")
        large = flows.filter(self.looks_at(), above, pl.col("counterparty").is_not_null(), windows.covers())
        shown = ("entity", "counterparty", "direction", "day", "item", "amount_usd", "flow")
        base = large.select(shown).collect()
        made = pl.concat([rule._pairs(base, windows, first, until) for first, until, rule in self.unchanging()])
        pairs = made.sort("entity", "counterparty", "gap", "difference", "flow", "flow_paid")
        chosen = pairs.filter(pl.Series(list(_each_once(pairs)), dtype=pl.Boolean)).lazy()
        found = chosen.with_columns(
            direction=pl.lit("both"),
            first_day=pl.min_horizontal("day", "day_paid"),
            last_day=pl.max_horizontal("day", "day_paid"),
            value=pl.min_horizontal("amount_usd", "amount_usd_paid"),
            named_by="flow_paid",
            flows=pl.concat_list("flow", "flow_paid").list.sort(),
        )
        name = pl.lit("{counterparty} ({flow})")
        days = {"first_day": "first_day", "last_day": "last_day"}
        columns = finding(value="value", limit="limit", item="item_paid", object=name, **days)
        return found.select(*columns, "named_by", "flows")

    def _pairs(self, base: pl.DataFrame, windows: Windows, first: date, until: date) -> pl.DataFrame:
        """Every receipt and payment that make a pair whose later day lies in a stretch of days."""
        limit = self.cents("limit_usd")
        large = base.lazy().filter(pl.col("amount_usd") > limit)
        block = pl.col("day").to_physical().cast(pl.Int64) // BLOCK
        received = large.filter(pl.col("direction") == "receipt").with_columns(block=block)
        paid = large.filter(pl.col("direction") == "payment").with_columns(block=block)
        # Pairs lie in one block of days or in two beside each other, unless more days off than days of a block come in between.
        wide = max(1, -(-self.apart_days * 4 // BLOCK))
        near = pl.concat([paid.with_columns(pl.col("block") + n) for n in range(-wide, wide + 1)])
        pairs = received.join(near, on=["entity", "counterparty", "block"], suffix="_paid")
        larger = pl.max_horizontal("amount_usd", "amount_usd_paid")
        pairs = pairs.with_columns(
            difference=(pl.col("amount_usd") - pl.col("amount_usd_paid")).abs(),
            gap=(pl.col("day") - pl.col("day_paid")).dt.total_days().abs(),
            later=pl.max_horizontal("day", "day_paid"),
            limit=pl.lit(limit),
        ).filter(pl.col("difference") <= portion(larger, self.millionths("difference_share")))
        found = pairs.filter(pl.col("later") >= first, pl.col("later") < until).collect()
        a, b = numbers(found["day"]), numbers(found["day_paid"])
        close = windows.apart(np.minimum(a, b), np.maximum(a, b)) <= self.apart_days
        return found.filter(pl.Series(close, dtype=pl.Boolean))

    def not_computed(self, flows: pl.LazyFrame, calendar: pl.LazyFrame) -> pl.LazyFrame:
        """Entities with large flows in years that the calendar does not cover."""
        return not_covered(flows.filter(self.looks_at(), pl.col("amount_usd") > self.lowest("limit_usd")), calendar)

    def skipped(self, flows: pl.LazyFrame) -> pl.LazyFrame:
        """Large flows without a counterparty."""
        above = pl.col("amount_usd") > self.lowest("limit_usd")
        nameless = flows.filter(self.looks_at(), above, pl.col("counterparty").is_null())
        return passed_over(nameless, {"large flows without a counterparty": pl.len()})


def _each_once(pairs: pl.DataFrame) -> Iterator[bool]:
    """For each pair, in order, whether neither of its flows is in one before."""
    taken: set[int] = set()
    for pair in pairs.select("flow", "flow_paid").iter_rows():
        is_free = taken.isdisjoint(pair)
        if is_free:
            taken.update(pair)
        yield is_free
