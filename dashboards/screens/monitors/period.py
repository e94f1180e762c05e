"""Choosing a period: the kind first, then which one of those that hold flows."""

from datetime import date
from typing import Any

import streamlit as st

from dashboards.parts import figures, links, periods
from dashboards.screens.monitors.asked import CLOSED, KEY, Asked
from dashboards.visit import Visit
from fxwatch.periods import Period, holding

KINDS = ("ytd", "year", "quarter", "month", "range")


def period(visit: Visit, asked: Asked, known: Period, left: Any, right: Any) -> None:
    """Two controls: the kind on the left, the period of that kind on the right."""
    kind = kind_of(asked.period)
    st.session_state[f"{KEY}kind"] = kind
    left.selectbox(
        visit.say("monitors.period"), KINDS, format_func=lambda k: visit.say(f"monitors.kind_{k}"), key=f"{KEY}kind",
        on_change=_another_kind, args=(known,),
    )  # fmt: skip
    if kind == "range":
        first, _, last = asked.period.partition("..")
        st.session_state[f"{KEY}range"] = (date.fromisoformat(first), date.fromisoformat(last))
        right.date_input(visit.say("monitors.which"), key=f"{KEY}range", on_change=_another_range)
        return
    until = visit.say("monitors.until", day=figures.day(known.end, visit.language))
    choices = ["ytd"] if kind == "ytd" else of_kind(kind, known)
    said = asked.period if asked.period in choices else None
    st.session_state[f"{KEY}period"] = said or asked.period
    right.selectbox(
        visit.say("monitors.which"), choices if said else [asked.period, *choices], key=f"{KEY}period", disabled=kind == "ytd",
        format_func=lambda p: until if p == "ytd" else periods.named(p, visit.language),
        on_change=_another,
    )  # fmt: skip


def kind_of(period: str) -> str:
    """The kind of a period.

    >>> [kind_of(p) for p in ("ytd", "2025", "2025Q3", "2025-07", "2025-01-15..2025-06-30")]
    ['ytd', 'year', 'quarter', 'month', 'range']
    """
    if period == "ytd":
        return "ytd"
    return "range" if ".." in period else "quarter" if "Q" in period else "month" if "-" in period else "year"


def of_kind(kind: str, known: Period) -> list[str]:
    """The years, quarters or months that hold flows, the newest first.

    >>> of_kind("quarter", Period(date(2025, 3, 31), date(2025, 7, 1)))
    ['2025Q3', '2025Q2', '2025Q1']
    """
    if kind == "year":
        return [str(year) for year in range(known.end.year, known.start.year - 1, -1)]
    return [part.label for part in reversed(known.parts(kind))]


def _another_kind(known: Period) -> None:
    kind = st.session_state[f"{KEY}kind"]
    month = holding(known.end, "month")
    chosen = {"ytd": None, "range": f"{month.start}..{known.end}"}
    _put(chosen[kind] if kind in chosen else of_kind(kind, known)[0])


def _another() -> None:
    _put(st.session_state[f"{KEY}period"])


def _another_range() -> None:
    days = st.session_state[f"{KEY}range"]
    if len(days) == 2:
        _put(f"{days[0]}..{days[1]}")


def _put(period: str | None) -> None:
    links.keep(period=period, **CLOSED)
