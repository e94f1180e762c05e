"""The register's chain of acts: proved on demand, its newest digest to be published, its newest acts."""

import streamlit as st

from dashboards.parts import figures, recall, tables
from dashboards.parts.decide import guard
from dashboards.visit import Visit
from fxwatch.reading import operations
from fxwatch.session import Session

ACTS = 500


def show(visit: Visit) -> None:
    """The head, the proof, the acts."""
    head, number = recall.remembered(visit, _end)
    left, right = st.columns([1, 3], vertical_alignment="top")
    left.metric(visit.say("operations.acts"), figures.count(number), border=True)
    with right:
        st.caption(visit.say("operations.head_hint"))
        st.code(head, language=None)
    _prove(visit)
    st.subheader(visit.say("operations.newest_acts"), anchor=False)
    found = recall.remembered(visit, operations.last_acts, ACTS)
    tables.show(visit, found, key="operations_acts", export="acts", height=460)


def _end(home: Session) -> tuple[str, int]:
    return home.register.head(), home.register.last_act()


@st.fragment
def _prove(visit: Visit) -> None:
    """Follow the whole chain, and make its tables again from the acts: some seconds for a million acts."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        digest = st.text_input(visit.say("operations.known_head"), key="operations_head", width=560)
        is_asked = st.button(visit.say("operations.verify"), key="operations_verify", type="primary")
    if not is_asked:
        return
    with guard(visit), st.spinner(visit.say("operations.verifying"), show_time=True):
        proof = visit.home.register.verify(digest.strip() or None)
        (st.success if proof.ok else st.error)(proof.say(visit.language))
