"""The words of the field: directions, items, grades, documents, statuses, and their labels."""

from enum import StrEnum
from typing import Literal

Language = Literal["en", "zh"]


class Direction(StrEnum):
    """Seen from the entity: money that comes in, or goes out. A hit may span both."""

    RECEIPT = "receipt"
    PAYMENT = "payment"


BOTH = "both"


class Item(StrEnum):
    """The thirteen service-trade items in the founding article's order, and what lies beside them."""

    TRANSPORT = "transport"
    CONSTRUCTION = "construction"
    CONSULTING = "consulting"
    ROYALTIES = "royalties"
    COMPUTER_INFORMATION = "computer_information"
    TRAVEL = "travel"
    INSURANCE = "insurance"
    FINANCIAL = "financial"
    COMMUNICATIONS = "communications"
    ADVERTISING = "advertising"
    AUDIOVISUAL = "audiovisual"
    OTHER_BUSINESS = "other_business"
    GOVERNMENT = "government"
    UNLISTED = "unlisted"


class Bpm6(StrEnum):
    """The twelve service heads of BPM6 by their SDMX codes; `unallocated` where a slug maps to two."""

    SA = "SA"
    SB = "SB"
    SC = "SC"
    SD = "SD"
    SE = "SE"
    SF = "SF"
    SG = "SG"
    SH = "SH"
    SI = "SI"
    SJ = "SJ"
    SK = "SK"
    SL = "SL"
    UNALLOCATED = "unallocated"


class Scope(StrEnum):
    """Across the border, or between residents and non-residents inside the country."""

    CROSS_BORDER = "cross_border"
    DOMESTIC = "domestic"


class SettlementKind(StrEnum):
    """Foreign exchange settled against CNY, or bought with it; each in the order of `Direction` that it belongs to."""

    SETTLEMENT = "settlement"
    PURCHASE = "purchase"


# The groups under which foreign exchange is settled and bought, and the items that each stands for.
_GROUPED = {
    1: (Item.TRANSPORT,), 2: (Item.TRAVEL,), 3: (Item.FINANCIAL, Item.INSURANCE), 4: (Item.ROYALTIES,), 5: (Item.CONSULTING,),
}  # fmt: skip
_GROUPED[6] = tuple(item for item in Item if all(item not in items for items in _GROUPED.values()))
GROUPS: dict[SettlementKind, dict[str, tuple[Item, ...]]] = {
    kind: {f"{first}2{group}": items for group, items in _GROUPED.items()}
    for kind, first in ((SettlementKind.SETTLEMENT, 1), (SettlementKind.PURCHASE, 3))
}


class Authority(StrEnum):
    """Whose register a filing is in."""

    TAX = "tax"
    COMMERCE = "commerce"
    TRANSPORT = "transport"
    CULTURE = "culture"
    SCIENCE = "science"


class Grade(StrEnum):
    """Integrity: A honest, B watched, C at risk; `unknown` for an entity that is not on the roll."""

    A = "A"
    B = "B"
    C = "C"
    UNKNOWN = "unknown"


class Document(StrEnum):
    """What a bank asks for before a payment."""

    PAYMENT_INSTRUCTION = "payment_instruction"
    COMMERCIAL_INVOICE = "commercial_invoice"
    CONTRACT = "contract"
    INVOICE = "invoice"
    TAX_CERTIFICATE = "tax_certificate"


class Status(StrEnum):
    """What became of a hit."""

    OPEN = "open"
    NOTICED = "noticed"
    DISMISSED = "dismissed"
    EXPLAINED = "explained"
    WITHDRAWN = "withdrawn"


class Role(StrEnum):
    """What an account may do: see `register.accounts`."""

    REGULATOR = "regulator"
    APPROVER = "approver"
    ANALYST = "analyst"
    BANK = "bank"
    ADMINISTRATOR = "administrator"


RISK_KINDS = ("scorecard", "boosted")


class KeyScope(StrEnum):
    """What a key of the banks' door sees: one bank's own questions, or every receipt."""

    BANK = "bank"
    BUREAU = "bureau"


