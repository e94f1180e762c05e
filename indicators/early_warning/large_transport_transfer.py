"""large_transport_transfer: one transport declaration above the limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from fxwatch.keys import is_one_of
from fxwatch.rule import EarlyWarning, above, finding, in_small_units, param
from fxwatch.terms import Item


@dataclass(frozen=True, kw_only=True)
class LargeTransportTransfer(EarlyWarning):
    """A single transport receipt or payment, all transport legs of its declaration together, lies above the limit.

    Why it matters: freight is paid often and in small sums; a large single transfer may be something else under that name.
    Leaves out: the legs of a declaration that are not transport. Two declarations are two transfers, whoever makes them.
    """

    title = "Large transport transfer"
    title_zh = "运输项下单笔大额"
    about_zh = (
        "同一申报号码下各运输分录合计，单笔收入或单笔支出超过限额。\n"
        "为何重要：运费通常频繁而金额小，单笔大额可能是以运费名义办理的其他业务。\n"
        "不含：同一申报中非运输的分录。两笔申报按两笔计，不论由谁办理。"
    )
    basis = "founding article, 4(2)2, first example: a single receipt or payment above USD 500,000"
    basis_zh = "《完善服务贸易外汇管理 建立服务贸易非现场监管体系》四（二）2 第一例：运输项下单笔收入、单笔支出超过等值 50 万美元"
    because = (
        "{entity} {moved} USD {value:,.2f} in one transport transfer on {first_day}; "
        "the limit for a single transfer is USD {limit_value:,.2f}."
    )
    because_zh = "{entity}于 {first_day} 发生一笔运输项下{direction_name}，折合 {value:,.2f} 美元，超过单笔限额 {limit_value:,.2f} 美元。"
    severity = "article"
    auto_notice = True
    threshold = "limit_usd"
    key = ("declaration",)
    within = ("declaration",)

    limit_usd: int = param(
        500_000,
        unit="USD",
        meaning="largest single transport transfer that raises no hit",
        meaning_zh="不触发预警的运输项下单笔最高金额",
    )

    def looks_at(self) -> pl.Expr:
        """Transport legs."""
        return pl.col("item") == Item.TRANSPORT.value

    def find(self, flows: pl.LazyFrame) -> pl.LazyFrame:
        """One finding a declaration; changes may make its legs differ, then the first leg speaks for it."""
        lowest = self.lowest("limit_usd")
        # A declaration has at most two legs, so one of them lies above half the limit: only such declarations are added up.
        is_large = self.looks_at() & (pl.col("amount_usd") > lowest // 2)
        large = flows.filter(is_large).select("declaration").collect(engine="streaming")["declaration"]
        few = flows.filter(is_one_of("declaration", large)).collect(engine="streaming").lazy()
        legs = few.filter(self.looks_at()).group_by("declaration")
        sums = legs.agg(pl.col("amount_usd").sum(), flows=pl.col("flow")).filter(pl.col("amount_usd") > lowest)
        # The first leg has the lower number; it speaks for the declaration even where it is not transport itself.
        first = few.sort("flow").unique("declaration", keep="first")
        transfers = sums.join(first.select("declaration", "entity", "direction", "day"), on="declaration")
        limit = self.on("limit_usd", pl.col("day"))
        above = transfers.filter(pl.col("amount_usd") > limit)
        item = pl.lit(Item.TRANSPORT.value)
        return above.select(
            *finding(value="amount_usd", limit=limit, first_day="day", item=item), "declaration", "flows"
        )

    def under_each(
        self, found: pl.DataFrame, flows: pl.LazyFrame, limits: Sequence[Decimal | int]
    ) -> list[pl.DataFrame]:
        """The sums do not hang on the limit: a higher one leaves the larger of them."""
        return [above(found, in_small_units(self.threshold, limit)) for limit in limits]
