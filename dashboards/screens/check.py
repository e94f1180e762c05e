"""Check: a bank clerk asks before a payment and is told the grade and the documents, and sees nothing else."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts import figures, heading, letter, links, tables, uploading
from dashboards.visit import Visit
from fxwatch import clerk
from fxwatch.check import Answer
from fxwatch.errors import FxwatchError
from fxwatch.home import ZONE
from fxwatch.intake.asked import LARGEST, identifiers_in, identifiers_of
from fxwatch.terms import Grade, Role

ANSWER, LIST = "check_answer", "check_list"  # in the session's state: what was told last; a rerun asks nothing again
LETTER = 168
COLUMNS = ("no", "asked", "entity_id", "name", "grade", "remark", "documents", "on", "valid_until", "receipt")
NAME, REMARK = 220, 170
_TODAY = ("receipt", "at", "entity_id", "name", "grade", "by")


def show(visit: Visit) -> None:
    """Show the screen."""
    heading.show(visit, "check.title")
    if not visit.may(Role.BANK):
        st.info(visit.say("check.for_banks"))
        links.to(visit, "entity", visit.say("check.to_entity"))
        return
    try:
        institution = clerk.institution_of(visit.home, visit.account.name)
    except FxwatchError as fault:
        st.error(fault.say(visit.language))
        return
    st.caption(visit.say("check.how", institution=institution))
    one, many = st.tabs([visit.say("check.one"), visit.say("check.many")])
    with one:
        _one(visit)
    with many:
        _many(visit)
    _today(visit)


# ---- one


def _one(visit: Visit) -> None:
    with st.form("check_form", clear_on_submit=True, border=False):
        field, button = st.columns([4, 1], vertical_alignment="bottom")
        asked = field.text_input(
            visit.say("check.id"), key="check_id", max_chars=64, placeholder=visit.say("check.id_like")
        )
        if button.form_submit_button(visit.say("check.ask"), type="primary", width="stretch"):
            st.session_state.pop(ANSWER, None)
            try:
                st.session_state[ANSWER] = clerk.ask(visit.home, asked, by=visit.account.name)
            except FxwatchError as fault:
                st.error(fault.say(visit.language))
    answer: Answer | None = st.session_state.get(ANSWER)
    if answer is not None:
        _answer(visit, answer)


def _answer(visit: Visit, answer: Answer) -> None:
    """The answer, to be read at arm's length."""
    with st.container(border=True):
        left, right = st.columns([2, 3], gap="large", vertical_alignment="center")
        with left:
            letter.large(visit, answer.grade.value, size=LETTER)
        with right:
            st.header(figures.plain(answer.name or visit.say("check.not_on_roll")))
            st.text(answer.entity_id)
            st.subheader(visit.say("check.documents"))
            letter.listed(visit, answer.documents)
            if answer.grade == Grade.UNKNOWN:
                st.warning(visit.say("check.unknown"))
        day = figures.day(answer.on, visit.language)
        facts = [
            ("on", day),
            ("valid_until", visit.say("check.end_of", day=day)),
            ("receipt", str(answer.receipt)),
            ("known_at", figures.moment(answer.known_at, visit.language)),
        ]
        for column, (name, value) in zip(st.columns(len(facts)), facts, strict=True):
            column.markdown(f":gray[{visit.say(f'check.{name}')}]  \n**{figures.plain(value)}**")


# ---- many


def _many(visit: Visit) -> None:
    st.caption(visit.say("check.list_how", most=figures.count(clerk.MOST)))
    with st.form("check_list_form", border=False):
        left, right = st.columns(2, gap="medium")
        pasted = left.text_area(visit.say("check.paste"), key="check_pasted", height=160)
        file = uploading.field(
            visit,
            visit.say("check.upload"),
            forms=("csv", "xlsx"),
            key="check_file",
            most_mb=LARGEST // 1_000_000,
            place=right,
        )
        if st.form_submit_button(visit.say("check.ask_all"), type="primary"):
            st.session_state.pop(LIST, None)
            try:
                ids = identifiers_of(pasted) + (identifiers_in(file.name, file.getvalue()) if file else [])
                with st.spinner(visit.say("check.asking", count=len(ids))):
                    st.session_state[LIST] = clerk.ask_each(visit.home, ids, by=visit.account.name)
            except FxwatchError as fault:
                st.error(fault.say(visit.language))
    told: list[clerk.Told] | None = st.session_state.get(LIST)
    if told is not None:
        _list(visit, told)


def _list(visit: Visit, told: list[clerk.Told]) -> None:
    """The answers in the order of the questions; what is unknown or refused says so."""
    rows = [{"no": no, **clerk.as_row(one), "remark": _remark(visit, one)} for no, one in enumerate(told, 1)]
    graded = [str(one.answer.grade) if one.answer else "refused" for one in told]
    parts = [
        visit.say(f"check.counted_{word}", count=graded.count(word)) for word in dict.fromkeys((*Grade, "refused"))
    ]
    st.markdown(f"**{visit.say('check.counted', count=len(told))}** {' · '.join(parts)}")
    frame = pl.DataFrame(rows, schema_overrides=_TYPES).select(COLUMNS)
    config = {
        "name": st.column_config.TextColumn(visit.say("columns.name"), width=NAME),
        "remark": st.column_config.TextColumn(visit.say("check.remark"), width=REMARK),
    }
    tables.show(visit, tables.localized(frame, visit), key="check_answers", export="check", config=config)


_TYPES: dict[str, Any] = {
    **dict.fromkeys(("entity_id", "name", "grade", "remark"), pl.String),
    "documents": pl.List(pl.String),
    "on": pl.Date,
    "valid_until": pl.Date,
    "receipt": pl.Int64,
}


def _remark(visit: Visit, one: clerk.Told) -> str | None:
    if one.answer is None:
        return visit.say("check.remark_refused")
    return visit.say("check.remark_unknown") if one.answer.grade == Grade.UNKNOWN else None


# ---- today


def _today(visit: Visit) -> None:
    """What this institution asked today, and nothing of any other."""
    asked = clerk.asked_since(visit.home, visit.home.today(), by=visit.account.name)
    with st.expander(visit.say("check.today", count=asked.height)):
        if asked.is_empty():
            st.caption(visit.say("check.none_today"))
        else:
            local = pl.col("at").dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE.key).dt.replace_time_zone(None)
            tables.show(visit, asked.with_columns(local).select(_TODAY), key="check_today", export="asked-today")
