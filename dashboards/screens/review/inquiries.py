"""Inquiries: questions to entities, their answers, and what was found."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts import decide, empty, figures, links, tables
from dashboards.screens.review import told
from dashboards.screens.review.filters import rule_title
from dashboards.visit import Visit
from fxwatch.errors import Decided
from fxwatch.reading.cases import inquiries
from fxwatch.reading.dossier import named

_COLUMNS = ["inquiry", "name", "status", "question", "due_on", "overdue", "by", "answer", "finding"]

_LINKED = 3  # hits of an inquiry that are led to


def show(visit: Visit) -> None:
    """Show the inquiries, those under way first; the one that is picked can be answered and closed."""
    found = named(visit.home, inquiries(visit.home))
    found = found.sort(pl.col("status") == "closed", "due_on", "inquiry")
    if found.is_empty():
        empty.say(visit, "review.no_inquiries", "review.no_inquiries_next")
        return
    st.caption(visit.say("review.inquiries_hint"))
    spoken = found.with_columns(
        pl.col("status").replace_strict({s: visit.say(f"review.inquiry_{s}") for s in found["status"].unique()})
    )
    height = min(36 * (found.height + 1) + 3, 330)
    picked = tables.show(
        visit, spoken, key="review_inquiries", columns=_COLUMNS, select="one", height=height, export="inquiries"
    )
    _one(visit, found.row(picked[0] if picked else 0, named=True))


def _one(visit: Visit, inquiry: dict[str, Any]) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{inquiry['inquiry']}** · {figures.plain(inquiry['question'])}", width="content")
            who = figures.plain(inquiry["name"] or inquiry["entity_id"])
            links.to(visit, "entity", f"{who} ↗", entity=inquiry["entity_id"])
            for hit in visit.home.hits(ids=inquiry["hits"][:_LINKED]).iter_rows(named=True):
                day = figures.day(hit["raised_on"], visit.language)
                links.to(visit, "review", f"{rule_title(visit, hit['rule'])} · {day} ↗", hit=hit["hit_id"])
        if inquiry["answer"]:
            st.markdown(f"**{visit.say('review.answer')}**: {figures.plain(inquiry['answer'])}")
        if inquiry["finding"]:
            st.markdown(f"**{visit.say('review.finding')}**: {figures.plain(inquiry['finding'])}")
        if inquiry["status"] == "closed":
            return
        if not visit.may("regulator"):
            st.caption(visit.say("review.only_looks"))
            return
        if inquiry["status"] == "open":
            _form(visit, inquiry["inquiry"], "answer")
        _form(visit, inquiry["inquiry"], "finding")


def _form(visit: Visit, number: str, what: str) -> None:
    """The form for an answer, or for the finding that closes the inquiry."""
    with st.form(f"review_{what}_{number}", border=False):
        left, right = st.columns([4, 1], vertical_alignment="bottom")
        text = left.text_input(visit.say(f"review.{what}"))
        with right:
            sent = st.form_submit_button(visit.say(f"review.{what}_now"), width="stretch")
    if not sent:
        return
    with decide.guard(visit) as outcome:
        if what == "answer":
            visit.home.answer_inquiry(number, answer=text, by=visit.account.name)
        else:
            visit.home.close_inquiry(number, finding=text, by=visit.account.name)
    if isinstance(outcome.fault, Decided):
        told.refused(outcome.fault)
    if outcome.done:
        told.done(visit.say(f"review.{what}_kept", inquiry=number))
