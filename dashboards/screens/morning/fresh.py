"""How far what is shown reaches: newest flow, newest run, what waits in quarantine."""

import streamlit as st

from dashboards.parts import figures
from dashboards.screens.morning.tiles import lead
from dashboards.visit import Visit
from fxwatch.reading import morning

REASONS_SHOWN = 6


def show(visit: Visit, state: morning.Freshness) -> None:
    """Newest flow, newest run, loads that no run has seen, and the quarantine by reason."""
    st.subheader(visit.say("morning.freshness"))
    say, language = visit.say, visit.language
    lead(visit, "operations", say("morning.newest_flow", day=figures.day(state.newest_day, language)), part="loads")
    if state.run is not None:
        at = figures.moment(state.run["ended_at"], language)
        found = say("morning.newest_run", run=state.run["run_id"], moment=at, hits=figures.count(state.run["hits"]))
        lead(visit, "operations", found, part="runs")
    else:
        st.warning(say("morning.no_run"))
    if state.loads_since and state.run is not None:
        st.warning(say("morning.loads_since", count=state.loads_since, loads=figures.count(state.loads_since)))
    _quarantine(visit, state)


def _quarantine(visit: Visit, state: morning.Freshness) -> None:
    rows = int(state.quarantine["rows"].sum())
    if not rows:
        st.success(visit.say("morning.no_quarantine"))
        return
    words = visit.say("morning.quarantine", rows=figures.count(rows), count=rows)
    lead(visit, "operations", words, part="quarantine")
    for row in state.quarantine.head(REASONS_SHOWN).iter_rows(named=True):
        kind, reason = row["kind"], row["reason"]
        with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
            said = f"{visit.say(f'morning.reason_{reason}')} · {visit.label(kind)}"
            lead(visit, "operations", said, mark="", part="quarantine", kind=kind, reason=reason)
            st.markdown(f":small[{figures.count(row['rows'])}]", width="content")
