"""Objections: those that wait for a decision first, and the decision."""

import polars as pl
import streamlit as st

from dashboards.parts import empty, figures, links, tables
from dashboards.screens.review import settling, told
from dashboards.visit import Visit
from fxwatch.reading.cases import objections
from fxwatch.reading.dossier import named, said_in

_COLUMNS = [
    "objection",
    "notice",
    "name",
    "status",
    "day",
    "decide_by",
    "overdue",
    "why",
    "decided_by",
    "decided_why",
]


def show(visit: Visit) -> None:
    """Show the objections; the one that is picked can be decided by an approver."""
    found = named(visit.home, objections(visit.home))
    found = found.sort(pl.col("status") != "lodged", "decide_by", "objection")
    if found.is_empty():
        empty.say(visit, "review.no_objections", "review.no_objections_next")
        return
    st.caption(visit.say("review.objections_hint"))
    spoken = found.with_columns(
        pl.col("status").replace_strict({s: visit.say(f"review.objection_{s}") for s in found["status"].unique()})
    )
    height = min(36 * (found.height + 1) + 3, 330)
    picked = tables.show(
        visit, spoken, key="review_objections", columns=_COLUMNS, select="one", height=height, export="objections"
    )
    at = picked[0] if picked else 0
    if found["status"][at] == "lodged":
        _one(visit, found.row(at, named=True))


def _one(visit: Visit, objection: dict[str, object]) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{objection['objection']} → {objection['notice']}**", width="content")
            entity = str(objection["entity_id"])
            links.to(visit, "entity", f"{figures.plain(objection['name'] or entity)} ↗", entity=entity)
            told.letter(visit, str(objection["notice"]), key="review_objection_letter")
        for said in said_in(visit.home, str(objection["notice"])):
            st.markdown(f"- {figures.plain(said[visit.language])}")
        st.markdown(f"**{visit.say('review.grounds')}**: {figures.plain(objection['why'])}")
        if objection["proposal"]:
            st.info(visit.say("review.decision_waits", proposal=objection["proposal"]))
        elif visit.may("approver"):
            settling.form(visit, objection)
        else:
            st.caption(visit.say("review.approvers_answer"))
