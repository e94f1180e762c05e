"""What waits for somebody: open hits by age and rule, what is overdue, approvals, inquiries, objections."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts import figures, pictures, recall, tables
from dashboards.screens.morning.news import title
from dashboards.screens.morning.tiles import lead
from dashboards.visit import Visit
from fxwatch.reading import morning

# The columns of `aged`, what the review screen calls that age, and a colour: the older the louder.
AGES = (
    ("days_0_7", "0-7", "quiet"),
    ("days_8_30", "8-30", "neutral"),
    ("days_31_90", "31-90", "B"),
    ("days_over_90", "over-90", "C"),
)


def show(visit: Visit) -> None:
    """Open hits by age and rule as a picture and as links, and the other work below."""
    st.subheader(visit.say("morning.work"))
    waiting = recall.remembered(visit, morning.waiting, visit.account.name)
    if not waiting.all["open_hits"]:
        st.success(visit.say("morning.no_open_hits"))
    else:
        _ages(visit, waiting)
    with st.container(horizontal=True, gap="medium"):
        for name, number, query in _others(visit, waiting):
            lead(visit, "review", f"{visit.say(f'morning.{name}')}: {figures.count(number)}", **query)


def _ages(visit: Visit, waiting: morning.Waiting) -> None:
    by_rule = waiting.by_rule
    names = [title(visit, rule) for rule in by_rule["rule"]]
    series = [
        pictures.Series(visit.say(f"columns.{column}"), colour, by_rule[column].to_list()) for column, _, colour in AGES
    ]
    bars = pictures.stacked_bars(names, series, visit.language, kind="count", horizontal=True)
    pictures.draw(visit, bars, key="morning_ages", about=visit.say("morning.work"), height=70 + 44 * len(names))
    with st.container(horizontal=True, gap="medium"):
        for column, age, _ in AGES:
            words = f"{visit.say(f'columns.{column}')}: {figures.count(waiting.all[column])}"
            lead(visit, "review", words, status="open", age=age)
    with st.expander(visit.say("parts.as_table")):
        titled = by_rule.with_columns(
            pl.col("rule").map_elements(lambda rule: title(visit, rule), return_dtype=pl.String)
        )
        tables.show(visit, titled, key="morning_ages_table", export="open-hits-by-age")


def _others(visit: Visit, waiting: morning.Waiting) -> list[tuple[str, int, dict[str, Any]]]:
    """The other work: its word, how much, and where it is listed. What is nobody's fault is left out when there is none."""
    late: list[tuple[str, int, dict[str, Any]]] = [
        ("late_inquiries", waiting.late_inquiries, {"view": "inquiries"}),
        ("late_objections", waiting.late_objections, {"view": "objections"}),
    ]
    return [
        ("mine", waiting.mine["open_hits"], {"status": "open", "whose": visit.account.name}),
        ("late_hits", waiting.all["overdue"], {"status": "open", "overdue": 1}),
        ("approvals", waiting.approvals, {"view": "approvals"}),
        ("inquiries", waiting.inquiries, {"view": "inquiries"}),
        ("objections", waiting.objections, {"view": "objections"}),
        *(one for one in late if one[1]),
    ]
