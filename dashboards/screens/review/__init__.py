"""The screen "review": the queue of open hits, the case of one, and the decision about it; what waits for others beside it."""

import streamlit as st

from dashboards.parts import heading, links, recall
from dashboards.screens.review import approvals, hits, inquiries, objections, sample, told
from dashboards.visit import Visit
from fxwatch.procedure import needs_approval
from fxwatch.reading import cases
from fxwatch.reading.drawn import left_to_look_at
from fxwatch.session import Session

_VIEWS = {
    "hits": hits.show,
    "approvals": approvals.show,
    "objections": objections.show,
    "inquiries": inquiries.show,
    "sample": sample.show,
}


def show(visit: Visit) -> None:
    """Show the screen."""
    waiting = recall.remembered(visit, _waiting)
    # Approvals are there while four eyes are on, or while something still waits; a sample while a model is in force.
    views = [v for v in _VIEWS if v not in ("approvals", "sample") or waiting[v] is not None]
    with heading.beside(visit, "review.title"):
        view = _chosen(visit, views, waiting)
        st.space("stretch")
        told.show(visit)
    told.say_refusal(visit)
    _VIEWS[view](visit)


def _chosen(visit: Visit, views: list[str], waiting: dict[str, int | None]) -> str:
    asked = links.asked("view")
    st.session_state["review_view"] = asked if asked in views else views[0]

    def spoken(view: str) -> str:
        count = waiting.get(view)
        return visit.say(f"review.view_{view}") + (f" · {count:,}" if count else "")

    chosen = st.segmented_control(
        visit.say("review.view"), views, format_func=spoken, key="review_view", required=True,
        label_visibility="collapsed", on_change=lambda: links.keep(view=st.session_state["review_view"]),
    )  # fmt: skip
    return chosen or views[0]


def _waiting(home: Session) -> dict[str, int | None]:
    """How much of each kind waits; None for approvals where they are off and none waits, for the sample without a model."""
    proposals = cases.approvals(home).height
    asked = cases.inquiries(home)
    return {
        "approvals": proposals if proposals or needs_approval(home.register.parameter, home.today()) else None,
        "objections": cases.objections(home).filter(status="lodged").height,
        "inquiries": asked.filter(asked["status"] != "closed").height,
        "sample": left_to_look_at(home),
    }
