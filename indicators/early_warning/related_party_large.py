"""related_party_large: large fees to or from an economy that an entity's investors come from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from fxwatch.keys import is_one_of
from fxwatch.rule import EarlyWarning, finding, param
from fxwatch.terms import Item
from fxwatch.totals import IS_REFUND, least, quarter, so_far

ITEMS = (Item.CONSULTING.value, Item.ROYALTIES.value, Item.OTHER_BUSINESS.value)


@dataclass(frozen=True, kw_only=True)
class RelatedPartyLarge(EarlyWarning):
    """In a quarter, consulting, royalties and other business services with an economy of an entity's investors are large, and nearly all.

    Why it matters: fees between related parties have no market price, and move profit.
    Leaves out: refunds; entities whose investors' economies are not on the roll; related parties in other economies.
    Expected to fire: some 2 in 1,000 entity-months, subsidiaries that pay their parent among them.
    """

    title = "Large related-party fees"
    title_zh = "关联方大额服务费"
    about_zh = (
        "一个季度内，主体与其投资方所在国家（地区）之间的咨询、专有权利使用费和其他商业服务金额大，且占该类金额的绝大部分。\n"
        "为何重要：关联方之间的费用没有市场价格，可用于转移利润。\n"
        "不含：退款；名录中无投资方所在地的主体；位于其他国家（地区）的关联方。"
    )
    basis = "focus lists of the authorities: fees between related parties; limits rest on secondary sources"
    basis_zh = "主管部门关注清单：关联方费用；限额依据二手资料"
    because = (
        "{entity} {moved} USD {value:,.2f} in fees with {object}, where its investors are, from {first_day} to {last_day}; "
        "the limit of USD {limit_value:,.2f} was passed on {raised_on}."
    )
    because_zh = (
        "{entity}自 {first_day} 至 {last_day} 与投资方所在的 {object} 之间服务费{direction_name}折合 {value:,.2f} 美元，"
        "于 {raised_on} 超过 {limit_value:,.2f} 美元。"
    )
    within = ("entity", "quarter")
    columns = ("payment_type", "economy")
    threshold = "limit_usd"

    limit_usd: int = param(1_000_000, unit="USD", meaning="sum that must be passed", meaning_zh="合计须超过的金额")
    least_share: Decimal = param(
        Decimal("0.8"),
        unit="ratio",
        meaning="least part of the entity's sum in these items",
        meaning_zh="占主体该类金额的最低比例",
    )

    def looks_at(self) -> pl.Expr:
        """The three items, without refunds."""
        return pl.col("item").is_in(ITEMS) & ~IS_REFUND

    def find(self, flows: pl.LazyFrame, roll: pl.LazyFrame) -> pl.LazyFrame:
        """One finding an entity, investor economy, direction and quarter; it grows until the quarter ends."""
        named = roll.select("entity", economy=pl.col("investor_economies").str.split(";")).explode("economy")
        named = named.with_columns(pl.col("economy").str.strip_chars()).filter(pl.col("economy") != "")
        investors = named.unique().collect()
        invested = is_one_of("entity", investors["entity"].unique())
        shown = ("entity", "direction", "economy", "day", "flow", "amount_usd")
        fees = flows.filter(invested, self.looks_at()).select(*shown, quarter=quarter()).collect().lazy()
        related = fees.join(investors.lazy(), on=["entity", "economy"], how="semi")
        by, of_all = ["entity", "economy", "direction", "quarter"], ["entity", "direction", "quarter"]
        large = (
            related.group_by(by)
            .agg(value=pl.col("amount_usd").sum())
            .filter(pl.col("value") > self.lowest("limit_usd"))
            .collect()
        )
        wanted = [*by, "day", "flow", "amount_usd"]
        ones = related.select(wanted).join(large.lazy().select(by), on=by, how="semi").collect()
        others = fees.select(wanted).join(large.lazy().select(of_all).unique(), on=of_all, how="semi").collect()
        totals = so_far(others, *of_all, total=pl.col("amount_usd"))
        days = so_far(ones, *by, so_far=pl.col("amount_usd")).join(totals, on=[*of_all, "day"])
        parts = [rule._raised(days, first, until) for first, until, rule in self.unchanging()]
        raised = pl.concat(parts).sort("day").unique(by, keep="first", maintain_order=True).rename({"day": "raised_on"})
        behind = ones.group_by(by).agg(
            flows=pl.col("flow").sort(), first_day=pl.col("day").min(), last_day=pl.col("day").max()
        )
        found = raised.lazy().join(behind.lazy(), on=by).join(large.lazy(), on=by)
        days_of = {"first_day": "first_day", "last_day": "last_day", "raised_on": "raised_on"}
        return found.select(*finding(value="value", limit="limit", object="economy", **days_of), "flows")

    def _raised(self, days: pl.DataFrame, first: date, until: date) -> pl.DataFrame:
        limit = self.cents("limit_usd")
        is_most = pl.col("so_far") >= least(pl.col("total"), self.millionths("least_share"))
        within = days.filter(pl.col("so_far") > limit, is_most, pl.col("day") >= first, pl.col("day") < until)
        return within.drop("so_far", "total").with_columns(limit=pl.lit(limit))
