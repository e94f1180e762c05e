"""top_entities: the entities with the largest sums within each item."""

from dataclasses import dataclass

import polars as pl

from fxwatch.periods import Asked
from fxwatch.rule import Monitor, param
from fxwatch.sums import among, first, in_period, ratio, table, usd


@dataclass(frozen=True, kw_only=True)
class TopEntities(Monitor):
    """The entities with the largest receipts and the largest payments within each item.

    Why it matters: it names the firms behind an item, so that supervision goes from transactions to entities.
    Leaves out: entities without a flow in the item and the period, flows that wait for their code.
    """

    title = "Top entities"
    title_zh = "项目内收支居前的主体"
    about_zh = (
        "各项目内收入最多和支出最多的主体。\n"
        "为何重要：指明项目背后的企业，使监管由逐笔转向主体。\n"
        "不含：期内在该项目没有收付的主体；待归类的收付。"
    )
    basis = "founding article, monitoring indicators: the first ten entities within each item"
    basis_zh = "《完善服务贸易外汇管理 建立服务贸易非现场监管体系》监管指标：各项目内居前十位的主体"
    columns = ("entity",)

    top_count: int = param(
        10, unit="count", meaning="entities shown for each item and direction", meaning_zh="每个项目和方向列出的主体数"
    )

    def measure(self, sums: pl.LazyFrame, asked: Asked) -> pl.DataFrame:
        """Columns direction, item, rank, entity_id, name, amount_usd, flows, share (of item and direction)."""
        apart = among(asked, "direction", "line")
        sums = sums.filter(in_period(asked)).group_by(*apart, "entity").agg(pl.col("amount_usd", "flows").sum())
        entities = sums.collect(engine="streaming").with_columns(total=pl.col("amount_usd").sum().over(apart))
        # Millions may be ranked, few are shown: identifiers, which decide ties, come after the first sieve.
        largest = pl.col("amount_usd").rank("min", descending=True).over(apart) <= self.top_count
        named = entities.filter(largest).join(asked.roll.collect(), on="entity", how="left")
        top = first(named, self.top_count, apart, ties="entity_id")
        top = top.with_columns(usd("amount_usd"), share=ratio(pl.col("amount_usd"), pl.col("total")))
        columns = ("direction", "item", "rank", "entity_id", "name", "amount_usd", "flows", "share")
        return table(top, asked, *columns, order=["direction", "line", "rank"])
