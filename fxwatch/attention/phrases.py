"""What model cards and explanations say, in both languages."""

from typing import Any

from fxwatch.terms import Language

_PHRASES: dict[str, tuple[str, str]] = {
    "title": ("Model card", "模型说明书"),
    "purpose": (
        "This model estimates, for each entity, how likely it is that the bureau will issue a notice to it or record a breach. It orders the regulators' work. It changes no grade, is told to no bank, and decides nothing.",
        "本模型估计各主体被监管部门发出预警提示或认定违规的可能性，用于安排监管人员核查的先后次序。它不影响诚信等级，不向银行提供，也不作任何决定。",
    ),
    "facts": ("What it is", "基本情况"),
    "what": ("what", "项目"),
    "found": ("found", "内容"),
    "name": ("model", "模型"),
    "kind": ("kind", "类型"),
    "kind_scorecard": ("additive scorecard: binned, monotone where the field says so, logistic", "加性评分卡：分箱、按业务含义单调、逻辑回归"),
    "kind_boosted": ("gradient-boosted trees", "梯度提升树"),
    "made_at": ("trained", "训练时间"),
    "source": ("data", "数据"),
    "foretells": ("foretells", "预测目标"),
    "foretells_what": ("a notice issued or a breach recorded in the {months} months after the day", "其后 {months} 个月内发出预警提示或认定违规"),
    "learned": ("learned from", "学习样本"),
    "span": (
        "{first} to {last}: {rows} rows of {entities} entities, of whom {positives} were noticed or breached",
        "{first} 至 {last}：{entities} 个主体共 {rows} 行，其中 {positives} 个主体其后被提示或认定违规",
    ),
    "features": ("Features", "特征"),
    "features_what": ("{count}, list {digest}", "{count} 项，清单 {digest}"),
    "judged": ("How it was judged", "检验结果"),
    "tested": (
        "Out of time: the same recipe learned from {learn} and was tested on {test}, when all that it had learned was over ({rows} rows of {entities} entities, {positives} positive). The model in this file learned from all of these days. Intervals: 95 of 100 resamples of entities.",
        "按时间外推检验：同一方法以 {learn} 为学习期，在其结果均已揭晓之后的 {test} 检验（{entities} 个主体共 {rows} 行，其中 {positives} 行为正例）。本文件中的模型以上述全部日期训练。区间为对主体重抽样的 95% 区间。",
    ),
    "tested_partly": (
        "Of the days between, {days}, it learned what the bureau had done by the first day of the test; that nothing had followed yet counted by the part of the months that was over.",
        "对其间的 {days}，仅以检验首日前已知的处理结果学习；尚未发生的，按已过期间所占比例计权。",
    ),
    "tested_beside": (
        "Not out of time: the data hold too few days for that. The same recipe learned from half of the entities on {learn} and was tested on the other half on {test} ({rows} rows of {entities} entities, {positives} positive). That flatters every model.",
        "未能按时间外推检验：数据所含日期不足。同一方法以一半主体（{learn}）学习，以另一半主体（{test}）检验（{entities} 个主体共 {rows} 行，其中 {positives} 行为正例），结果会偏于乐观。",
    ),
    "better": (
        "It is better than the best baseline ({baseline}) beyond doubt: average precision {margin} above it, the whole interval above 0.",
        "明显优于最佳基准（{baseline}）：平均精度高出 {margin}，区间全部大于零。",
    ),
    "not_better": (
        "It is not better than the best baseline ({baseline}) beyond doubt: the difference in average precision is {margin}, and its interval reaches 0. It is not put in force.",
        "未能明显优于最佳基准（{baseline}）：平均精度之差为 {margin}，区间未全部大于零，不予启用。",
    ),
    "order_scorecard": ("scorecard", "评分卡"),
    "order_boosted": ("boosted trees", "梯度提升树"),
    "order_open_hits": ("number of open hits", "未处理命中数"),
    "order_total_amount": ("total amount", "收付总额"),
    "order_grade": ("last year's grade", "上年诚信等级"),
    "ap": ("average precision", "平均精度"),
    "recall_1": ("found in the first 1 %", "前 1% 检出"),
    "recall_5": ("found in the first 5 %", "前 5% 检出"),
    "recall_10": ("found in the first 10 %", "前 10% 检出"),
    "brier": ("Brier score", "布里尔分数"),
    "calibration": ("Calibration", "概率校准"),
    "calibration_what": ("What was foretold against what came true, in ten bins of as many rows.", "按预测概率等分十组，对比预测与实际。"),
    "bin": ("bin", "组"),
    "rows": ("rows", "行数"),
    "foretold": ("foretold", "预测"),
    "came_true": ("came true", "实际"),
    "stability": ("Stability", "稳定性"),
    "stability_what": (
        "Population stability index of the scores against those of the last day of learning: above {low} look, above {high} train anew. Intervals: 95 of 100 resamples of entities; even of one and the same population, an index of few entities lies well above 0.",
        "评分相对学习期最后一日的群体稳定性指数（PSI）：高于 {low} 应关注，高于 {high} 应重新训练。区间为对主体重抽样的 95% 区间；主体较少时，即使总体不变，指数也会明显大于零。",
    ),
    "as_of": ("day", "日期"),
    "fairness": ("How groups fare", "分组结果"),
    "fairness_what": (
        "`in the first 5 %`: which part of the group the model puts there; `right there`: how many of those came true; `found`: which part of the group's positives is there.",
        "“进入前 5%”为该组被排入前 5% 的比例，“其中属实”为其中其后属实的比例，“检出”为该组正例中被排入前 5% 的比例。",
    ),
    "by_area": ("By area", "按地区"),
    "by_industry": ("By industry", "按行业"),
    "by_size": ("By size", "按规模"),
    "by_economic_type": ("By economic type", "按经济类型"),
    "size_small": ("small", "小"),
    "size_medium": ("medium", "中"),
    "size_large": ("large", "大"),
    "group": ("group", "组别"),
    "positives": ("positive", "正例"),
    "in_top": ("in the first 5 %", "进入前 5%"),
    "right_in_top": ("right there", "其中属实"),
    "limits": ("What it cannot do", "局限"),
    "limit_1": (
        "It learns what the bureau did, not what entities did: where the bureau never looked it has nothing to learn from. A random sample of 2 % is looked at whatever the model says.",
        "它学习的是监管部门的处理结果而非主体的真实行为：从未核查之处无从学习，故每月另随机抽取 2% 的主体核查。",
    ),
    "limit_2": (
        "A new kind of misconduct has no labels; the anomaly beside the score is there for that, and is not mixed into it.",
        "新的违规手法没有标签；为此另列异常程度，不与评分混合。",
    ),
    "limit_3": (
        "What was loaded as a history counts as known a week after its day, later corrections in it included: the past looks a little better known than it was.",
        "一次性导入的历史数据按其日期后一周视为已知（含其中的更正），因而对过去的了解会略高于当时实际。",
    ),
    "limit_4": (
        "Its probabilities are those of the time it learned from; when stability fails, or the bureau changes what it does, they are no longer true.",
        "概率以学习期为准；稳定性变差或监管做法改变后不再准确。",
    ),
    "limit_5": (
        "Points tell what the model looked at, not what caused anything.",
        "各项得分说明模型所依据的内容，并不说明因果。",
    ),
    "limit_6": (
        "It must not be used for grades, for questions of banks, or for decisions without a person.",
        "不得用于诚信等级、银行查询，也不得代替人作出决定。",
    ),
    "feature": ("feature", "特征"),
    "unit": ("unit", "单位"),
    "unit_USD": ("USD", "美元"),
    "unit_count": ("count", "个数"),
    "unit_share": ("share", "占比"),
    "unit_ratio": ("ratio", "倍数"),
    "unit_days": ("days", "天"),
    "unit_years": ("years", "年"),
    "unit_code": ("code", "代码"),
    "direction": ("more means", "数值越大"),
    "direction_1": ("more risk, never less", "风险只增不减"),
    "direction_-1": ("less risk, never more", "风险只减不增"),
    "direction_0": ("as the data say", "由数据决定"),
    "why": ("why it is looked at", "理由"),
    "in_force": ("In force since {day}, put there by {by} (act {act}): {why}", "自 {day} 起启用，启用人 {by}（登记事项第 {act} 项）：{why}"),
    "not_in_force": ("It is not in force.", "未启用。"),
    "nothing": ("nothing to measure", "无可计量"),
    "would_be_below": ("below {edge}", "低于 {edge}"),
    "points": ("Points", "分值"),
    "points_what": (
        "Everybody has {base} points; beside them each feature gives those of the bin in which its value lies. Twenty points double the odds. {none} features give nobody any and are not used.",
        "每个主体均有基础分 {base}，各项特征再按其取值所在区间给分；每 20 分，几率翻一番。另有 {none} 项特征不给分，未被采用。",
    ),
    "bins": ("points by value; elsewhere none", "各取值区间的分值；其余为 0"),
    "from_to": ("{low} to below {high}", "不低于 {low}、低于 {high}"),
    "gives": ("{where}: {points}", "{where}：{points}"),
    "any_value": ("any value", "任何取值"),
    "would_fall": ("{change}: −{points}", "{change}：−{points}"),
    "would_be_at_least": ("at least {edge}", "不低于 {edge}"),
}  # fmt: skip


def phrase(key: str, language: Language, **named: Any) -> str:
    """One of the phrases, filled in."""
    return _PHRASES[key][language == "zh"].format(**named)
