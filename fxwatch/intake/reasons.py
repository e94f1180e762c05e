"""Why a row was not taken: the reasons in the order in which they are looked for, and the sentence of each."""

from enum import IntEnum


class Reason(IntEnum):
    """Reasons of quarantine (spec section 4). Of several the first of this list is given."""

    BAD_KEY = 1
    BAD_ACTION = 2
    UNKNOWN_KEY = 3
    KEY_IN_QUARANTINE = 4
    DELETED_KEY = 5
    ALREADY_DECLARED = 6
    BAD_ID = 7
    UNKNOWN_ENTITY = 8
    BAD_DATE = 9
    FUTURE_DAY = 10
    BAD_DIRECTION = 11
    UNKNOWN_CODE = 12
    BAD_AMOUNT = 13
    BAD_CURRENCY = 14
    NO_RATE = 15
    BAD_FIELD = 16


# No reason: the row is sound.
SOUND = 0
_LONGEST = 60

_ALIKE = ("correct it and load the row again", "请改正后重新导入该行")
# {key} declaration and leg, {value} the offending value, {more} what else the sentence needs.
_SENTENCES: dict[Reason, tuple[str, str]] = {
    Reason.UNKNOWN_KEY: (
        "{key}: action {value} refers to a flow that was never declared; load its A row first, then this row again.",
        "{key}：操作 {value} 所指的记录从未申报；请先导入其 A 行，再导入本行。",
    ),
    Reason.KEY_IN_QUARANTINE: (
        "{key}: action {value} refers to a flow that waits in quarantine itself; correct that row first, then judge this one again.",
        "{key}：操作 {value} 所指的记录尚在隔离区；请先改正那一行，再重新校验本行。",
    ),
    Reason.DELETED_KEY: (
        "{key} was deleted and takes no action {value}; declare the flow under a new number.",
        "{key} 已被删除，不能再作操作 {value}；请以新的申报号码申报。",
    ),
    Reason.ALREADY_DECLARED: (
        "{key} was declared before with other content; send a change as action C.",
        "{key} 已以其他内容申报；如需修改请用操作 C。",
    ),
    Reason.BAD_ID: (
        "entity_id is {value}, which is no organisation code (9 characters) or unified social credit code (18) with right check digits; "
        + _ALIKE[0]
        + ".",
        "entity_id 为 {value}，不是校验位正确的 9 位组织机构代码或 18 位统一社会信用代码；" + _ALIKE[1] + "。",
    ),
    Reason.UNKNOWN_ENTITY: (
        "entity {value} is not on the roll; load it with entities, then judge the quarantine again.",
        "主体 {value} 不在名录；请先导入主体，再重新校验隔离区。",
    ),
    Reason.BAD_DATE: (
        "{more} is {value}, which is no day from 1900 to 2999 written 2026-03-31 or 20260331; " + _ALIKE[0] + ".",
        "{more} 为 {value}，不是 1900 至 2999 年间形如 2026-03-31 或 20260331 的有效日期；" + _ALIKE[1] + "。",
    ),
    Reason.FUTURE_DAY: (
        "{more} is {value}, which lies after today; correct it, or load the row again on that day.",
        "{more} 为 {value}，晚于今天；请改正，或届时重新导入该行。",
    ),
    Reason.BAD_DIRECTION: (
        "direction is {value}; it takes receipt or payment; " + _ALIKE[0] + ".",
        "direction 为 {value}，应为 receipt 或 payment；" + _ALIKE[1] + "。",
    ),
    Reason.UNKNOWN_CODE: (
        "code {value} is no transaction code of the 2014 list or of a loaded concordance, and no item; "
        + _ALIKE[0]
        + ", load its concordance (load codes), or leave it empty until it is known.",
        "code {value} 不是 2014 版或已导入对照表的交易编码，也不是项目；"
        + _ALIKE[1]
        + "，或导入其对照表（load codes），或在编码确定前留空。",
    ),
    Reason.BAD_CURRENCY: (
        "currency is {value}, which is no ISO 4217 code; " + _ALIKE[0] + ".",
        "currency 为 {value}，不是 ISO 4217 货币代码；" + _ALIKE[1] + "。",
    ),
    Reason.NO_RATE: (
        "There is no table with {value} in the months that {more} may use; load rates, then judge the quarantine again.",
        "{more} 可用的各月折算率表中没有 {value}；请导入折算率后重新校验隔离区。",
    ),
}


def shown(value: object) -> str:
    """A value as a sentence quotes it: cut to a readable length, an empty one said to be so."""
    if value is None or value == "":
        return "empty"
    text = str(value)
    return repr(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def shown_zh(value: object) -> str:
    """`shown`, for a Chinese sentence."""
    return "空" if value is None or value == "" else shown(value)


def sentences(reason: Reason, *, value: object = None, key: str = "", more: str = "") -> tuple[str, str]:
    """The sentence of a reason in English and in Chinese, for the reasons that need no more than a value."""
    english, chinese = _SENTENCES[reason]
    return (
        english.format(value=shown(value), key=key, more=more),
        chinese.format(value=shown_zh(value), key=key, more=more),
    )


def field_sentences(column: str, value: object, wanted: str, wanted_zh: str) -> tuple[str, str]:
    """The sentence about a column that holds something else than it takes."""
    return (
        f"{column} is {shown(value)}; it takes {wanted}; {_ALIKE[0]}.",
        f"{column} 为 {shown_zh(value)}，应为{wanted_zh}；{_ALIKE[1]}。",
    )


def shape_sentences(excess: int, missing: int) -> tuple[str, str]:
    """The sentence about a row whose fields cannot be told apart."""
    if excess:
        return (
            f"The row has {excess} field(s) more than the header; quote the field that has a comma in it and load the row again.",
            f"该行比表头多 {excess} 个字段；请给含逗号的字段加引号后重新导入该行。",
        )
    if missing:
        return (
            f"The row has {missing} field(s) less than the header: it may be cut off; complete it and load it again.",
            f"该行比表头少 {missing} 个字段，可能被截断；请补全后重新导入该行。",
        )
    return (
        "A quoted field of the row runs over lines that look like rows: a quotation mark is missing; correct it and load these lines again.",
        "该行带引号的字段跨越了形似数据行的若干行，疑缺引号；请改正后重新导入这些行。",
    )
