"""From the websocket's cookie to a visit: checked again here, at every rerun, whatever let it through before."""

import streamlit as st

from dashboards import serving, words
from dashboards.gate.seal import LANGUAGE, SESSION
from dashboards.visit import Visit
from fxwatch.terms import Language

_WHO = "shell.account"
_SPOKEN = "shell.spoken"
CHANGED = "shell.changed"  # in the session's state: its account has just been given another password, which ended it


def arrive() -> Visit:
    """Who looks. Where the session has ended, the page says so and nothing else is run."""
    here = serving.current()
    found = here.visitor(st.context.cookies.get(SESSION), is_used=False)  # its use was counted at the gate
    if found is None:
        _say_ended(st.session_state.get(_SPOKEN) or here.language(st.context.cookies.get(LANGUAGE), st.context.locale))
        st.stop()
    name = found.account.name
    if st.session_state.get(_WHO) not in (None, name):
        st.session_state.clear()  # somebody else signed in: nothing of the one before is left
    st.session_state[_WHO] = name
    st.session_state[_SPOKEN] = language = _language(here, name)
    return Visit(here.home, found.account, language, found.before)


def _language(here: serving.Serving, name: str) -> Language:
    chosen = here.home.register.entrance.language(name)
    return chosen or here.language(st.context.cookies.get(LANGUAGE), st.context.locale)


def _say_ended(language: Language) -> None:
    if st.session_state.get(CHANGED):
        st.success(words.say("shell.password_changed", language))
    else:
        st.markdown(f"### {words.say('shell.ended', language)}")
    st.html(f'<a href="/sign-in">{words.say("shell.sign_in_again", language)}</a>')
