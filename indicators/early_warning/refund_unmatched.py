"""refund_unmatched: a refund without the flow that it refunds, or long after it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from fxwatch.rule import EarlyWarning, finding, param, passed_over
from fxwatch.totals import IS_REFUND, least
from fxwatch.windows import months_before, reaches_back

MONTHS = 24


@dataclass(frozen=True, kw_only=True)
class RefundUnmatched(EarlyWarning):
    """A large refund has no flow the other way with the same counterparty that it could refund, or only an old one.

    A flow that could be refunded is of the same entity and counterparty, no refund itself, at least nearly as large, and lies
    in the 24 months to the refund's day.

    Why it matters: a loan that is paid back can pass for a refund.
    Leaves out: refunds without a counterparty (counted); refunds without any such flow while less than 24 months before them are
    loaded (counted).
    Expected to fire: one in some tens of large refunds. Limits rest on secondary sources.
    """

    title = "Refund without its payment"
    title_zh = "退款无对应原收付"
    about_zh = (
        "大额退款没有与同一交易对手的反方向原收付，或原收付距今过久。\n"
        "可被退款的记录须属同一主体、同一交易对手，本身不是退款，金额相近或更大，且在退款日前二十四个月内（含当日）。\n"
        "为何重要：归还借款可能以退款名义办理。\n"
        "不含：无交易对手的退款（计数）；无对应记录且此前已载入数据不足二十四个月的退款（计数）。限额依据二手资料。"
    )
    basis = "refunds as hidden loans; the 180 days are those of goods trade; limits rest on secondary sources"
    basis_zh = "以退款名义隐藏借款；180 天参照货物贸易；限额依据二手资料"
    because = (
        "{entity} {moved} a refund of USD {value:,.2f} on {first_day} without a matching flow the other way to {object} in the days "
        "in which refunds are due; refunds above USD {limit_value:,.2f} are looked at."
    )
    because_zh = (
        "{entity}于 {first_day} 发生退款{direction_name}折合 {value:,.2f} 美元，在规定天数内与 {object} 无对应的反方向收付；"
        "监测超过 {limit_value:,.2f} 美元的退款。"
    )
    key = ("entity", "direction", "item")
    within = ("entity", "counterparty")
    columns = ("payment_type", "counterparty")
    skips_flows = True
    threshold = "limit_usd"
    passed_over_zh = (
        ("large refunds without a counterparty", "无交易对手的大额退款"),
        (
            "large refunds with less than 24 loaded months before them, looked at for late ones alone",
            "此前已导入数据不足 24 个月的大额退款，仅检查是否过迟",
        ),
    )

    limit_usd: int = param(
        50_000, unit="USD", meaning="refunds above this are looked at", meaning_zh="监测超过此金额的退款"
    )
    matching_share: Decimal = param(
        Decimal("0.95"),
        unit="ratio",
        meaning="part of the refund that the flow must reach",
        meaning_zh="原收付至少应达到退款的比例",
    )
    late_days: int = param(
        180, unit="days", meaning="calendar days after which a refund is late", meaning_zh="超过多少个日历日视为过迟"
    )

    def looks_at(self) -> pl.Expr:
        """Refunds, and what they may refund."""
        return pl.col("counterparty").is_not_null()

    def find(self, flows: pl.LazyFrame, first_loaded_day: date | None) -> pl.LazyFrame:
        """One finding a refund."""
        refunds = self._large(flows).filter(pl.col("counterparty").is_not_null()).collect()
        pairs = refunds.select("entity", "counterparty").unique()
        same = flows.filter(~IS_REFUND).join(pairs.lazy(), on=["entity", "counterparty"], how="semi")
        others = same.select("entity", "counterparty", "direction", "day", "amount_usd").collect()
        parts = [
            rule._unmatched(refunds, others, first, until, first_loaded_day) for first, until, rule in self.unchanging()
        ]
        found = pl.concat(parts).lazy()
        name = pl.lit("{counterparty} ({flow})")
        return found.select(
            *finding(value="amount_usd", limit="limit", first_day="day", item="item", object=name),
            pl.col("flow").alias("named_by"),
            pl.concat_list("flow").alias("flows"),
        )

    def _large(self, flows: pl.LazyFrame) -> pl.LazyFrame:
        limit = self.on("limit_usd", pl.col("day"))
        return flows.filter(IS_REFUND, pl.col("amount_usd") > self.lowest("limit_usd")).filter(
            pl.col("amount_usd") > limit
        )

    def _unmatched(
        self, refunds: pl.DataFrame, others: pl.DataFrame, first: date, until: date, first_loaded_day: date | None
    ) -> pl.DataFrame:
        asked = refunds.lazy().filter(pl.col("day") >= first, pl.col("day") < until)
        pairs = asked.join(others.lazy(), on=["entity", "counterparty"], suffix="_paid").filter(
            pl.col("direction") != pl.col("direction_paid"),
            pl.col("day_paid").is_between(months_before(pl.col("day"), MONTHS), pl.col("day")),
            pl.col("amount_usd_paid") >= least(pl.col("amount_usd"), self.millionths("matching_share")),
        )
        latest = pairs.group_by("flow").agg(pl.col("day_paid").max())
        told = asked.join(latest, on="flow", how="left").with_columns(limit=pl.lit(self.cents("limit_usd")))
        age = (pl.col("day") - pl.col("day_paid")).dt.total_days()
        is_unmatched = pl.col("day_paid").is_null() & reaches_back(pl.col("day"), MONTHS, first_loaded_day)
        return told.filter(is_unmatched | (age > self.late_days).fill_null(value=False)).collect()

    def skipped(self, flows: pl.LazyFrame, first_loaded_day: date | None) -> pl.LazyFrame:
        """Large refunds without a counterparty, and those with too little before them."""
        nameless = pl.col("counterparty").is_null()
        early = ~nameless & ~reaches_back(pl.col("day"), MONTHS, first_loaded_day)
        counts = {
            "large refunds without a counterparty": nameless.sum(),
            f"large refunds with less than {MONTHS} loaded months before them, looked at for late ones alone": early.sum(),
        }
        return passed_over(self._large(flows), counts)
