"""What may be done about an entity: a note, an inquiry, a breach or its rescission, its file. Each button for its roles."""

from collections.abc import Callable
from datetime import timedelta

import streamlit as st

from dashboards.parts import decide, recall
from dashboards.screens.entity import paper
from dashboards.visit import Visit
from fxwatch.reading import hits as reading
from fxwatch.terms import Role, Status

ROUND = "entity_round"  # in the session's state: grows with every act, so that the next form begins empty and closed
HITS_SHOWN = 100
ANSWER_DAYS = 30


def buttons(visit: Visit, key: str, name: str) -> None:
    """The buttons that the account's roles give it."""
    offered: list[tuple[str, tuple[Role, ...], Callable[[Visit, str], None]]] = [
        ("note", (Role.REGULATOR,), _note),
        ("inquire", (Role.REGULATOR,), _inquire),
        ("breach", (Role.REGULATOR,), _breach),
        ("rescind", (Role.APPROVER,), _rescind),
    ]
    with st.container(horizontal=True, gap="small"):
        for act, roles, form in offered:
            if visit.may(*roles) and (act != "rescind" or _standing(visit, key)):
                with st.popover(visit.say(f"entity.{act}"), key=_widget(act, "popover")):
                    form(visit, key)
        if visit.may(*paper.MAY):
            with st.popover(visit.say("entity.file"), key="entity_file_popover"):
                paper.form(visit, key, name)


def _note(visit: Visit, key: str) -> None:
    with st.form(_widget("note", "form"), border=False):
        text = st.text_area(visit.say("entity.note_text"), key=_widget("note", "text"))
        if st.form_submit_button(visit.say("entity.note_do"), type="primary"):
            with decide.guard(visit) as outcome:
                visit.home.note(f"entity:{key}", text, by=visit.account.name)
                outcome.said = visit.say("entity.note_done")
            _after(outcome)


def _inquire(visit: Visit, key: str) -> None:
    open_hits = recall.remembered(visit, reading.hits_of, entity=key, status=Status.OPEN.value).sort(
        "raised_on", descending=True
    )
    with st.form(_widget("inquire", "form"), border=False):
        question = st.text_area(visit.say("entity.question"), key=_widget("inquire", "question"))
        today = visit.home.today()
        due = st.date_input(
            visit.say("entity.due"),
            value=today + timedelta(days=ANSWER_DAYS),
            min_value=today,
            key=_widget("inquire", "due"),
        )
        about = st.multiselect(
            visit.say("entity.about_hits"),
            open_hits["hit_id"].head(HITS_SHOWN).to_list(),
            key=_widget("inquire", "hits"),
            placeholder=visit.say("entity.about_entity"),
        )
        if st.form_submit_button(visit.say("entity.inquire_do"), type="primary"):
            with decide.guard(visit) as outcome:
                entity = None if about else key
                made = visit.home.open_inquiries(
                    about, entity_id=entity, question=question, due=due, by=visit.account.name
                )
                outcome.said = visit.say("entity.inquire_done", inquiry=made[0])
            _after(outcome)


def _breach(visit: Visit, key: str) -> None:
    with st.form(_widget("breach", "form"), border=False):
        number = st.text_input(visit.say("entity.breach_no"), key=_widget("breach", "no"), max_chars=64)
        day = st.date_input(
            visit.say("entity.breach_day"),
            value=visit.home.today(),
            max_value=visit.home.today(),
            key=_widget("breach", "day"),
        )
        provision = st.text_input(visit.say("entity.provision"), key=_widget("breach", "provision"))
        description = st.text_area(visit.say("entity.description"), key=_widget("breach", "description"))
        reference = st.text_input(visit.say("entity.reference"), key=_widget("breach", "reference"))
        st.caption(visit.say("entity.breach_means"))
        if st.form_submit_button(visit.say("entity.breach_do"), type="primary"):
            with decide.guard(visit) as outcome:
                became = visit.home.record_breach(
                    number, entity_id=key, day=day, provision=provision, description=description, reference=reference,
                    by=visit.account.name,
                )  # fmt: skip
                outcome.said = visit.say(f"entity.breach_{became}", number=number.strip())
            _after(outcome)


def _rescind(visit: Visit, key: str) -> None:
    with st.form(_widget("rescind", "form"), border=False):
        number = st.selectbox(visit.say("entity.which_breach"), _standing(visit, key), key=_widget("rescind", "no"))
        why = st.text_area(visit.say("entity.why"), key=_widget("rescind", "why"))
        if st.form_submit_button(visit.say("entity.rescind_do"), type="primary"):
            with decide.guard(visit) as outcome:
                act = visit.home.rescind_breach(number, why=why, by=visit.account.name)
                waits = act.kind == "proposed"
                outcome.said = visit.say(f"entity.rescind_{'proposed' if waits else 'done'}", number=number)
            _after(outcome)


def _standing(visit: Visit, key: str) -> list[str]:
    """The breaches that can be taken back."""
    return visit.home.register.breaches(entity_id=key).filter(status="standing")["breach_no"].to_list()


def _after(outcome: decide.Outcome) -> None:
    if outcome.done:
        st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
        st.rerun()


def _widget(act: str, part: str) -> str:
    return f"entity_{act}_{part}_{st.session_state.get(ROUND, 0)}"
