"""balance: receipts against payments, and what was settled and purchased."""

from dataclasses import dataclass

import polars as pl

from fxwatch.periods import Asked
from fxwatch.rule import Monitor, param
from fxwatch.sums import among, calendar, every_group, in_period, starts, table, usd
from fxwatch.terms import Direction


@dataclass(frozen=True, kw_only=True)
class Balance(Monitor):
    """Receipts, payments and their difference by month, beside what was settled against CNY and what was bought with it.

    Settled and bought is the settled part of flows and what was settled or bought inside accounts, each once.

    Why it matters: it shows which way money goes on the whole, and how much of it passes through the exchange market.
    Leaves out: flows that wait for their code; settlements inside accounts where a scope is asked, and by item those of groups
    that stand for several items: nobody reports these of them.
    """

    title = "Balance"
    title_zh = "收支差额"
    about_zh = (
        "按月列示收入、支出及差额，以及结汇与购汇：收付汇中的结售汇部分与账户内结售汇之和，各计一次。\n"
        "为何重要：显示资金总体流向，以及其中经过外汇市场的部分。\n"
        "不含：待归类的收付；限定范围时的账户内结售汇；按项目列示时，对应多个项目的资金属性的账户内结售汇。"
    )
    basis = "founding article, data: receipts and payments and FX settlement and sale"
    basis_zh = "《完善服务贸易外汇管理 建立服务贸易非现场监管体系》数据：收付汇与结售汇"
    columns = ("since",)
    settles = True

    every: str = param(
        "month", unit="period", meaning="length of a period", meaning_zh="统计周期", choices=("month", "quarter")
    )

    def measure(self, sums: pl.LazyFrame, asked: Asked) -> pl.DataFrame:
        """Columns period, receipts, payments, net, settled (of receipts), purchased (of payments)."""
        came, went = (pl.col("direction") == direction for direction in Direction)
        amount, settled = pl.col("amount_usd"), pl.col("settled_usd")
        apart = among(asked, "start")
        sides = {"receipts": amount.filter(came), "payments": amount.filter(went)}
        sides |= {"settled": settled.filter(came), "purchased": settled.filter(went)}
        parts = sums.filter(in_period(asked)).with_columns(start=starts(self.every)).group_by(apart)
        found = parts.agg(**{name: side.sum() for name, side in sides.items()}).collect(engine="streaming")
        rows = every_group(sums, asked, calendar(asked, self.every)).join(found, on=apart, how="left")
        rows = rows.with_columns(pl.col(list(sides)).fill_null(0)).with_columns(
            net=pl.col("receipts") - pl.col("payments")
        )
        shown = rows.with_columns(usd(*sides, "net"))
        return table(shown, asked, "period", "receipts", "payments", "net", "settled", "purchased", order=["start"])