LABELS: dict[str, tuple[str, str]] = {
    "receipt": ("receipts", "收入"),
    "payment": ("payments", "支出"),
    "both": ("receipts and payments", "收入和支出"),
    "moved_receipt": ("received", "收入"),
    "moved_payment": ("paid", "支出"),
    "moved_both": ("received or paid", "收支"),
    "transport": ("transport", "运输"),
    "construction": ("construction", "建筑安装和劳务承包"),
    "consulting": ("consulting", "咨询"),
    "royalties": ("royalties and licence fees", "专有权利使用费和特许费"),
    "computer_information": ("computer and information", "计算机和信息服务"),
    "travel": ("travel", "旅游"),
    "insurance": ("insurance", "保险"),
    "financial": ("financial services", "金融服务"),
    "communications": ("communications and post", "通讯和邮电"),
    "advertising": ("advertising", "广告宣传"),
    "audiovisual": ("audiovisual", "电影音像"),
    "other_business": ("other business services", "其他商业服务"),
    "government": ("government services n.i.e.", "别处未提及的政府服务"),
    "unlisted": ("outside the thirteen items", "十三项之外"),
    "all": ("all items", "全部项目"),
    "SA": ("manufacturing services on inputs owned by others", "加工服务"),
    "SB": ("maintenance and repair", "维护和维修服务"),
    "SC": ("transport", "运输"),
    "SD": ("travel", "旅行"),
    "SE": ("construction", "建设"),
    "SF": ("insurance and pension", "保险和养老金服务"),
    "SG": ("financial services", "金融服务"),
    "SH": ("charges for intellectual property", "知识产权使用费"),
    "SI": ("telecommunications, computer, information", "电信、计算机和信息服务"),
    "SJ": ("other business services", "其他商业服务"),
    "SK": ("personal, cultural, recreational", "个人、文化和娱乐服务"),
    "SL": ("government goods and services n.i.e.", "别处未提及的政府服务"),
    "unallocated": ("unallocated", "未分配"),
    "payment_instruction": ("payment instruction", "付汇指令"),
    "commercial_invoice": ("commercial invoice", "商业发票"),
    "contract": ("contract", "合同"),
    "invoice": ("invoice", "发票"),
    "tax_certificate": ("tax certificate", "税务凭证"),
    "A": ("A honest", "A 诚信"),
    "B": ("B watched", "B 关注"),
    "C": ("C at risk", "C 风险"),
    "unknown": ("unknown", "未知"),
    "open": ("open", "待处理"),
    "noticed": ("noticed", "已预警提示"),
    "dismissed": ("dismissed", "已排除"),
    "explained": ("explained", "已说明"),
    "withdrawn": ("withdrawn", "已撤回"),
    "now": ("now", "现时所知"),
    "then": ("then", "当时所知"),
    "mom": ("mom", "环比"),
    "yoy": ("yoy", "同比"),
    "rise": ("rise", "骤增"),
    "fall": ("fall", "骤减"),
    "entity": ("entity", "主体"),
    "economy": ("economy", "国家（地区）"),
    "flows": ("flows", "收付汇"),
    "entities": ("entities", "名录"),
    "rates": ("rates", "折算率"),
    "breaches": ("breaches", "违规"),
    "retry": ("retry", "重新校验"),
    "settlements": ("settlements", "结售汇"),
    "filings": ("filings", "备案"),
    "totals": ("totals", "控制总数"),
    "codes": ("codes", "编码对照"),
    "settlement": ("settlement", "结汇"),
    "purchase": ("purchase", "购汇"),
    "unknown_code": ("unknown code", "编码不明"),
    "no_head": ("no one BPM6 head", "无唯一 BPM6 类别"),
    "no_code": ("waits for its code", "待归类"),
    "loaded": ("loaded", "导入"),
    "shipped": ("shipped", "自带"),
    "agrees": ("agrees", "一致"),
    "differs": ("differs", "不一致"),
    "no_total": ("no total given", "未报总数"),
    "nothing_loaded": ("nothing loaded", "未入库"),
    "tax": ("tax authority", "税务"),
    "commerce": ("commerce authority", "商务"),
    "culture": ("culture authority", "文化"),
    "science": ("science authority", "科技"),
    "days": ("days", "天"),
    "count": ("count", "个"),
    "ratio": ("ratio", "比例"),
    "USD": ("USD", "美元"),
    # ---- acts, by their kind
    "register_opened": ("register opened", "登记簿开立"),
    "account_changed": ("account changed", "账户变更"),
    "password_set": ("password set", "设置密码"),
    "setting_changed": ("setting changed", "设置变更"),
    "parameter_set": ("parameter set", "参数设定"),
    "notice_issued": ("notice issued", "发出预警提示"),
    "notice_joined": ("hits joined a notice", "命中并入提示"),
    "notice_rescinded": ("notice rescinded", "撤销预警提示"),
    "hit_dismissed": ("hit dismissed", "排除命中"),
    "breach_recorded": ("breach recorded", "登记违规"),
    "breach_changed": ("breach changed", "更正违规"),
    "breach_rescinded": ("breach rescinded", "撤销违规"),
    "inquiry_opened": ("inquiry opened", "开展跟踪调查"),
    "inquiry_answered": ("inquiry answered", "跟踪调查答复"),
    "inquiry_closed": ("inquiry closed", "跟踪调查结案"),
    "objection_lodged": ("objection lodged", "提出异议"),
    "objection_decided": ("objection decided", "异议决定"),
    "hit_assigned": ("hit assigned", "分派命中"),
    "note_added": ("note", "备注"),
    "proposed": ("proposed, waits for approval", "拟办待批"),
    "approved": ("approved", "批准"),
    "refused": ("refused", "不予批准"),
    "shadow_begun": ("shadow begun", "影子运行开始"),
    "shadow_ended": ("shadow ended", "影子运行结束"),
    "policy_adopted": ("policy adopted", "采用策略"),
    "policy_ended": ("policy ended", "终止策略"),
    "file_produced": ("file produced", "出具档案"),
    "letter_produced": ("letter produced", "出具提示函"),
    "key_added": ("key added", "添加密钥"),
    "key_revoked": ("key revoked", "吊销密钥"),
    "signing_key_added": ("signing key added", "启用签名密钥"),
    "signing_key_retired": ("signing key retired", "停用签名密钥"),
    "model_adopted": ("risk model put in force", "启用风险模型"),
    "model_retired": ("risk model retired", "停用风险模型"),
    "backup_made": ("backup made", "备份"),
    "home_restored": ("home restored", "恢复"),
    "home_repaired": ("home repaired", "修复"),
    "register_upgraded": ("register upgraded", "登记簿升级"),
    # ---- words in documents
    "notice": ("notice", "预警提示"),
    "breach": ("breach", "违规"),
    "standing": ("standing", "有效"),
    "rescinded": ("rescinded", "已撤销"),
    "upheld": ("upheld", "成立"),
    "rejected": ("rejected", "不成立"),
    "in_window": ("counts", "计入"),
    "before": ("before the window", "早于窗口，不计"),
    "after": ("after the window", "晚于窗口，不计"),
    "regulator": ("regulator", "监管人员"),
    "approver": ("approver", "审批人"),
    "analyst": ("analyst", "分析人员"),
    "bank": ("bank", "银行"),
    "administrator": ("administrator", "管理员"),
    "bureau": ("bureau", "监管部门"),
    "works": ("works", "有效"),
    "expired": ("expired", "已过期"),
    "revoked": ("revoked", "已吊销"),
    "retired": ("retired", "已停用"),
    "house": ("the house itself", "系统自行"),
    "article": ("of the article", "文章所列"),
    "supplementary": ("supplementary", "补充"),
    "in_scope": ("in scope", "范围内"),
    "out_of_scope": ("out of scope", "范围外"),
    "deleted": ("deleted", "已删除"),
    "unclassified": ("waits for its code", "待归类"),
    "waiting": ("waits for approval", "待批"),
    "cross_border": ("cross-border", "跨境"),
    "domestic": ("domestic", "境内"),
    "either": ("either", "合并计算"),
    "each": ("each", "分别计算"),
    "working": ("working days", "工作日"),
    "calendar": ("calendar", "日历"),
    "rolling": ("rolling", "滚动十二个月"),
    "word": ("word", "选项"),
    "past": ("past", "已失效"),
    "in_force": ("in force", "有效"),
    "ahead": ("to come", "待生效"),
    "new": ("new", "新增"),
    "lost": ("lost", "消失"),
    "running": ("running", "运行中"),
    "ended": ("ended", "已结束"),
    "promoted": ("promoted", "已采用"),
    "grade": ("grade", "等级"),
    "notices": ("notices", "次"),
    "day": ("day", "日"),
    "months": ("months", "个月"),
    "divisions": ("divisions", "行业大类"),
    "seconds": ("seconds", "秒"),
    "bytes": ("bytes", "字节"),
    "rows": ("rows", "行"),
    "snapshots": ("snapshots", "个快照"),
    "connections": ("connections", "个连接"),
    "URL": ("URL", "地址"),
    "period": ("period", "期间"),
    "fraction": ("fraction", "比例"),
    "working days": ("working days", "工作日"),
    "hours": ("hours", "小时"),
    "minutes": ("minutes", "分钟"),
    "address": ("address", "地址"),
    "yes or no": ("yes or no", "是否"),
    "true": ("yes", "是"),
    "false": ("no", "否"),
}


def label(word: str, language: Language) -> str:
    """The name people read for a code word; the word itself where it has none."""
    english, chinese = LABELS.get(word, (word, word))
    return chinese if language == "zh" else english
