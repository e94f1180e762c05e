"""What is said about a row of flows that was not taken."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from fxwatch.facts import facts
from fxwatch.intake import fields
from fxwatch.intake.flow_cells import COLUMNS, KEY, LEGS, PARTY_TYPES, PAYMENT_TYPES, SCOPES, FlowFacts
from fxwatch.intake.reasons import Reason, field_sentences, sentences, shape_sentences
from fxwatch.intake.rows import Oddity, Rows

_DEFAULT_LEG = "1"
_NO_ODDITY = Oddity()


def keys(rows: Rows, places: Sequence[int]) -> list[tuple[str | None, str]]:
    """Declaration and leg of rows, as they came."""
    cells = rows.columns[list(places)].select(
        fields.text(rows, "declaration_no"), fields.text(rows, "leg").fill_null(_DEFAULT_LEG)
    )
    return [(no, leg) for no, leg in cells.iter_rows()]


def tell(
    rows: Rows, places: Sequence[int], reasons: Sequence[Reason], known: FlowFacts, read: pl.DataFrame
) -> list[tuple[str, str]]:
    """The sentence for each row in English and in Chinese."""
    cells = rows.columns[list(places)].select(fields.text(rows, name) for name in COLUMNS)
    entity_ids = read["entity_id"][list(places)].to_list()
    return [
        _sentence(reason, row, rows.odd.get(place, _NO_ODDITY), key)
        for place, reason, row, key in zip(places, reasons, cells.iter_rows(named=True), entity_ids, strict=True)
    ]


def _sentence(reason: Reason, row: dict[str, Any], oddity: Oddity, entity_id: str | None) -> tuple[str, str]:
    key = f"{row['declaration_no']}/{row['leg'] or _DEFAULT_LEG}"
    if reason is Reason.BAD_KEY:
        return _about_key(row, oddity)
    if reason is Reason.BAD_ACTION:
        return field_sentences("action", row["action"], "A, C or D", " A、C 或 D")
    if reason in (Reason.BAD_DATE, Reason.FUTURE_DAY):
        return sentences(reason, value=row["day"], more="day")
    if reason is Reason.BAD_AMOUNT:
        return _about_amount(row)
    if reason is Reason.BAD_FIELD:
        return _about_field(row, oddity)
    if reason is Reason.NO_RATE:
        return sentences(reason, value=row["currency"], more=str(row["day"]))
    value = {
        Reason.BAD_ID: row["entity_id"],
        Reason.UNKNOWN_ENTITY: entity_id,
        Reason.BAD_DIRECTION: row["direction"],
        Reason.UNKNOWN_CODE: row["code"],
        Reason.BAD_CURRENCY: row["currency"],
    }.get(reason, row["action"] or "A")
    if reason is Reason.BAD_ID and "entity_id" in oddity.numbers:
        return _about_number("entity_id", value)
    if reason is Reason.UNKNOWN_CODE and "code" in oddity.numbers:
        return _about_number("code", value)
    return sentences(reason, value=value, key=key)


def _about_key(row: dict[str, Any], oddity: Oddity) -> tuple[str, str]:
    number = row["declaration_no"]
    if "declaration_no" in oddity.numbers:
        return _about_number("declaration_no", number)
    if number is None or not re.fullmatch(KEY[1:-1], number):
        return field_sentences("declaration_no", number, "1 to 32 letters and digits", " 1 至 32 位字母和数字")
    if (row["leg"] or _DEFAULT_LEG) not in LEGS:
        return field_sentences("leg", row["leg"], "1 or 2", " 1 或 2")
    other = "2" if (row["leg"] or _DEFAULT_LEG) == "1" else "1"
    return (
        f"{number}/{row['leg'] or _DEFAULT_LEG} differs from leg {other} that stands in entity, direction, day or currency, which the legs of a declaration share; "
        "correct it, or change the other leg first, and load the row again.",
        f"{number}/{row['leg'] or _DEFAULT_LEG} 与现存的第 {other} 分录在主体、收支方向、日期或币种上不一致，同一申报的各分录须相同；请改正，或先修改另一分录，再重新导入该行。",
    )


def _about_amount(row: dict[str, Any]) -> tuple[str, str]:
    amount = row["amount"]
    if amount is not None and re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,2})?", amount) and Decimal(amount) > 0:
        return (
            f"amount {amount} {row['currency']} is worth more than USD 1,000,000,000,000; correct amount or currency and load the row again.",
            f"amount {amount} {row['currency']} 折合超过 1 万亿美元；请核对金额或币种后重新导入该行。",
        )
    return field_sentences(
        "amount",
        amount,
        "a plain decimal above 0 with at most 15 digits before the point and 2 after it",
        "大于 0 的十进制数，小数点前至多 15 位、后至多 2 位",
    )


def _about_number(column: str, value: Any) -> tuple[str, str]:
    return (
        f"{column} is held as the number {value}, so digits may be lost; format the cell as text, type it again and load the row again.",
        f"{column} 以数值 {value} 存储，可能已丢失数位；请将单元格设为文本并重新填写后导入该行。",
    )


def _about_field(row: dict[str, Any], oddity: Oddity) -> tuple[str, str]:
    if oddity.misshapen:
        return shape_sentences(len(oddity.excess), len(oddity.missing))
    economies = {found["economy"] for found in facts("economies.csv")}
    for column in ("contract_no", "invoice_no", "tax_filing_no", "bank"):
        if column in oddity.numbers:
            return _about_number(column, row[column])
    if row["party_type"] and row["party_type"] not in PARTY_TYPES:
        return field_sentences("party_type", row["party_type"], "C, D or F", " C、D 或 F")
    if row["economy"] and row["economy"] not in economies:
        return field_sentences("economy", row["economy"], "an ISO 3166 code of three letters", " ISO 3166 三字母代码")
    if row["payment_type"] and row["payment_type"] not in PAYMENT_TYPES:
        return field_sentences("payment_type", row["payment_type"], "A, P, R or O", " A、P、R 或 O")
    if row["scope"] and row["scope"] not in SCOPES:
        return field_sentences("scope", row["scope"], "cross_border or domestic", " cross_border 或 domestic")
    for column in ("counterparty", "contract_no", "invoice_no", "tax_filing_no", "bank", "remark"):
        if row[column] and re.search(fields.CONTROL, row[column]):
            return field_sentences(column, row[column], "text without control characters", "不含控制字符的文本")
    return field_sentences(
        "settled_amount",
        row["settled_amount"],
        "a plain decimal from 0 to amount, with at most 2 decimals",
        " 0 至 amount 之间、至多两位小数的十进制数",
    )
