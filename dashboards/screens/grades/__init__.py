"""The screen "grades": A, B and C over time, who moved and why, who would move, and the list."""

import streamlit as st

from dashboards.parts import empty, heading, links, recall
from dashboards.screens.grades import listed, moved, over_time, provisional, when
from dashboards.visit import Visit
from fxwatch.reading.spread import by_month

_PARTS = {"over_time": over_time.show, "moves": moved.show, "provisional": provisional.show, "list": listed.show}


def show(visit: Visit) -> None:
    """Show the screen."""
    with heading.beside(visit, "grades.title"):
        part = _chosen(visit)
    if recall.remembered(visit, by_month, None, None).is_empty():
        empty.say(visit, "grades.empty", "grades.empty_next")
        return
    _PARTS[part](visit, when.choose(visit) if part != "moves" else when.now(visit))


def _chosen(visit: Visit) -> str:
    """Which part is open: the URL says; the morning asks for moves that are foreseen."""
    asked = "provisional" if links.asked("moves") == "provisional" else links.asked("part")
    st.session_state["grades_part"] = asked if asked in _PARTS else "over_time"
    chosen = st.segmented_control(
        visit.say("grades.part"), list(_PARTS), format_func=lambda part: visit.say(f"grades.part_{part}"),
        key="grades_part", required=True, label_visibility="collapsed",
        on_change=lambda: links.keep(part=st.session_state["grades_part"], moves=None, **{"from": None, "to": None}),
    )  # fmt: skip
    return chosen or "over_time"
