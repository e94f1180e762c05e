"""What waits for another account's approval: what it would do, who proposed it and why, and the answer."""

from datetime import date
from typing import Any

import streamlit as st

from dashboards.parts import decide, empty, figures, tables
from dashboards.screens.review import foretold, told
from dashboards.visit import Visit
from fxwatch.errors import Decided
from fxwatch.reading.cases import approvals
from fxwatch.reading.consequences import if_noticed, if_rescinded
from fxwatch.reading.dossier import change_in, named, proposed_in

_COLUMNS = ["proposal", "does", "name", "by", "day", "why"]

ISSUED = "notice_issued"  # the kind of act that a proposed notice becomes


def show(visit: Visit) -> None:
    """Show what waits, oldest first; a row that is picked tells all and can be answered."""
    waiting = named(visit.home, approvals(visit.home))
    if waiting.is_empty():
        empty.say(visit, "review.nothing_waits", "review.nothing_waits_next")
        return
    st.caption(visit.say("review.approvals_hint"))
    height = min(36 * (waiting.height + 1) + 3, 330)
    picked = tables.show(
        visit, waiting, key="review_approvals", columns=_COLUMNS, select="many", height=height, export="approvals"
    )
    rows = [waiting.row(at, named=True) for at in picked or [0]]
    for row in rows:
        _one(visit, row)
    answer(visit, rows)


def _one(visit: Visit, row: dict[str, Any]) -> None:
    with st.container(border=True):
        kind, _, number = row["on_what"].partition(":")
        does = visit.label(row["does"]) + ("" if kind == "entity" else f" {figures.plain(number)}")
        whom = row["name"] or row["entity_id"]
        parts = [f"**{row['proposal']} · {does}**", *([figures.plain(whom)] if whom else []), figures.plain(row["by"])]
        st.markdown(" · ".join([*parts, figures.day(row["day"], visit.language)]))
        if (change := change_in(visit.home, row["proposal"])) is not None:
            value = change["value"]
            key = "review.would_change" if value else "review.would_change_whole"
            day = figures.day(date.fromisoformat(str(change["valid_from"])), visit.language)
            shown = figures.count(int(value)) if value and value.isdigit() else visit.label(value or "")
            st.markdown(visit.say(key, what=figures.plain(change["what"]), value=figures.plain(shown), day=day))
        st.markdown(figures.plain(row["why"]))
        for said in proposed_in(visit.home, row["proposal"]):
            st.markdown(f"- {figures.plain(said[visit.language])}")
        if row["does"] == ISSUED:
            foretold.show(visit, if_noticed(visit.home, row["hits"]), issuing=False)
        elif row["on_what"].startswith("notice:"):
            foreseen = if_rescinded(visit.home, row["entity_id"], row["on_what"].removeprefix("notice:"))
            if foreseen is not None:
                st.markdown(foretold.say(visit, foreseen))


@st.fragment
def answer(visit: Visit, rows: list[dict[str, Any]]) -> None:
    """The answer to proposals as they were seen: what somebody else answered meanwhile is said by the register."""
    own = [row["proposal"] for row in rows if row["by"] == visit.account.name]
    may_approve = visit.may("approver") and not own
    if own:
        st.caption(visit.say("review.own_proposals", proposals=", ".join(own)))
    if not visit.may("approver") and len(own) < len(rows):
        st.caption(visit.say("review.approvers_answer"))
        return
    with st.form("review_answer", enter_to_submit=False):  # Enter could mean either answer
        why = st.text_input(visit.say("review.why"), placeholder=visit.say("review.why_hint"))
        with st.container(horizontal=True):
            approved = may_approve and st.form_submit_button(
                visit.say("review.approve_now", count=len(rows)), type="primary"
            )
            refused = st.form_submit_button(visit.say("review.refuse_now", count=len(rows)))
    if approved or refused:
        _carry_out(visit, [row["proposal"] for row in rows], why, approve=approved)


def _carry_out(visit: Visit, names: list[str], why: str, *, approve: bool) -> None:
    home, by, notices = visit.home, visit.account.name, []
    with decide.guard(visit) as outcome:
        if approve:
            acts = home.approve(names, why=why or visit.say("review.approved_why"), by=by)
            notices = [act.payload["notice"] for act in acts if act.kind == ISSUED]
        else:
            home.refuse(names, why=why, by=by)
    if isinstance(outcome.fault, Decided):
        told.refused(outcome.fault)
    if outcome.done:
        key = "review.approved_now" if approve else "review.refused_now"
        told.done(visit.say(key, proposal=", ".join(names)), notices)
