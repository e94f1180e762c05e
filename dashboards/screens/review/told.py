"""What became of the last act: said once, after the screen has moved on, with the letters of the notices it made."""

import tempfile
from pathlib import Path

import streamlit as st

from dashboards.parts import decide
from dashboards.visit import Visit
from fxwatch.errors import FxwatchError

_TOAST, _REFUSED, _NOTICES = "review_toast", "review_refused", "review_notices"
_LETTERS = 3  # of a decision about many entities the others are reached from the cases


def done(sentence: str, notices: list[str] | None = None) -> None:
    """Keep a sentence, and the numbers of new notices, for the next look at the screen, and look."""
    st.session_state[_TOAST] = sentence
    if notices:
        st.session_state[_NOTICES] = notices
    st.rerun()


def refused(fault: FxwatchError) -> None:
    """Keep the register's refusal for the next look at the screen: what it speaks of is to be read anew."""
    st.session_state[_REFUSED] = fault
    st.rerun()


def say_refusal(visit: Visit) -> None:
    """Say once what the register refused."""
    if fault := st.session_state.pop(_REFUSED, None):
        st.error(fault.say(visit.language))


def show(visit: Visit) -> None:
    """Say what was kept, in a toast; letters of new notices stay within reach until they are put away."""
    if sentence := st.session_state.pop(_TOAST, None):
        st.toast(sentence, icon=":material/check_circle:", duration="long")
    if notices := st.session_state.get(_NOTICES):
        for notice in notices[:_LETTERS]:
            letter(visit, notice, key=f"review_letter_{notice}")
        if st.button(
            "", icon=":material/close:", key="review_letters_close", type="tertiary", help=visit.say("review.close")
        ):
            st.session_state.pop(_NOTICES)
            st.rerun()


def letter(visit: Visit, notice: str, *, key: str) -> None:
    """Offer the letter of a notice in the reader's language; it is made, and put on record, when it is asked for."""
    if visit.may("regulator", "approver", "analyst"):
        st.download_button(
            visit.say("review.letter", notice=notice), lambda: _made(visit, notice), f"{notice}-{visit.language}.html",
            "text/html", key=key, on_click="ignore", icon=":material/print:", help=visit.say("review.letter_help"),
        )  # fmt: skip


def _made(visit: Visit, notice: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"{notice}.html"
        with decide.guard(visit):
            visit.home.letter(notice, out, language=visit.language, by=visit.account.name)
        return out.read_bytes() if out.exists() else b""
