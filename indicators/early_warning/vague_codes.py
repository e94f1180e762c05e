"""vague_codes: a large quarter declared mostly under codes that say little."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from fxwatch.rule import EarlyWarning, finding, param
from fxwatch.totals import IS_REFUND, MILLION, least, quarter

VAGUE = ("228990", "229990")


@dataclass(frozen=True, kw_only=True)
class VagueCodes(EarlyWarning):
    """At least half of a large quarter of an entity, one direction, is declared under codes for everything else.

    Why it matters: what is called "other" cannot be judged by any rule that looks at items.
    Leaves out: refunds; quarters that are not over; quarters below the sum.
    Expected to fire: some 1 in 1,000 entity-months, banks with poor declarations first.
    """

    title = "Vague codes"
    title_zh = "“其他”类编码占比过高"
    about_zh = (
        "主体某一季度金额较大，其中至少一半申报在“其他”类编码之下（收入、支出分别计算）。\n"
        "为何重要：申报为“其他”的收付无法按项目判断。\n"
        "不含：退款；尚未结束的季度；金额较小的季度。"
    )
    basis = "quality of declarations; limits rest on secondary sources"
    basis_zh = "申报质量；限额依据二手资料"
    because = (
        "{entity} declared {value:.2%} of what it {moved} in the quarter to {raised_on} under codes that say little, from "
        "{first_day} to {last_day}; from {limit_value:.2%} a warning is raised."
    )
    because_zh = (
        "{entity}在截至 {raised_on} 的季度内，{direction_name}中有 {value:.2%} 申报在“其他”类编码之下（{first_day} 至 {last_day}），"
        "达到 {limit_value:.2%} 即预警。"
    )
    unit = "ratio"
    within = ("entity", "quarter")
    columns = ("payment_type", "code")
    threshold = "vague_share"

    sum_usd: int = param(
        1_000_000, unit="USD", meaning="sum that the quarter must pass", meaning_zh="季度合计须超过的金额"
    )
    vague_share: Decimal = param(
        Decimal("0.5"), unit="ratio", meaning="least part under vague codes", meaning_zh="“其他”类编码的最低占比"
    )

    def looks_at(self) -> pl.Expr:
        """Flows under codes for everything else, without refunds."""
        return pl.col("code").is_in(VAGUE) & ~IS_REFUND

    def find(self, flows: pl.LazyFrame, last_quarter_end: date | None) -> pl.LazyFrame:
        """One finding an entity, direction and quarter, raised on the quarter's end."""
        by = ["entity", "direction", "quarter"]
        over = pl.col("day") <= pl.lit(last_quarter_end, pl.Date)
        looked = flows.filter(over).with_columns(quarter=quarter())
        vague = looked.filter(self.looks_at()).select(*by, "day", "flow", "amount_usd").collect()
        # Only who used such a code can be found; of these the whole quarter is added up.
        some = (
            vague.lazy()
            .group_by(by)
            .agg(
                vague=pl.col("amount_usd").sum(),
                flows=pl.col("flow").sort(),
                first_day=pl.col("day").min(),
                last_day=pl.col("day").max(),
            )
        )
        half = MILLION // max(1, min(rule.millionths("vague_share") for _, _, rule in self.unchanging())) + 1
        some = some.filter(pl.col("vague") > self.lowest("sum_usd") // half).collect().lazy()
        whole = (
            looked.filter(~IS_REFUND)
            .join(some.select(by), on=by, how="semi")
            .group_by(by)
            .agg(total=pl.col("amount_usd").sum())
        )
        asked = some.join(whole, on=by).with_columns(
            raised_on=pl.col("quarter").dt.offset_by("3mo").dt.offset_by("-1d")
        )
        parts = [rule._raised(asked, first, until) for first, until, rule in self.unchanging()]
        days = {"first_day": "first_day", "last_day": "last_day", "raised_on": "raised_on"}
        return pl.concat(parts).select(*finding(value="value", limit="limit", **days), "flows")

    def _raised(self, asked: pl.LazyFrame, first: date, until: date) -> pl.LazyFrame:
        share = self.millionths("vague_share")
        within = asked.filter(pl.col("raised_on") >= first, pl.col("raised_on") < until)
        is_large, is_vague = pl.col("total") > self.cents("sum_usd"), pl.col("vague") >= least(pl.col("total"), share)
        wide = (pl.col("vague").cast(pl.Int128) * MILLION // pl.col("total").cast(pl.Int128)).cast(pl.Int64)
        return within.filter(is_large, is_vague).with_columns(value=wide, limit=pl.lit(share))
