"""An account changes its own password, from the block that says who is signed in."""

import streamlit as st

from dashboards.gate.arriving import CHANGED
from dashboards.visit import Visit
from fxwatch import admission
from fxwatch.errors import FxwatchError


def offer(visit: Visit) -> None:
    """Show the button that opens the form; none where the organisation's provider lets the account in."""
    if visit.home.register.entrance.password(visit.account.name) is None:
        return
    words = visit.say("shell.change_password")
    if st.button(words, key="shell_change_password", type="tertiary"):
        st.dialog(words)(form)(visit)


def form(visit: Visit) -> None:
    """Ask for the old password and twice for the new one; say what became of it."""
    with st.form("shell_password", border=False):
        old = _field(visit, "old_password", "current-password")
        new = _field(visit, "new_password", "new-password")
        again = _field(visit, "new_password_again", "new-password")
        if st.form_submit_button(visit.say("shell.change"), type="primary"):
            _change(visit, old, new, again)


def _field(visit: Visit, name: str, kind: str) -> str:
    return st.text_input(visit.say(f"shell.{name}"), type="password", key=f"shell_{name}", autocomplete=kind)


def _change(visit: Visit, old: str, new: str, again: str) -> None:
    """Change it, and ask again who is there: nobody, for the sessions of the account have ended; that page says why."""
    if new != again:
        st.error(visit.say("shell.passwords_differ"))
        return
    try:
        admission.change_password(visit.home, visit.account.name, old, new)
    except FxwatchError as fault:
        st.error(fault.say(visit.language))
        return
    st.session_state[CHANGED] = True
    st.rerun(scope="app")
