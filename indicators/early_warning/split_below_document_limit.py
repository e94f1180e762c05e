"""split_below_document_limit: several payments to one payee just below the sum for which documents are asked."""

from dataclasses import dataclass

import polars as pl

from fxwatch.episodes import Counted, Tested, active_days, episodes, keyed, places
from fxwatch.rule import EarlyWarning, finding, param, passed_over
from fxwatch.totals import IS_REFUND
from fxwatch.windows import Windows, dates, not_covered, numbers


@dataclass(frozen=True, kw_only=True)
class SplitBelowDocumentLimit(EarlyWarning):
    """Within a few working days an entity pays one contract, or one payee, several times just below the document limit.

    Why it matters: a payment above the limit needs documents; cut into pieces below, it shows none.
    Leaves out: refunds; payments with neither contract nor counterparty (counted); the small ones below the band.
    Expected to fire: 2 to 5 in 1,000 entity-months; instalments under one contract look the same. Limits rest on secondary sources.
    """

    title = "Split below document limit"
    title_zh = "疑似分拆规避单证审核"
    about_zh = (
        "主体在几个工作日内向同一合同或同一收款人多次付汇，金额均略低于须审核单证的限额。\n"
        "为何重要：超过限额须提交单证，分拆后则无须提交。\n"
        "不含：退款；既无合同号又无交易对手的付汇（计数）；低于区间下限的小额付汇。限额依据二手资料。"
    )
    basis = "service trade guidelines 2013 (Hui Fa 2013 No. 30), art. 4: no splitting; limits rest on secondary sources"
    basis_zh = "《服务贸易外汇管理指引》（汇发〔2013〕30号）第四条：不得分拆；限额依据二手资料"
    because = (
        "{entity} paid USD {value:,.2f} in {flow_count} pieces to {object} from {first_day} to {raised_on}; "
        "documents are asked above USD {limit_value:,.2f}."
    )
    because_zh = (
        "{entity}自 {first_day} 至 {raised_on} 分 {flow_count} 笔向 {object} 付汇，合计折合 {value:,.2f} 美元；"
        "单笔超过 {limit_value:,.2f} 美元须审核单证。"
    )
    within = ("entity", "payee")
    columns = ("payment_type", "counterparty", "contract")
    skips_flows = True
    no_near = "two pieces of the smallest amount add up to it already"
    no_near_zh = "两笔最低金额合计即达到限额"
    passed_over_zh = (("payments with neither contract nor counterparty", "既无合同号又无交易对手的付汇"),)

    from_usd: int = param(25_000, unit="USD", meaning="smallest piece", meaning_zh="每笔最低金额")
    limit_usd: int = param(
        50_000,
        unit="USD",
        meaning="largest piece, and the sum that they must pass",
        meaning_zh="每笔最高金额及合计须超过的金额",
    )
    pieces_count: int = param(2, unit="count", meaning="fewest pieces", meaning_zh="最少笔数")
    window_days: int = param(5, unit="days", meaning="working days looked at together", meaning_zh="合并计算的工作日数")

    def looks_at(self) -> pl.Expr:
        """Payments that are no refunds."""
        return (pl.col("direction") == "payment") & ~IS_REFUND

    def find(self, flows: pl.LazyFrame, calendar: pl.LazyFrame) -> pl.LazyFrame:
        """One finding an entity, contract or else payee, and episode."""
        windows = Windows(calendar.collect())
        by = ["entity", "contract", "payee"]
        payee = pl.when(pl.col("contract").is_null()).then("counterparty").fill_null(-1)
        paid = flows.filter(self.looks_at(), windows.covers()).select(
            "entity", pl.col("contract").fill_null(-1), "day", "flow", "item", "amount_usd", payee=payee
        )
        named = paid.filter((pl.col("contract") >= 0) | (pl.col("payee") >= 0))
        low, high = self.lowest("from_usd"), self.highest("limit_usd")
        pieces = named.filter(pl.col("amount_usd").is_between(low, high)).collect()
        often = pieces.group_by(by).len().filter(pl.col("len") >= self.lowest("pieces_count"))
        base = keyed(named.join(often.lazy().select(by), on=by, how="semi").collect(), *by)
        tests = ((first, until, rule._tested(base, windows)) for first, until, rule in self.unchanging())
        found = episodes(tests, "item").lazy().join(base.lazy().select("key", "entity", "contract").unique(), on="key")
        name = pl.when(pl.col("contract") >= 0).then(pl.lit("{contract}")).otherwise(pl.lit("{counterparty}"))
        found = found.with_columns(direction=pl.lit("payment"), object=name, named_by=pl.col("flows").list.first())
        days = {"first_day": "first_day", "last_day": "last_day", "raised_on": "raised_on"}
        shown = finding(value="value", limit="limit", item="item", object="object", **days)
        return found.select(*shown, "named_by", "flows")

    def _tested(self, base: pl.DataFrame, windows: Windows) -> Tested:
        limit = self.cents("limit_usd")
        counted = base.filter(pl.col("amount_usd").is_between(self.cents("from_usd"), limit))
        at = places(counted["key"], numbers(counted["day"]))
        pieces, sums = Counted(at), Counted(at, counted["amount_usd"].to_numpy())
        days = active_days(base)
        day = numbers(days["day"])
        since = windows.start(day, self.window_days)
        first, last = places(days["key"], since), places(days["key"], day)
        value = sums.between(first, last)
        holds = (pieces.between(first, last) >= self.pieces_count) & (value > limit)
        days = days.with_columns(since=dates(since), value=pl.Series(value), limit=limit, holds=pl.Series(holds))
        return Tested(days, counted)

    def not_computed(self, flows: pl.LazyFrame, calendar: pl.LazyFrame) -> pl.LazyFrame:
        """Entities with payments in years that the calendar does not cover."""
        return not_covered(flows.filter(self.looks_at()), calendar)

    def skipped(self, flows: pl.LazyFrame) -> pl.LazyFrame:
        """Payments with neither contract nor counterparty."""
        nameless = flows.filter(self.looks_at(), pl.col("contract").is_null(), pl.col("counterparty").is_null())
        return passed_over(nameless, {"payments with neither contract nor counterparty": pl.len()})
