"""The forms of the deeds: issue, dismiss, inquire, assign, note, approve, refuse; what each would do is said above it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.parts import decide, links
from dashboards.screens.review import foretold, listing, told
from dashboards.visit import Visit
from fxwatch.errors import Decided
from fxwatch.reading.consequences import if_dismissed, if_noticed
from fxwatch.terms import Role

Hits = Sequence[dict[str, Any]]
_SPLIT = [6, 2]  # what is written, and the button beside it
_ANSWER_DAYS = 14  # proposed for an inquiry's answer; the form lets it be changed


def _notice(visit: Visit, hits: Hits, following: str | None) -> None:
    foreseen = if_noticed(visit.home, _ids(hits))
    foretold.show(visit, foreseen, issuing=True)
    waits = any(one.waits for one in foreseen)
    with st.form("review_notice", border=False):
        left, right = st.columns(_SPLIT, vertical_alignment="bottom")
        why = _why(visit, left)
        sent = _submit(visit, right, "propose_notice" if waits else "issue", count=len(foreseen))
    if sent:
        made: list[str] = []
        with decide.guard(visit) as outcome:
            made = visit.home.issue_notices(_ids(hits), why=why, by=visit.account.name)
        key = "review.proposed_now" if waits else "review.issued_now"
        said = visit.say(key, proposal=", ".join(made), notices=", ".join(made), count=len(made))
        _then(outcome, said, following, made if outcome.done and not waits else None)


def _dismiss(visit: Visit, hits: Hits, following: str | None) -> None:
    foretold.show(visit, if_dismissed(visit.home, _ids(hits)), issuing=False)
    with st.form("review_dismiss", border=False):
        left, middle, right = st.columns([4, 2, 2], vertical_alignment="bottom")
        why = _why(visit, left)
        until = middle.date_input(
            visit.say("review.explains_until"), value=None, min_value=min(h["raised_on"] for h in hits),
            format="YYYY-MM-DD", help=visit.say("review.explains_help"),
        )  # fmt: skip
        sent = _submit(visit, right, "dismiss_now", count=len(hits))
    if sent:
        with decide.guard(visit) as outcome:
            visit.home.dismiss(_ids(hits), why=why, explains_until=until, by=visit.account.name)
        _then(outcome, visit.say("review.dismissed_now", count=len(hits)), following)


def _inquiry(visit: Visit, hits: Hits, following: str | None) -> None:
    with st.form("review_inquiry", border=False):
        left, middle, right = st.columns([4, 2, 2], vertical_alignment="bottom")
        question = left.text_input(visit.say("review.question"))
        due = middle.date_input(
            visit.say("review.answer_by"), value=visit.home.today() + timedelta(days=_ANSWER_DAYS), format="YYYY-MM-DD"
        )
        sent = _submit(visit, right, "open_inquiry", count=len({hit["entity_id"] for hit in hits}))
    if sent:
        made: list[str] = []
        with decide.guard(visit) as outcome:
            made = visit.home.open_inquiries(_ids(hits), question=question, due=due, by=visit.account.name)
        said = visit.say("review.inquiry_opened", inquiries=", ".join(made), count=len(made))
        _then(outcome, said, hits[0]["hit_id"] if len(hits) == 1 else None)


def _assign(visit: Visit, hits: Hits, following: str | None) -> None:
    colleagues = _regulators(visit)
    with st.form("review_assign", border=False):
        left, middle, right = st.columns([4, 2, 2], vertical_alignment="bottom")
        to = left.selectbox(
            visit.say("review.assign_to"), colleagues, index=colleagues.index(visit.account.name),
            format_func=lambda a: visit.say("review.myself", account=a) if a == visit.account.name else a,
        )  # fmt: skip
        due = middle.date_input(
            visit.say("review.due"), value=None, min_value=visit.home.today(), format="YYYY-MM-DD",
            help=visit.say("review.due_help"),
        )  # fmt: skip
        sent = _submit(visit, right, "assign_now", count=len(hits))
    if sent:
        with decide.guard(visit) as outcome:
            visit.home.assign(_ids(hits), to, due=due, by=visit.account.name)
        to_other = to != visit.account.name or len(hits) > 1
        said = visit.say("review.assigned_now", account=to, count=len(hits))
        _then(outcome, said, following if to_other else hits[0]["hit_id"])


def _note(visit: Visit, hits: Hits, following: str | None) -> None:
    with st.form("review_note", border=False, clear_on_submit=True):
        left, right = st.columns(_SPLIT, vertical_alignment="bottom")
        text = left.text_input(visit.say("review.note"))
        sent = _submit(visit, right, "note_now", count=1)
    if sent:
        with decide.guard(visit) as outcome:
            visit.home.note(f"hit:{hits[0]['hit_id']}", text, by=visit.account.name)
        _then(outcome, visit.say("review.noted_now"), hits[0]["hit_id"])


def _approve(visit: Visit, hits: Hits, following: str | None) -> None:
    proposal = hits[0]["proposal"]
    with st.form("review_approve", border=False):
        left, right = st.columns(_SPLIT, vertical_alignment="bottom")
        why = left.text_input(visit.say("review.why"), value=visit.say("review.approved_why"))
        sent = _submit(visit, right, "approve_now", count=1)
    if sent:
        with decide.guard(visit) as outcome:
            visit.home.approve([proposal], why=why, by=visit.account.name)
        _then(outcome, visit.say("review.approved_now", proposal=proposal), following)


def _refuse(visit: Visit, hits: Hits, following: str | None) -> None:
    proposal = hits[0]["proposal"]
    with st.form("review_refuse", border=False):
        left, right = st.columns(_SPLIT, vertical_alignment="bottom")
        why = _why(visit, left)
        sent = _submit(visit, right, "refuse_now", count=1)
    if sent:
        with decide.guard(visit) as outcome:
            visit.home.refuse([proposal], why=why, by=visit.account.name)
        _then(outcome, visit.say("review.refused_now", proposal=proposal), hits[0]["hit_id"])


FORMS: Mapping[str, Callable[[Visit, Hits, str | None], None]] = {
    "notice": _notice,
    "dismiss": _dismiss,
    "inquiry": _inquiry,
    "assign": _assign,
    "note": _note,
    "approve": _approve,
    "refuse": _refuse,
}


def _then(outcome: decide.Outcome, said: str, following: str | None, notices: list[str] | None = None) -> None:
    """Go on after a deed; somebody else's decision is shown where the hit stands, what is mendable in the form itself."""
    if isinstance(outcome.fault, Decided):
        told.refused(outcome.fault)
    if outcome.done:
        st.session_state.pop("review_deed", None)
        listing.untick()
        links.keep(hit=following)
        told.done(said, notices)


def _why(visit: Visit, place: DeltaGenerator) -> str:
    why: str = place.text_input(visit.say("review.why"), placeholder=visit.say("review.why_hint"))
    return why


def _submit(visit: Visit, place: DeltaGenerator, name: str, *, count: int) -> bool:
    return place.form_submit_button(visit.say(f"review.{name}", count=count), type="primary", width="stretch")


def _regulators(visit: Visit) -> list[str]:
    known = visit.home.register.accounts().filter("is_active")
    return [row["name"] for row in known.iter_rows(named=True) if Role.REGULATOR in row["roles"].split(";")]


def _ids(hits: Hits) -> list[str]:
    return [hit["hit_id"] for hit in hits]
