"""A grade over time: three lanes, a bar where the grade held, and the table with what it rested on."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts import empty, pictures, tables
from dashboards.visit import Visit
from fxwatch.periods import month_shifted
from fxwatch.reporting.file_parts import acts_named
from fxwatch.terms import Grade

LANES = (Grade.A, Grade.B, Grade.C)
HEIGHT, MONTHS = 170, 36
COLUMNS = ("from_day", "to_day", "grade", "breaches", "notices", "rests_on")


def show(visit: Visit, history: pl.DataFrame) -> None:
    """Show the picture and its table, as known now or as it was known on each day."""
    if history.is_empty():
        empty.say(visit, "entity.no_history")
        return
    known = st.segmented_control(
        visit.say("entity.known"),
        ["now", "then"],
        format_func=lambda word: visit.say(f"entity.known_{word}"),
        default="now",
        required=True,
        key="entity_known",
        help=visit.say("entity.known_help"),
        label_visibility="collapsed",
    )
    rows = history.filter(known=known or "now")
    today = visit.home.today()
    letters = "、".join(rows["grade"]) if visit.language == "zh" else ", ".join(rows["grade"])
    about = visit.say("entity.grade_history_about", letters=letters)
    pictures.draw(visit, lanes(visit, rows, today), key="entity_grade_lanes", about=about, height=HEIGHT)
    with st.expander(visit.say("parts.as_table")):
        shown = rows.reverse().rename({"because": "rests_on"})
        told = pl.col("rests_on").map_elements(lambda text: acts_named(text, visit.language), return_dtype=pl.String)
        tables.show(visit, shown.select(COLUMNS).with_columns(told), key="entity_history", export="grade-history")


def lanes(visit: Visit, rows: pl.DataFrame, today: date) -> dict[str, Any]:
    """The picture: a thick bar in the lane of each grade over the days on which it held."""
    names = {grade.value: visit.label(grade) for grade in LANES}
    return {
        "grid": {"left": 8, "right": 24, "top": 10, "bottom": 8, "containLabel": True},
        "tooltip": {"show": False},
        "animation": False,
        "xAxis": {
            "type": "time",
            "min": _since(rows, today).isoformat(),
            "max": today.isoformat(),
            "axisLabel": {"color": "@soft", "hideOverlap": True, "formatter": pictures.times(visit.language)},
        },
        "yAxis": {
            "type": "category",
            "data": list(names.values()),
            "inverse": True,
            "axisLabel": {"color": "@text"},
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "splitLine": {"show": True, "lineStyle": {"color": "@line"}},
        },
        "series": [
            {
                "type": "line",
                "name": name,
                "color": f"@{grade}",
                "data": _bars(rows, grade, name, today),
                "showSymbol": False,
                "lineStyle": {"width": 14, "cap": "butt"},
                "silent": True,
            }
            for grade, name in names.items()
        ],
    }


def _since(rows: pl.DataFrame, today: date) -> date:
    """Where the picture begins: what is older than a few years stands in the table."""
    first: date = rows["from_day"][0]
    return max(first, month_shifted(today, -MONTHS))


def _bars(rows: pl.DataFrame, grade: str, name: str, today: date) -> list[list[Any]]:
    """The ends of the bars of a grade; an empty point between two parts them."""
    points: list[list[Any]] = []
    for first, last in rows.filter(grade=grade).select("from_day", "to_day").iter_rows():
        end = (last or today) + timedelta(days=1)
        if end <= _since(rows, today):
            continue
        first = max(first, _since(rows, today))
        points += [[first.isoformat(), name], [end.isoformat(), name], [end.isoformat(), None]]
    return points
