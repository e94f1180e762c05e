"""From when on something counts as new: the newest run, or the account's last visit."""

from datetime import datetime

import streamlit as st

from dashboards.parts import figures, links
from dashboards.visit import Visit
from fxwatch.reading.morning import Freshness
from fxwatch.terms import Role

SEES_OPERATIONS = (Role.REGULATOR, Role.APPROVER, Role.ANALYST, Role.ADMINISTRATOR)
RUN, VISIT = "run", "visit"


def choose(visit: Visit, state: Freshness) -> datetime | None:
    """Let the reader choose; the moment (UTC) after which a hit is new, None where every hit is.

    Unless the URL says otherwise, what reaches further back comes first: whoever was away for a week sees the week.
    """
    if visit.last_visit is None:
        return state.run_before
    options = [RUN, VISIT]
    was_away = state.run_before is not None and visit.last_visit < state.run_before
    usual = VISIT if was_away else RUN
    asked = links.asked("since")
    chosen = st.segmented_control(
        visit.say("morning.new_since"),
        options,
        default=asked if asked in options else usual,
        required=True,
        format_func=lambda option: visit.say(f"morning.since_{option}"),
        key="morning_since",
        label_visibility="collapsed",
    )
    links.keep(since=chosen if chosen != usual else None)
    return visit.last_visit if chosen == VISIT else state.run_before


def told(visit: Visit, state: Freshness, after: datetime | None) -> str:
    """Since when, in words."""
    if after is not None and after == visit.last_visit:
        return visit.say("morning.told_visit", moment=figures.moment(after, visit.language))
    if state.run is None:
        return visit.say("morning.told_no_run")
    return visit.say(
        "morning.told_run", run=state.run["run_id"], moment=figures.moment(state.run["ended_at"], visit.language)
    )
