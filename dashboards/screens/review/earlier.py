"""Earlier notices to an entity: what they said, whether they count, objections to them, and how they are taken back."""

from datetime import date
from typing import Any

import streamlit as st

from dashboards.parts import decide, figures
from dashboards.screens.review import foretold, settling, told
from dashboards.visit import Visit
from fxwatch.reading.consequences import if_rescinded
from fxwatch.reading.dossier import notices_to, said_in

_SHOWN = 8


def show(visit: Visit, entity_id: str) -> None:
    """Show the notices to an entity, newest first; each tells what it said when it is opened."""
    notices = notices_to(visit.home, entity_id)
    st.markdown(f"###### {visit.say('review.earlier', count=len(notices))}")
    if not notices:
        st.caption(visit.say("review.no_earlier"))
    for notice in notices[:_SHOWN]:
        with st.expander(_heading(visit, notice), key=f"review_earlier_{notice['notice']}", on_change="rerun") as one:
            if one.open:
                _opened(visit, notice)
    if len(notices) > _SHOWN:
        st.caption(visit.say("review.more_earlier", count=len(notices) - _SHOWN))


def _heading(visit: Visit, notice: dict[str, Any]) -> str:
    stands = "review.counts" if notice["counts"] else "review.rescinded" if _is_rescinded(notice) else "review.too_old"
    day = figures.day(notice["day"], visit.language)
    heading = f"{notice['notice']} · {day} · {visit.say(stands)}"
    objection = notice["objection"]
    return f"{heading} · {visit.say('review.objected', objection=objection['objection'])}" if objection else heading


def _opened(visit: Visit, notice: dict[str, Any]) -> None:
    for said in said_in(visit.home, notice["notice"]):
        st.markdown(f"- {figures.plain(said[visit.language])}")
    st.caption(
        visit.say("review.issued_by", account=figures.plain(notice["by"]), why=figures.plain(notice["why"]))
    )  # fmt: skip
    if _is_rescinded(notice):
        st.caption(
            visit.say(
                "review.rescinded_by",
                account=figures.plain(notice["rescinded_by"]),
                day=figures.day(notice["rescinded_on"], visit.language),
                why=figures.plain(notice["rescinded_why"]),
            )
        )
    objection = notice["objection"]
    if objection:
        st.caption(
            visit.say(
                "review.objection_says",
                objection=objection["objection"],
                day=figures.day(objection["day"], visit.language),
                why=figures.plain(objection["why"]),
                status=visit.say(f"review.objection_{objection['status']}"),
            )
        )
    with st.container(horizontal=True):
        told.letter(visit, notice["notice"], key=f"review_letter_of_{notice['notice']}")
        if not _is_rescinded(notice):
            _actions(visit, notice)


def _actions(visit: Visit, notice: dict[str, Any]) -> None:
    number, objection = notice["notice"], notice["objection"]
    if objection is None and visit.may("regulator", "approver"):
        with st.popover(visit.say("review.lodge"), key=f"review_lodge_{number}"):
            _lodge(visit, number)
    if objection is not None and objection["status"] == "lodged" and visit.may("approver"):
        with st.popover(visit.say("review.decide_objection"), key=f"review_settle_{number}"):
            settling.form(visit, objection)
    if visit.may("approver"):
        with st.popover(visit.say("review.rescind"), key=f"review_rescind_{number}"):
            _rescind(visit, notice)


def _lodge(visit: Visit, number: str) -> None:
    with st.form(f"review_lodge_form_{number}", border=False):
        why = st.text_input(visit.say("review.grounds"))
        late = st.text_input(visit.say("review.late_because"), help=visit.say("review.late_help"))
        sent = st.form_submit_button(visit.say("review.lodge"), type="primary")
    if sent:
        with decide.guard(visit) as outcome:
            act = visit.home.lodge_objection(number, why=why, late_because=late.strip() or None, by=visit.account.name)
        if outcome.done:
            until = figures.day(date.fromisoformat(act.payload["decide_by"]), visit.language)
            told.done(visit.say("review.lodged", objection=act.payload["objection"], day=until))


def _rescind(visit: Visit, notice: dict[str, Any]) -> None:
    number = notice["notice"]
    foreseen = if_rescinded(visit.home, notice["entity_id"], number)
    if foreseen is not None:
        st.markdown(foretold.say(visit, foreseen))
    with st.form(f"review_rescind_form_{number}", border=False):
        to = settling.hits_become(visit, f"review_rescind_to_{number}")
        why = st.text_input(visit.say("review.why"))
        sent = st.form_submit_button(visit.say("review.rescind_now", notice=number), type="primary")
    if sent:
        with decide.guard(visit) as outcome:
            act = visit.home.rescind_notice(number, why=why, to=to, by=visit.account.name)
        if outcome.done:
            told.done(settling.said(visit, act.payload, visit.say("review.rescinded_now", notice=number)))


def _is_rescinded(notice: dict[str, Any]) -> bool:
    return bool(notice["status"] == "rescinded")
