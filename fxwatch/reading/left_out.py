"""What the last run could not judge: what rules passed over, days without a calendar, inputs of which nothing is loaded."""

from typing import TYPE_CHECKING

import polars as pl

from fxwatch.errors import NotFound
from fxwatch.rulebook import rules, unfed
from fxwatch.terms import Language
from fxwatch.warehouse import journal

if TYPE_CHECKING:
    from fxwatch.home import Home

LEFT_OUT: dict[str, pl.DataType | type[pl.DataType]] = {
    "rule": pl.String,
    "title": pl.String,
    "reason": pl.String,
    "left_out": pl.Int64,
}


def left_out(home: "Home", language: Language = "en", rule: str | None = None) -> pl.DataFrame:
    """What the last run left out, of all rules or of one.

    Args:
        home: where.
        language: of title and reason.
        rule: one rule alone.

    Returns:
        rule, title, reason, left_out: how many of what the reason names; null where an input is missing altogether. Sorted by
        rule, what weighs most first.

    Raises:
        NotFound: there is no such rule.
    """
    book = rules()
    if rule is not None and rule not in book:
        raise NotFound(
            f"There is no rule {rule}. The rules are: {', '.join(book)}.",
            f"没有指标 {rule}。现有：{'、'.join(book)}。",
        )
    con = home.snapshot().con
    chinese = language == "zh"
    rows = [
        (name, reason_zh if chinese else reason, None)
        for name, reason, reason_zh in unfed(book.values(), journal.without_rows(con))
    ]
    for name, year, keys in journal.uncovered(con).iter_rows():
        calendar = (
            f"entities and items with days in {year}, which the calendar does not cover",
            f"{year} 年（工作日历未覆盖）有收付的主体和项目",
        )
        rows.append((name, calendar[chinese], keys))
    for name, reason, count in journal.passed_over(con).iter_rows():
        known = dict(book[name].passed_over_zh) if name in book else {}
        rows.append((name, known.get(reason, reason) if chinese else reason, count))
    told = [
        (name, (book[name].title_zh if chinese else book[name].title) if name in book else name, reason, count)
        for name, reason, count in rows
        if rule in (None, name)
    ]
    return pl.DataFrame(told, schema=LEFT_OUT, orient="row").sort(
        "rule", "left_out", "reason", descending=[False, True, False], nulls_last=[False, False, False]
    )
