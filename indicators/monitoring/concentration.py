"""concentration: how few entities, or economies, hold an item."""

from dataclasses import dataclass

import polars as pl

from fxwatch.periods import Asked
from fxwatch.rule import Monitor
from fxwatch.sums import among, every_line, in_period, ratio, table, with_all


@dataclass(frozen=True, kw_only=True)
class Concentration(Monitor):
    """How much of each item the largest three and ten entities, and economies, hold, and the Herfindahl index (0 to 1).

    Why it matters: an item that few hold stands or falls with them, and a few files explain it.
    Leaves out: flows that wait for their code; over economies, flows without one.
    """

    title = "Concentration"
    title_zh = "集中度"
    about_zh = (
        "各项目中最大三家、十家主体及国家（地区）所占份额，以及赫芬达尔指数（0 至 1）。\n"
        "为何重要：由少数主体支撑的项目随其起落，查阅少数档案即可说明。\n"
        "不含：待归类的收付；按国家（地区）统计时，不含未注明国家（地区）的收付。"
    )
    basis = "ours: the article's shares, turned from items to the entities and economies behind them"
    basis_zh = "本系统补充：将文中的占比由项目推及其背后的主体与国家（地区）"
    separately = ("entity", "economy")

    def measure(self, sums: pl.LazyFrame, asked: Asked) -> pl.DataFrame:
        """Columns direction, item (and `all`), over (`entity`, `economy`), top3_share, top10_share, hhi; empty without flows."""
        apart = among(asked, "direction", "line")
        amount, total = pl.col("amount_usd"), pl.col("amount_usd").sum()
        found = []
        for over in ("entity", "economy"):
            held = sums.filter(in_period(asked) & pl.col(over).is_not_null())
            holders = with_all(held.group_by(*apart, over).agg(total), *among(asked, "direction"), over)
            figures = holders.group_by(apart).agg(
                over=pl.lit(over),
                top3_share=ratio(amount.top_k(3).sum(), total),
                top10_share=ratio(amount.top_k(10).sum(), total),
                hhi=pl.when(total > 0).then((amount / total).pow(2).sum()).round(12),
            )
            found.append(figures.collect(engine="streaming"))
        overs = pl.DataFrame({"over": ["entity", "economy"] if asked.days else []}, schema={"over": pl.String})
        rows = every_line(sums, asked, overs.with_row_index("turn"))
        rows = rows.join(pl.concat(found), on=[*apart, "over"], how="left")
        return table(
            rows,
            asked,
            "direction",
            "item",
            "over",
            "top3_share",
            "top10_share",
            "hhi",
            order=["direction", "line", "turn"],
        )
