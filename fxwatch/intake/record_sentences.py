"""What is said about a row of settlements or filings that was not taken, where both say the same."""

from typing import Any

from fxwatch.intake.reasons import Reason, field_sentences, sentences

_LARGEST = 15
_KEYS = {
    Reason.UNKNOWN_KEY: (
        "{noun} {number}: action {action} refers to a record that never came; load its A row first, then this row again.",
        "{noun_zh} {number}：操作 {action} 所指的记录从未导入；请先导入其 A 行，再导入本行。",
    ),
    Reason.KEY_IN_QUARANTINE: (
        "{noun} {number}: action {action} refers to a record that waits in quarantine itself; correct that row first, then judge this one again.",
        "{noun_zh} {number}：操作 {action} 所指的记录尚在隔离区；请先改正那一行，再重新校验本行。",
    ),
    Reason.DELETED_KEY: (
        "{noun} {number} was deleted and takes no action {action}; report it under a new number.",
        "{noun_zh} {number} 已被删除，不能再作操作 {action}；请以新的编号报送。",
    ),
}


def tell(
    reason: Reason, row: dict[str, Any], read: dict[str, Any], *, noun: str, noun_zh: str, number: str, day: str
) -> tuple[str, str] | None:
    """The sentence in English and in Chinese; none for a reason that each kind words by itself.

    Args:
        reason: why the row was not taken.
        row: its cells as text.
        read: what was read of it.
        noun: what a record is called; `noun_zh` in Chinese.
        number: the column of its number.
        day: the column of its day.
    """
    if reason is Reason.BAD_KEY:
        return field_sentences(number, row[number], "1 to 64 characters, as text", " 1 至 64 个字符（文本）")
    if reason is Reason.BAD_ACTION:
        return field_sentences("action", row.get("action"), "A, C or D", " A、C 或 D")
    if reason in _KEYS:
        english, chinese = _KEYS[reason]
        told = {"noun": noun, "noun_zh": noun_zh, "number": row[number], "action": row.get("action") or "A"}
        return english.format(**told), chinese.format(**told)
    if reason is Reason.BAD_ID:
        return sentences(reason, value=row["entity_id"])
    if reason is Reason.UNKNOWN_ENTITY:
        return sentences(reason, value=read["entity_id"])
    if reason in (Reason.BAD_DATE, Reason.FUTURE_DAY):
        return sentences(reason, value=row[day], more=day)
    if reason is Reason.BAD_CURRENCY:
        return sentences(reason, value=row["currency"])
    if reason is Reason.NO_RATE:
        return sentences(reason, value=row["currency"], more=f"{row[day]}")
    return None


def about_amount(column: str, value: object) -> tuple[str, str]:
    """The sentence about an amount of money."""
    return field_sentences(
        column,
        value,
        f"a plain decimal above 0 with at most {_LARGEST} digits before and 2 after the point, worth at most USD 1,000,000,000,000",
        f"大于 0、小数点前至多 {_LARGEST} 位、后至多 2 位的数，折合不超过 1,000,000,000,000 美元",
    )
