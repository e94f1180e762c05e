"""The features: each with its name, unit, meaning in both languages, why it is looked at, and which way the field says it goes.

`direction` is 1 where more can only mean more risk, -1 where more can only mean less, 0 where the field does not say. Names end in
how far they look back: `_12m` a year, `_3m` 91 days. This list, in this order, is what a model is bound to.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from fxwatch.rulebook import rules

# Bump this when a feature is measured in another way under the same name.
VERSION = 1


@dataclass(frozen=True)
class Feature:
    """One feature. `unit` is USD, count, share, ratio, days, years or code; `en` and `zh` say what it is, `why` why."""

    name: str
    unit: str
    direction: int
    en: str
    zh: str
    why: str


_ROWS: tuple[tuple[str, str, int, str, str, str], ...] = (
    # size
    ("turnover_usd_12m", "USD", 0, "receipts and payments in 12 months", "近12个月收付合计", "what else is seen weighs by size"),
    ("receipts_share_12m", "share", 0, "receipts as a part of turnover", "收入占收付比重", "one-way trade behaves unlike two-way trade"),
    ("flows_12m", "count", 0, "flows in 12 months", "近12个月笔数", "who trades often shows rare shapes by chance"),
    ("largest_share_12m", "share", 0, "largest flow as a part of turnover", "最大一笔占比", "one flow that makes the year is unusual trade"),
    ("mean_flow_usd_12m", "USD", 0, "average flow", "平均每笔金额", "large sums of small firms are looked at"),
    # growth and volatility
    ("turnover_usd_3m", "USD", 0, "receipts and payments in 3 months", "近3个月收付合计", "what is recent is what can still be acted on"),
    ("growth_3m", "ratio", 0, "turnover of 3 months over a quarter of the 9 before", "近3个月收付较前9个月季均之比", "the article: sharp rises, find the entity behind"),
    ("volatility_12m", "ratio", 0, "spread of monthly turnover over its mean", "月度收付波动", "steady trade is easy to explain"),
    ("jump_usd_3m", "USD", 1, "highest month of an item over its usual month", "单项月度金额高出平常之数", "the article: an item that jumps"),
    ("jump_ratio_3m", "ratio", 1, "highest month of an item over its usual one, times", "单项月度金额为平常的倍数", "a jump counts by what is usual"),
    ("silence_days", "days", 1, "longest silence that ended in the last 6 months", "近6个月内结束的最长静默天数", "long dormant, then active"),
    # items
    ("soft_share_12m", "share", 1, "payments for services that are hard to see", "难以核实项目付汇占比", "consulting, fees and the like have no goods to check"),
    ("items_12m", "count", 0, "different items", "涉及项目数", "breadth of trade"),
    ("mix_change_3m", "share", 0, "change of the mix of items", "项目构成变化", "a firm that changes its trade explains why"),
    ("new_item_usd_3m", "USD", 1, "amount in items new to the entity", "新项目金额", "payment that does not match the business"),
    ("vague_share_12m", "share", 1, "amount under codes of 'other services'", "“其他服务”编码金额占比", "vague codes hide what was bought"),
    ("vague_flows_12m", "count", 1, "flows under codes of 'other services'", "“其他服务”编码笔数", "the habit shows before the amount does"),
    # economies
    ("economies_12m", "count", 0, "economies", "涉及国家（地区）数", "breadth of trade"),
    ("economy_top_share_12m", "share", 0, "part of the largest economy", "第一大国家（地区）占比", "concentration"),
    ("new_economies_3m", "count", 1, "economies new to the entity", "新出现国家（地区）数", "a new route for money"),
    ("rare_economy_usd_12m", "USD", 1, "payments to economies that few entities pay", "付往少有主体往来国家（地区）的金额", "money that goes where nobody else's goes"),
    ("related_usd_3m", "USD", 1, "fees paid to economies of its investors, 3 months", "近3个月向投资方所在地支付的费用", "profits leave as fees of related parties"),
    ("related_share_12m", "share", 1, "fees paid to economies of its investors, of all payments", "向投资方所在地支付的费用占比", "profits leave as fees of related parties"),
    # counterparties
    ("counterparties_12m", "count", 0, "counterparties", "交易对方数", "breadth of trade"),
    ("counterparty_top_share_12m", "share", 0, "part of the largest counterparty", "第一大交易对方占比", "dependence on one partner"),
    ("new_payee_usd_3m", "USD", 1, "paid to payees new to the entity", "付给新收款人的金额", "settle, then pay out to many"),
    ("new_payees_in_a_week_3m", "count", 1, "most new payees in one week", "单周新收款人最多数", "settle, then pay out to many"),
    ("one_time_share_12m", "share", 0, "amount with counterparties seen once", "只出现一次的对方金额占比", "partners that come and go"),
    ("one_time_share_change", "share", 1, "rise of that part in 3 months", "近3个月该占比的上升", "partners are exchanged"),
    # shapes
    ("near_limit_12m", "count", 1, "transfers and daily totals just below the limits", "略低于限额的笔数与日数", "staying below a limit takes knowledge of it"),
    ("near_limit_3m", "count", 1, "the same in 3 months", "近3个月略低于限额的笔数与日数", "staying below a limit takes knowledge of it"),
    ("splits_12m", "count", 1, "payees paid several times within a week just below USD 50,000", "一周内多次以略低于5万美元付给同一对方的次数", "splitting below the document limit"),
    ("splits_3m", "count", 1, "the same in 3 months", "近3个月拆分次数", "splitting below the document limit"),
    ("there_and_back_usd_12m", "USD", 1, "received from and paid to the same counterparty", "与同一对方既收又付的金额", "money that travels in a circle"),
    ("there_and_back_usd_3m", "USD", 1, "the same in 3 months", "近3个月与同一对方既收又付的金额", "money that travels in a circle"),
    ("passed_through_usd_12m", "USD", 1, "received and paid on within a week, almost equal", "一周内收付几乎相等的金额", "a firm that only lends its account"),
    ("passed_through_usd_3m", "USD", 1, "the same in 3 months", "近3个月一周内收付几乎相等的金额", "a firm that only lends its account"),
    ("busiest_week_share_3m", "share", 0, "largest week as a part of turnover", "最大一周占比", "a burst"),
    ("paid_twice_12m", "count", 1, "invoices paid more than once", "重复支付的发票数", "one invoice, one payment"),
    ("round_share_12m", "share", 1, "flows of whole thousands", "整千金额笔数占比", "prices are seldom round"),
    ("off_day_share_12m", "share", 0, "flows on days off", "非工作日笔数占比", "banks work on working days"),
    ("month_end_share_12m", "share", 0, "flows in the last three days of a month", "月末三日笔数占比", "window dressing"),
    ("refunds_12m", "count", 1, "refunds", "退款笔数", "refunds as hidden loans"),
    ("refund_usd_3m", "USD", 1, "refunds in 3 months", "近3个月退款金额", "refunds as hidden loans"),
    ("unmatched_refund_usd_12m", "USD", 1, "refunds from whom nothing was paid, or the reverse", "无对应原交易的退款金额", "a refund of nothing"),
    ("advance_share_12m", "share", 0, "payments in advance", "预付款占比", "paid before there was anything to show"),
    ("settled_share_12m", "share", 0, "part settled into or bought with CNY", "结售汇部分占比", "money that stays in the country"),
    ("longest_run_12m", "count", 1, "longest row of days in one item", "同一项目最长连续天数", "the article: days in a row"),
    # who it is
    ("age_years", "years", 0, "years since registration", "注册年限", "young firms fail and flee more often"),
    ("young_usd_12m", "USD", 1, "turnover within a year of registration", "注册一年内的收付", "fast growth of new firms"),
    ("industry", "code", 0, "section of industry", "行业门类", "risk differs by trade"),
    ("is_foreign_owned", "count", 0, "has investors abroad", "有境外投资方", "related parties abroad"),
    # what the rules and the bureau said
    ("open_hits", "count", 0, "hits that nobody decided", "未处理命中数", "what the rules found"),
    ("hits_12m", "count", 0, "hits raised in 12 months", "近12个月命中数", "what the rules found"),
    ("hits_3m", "count", 0, "hits raised in 3 months", "近3个月命中数", "what the rules found lately"),
    ("rules_hit_12m", "count", 1, "different rules that found something", "命中的指标种数", "several kinds of signs at once"),
    ("notices_24m", "count", 1, "notices in 24 months", "近24个月预警提示数", "who was warned was warned for something"),
    ("notices_6m", "count", 0, "notices in 6 months", "近6个月预警提示数", "a fresh notice may stop an entity, or not"),
    ("breaches_24m", "count", 1, "breaches in 24 months", "近24个月违规数", "who breached was found out once"),
    ("dismissed_24m", "count", -1, "hits found in order in 24 months", "近24个月排除的命中数", "what was looked at and explained"),
)  # fmt: skip

BY_RULE = "hits_6m:"  # before the name of a rule


@cache
def catalogue() -> tuple[Feature, ...]:
    """Every feature in its order: those above, then the hits of each rule in the rule book."""
    of_rules = (
        Feature(f"{BY_RULE}{name}", "count", 1, f"hits of 6 months: {rule.title}", f"近6个月命中：{rule.title_zh}", "what this rule found")
        for name, rule in sorted(rules().items())
    )  # fmt: skip
    return (*(Feature(*row) for row in _ROWS), *of_rules)


def names() -> tuple[str, ...]:
    """The names of the features in their order."""
    return tuple(feature.name for feature in catalogue())


def directions(of: Sequence[str]) -> list[int]:
    """Which way the field says that each of some features goes."""
    known = {feature.name: feature.direction for feature in catalogue()}
    return [known[name] for name in of]


def digest() -> str:
    """What a model is bound to: names, units and directions in their order, and the version of their measuring."""
    told = "\n".join(f"{f.name}|{f.unit}|{f.direction}" for f in catalogue())
    return hashlib.sha256(f"{VERSION}\n{told}".encode()).hexdigest()[:16]
