"""Deciding an objection: upheld, its notice falls; rejected, it stands."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards.parts import decide
from dashboards.screens.review import foretold, told
from dashboards.visit import Visit
from fxwatch.reading.consequences import if_rescinded
from fxwatch.review.checks import TO
from fxwatch.review.objections import OUTCOMES


def form(visit: Visit, objection: dict[str, Any]) -> None:
    """The form of a decision; what it would do to the grade is said above it."""
    number = objection["objection"]
    foreseen = if_rescinded(visit.home, objection["entity_id"], objection["notice"])
    if foreseen is not None:
        st.markdown(f"{visit.say('review.if_upheld')} {foretold.say(visit, foreseen)}")
    with st.form(f"review_settle_form_{number}", border=False):
        outcome = st.radio(
            visit.say("review.outcome"), OUTCOMES, format_func=lambda o: visit.say(f"review.objection_{o}"),
            horizontal=True, index=None,
        )  # fmt: skip
        to = hits_become(visit, f"review_settle_to_{number}")
        why = st.text_input(visit.say("review.why"))
        sent = st.form_submit_button(visit.say("review.decide_objection"), type="primary")
    if sent and outcome is None:
        st.error(visit.say("review.choose_outcome"))
    elif sent:
        with decide.guard(visit) as done:
            act = visit.home.decide_objection(number, outcome or "", why=why, to=to, by=visit.account.name)
        if done.done:
            spoken = visit.say(f"review.objection_{outcome}")
            told.done(said(visit, act.payload, visit.say("review.settled", objection=number, outcome=spoken)))


def hits_become(visit: Visit, key: str) -> str:
    """What the hits of a notice that falls become: dismissed, or open again."""
    return st.radio(
        visit.say("review.hits_become"), TO, format_func=visit.label, horizontal=True, key=key
    )  # fmt: skip


def said(visit: Visit, payload: Mapping[str, Any], sentence: str) -> str:
    """What to tell of an act by its payload: the sentence, or that it waits for approval."""
    if proposal := payload.get("proposal"):
        return visit.say("review.proposed_now", proposal=proposal)
    return sentence
