"""Which days are looked at: a month (at first the last complete one), this year to date, or from day to day."""

from datetime import date

import streamlit as st

from dashboards.parts import figures, links, periods
from dashboards.visit import Visit
from fxwatch.errors import RequestError
from fxwatch.periods import Period, holding, later, month_shifted, parse_period

KINDS = ("month", "ytd", "range")
MONTHS = 12  # in the pictures, at least


def chosen(visit: Visit, known: Period) -> Period:
    """What the URL asks for; what makes no sense is the last complete month."""
    usual = last_complete(known, visit.home.today())
    try:
        return parse_period(links.asked("period") or usual.label, known.end)
    except RequestError:
        return usual


def last_complete(known: Period, today: date) -> Period:
    """The newest month that is over and holds flows; the newest one where none is over.

    >>> from datetime import date as d
    >>> last_complete(Period(d(2025, 1, 1), d(2025, 3, 30)), d(2025, 3, 30)).label
    '2025-02'
    >>> last_complete(Period(d(2025, 1, 1), d(2025, 3, 30)), d(2025, 4, 2)).label
    '2025-03'
    """
    newest = holding(known.end, "month")
    if newest.is_complete(today) or newest.start <= known.start:
        return newest
    return later(newest, -1)


def to_read(period: Period, known: Period) -> Period:
    """The days to read: whole months up to the newest flow, at least a year of them; so most periods share one reading."""
    first = min(period.start.replace(day=1), month_shifted(known.end, 1 - MONTHS))
    return Period(max(first, known.start.replace(day=1)), known.end)


def choose(visit: Visit, period: Period, known: Period) -> None:
    """The kind of period, then which one of those that hold flows; what is chosen stands in the URL."""
    kind = _kind(period)
    st.session_state["asked_kind"] = kind
    st.segmented_control(
        visit.say("asked.period"), KINDS, format_func=lambda k: visit.say(f"asked.kind_{k}"), key="asked_kind",
        required=True, on_change=_another_kind, args=(known, visit.home.today()),
    )  # fmt: skip
    if kind == "month":
        months = [part.label for part in reversed(known.parts("month"))]
        st.session_state["asked_month"] = period.label
        st.selectbox(
            visit.say("asked.which"), months if period.label in months else [period.label, *months], key="asked_month",
            format_func=lambda p: periods.named(p, visit.language), width=180,
            on_change=lambda: links.keep(period=st.session_state["asked_month"]),
        )  # fmt: skip
    elif kind == "range":
        st.session_state["asked_range"] = (period.start, period.end)
        st.date_input(
            visit.say("asked.which"), key="asked_range", format="YYYY-MM-DD", width=280, on_change=_another_range
        )
    else:
        st.text_input(
            visit.say("asked.which"), visit.say("asked.until", day=figures.day(known.end, visit.language)),
            disabled=True, width=180,
        )  # fmt: skip


def _kind(period: Period) -> str:
    word = links.asked("period") or ""
    if word.lower() == "ytd":
        return "ytd"
    return "month" if period == holding(period.start, "month") and ".." not in word else "range"


def _another_kind(known: Period, today: date) -> None:
    month = last_complete(known, today)
    chosen = {"month": None, "ytd": "ytd", "range": f"{month.start}..{month.end}"}
    links.keep(period=chosen[st.session_state["asked_kind"]])


def _another_range() -> None:
    days = st.session_state["asked_range"]
    if len(days) == 2:  # while only the first of the two is picked, what was asked before stands
        links.keep(period=f"{days[0]}..{days[1]}")
