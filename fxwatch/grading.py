"""Integrity grades: A, B, C by the founding article, the year they look back on, the documents each asks for.

Pure and quick: nothing here knows where notices and breaches are kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from fxwatch.errors import RequestError
from fxwatch.facts import facts
from fxwatch.terms import Document, Grade

MAX_NOTICES_FOR_B = 3


@dataclass(frozen=True)
class DatedParameter:
    """A dated number or word of grading or of the register: see `parse` for what it may be.

    `choices` is empty for a number; `basis` is what the default rests on.
    """

    name: str
    default: str
    unit: str
    meaning: str
    meaning_zh: str
    choices: tuple[str, ...] = ()
    basis: str = "founding article, 4(2)3"
    basis_zh: str = "《完善服务贸易外汇管理 建立服务贸易非现场监管体系》四（二）3"

    def parse(self, text: str) -> str:
        """The value as it is kept, if it fits.

        Raises:
            RequestError: it is none of the choices, or no whole number.
        """
        if self.choices and text not in self.choices:
            allowed = ", ".join(self.choices)
            raise RequestError(
                f"{self.name} is one of {allowed}; found {text!r}.", f"{self.name} 只能是 {allowed}，实为 {text!r}。"
            )
        if not self.choices and not (text.isascii() and text.isdigit()):
            raise RequestError(
                f"{self.name} is a whole number, 0 or more; found {text!r}.",
                f"{self.name} 应为不小于 0 的整数，实为 {text!r}。",
            )
        return text if self.choices else str(int(text))


GRADE_PARAMETERS: dict[str, DatedParameter] = {
    p.name: p
    for p in (
        DatedParameter(
            "grade.window",
            "rolling",
            "word",
            "the year a grade looks back on: the last twelve months, or since 1 January",
            "评级回看的一年：最近十二个月，或自 1 月 1 日起",
            ("rolling", "calendar"),
        ),
        DatedParameter(
            "grade.max_notices_for_b",
            str(MAX_NOTICES_FOR_B),
            "notices",
            "most notices in the window with which an entity is still B",
            "窗口内仍可评为 B 的预警提示最多次数",
        ),
        DatedParameter(
            "grade.unknown_documents",
            "C",
            "grade",
            "whose documents a bank asks of an entity that is not on the roll",
            "名录外主体付汇时适用哪一等级的单证",
            ("A", "B", "C"),
        ),
    )
}


def grade(breaches: int, notices: int, max_notices_for_b: int = MAX_NOTICES_FOR_B) -> Grade:
    """Grade one entity's year from what the bureau recorded in it.

    The article: A without breach and warning; B without breach, warnings "不超过三次"; C with a breach, or warnings
    "三次以上". Exactly three warnings is B.

    >>> [grade(0, notices).value for notices in (0, 1, 3, 4)]
    ['A', 'B', 'B', 'C']
    >>> grade(1, 0).value
    'C'
    """
    if breaches or notices > max_notices_for_b:
        return Grade.C
    return Grade.B if notices else Grade.A


def window(on: date, kind: str = "rolling") -> tuple[date, date]:
    """The year that a grade looks back on, both days included.

    `rolling`: from the day after the same date a year earlier (29 February: clipped to the 28th); `calendar`: from
    1 January.

    >>> window(date(2025, 6, 30))[0].isoformat()
    '2024-07-01'
    >>> window(date(2024, 2, 29))[0].isoformat()
    '2023-03-01'
    >>> window(date(2025, 6, 30), "calendar")[0].isoformat()
    '2025-01-01'
    """
    if kind == "calendar":
        return on.replace(month=1, day=1), on
    is_leap_day = (on.month, on.day) == (2, 29)
    return on.replace(year=on.year - 1, day=28 if is_leap_day else on.day) + timedelta(days=1), on


def counted(days: Iterable[date], within: tuple[date, date]) -> int:
    """How many notices or breaches that stand bear a day of the window.

    >>> counted([date(2024, 6, 30), date(2024, 7, 1), date(2025, 6, 30)], window(date(2025, 6, 30)))
    2
    """
    first, last = within
    return sum(first <= day <= last for day in days)


def documents(grade: Grade, on: date, unknown: Grade = Grade.C) -> tuple[Document, ...]:
    """What a bank asks for before a payment abroad on a day, in the order of `data/documents.csv`.

    Args:
        grade: of the entity; for `unknown`, the documents of `unknown` are asked for.
        on: the day of the payment; the list is dated.
        unknown: the parameter `grade.unknown_documents`.

    >>> [d.value for d in documents(Grade.B, date(2026, 1, 1))]
    ['payment_instruction', 'commercial_invoice']
    """
    asked = unknown if grade == Grade.UNKNOWN else grade
    rows = [row for row in facts("documents.csv") if row["grade"] == asked and _is_valid(row, on)]
    return tuple(Document(row["document"]) for row in sorted(rows, key=lambda row: int(row["order"])))


def _is_valid(row: dict[str, str], on: date) -> bool:
    """Whether a dated row holds on a day; an empty end is open."""
    day = on.isoformat()
    return row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"])
