"""The decision: what may be done about a hit or several, each deed a form of its own, always in reach below the case."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards.parts import figures
from dashboards.screens.review import deeds
from dashboards.visit import Visit
from fxwatch.terms import Status

_DEED = "review_deed"
_LOOKS = 10.0  # seconds between two looks at what others did about the opened hit
_KEYS = {"notice": "N", "dismiss": "D", "inquiry": "Q", "assign": "A", "note": "T", "approve": "N", "refuse": "D"}


def bar(visit: Visit, hits: Sequence[dict[str, Any]], following: str | None) -> None:
    """The deeds that are possible, and the form of the one that was chosen.

    Args:
        visit: whose.
        hits: rows with hit_id, entity_id, status, raised_on, proposal, proposed_by.
        following: the hit to open after a decision; None stays where it is.
    """
    with st.container(key="review_decide", border=True, gap="small"):
        if len(hits) == 1:
            _meanwhile(visit, hits[0]["hit_id"], visit.home.register.acts(hit_id=hits[0]["hit_id"]).height)
        possible = deeds_of(visit, hits)
        if possible:
            _deeds(visit, hits, following, possible)
        else:
            st.caption(visit.say("review.approver_looks" if visit.may("approver") else "review.only_looks"))


@st.fragment(run_every=_LOOKS)
def _meanwhile(visit: Visit, hit_id: str, known: int) -> None:
    """Tell who did something about the hit while the reader thought about it: nothing is lost that was being written."""
    acts = visit.home.register.acts(hit_id=hit_id)
    if acts.height <= known:
        return
    last = acts.row(-1, named=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        when, who = figures.moment(last["at"], visit.language), figures.plain(last["by"])
        st.warning(visit.say("review.meanwhile", what=visit.label(last["kind"]), account=who, when=when))
        if st.button(visit.say("review.look_again"), key="review_look_again"):
            st.rerun(scope="app")


@st.fragment
def _deeds(visit: Visit, hits: Sequence[dict[str, Any]], following: str | None, possible: Sequence[str]) -> None:
    chosen = str(st.session_state.get(_DEED))
    with st.container(horizontal=True, gap="small", key="review_deeds"):
        for deed in possible:
            st.button(
                visit.say(f"review.deed_{deed}"), key=f"review_deed_{deed}", shortcut=_KEYS[deed],
                type="primary" if deed == chosen else "secondary", on_click=_choose, args=(deed,),
            )  # fmt: skip
    if chosen in possible:
        deeds.FORMS[chosen](visit, hits, following)


def deeds_of(visit: Visit, hits: Sequence[dict[str, Any]]) -> list[str]:
    """What this account may do about these hits as they stand. The register asks again."""
    found = _about_proposal(visit, hits[0]) if len(hits) == 1 else []
    if not visit.may("regulator"):
        return found
    undecided = all(hit["status"] in (Status.OPEN, Status.EXPLAINED) and not hit["proposal"] for hit in hits)
    is_open = all(hit["status"] == Status.OPEN for hit in hits)
    found += ["notice"] if undecided else []
    found += ["dismiss"] if undecided and is_open else []
    found += ["inquiry"]
    found += ["assign"] if all(hit["status"] in (Status.OPEN, Status.EXPLAINED) for hit in hits) else []
    return [*found, *(["note"] if len(hits) == 1 else [])]


def _about_proposal(visit: Visit, hit: dict[str, Any]) -> list[str]:
    if not hit["proposal"]:
        return []
    is_own = hit["proposed_by"] == visit.account.name
    # Nobody approves what they proposed; they may take it back.
    return ["refuse"] if is_own else ["approve", "refuse"] if visit.may("approver") else []


def _choose(deed: str) -> None:
    # A second press closes the form.
    st.session_state[_DEED] = None if st.session_state.get(_DEED) == deed else deed
