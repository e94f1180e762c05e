"""Periods as people write them: what the monitors call `2025`, `2025Q3`, `2025-07` or `2025-01-15..2025-06-30`."""

from datetime import date

from dashboards import words
from dashboards.parts import figures
from fxwatch.terms import Language


def named(period: str, language: Language) -> str:
    """A period in words.

    >>> named("2025Q3", "en"), named("2025-07", "zh"), named("2025", "zh"), named("2025-01-15..2025-06-30", "en")
    ('Q3 2025', '2025年7月', '2025年', '15 Jan 2025 – 30 Jun 2025')
    """
    if ".." in period:
        first, last = (figures.day(date.fromisoformat(day), language) for day in period.split(".."))
        return f"{first} – {last}"
    year, quarter, _ = (*period.partition("Q"),) if "Q" in period else (period, "", "")
    if quarter:
        return words.say("parts.quarter", language, year=year, quarter=period[-1])
    if "-" in period:
        return figures.month(date.fromisoformat(f"{period}-01"), language)
    return f"{period}年" if language == "zh" else period
