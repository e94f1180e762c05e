"""trends: every item by month or quarter, against the period before and last year."""

from dataclasses import dataclass

import polars as pl

from fxwatch.periods import Asked
from fxwatch.rule import Monitor, param
from fxwatch.sums import ratio, series, table, usd


@dataclass(frozen=True, kw_only=True)
class Trends(Monitor):
    """Every item's receipts and payments by month or quarter: growth on the period before and on last year, and share.

    Why it matters: what rises or falls sharply is where something new goes on.
    Leaves out: flows that wait for their code. Growth on a base of zero (`new`) or before the first loaded day (`no_data`) stays empty.
    A first or last period that is not whole (`incomplete`) is compared with whole ones.
    """

    title = "Trends"
    title_zh = "项目走势"
    about_zh = (
        "各项目按月或按季的收入与支出：环比、同比与占比。\n"
        "为何重要：骤增骤减之处往往有新情况。\n"
        "不含：待归类的收付。基数为零（新增）或早于首个数据日（无数据）时不列增幅；首尾不完整的期间与完整期间相比。"
    )
    basis = "founding article, monitoring indicators: year on year, month on month and share"
    basis_zh = "《完善服务贸易外汇管理 建立服务贸易非现场监管体系》监管指标：同比、环比与占比"
    columns = ("since",)
    looks_back = True

    every: str = param(
        "month", unit="period", meaning="length of a period", meaning_zh="统计周期", choices=("month", "quarter")
    )

    def measure(self, sums: pl.LazyFrame, asked: Asked) -> pl.DataFrame:
        """Columns direction, item, period, amount_usd, previous, mom, same_last_year, yoy, share, share_change, note."""
        amount, previous, last_year = pl.col("amount_usd"), pl.col("previous"), pl.col("same_last_year")
        share = amount / pl.col("amount_usd_total")
        share_change = share - previous / pl.col("previous_total")
        either_zero = (previous == 0) | (last_year == 0)
        rows = series(sums, asked, self.every).with_columns(
            usd("amount_usd", "previous", "same_last_year"),
            mom=ratio(amount - previous, previous),
            yoy=ratio(amount - last_year, last_year),
            share=ratio(amount, pl.col("amount_usd_total")),
            share_change=pl.when((pl.col("amount_usd_total") > 0) & (pl.col("previous_total") > 0))
            .then(share_change)
            .round(12),
            note=pl.concat_str(
                pl.when(~pl.col("complete")).then(pl.lit("incomplete")),
                pl.when(either_zero).then(pl.lit("new")),
                pl.when(previous.is_null() | last_year.is_null()).then(pl.lit("no_data")),
                separator=";",
                ignore_nulls=True,
            ),
        )
        columns = (
            "direction", "item", "period", "amount_usd", "previous", "mom", "same_last_year", "yoy", "share", "share_change", "note",
        )  # fmt: skip
        return table(rows, asked, *columns, order=["direction", "line", "start"])
