"""What became of the last act: said once, after the screen has moved on, with the letters of the notices it made."""

import tempfile
from pathlib import Path

import streamlit as st

from dashboards.parts import decide
from dashboards.visit import Visit
from fxwatch.errors import FxwatchError

_TOAST, _REFUSED, _NOTICES = "review_toast", "review_refused", "review_notices"
_MEDIA = {"pdf": "application/pdf", "html": "text/html"}


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


def show(visit: Visit) -> None:
    """Say what was kept: success in a toast, a refusal until the next act; letters stay within reach until dismissed."""
    if sentence := st.session_state.pop(_TOAST, None):
        st.toast(sentence, icon="✅", duration="long")
    if fault := st.session_state.pop(_REFUSED, None):
        st.error(fault.say(visit.language))
    if notices := st.session_state.get(_NOTICES):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key="review_letters"):
            st.markdown(visit.say("review.issued_just_now", notices=", ".join(notices), count=len(notices)))
            for notice in notices[:3]:
                letter(visit, notice, key=f"review_letter_{notice}")
            if st.button(visit.say("review.close"), key="review_letters_close", type="tertiary"):
                st.session_state.pop(_NOTICES)
                st.rerun()


def letter(visit: Visit, notice: str, *, key: str) -> None:
    """Offer the letter of a notice in the reader's language; it is made, and put on record, when it is asked for."""
    if visit.may("regulator", "approver", "analyst"):
        st.download_button(
            visit.say("review.letter", notice=notice), lambda: _made(visit, notice), f"{notice}-{visit.language}.html",
            _MEDIA["html"], key=key, on_click="ignore", icon="⬇️", help=visit.say("review.letter_help"),
        )  # fmt: skip


def _made(visit: Visit, notice: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"{notice}.html"
        with decide.guard(visit):
            visit.home.letter(notice, out, language=visit.language, by=visit.account.name)
        return out.read_bytes() if out.exists() else b""
