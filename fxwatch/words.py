"""Names of columns as people read them: the English one is the column's own name, the Chinese one stands here."""

from fxwatch.terms import Language

HEADINGS_ZH = {
    "accepted": "接受", "accounts": "账户", "act": "登记号", "acts": "登记事项数", "admitted": "登记", "age_days": "天数",
    "amount": "金额", "amount_usd": "等值美元", "answer": "答复", "answered_by": "答复登记人", "answered_on": "答复日",
    "approvals": "待批", "approved_by": "批准人", "area": "地区", "as_of": "截至日", "assigned_to": "经办账户", "at": "时刻(UTC)",
    "auto_notice": "可自动提示", "bank": "银行", "basis": "依据", "because": "原因", "before": "原值", "breach_no": "违规编号",
    "breaches": "违规数", "bureau": "监管部门", "by": "经办", "change": "变动额", "closed_by": "结案人", "closed_on": "结案日",
    "code": "交易编码", "consolidate": "归并方式", "content": "内容", "contract_no": "合同号", "contribution": "贡献额",
    "count": "数量", "counterparty": "对方", "currency": "币种", "day": "日期", "days": "日期", "days_0_7": "0–7 天",
    "days_31_90": "31–90 天", "days_8_30": "8–30 天", "days_over_90": "90 天以上", "decide_by": "决定期限",
    "decided_by": "决定人", "decided_on": "决定日", "decided_share": "决定占比", "decided_why": "决定理由", "decision": "决定",
    "declaration_no": "申报号码", "default": "默认值", "description": "说明", "details": "内容", "digest": "指纹",
    "direction": "方向", "dismissed": "已排除", "dismissed_share": "排除占比", "documents": "单证", "does": "拟办事项",
    "due_on": "期限", "duplicate": "重复", "economic_type": "经济类型", "economy": "国家(地区)", "encoding": "编码",
    "ended_at": "结束时刻(UTC)", "ended_by": "停用人", "ended_on": "停用日", "ended_why": "停用理由", "engine": "引擎",
    "entities": "主体数", "entity": "主体", "entity_id": "主体代码", "evidence_changed": "证据有变", "except_entities": "除外主体",
    "explained": "已说明", "explains_until": "说明有效至", "extra_columns": "多余列", "file": "文件", "finding": "结论",
    "fingerprint": "指纹", "first_day": "首日", "first_due": "最早期限", "flow_count": "记录数", "flow_id": "记录",
    "flow_ids": "记录", "flows": "笔数", "form": "格式", "found": "发现", "found_on": "发现日", "from": "自", "from_day": "自",
    "full_year": "满一年", "fxwatch_version": "fxwatch 版本", "grade": "等级", "group_id": "组号", "growth": "增长率",
    "hash": "哈希", "head": "链尾摘要", "hhi": "赫芬达尔指数", "hit_id": "预警命中", "hits": "命中", "in_force": "现行",
    "industry": "行业", "inquiry": "调查编号", "institution": "机构代码", "investor_economies": "投资方国家(地区)",
    "invoice_no": "发票号", "is_active": "启用", "is_simulation": "模拟", "item": "项目", "joined": "并入", "kind": "类别",
    "known": "所知", "known_at": "截至所知", "known_from": "获知时刻(UTC)", "known_to": "失效时刻(UTC)", "language": "语言",
    "last_day": "末日", "last_load": "末批导入", "late_because": "逾期理由", "leg": "分录", "limit_value": "限额", "line": "行",
    "load_id": "批号", "loads_since": "其后导入批号", "max_notices_for_b": "B 级提示上限", "meaning": "含义",
    "median_days": "处理天数中位数", "minimum_usd": "起点金额(美元)", "mom": "环比", "month": "月份", "months": "月份", "name": "名称",
    "net": "差额", "net_usd": "差额(美元)", "no": "序号", "note": "备注", "notice": "提示编号", "noticed": "已提示", "notices": "提示数",
    "number": "编号", "objection": "异议编号", "oldest_days": "最久天数", "on": "日期", "on_record_since": "登记日",
    "on_what": "对象", "open": "待处理", "open_hits": "待处理命中", "out_of_scope": "范围外", "outcome": "结果", "over": "对象",
    "overdue": "逾期", "p90_days": "处理天数九成位", "parameter": "参数", "parameters": "参数", "party_type": "主体类型",
    "payload": "内容", "payment_flows": "支出笔数", "payment_type": "付款类型", "payments": "支出", "payments_usd": "支出(美元)",
    "period": "期间", "policy": "策略", "previous": "上期", "proposal": "待批编号", "proposed_by": "提出人", "provision": "条款",
    "provisional_grade": "预计等级", "purchased": "购汇", "quarantined": "隔离", "question": "问题", "raised_on": "触发日",
    "rank": "名次", "rate_month": "折算月", "raw": "原始行", "read": "读入", "reason": "原因", "receipt": "回执号",
    "receipt_flows": "收入笔数", "receipts": "收入", "receipts_usd": "收入(美元)", "recorded_on": "登记日", "reference": "文号",
    "registered_on": "注册日", "remark": "附言", "rescinded": "已撤销", "rescinded_act": "撤销登记号",
    "rescinded_at": "撤销时刻(UTC)", "rescinded_by": "撤销人", "rescinded_on": "撤销日", "rescinded_why": "撤销理由",
    "rests_on": "依据", "role": "角色", "roles": "角色", "rule": "预警指标", "rule_version": "指标版本", "rules": "指标",
    "run": "批次", "run_id": "批次", "same_last_year": "上年同期", "scope": "范围", "section": "门类", "sentence": "说明",
    "sentence_zh": "说明", "setting": "设置项", "settled": "结汇", "settled_usd": "结售汇(美元)", "severity": "级别",
    "sha256": "文件指纹", "share": "占比", "share_change": "占比变动", "simulation": "模拟", "snapshot": "快照", "source": "来源",
    "started_at": "开始时刻(UTC)", "state": "状态", "status": "状态", "subject": "对象", "supersedes": "取代",
    "tax_filing_no": "税务备案号", "text": "内容", "title": "标题", "to": "至", "to_day": "至", "top10_share": "前十占比",
    "top3_share": "前三占比", "top_share": "合计占比", "transport_enterprise": "运输企业", "unit": "单位", "valid_from": "生效日",
    "valid_until": "有效至", "value": "数值", "version": "版本", "why": "理由", "window_from": "期间始", "window_to": "期间止",
    "withdrawn": "已撤回", "without_due": "期限不明", "would_issue": "拟发提示数", "year": "年份", "yoy": "同比",
}  # fmt: skip


def heading(column: str, language: Language) -> str:
    """What stands above a column."""
    return HEADINGS_ZH.get(column, column) if language == "zh" else column
