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
    """One feature. `unit` is USD, count, share, ratio, days, years or code; `en` and `zh` say what it is, `why` and `why_zh` why."""

    name: str
    unit: str
    direction: int
    en: str
    zh: str
    why: str
    why_zh: str


_ROWS: tuple[tuple[str, str, int, str, str, str, str], ...] = (
    # size
    ("turnover_usd_12m", "USD", 0, "receipts and payments in 12 months", "近12个月收付合计", "what else is seen weighs by size", "其他迹象的分量因规模而异"),
    ("receipts_share_12m", "share", 0, "receipts as a part of turnover", "收入占收付比重", "one-way trade behaves unlike two-way trade", "单向与双向贸易的行为不同"),
    ("flows_12m", "count", 0, "flows in 12 months", "近12个月笔数", "who trades often shows rare shapes by chance", "笔数多者偶然出现罕见形态"),
    ("largest_share_12m", "share", 0, "largest flow as a part of turnover", "最大一笔占比", "one flow that makes the year is unusual trade", "全年仅靠一笔支撑，属不寻常贸易"),
    ("mean_flow_usd_12m", "USD", 0, "average flow", "平均每笔金额", "large sums of small firms are looked at", "小企业的大额收付须关注"),
    # growth and volatility
    ("turnover_usd_3m", "USD", 0, "receipts and payments in 3 months", "近3个月收付合计", "what is recent is what can still be acted on", "近期情况尚可及时处置"),
    ("growth_3m", "ratio", 0, "turnover of 3 months over a quarter of the 9 before", "近3个月收付较前9个月季均之比", "the article: sharp rises, find the entity behind", "文件要求：对大幅增长须查明主体"),
    ("volatility_12m", "ratio", 0, "spread of monthly turnover over its mean", "月度收付波动", "steady trade is easy to explain", "平稳的贸易容易解释"),
    ("jump_usd_3m", "USD", 1, "highest month of an item over its usual month", "单项月度金额高出平常之数", "the article: an item that jumps", "文件要求：关注异常突增的项目"),
    ("jump_ratio_3m", "ratio", 1, "highest month of an item over its usual one, times", "单项月度金额为平常的倍数", "a jump counts by what is usual", "突增与否应与平常水平相比"),
    ("silence_days", "days", 1, "longest silence that ended in the last 6 months", "近6个月内结束的最长静默天数", "long dormant, then active", "长期静默后突然活跃"),
    # items
    ("soft_share_12m", "share", 1, "payments for services that are hard to see", "难以核实项目付汇占比", "consulting, fees and the like have no goods to check", "咨询、费用等无货物可供核对"),
    ("items_12m", "count", 0, "different items", "涉及项目数", "breadth of trade", "反映贸易的广度"),
    ("mix_change_3m", "share", 0, "change of the mix of items", "项目构成变化", "a firm that changes its trade explains why", "改变业务构成须能说明原因"),
    ("new_item_usd_3m", "USD", 1, "amount in items new to the entity", "新项目金额", "payment that does not match the business", "付汇与主营业务不符"),
    ("vague_share_12m", "share", 1, "amount under codes of 'other services'", "“其他服务”编码金额占比", "vague codes hide what was bought", "笼统编码掩盖所购服务"),
    ("vague_flows_12m", "count", 1, "flows under codes of 'other services'", "“其他服务”编码笔数", "the habit shows before the amount does", "习惯先于金额显现"),
    # economies
    ("economies_12m", "count", 0, "economies", "涉及国家（地区）数", "breadth of trade", "反映贸易的广度"),
    ("economy_top_share_12m", "share", 0, "part of the largest economy", "第一大国家（地区）占比", "concentration", "反映集中度"),
    ("new_economies_3m", "count", 1, "economies new to the entity", "新出现国家（地区）数", "a new route for money", "资金出现新去向"),
    ("rare_economy_usd_12m", "USD", 1, "payments to economies that few entities pay", "付往少有主体往来国家（地区）的金额", "money that goes where nobody else's goes", "资金流向他人少去之处"),
    ("related_usd_3m", "USD", 1, "fees paid to economies of its investors, 3 months", "近3个月向投资方所在地支付的费用", "profits leave as fees of related parties", "利润以关联方费用名义转出"),
    ("related_share_12m", "share", 1, "fees paid to economies of its investors, of all payments", "向投资方所在地支付的费用占比", "profits leave as fees of related parties", "利润以关联方费用名义转出"),
    # counterparties
    ("counterparties_12m", "count", 0, "counterparties", "交易对方数", "breadth of trade", "反映贸易的广度"),
    ("counterparty_top_share_12m", "share", 0, "part of the largest counterparty", "第一大交易对方占比", "dependence on one partner", "依赖单一交易对方"),
    ("new_payee_usd_3m", "USD", 1, "paid to payees new to the entity", "付给新收款人的金额", "settle, then pay out to many", "结汇后分散付给多方"),
    ("new_payees_in_a_week_3m", "count", 1, "most new payees in one week", "单周新收款人最多数", "settle, then pay out to many", "结汇后分散付给多方"),
    ("one_time_share_12m", "share", 0, "amount with counterparties seen once", "只出现一次的对方金额占比", "partners that come and go", "交易对方来去频繁"),
    ("one_time_share_change", "share", 1, "rise in 3 months of the part of counterparties seen once", "近3个月只出现一次的对方金额占比的上升", "partners are exchanged", "交易对方被更换"),
    # shapes
    ("near_limit_12m", "count", 1, "transfers and daily totals just below the limits", "略低于限额的笔数与日数", "staying below a limit takes knowledge of it", "刻意低于限额须先知晓限额"),
    ("near_limit_3m", "count", 1, "transfers and daily totals just below the limits in 3 months", "近3个月略低于限额的笔数与日数", "staying below a limit takes knowledge of it", "刻意低于限额须先知晓限额"),
    ("splits_12m", "count", 1, "payees paid several times within a week just below USD 50,000", "一周内多次以略低于5万美元付给同一对方的次数", "splitting below the document limit", "拆分以规避单证限额"),
    ("splits_3m", "count", 1, "3 months: payees paid several times within a week just below USD 50,000", "近3个月一周内多次以略低于5万美元付给同一对方的次数", "splitting below the document limit", "拆分以规避单证限额"),
    ("joint_payers_12m", "count", 1, "most others that paid the same payee just below USD 50,000 in the same week", "同一周内同以略低于5万美元付给同一对方的其他主体最多数", "splitting through several persons", "通过多个主体分拆"),
    ("joint_payers_3m", "count", 1, "3 months: most others that paid the same payee just below USD 50,000 in the same week", "近3个月同一周内同以略低于5万美元付给同一对方的其他主体最多数", "splitting through several persons", "通过多个主体分拆"),
    ("there_and_back_usd_12m", "USD", 1, "received from and paid to the same counterparty", "与同一对方既收又付的金额", "money that travels in a circle", "资金循环往返"),
    ("there_and_back_usd_3m", "USD", 1, "received from and paid to the same counterparty in 3 months", "近3个月与同一对方既收又付的金额", "money that travels in a circle", "资金循环往返"),
    ("passed_through_usd_12m", "USD", 1, "received and paid on within a week, almost equal", "一周内收付几乎相等的金额", "a firm that only lends its account", "只出借账户的过渡主体"),
    ("passed_through_usd_3m", "USD", 1, "received and paid on within a week, almost equal, in 3 months", "近3个月一周内收付几乎相等的金额", "a firm that only lends its account", "只出借账户的过渡主体"),
    ("busiest_week_share_3m", "share", 0, "largest week as a part of turnover", "最大一周占比", "a burst", "收付集中爆发"),
    ("paid_twice_12m", "count", 1, "invoices paid more than once", "重复支付的发票数", "one invoice, one payment", "一张发票只应支付一次"),
    ("round_share_12m", "share", 1, "flows of whole thousands", "整千金额笔数占比", "prices are seldom round", "真实价格很少为整数"),
    ("off_day_share_12m", "share", 0, "flows on days off", "非工作日笔数占比", "banks work on working days", "银行通常在工作日办理"),
    ("month_end_share_12m", "share", 0, "flows in the last three days of a month", "月末三日笔数占比", "window dressing", "月末冲量"),
    ("refunds_12m", "count", 1, "refunds", "退款笔数", "refunds as hidden loans", "以退款掩盖借贷"),
    ("refund_usd_3m", "USD", 1, "refunds in 3 months", "近3个月退款金额", "refunds as hidden loans", "以退款掩盖借贷"),
    ("unmatched_refund_usd_12m", "USD", 1, "refunds from whom nothing was paid, or the reverse", "无对应原交易的退款金额", "a refund of nothing", "无原交易的退款"),
    ("advance_share_12m", "share", 0, "payments in advance", "预付款占比", "paid before there was anything to show", "尚无单证可核即已付款"),
    ("settled_share_12m", "share", 0, "part settled into or bought with CNY", "结售汇部分占比", "money that stays in the country", "资金在境内结汇或购汇"),
    ("longest_run_12m", "count", 1, "longest row of days in one item", "同一项目最长连续天数", "the article: days in a row", "文件要求：关注连续多日收付"),
    # who it is
    ("age_years", "years", 0, "years since registration", "注册年限", "young firms fail and flee more often", "新设企业更易关停失联"),
    ("young_usd_12m", "USD", 1, "turnover within a year of registration", "注册一年内的收付", "fast growth of new firms", "新设企业快速增长"),
    ("industry", "code", 0, "section of industry", "行业门类", "risk differs by trade", "风险因行业而异"),
    ("is_foreign_owned", "count", 0, "has investors abroad", "有境外投资方", "related parties abroad", "境外有关联方"),
    # what the rules and the bureau said
    ("open_hits", "count", 0, "hits that nobody decided", "未处理命中数", "what the rules found", "反映指标命中的情况"),
    ("hits_12m", "count", 0, "hits raised in 12 months", "近12个月命中数", "what the rules found", "反映指标命中的情况"),
    ("hits_3m", "count", 0, "hits raised in 3 months", "近3个月命中数", "what the rules found lately", "反映指标近期命中的情况"),
    ("rules_hit_12m", "count", 1, "different rules that found something", "命中的指标种数", "several kinds of signs at once", "多类迹象同时出现"),
    ("rare_rules_6m", "count", 1, "different rules that seldom fire and found something in 6 months", "近6个月命中的罕见指标种数", "few are hit by them, so their word weighs more", "命中者少，故分量更重"),
    ("rare_hits_6m", "count", 1, "hits in 6 months of rules that seldom fire", "近6个月罕见指标命中数", "few are hit by them, so their word weighs more", "命中者少，故分量更重"),
    ("notices_24m", "count", 1, "notices in 24 months", "近24个月预警提示数", "who was warned was warned for something", "曾被提示必有其因"),
    ("notices_6m", "count", 0, "notices in 6 months", "近6个月预警提示数", "a fresh notice may stop an entity, or not", "新近提示可能令其收敛，也可能未必"),
    ("breaches_24m", "count", 1, "breaches in 24 months", "近24个月违规数", "who breached was found out once", "曾被查实违规"),
    ("dismissed_24m", "count", -1, "hits found in order in 24 months", "近24个月排除的命中数", "what was looked at and explained", "已核查并得到合理解释"),
)  # fmt: skip

BY_RULE = "hits_6m:"  # before the name of a rule


@cache
def catalogue() -> tuple[Feature, ...]:
    """Every feature in its order: those above, then the hits of each rule in the rule book."""
    of_rules = (
        Feature(f"{BY_RULE}{name}", "count", 1, f"hits of 6 months: {rule.title}", f"近6个月命中：{rule.title_zh}", "what this rule found", "反映本指标的命中情况")
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
