"""The keys that sign what banks are told: which, from when to when, and signing with a new one."""

import streamlit as st

from dashboards.parts import decide, recall, tables
from dashboards.visit import Visit
from fxwatch.banks.signing import rotate_signing
from fxwatch.reading.keys import signing_keys

_TOLD = "operations_signing_told"


def show(visit: Visit) -> None:
    """The keys, and the button behind a confirmation."""
    st.subheader(visit.say("operations.signing_keys"), anchor=False)
    if told := st.session_state.pop(_TOLD, None):
        st.success(told)
    st.caption(visit.say("operations.signing_hint"))
    found = recall.remembered(visit, signing_keys)
    if found.is_empty():
        st.info(visit.say("operations.no_signing"))
    else:
        tables.show(visit, found, key="operations_signing", export="signing-keys")
    with st.popover(visit.say("operations.rotate")):
        st.caption(visit.say("operations.rotate_hint"))
        if st.button(visit.say("operations.rotate_now"), key="operations_rotate", type="primary"):
            _rotate(visit)


def _rotate(visit: Visit) -> None:
    with decide.guard(visit) as outcome:
        made = rotate_signing(visit.home, by=visit.account.name)
    if outcome.done:
        st.session_state[_TOLD] = visit.say("operations.rotated", which=made.key_id)
        st.rerun()
