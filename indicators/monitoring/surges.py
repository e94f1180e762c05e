"""surges: items that rose or fell sharply, and the entities behind it."""

from dataclasses import dataclass

import polars as pl

from fxwatch.periods import MONTHS_OF, Asked
from fxwatch.rule import Monitor, param
from fxwatch.sums import ALL, among, at_least, first, ratio, series, starts, table, usd


@dataclass(frozen=True, kw_only=True)
class Surges(Monitor):
    """Items whose complete month or quarter rose or fell sharply, with the entities that moved most in the same sense.

    Why it matters: a sharp change has somebody behind it; these are the first to ask.
    Leaves out: periods that are not whole, bases of zero or before the first loaded day, changes that are small beside the direction's total.
    """

    title = "Surges"
    title_zh = "大幅升降"
    about_zh = (
        "完整的一月或一季内大幅上升或下降的项目，以及同向变动最大的主体。\n"
        "为何重要：骤变背后总有主体，应首先向其了解。\n"
        "不含：不完整的期间；基数为零或早于首个数据日的情形；相对于该方向总额很小的变动。"
    )
    basis = (
        "founding article, monitoring indicators: follow what rises or falls sharply and find the entities behind it"
    )
    basis_zh = "《完善服务贸易外汇管理 建立服务贸易非现场监管体系》监管指标：跟踪骤增骤减的项目，查找其背后的主体"
    columns = ("since", "entity")
    looks_back = True

    every: str = param(
        "month", unit="period", meaning="length of a period", meaning_zh="统计周期", choices=("month", "quarter")
    )
    surge_growth: float = param(
        0.5, unit="fraction", meaning="smallest rise or fall that is sharp", meaning_zh="视为大幅升降的最小增减幅度"
    )
    surge_floor_share: float = param(
        0.01,
        unit="ratio",
        meaning="smallest change as a part of the direction's base total",
        meaning_zh="变动额占该方向基期总额的最小比例",
    )
    top_count: int = param(10, unit="count", meaning="entities shown for each surge", meaning_zh="每项列出的主体数")

    def measure(self, sums: pl.LazyFrame, asked: Asked) -> pl.DataFrame:
        """Columns direction, item, period, basis, kind, growth, change, rank, entity_id, contribution: a row for each entity."""
        surges = self._sharp(series(sums, asked, self.every)).with_row_index("surge")
        moved = (
            self._moves(sums, asked, surges)
            .join(surges, on="surge")
            .join(asked.roll.collect(), on="entity", how="left")
        )
        same_sense = moved.filter(pl.col("contribution").sign() == pl.col("change").sign())
        size = pl.col("contribution").abs()
        top = first(same_sense.with_columns(size=size), self.top_count, ["surge"], by="size", ties="entity_id")
        columns = (
            "direction",
            "item",
            "period",
            "basis",
            "kind",
            "growth",
            "change",
            "rank",
            "entity_id",
            "contribution",
        )
        order = ["direction", "line", "start", "basis", "rank"]
        return table(top.with_columns(usd("change", "contribution")), asked, *columns, order=order)

    def _sharp(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The changes that are sharp, each with the first day of its base (`base_start`)."""
        whole = rows.filter(pl.col("complete") & (pl.col("line") != ALL))
        change, base, total = pl.col("change"), pl.col("base"), pl.col("base_total")
        found = [
            whole.with_columns(
                base=pl.col(name),
                base_total=pl.col(f"{name}_total"),
                change=pl.col("amount_usd") - pl.col(name),
                basis=pl.lit(basis),
                base_start=pl.col("start").dt.offset_by(f"-{months}mo"),
            )
            for basis, name, months in (("mom", "previous", MONTHS_OF[self.every]), ("yoy", "same_last_year", 12))
        ]
        sharp = (
            (base > 0)
            & at_least(change.abs(), self.surge_growth, base)
            & at_least(change.abs(), self.surge_floor_share, total)
        )
        kind = pl.when(change > 0).then(pl.lit("rise")).otherwise(pl.lit("fall"))
        return pl.concat(found).filter(sharp & (change != 0)).with_columns(growth=ratio(change, base), kind=kind)

    def _moves(self, sums: pl.LazyFrame, asked: Asked, surges: pl.DataFrame) -> pl.DataFrame:
        """What each entity added to each surge: columns surge, entity, contribution (cents)."""
        apart = [*among(asked, "direction", "line"), "start"]
        after = surges.select("surge", *apart, sign=1)
        before = surges.select("surge", *apart[:-1], start="base_start", sign=-1)
        ends = pl.concat([after, before]).lazy()
        behind = sums.with_columns(start=starts(self.every)).join(ends.select(apart).unique(), on=apart, how="semi")
        by_entity = behind.group_by(*apart, "entity").agg(pl.col("amount_usd").sum())
        moves = by_entity.join(ends, on=apart).group_by("surge", "entity")
        return moves.agg(contribution=(pl.col("amount_usd") * pl.col("sign")).sum()).collect(engine="streaming")
