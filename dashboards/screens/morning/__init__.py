"""Morning: what is new, who would move, which way the money goes, what waits. Every number leads to its list."""

import streamlit as st

from dashboards.parts import empty, figures, heading, recall
from dashboards.screens.morning import fresh, money, news, since, tiles, work
from dashboards.visit import Visit
from fxwatch.reading import morning


def show(visit: Visit) -> None:
    """Show the screen: figures first, then pictures, then lists."""
    state = recall.remembered(visit, morning.freshness, of="snapshot")
    if state.newest_day is None:
        heading.show(visit, "morning.title")
        _nothing(visit, state)
        return
    with heading.beside(visit, "morning.title"):
        after = since.choose(visit, state)
    st.caption(since.told(visit, state, after))
    tiles.show(visit, after)
    left, right = st.columns(2, gap="medium")
    with left:
        news.hits(visit, after)
    with right:
        news.movers(visit)
    money.show(visit)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        work.show(visit)
    with right:
        fresh.show(visit, state)


def _nothing(visit: Visit, state: morning.Freshness) -> None:
    """Why there is nothing to see: nothing came in, or all of it is in quarantine."""
    rows = int(state.quarantine["rows"].sum())
    if rows:
        st.warning(visit.say("morning.all_in_quarantine", count=rows, rows=figures.count(rows)))
    to_operations = ("operations", "morning.to_operations") if visit.may(*since.SEES_OPERATIONS) else None
    empty.say(visit, "morning.empty", "morning.empty_next", to_operations)
