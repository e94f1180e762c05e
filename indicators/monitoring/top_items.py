"""top_items: the items with the largest sums."""

from dataclasses import dataclass

import polars as pl

from fxwatch.periods import Asked
from fxwatch.rule import Monitor, param
from fxwatch.sums import among, first, in_period, ratio, table, usd


@dataclass(frozen=True, kw_only=True)
class TopItems(Monitor):
    """The items with the largest cumulative receipts and the largest cumulative payments.

    Why it matters: a few items carry most of the money; supervision begins where the money is.
    Leaves out: items without a flow in the period, flows that wait for their code.
    """

    title = "Top items"
    title_zh = "收支居前的项目"
    about_zh = (
        "累计收入最多和累计支出最多的项目。\n"
        "为何重要：少数项目集中了大部分资金，监管从资金所在之处着手。\n"
        "不含：期内没有收付的项目；待归类的收付。"
    )
    basis = "founding article, monitoring indicators: the first three items by cumulative receipts and by payments"
    basis_zh = "《完善服务贸易外汇管理 建立服务贸易非现场监管体系》监管指标：累计收入、累计支出居前三位的项目"
    columns = ("entity",)

    top_count: int = param(3, unit="count", meaning="items shown for each direction", meaning_zh="每个方向列出的项目数")

    def measure(self, sums: pl.LazyFrame, asked: Asked) -> pl.DataFrame:
        """Columns direction, rank, item, amount_usd, flows, entities, share (of the direction), top_share (of the rows shown)."""
        apart = among(asked, "direction")
        amounts = pl.col("amount_usd", "flows").sum()
        entities = sums.filter(in_period(asked)).group_by(*apart, "line", "entity").agg(amounts)
        items = entities.group_by(*apart, "line").agg(amounts, entities=pl.len()).collect(engine="streaming")
        items = items.with_columns(total=pl.col("amount_usd").sum().over(apart))
        top = first(items, self.top_count, apart, ties="line")
        top = top.with_columns(
            usd("amount_usd"),
            share=ratio(pl.col("amount_usd"), pl.col("total")),
            top_share=ratio(pl.col("amount_usd").sum().over(apart), pl.col("total")),
        )
        columns = ("direction", "rank", "item", "amount_usd", "flows", "entities", "share", "top_share")
        return table(top, asked, *columns, order=["direction", "rank"])
