"""The entity's file as a document to keep: made when asked for, and its digest put on record as an act."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import streamlit as st

from dashboards.parts import decide, figures
from dashboards.visit import Visit
from fxwatch.terms import Language, Role

MAY = (Role.REGULATOR, Role.APPROVER, Role.ANALYST)
MADE = "entity_paper"  # in the session's state: the file that was made last
FORMS = {
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_LANGUAGES: dict[Language, str] = {"en": "English", "zh": "中文"}


class Made(NamedTuple):
    """A file that waits to be downloaded."""

    entity_id: str
    name: str
    mime: str
    content: bytes
    digest: str
    act: int


def form(visit: Visit, key: str, name: str) -> None:
    """Ask for form, language and purpose; make the file; offer it."""
    say = visit.say
    st.caption(say("entity.file_means"))
    with st.form("entity_file_form", border=False):
        kind = st.radio(
            say("entity.file_form"), list(FORMS), format_func=lambda f: say(f"entity.file_{f}"), key="entity_file_kind"
        )
        spoken = list(_LANGUAGES)
        language = st.radio(
            say("entity.file_language"),
            spoken,
            index=spoken.index(visit.language),
            format_func=lambda word: _LANGUAGES[word],
            horizontal=True,
            key="entity_file_language",
        )
        why = st.text_input(say("entity.file_why"), key="entity_file_why")
        if st.form_submit_button(say("entity.file_do"), type="primary"):
            with decide.guard(visit) as outcome, st.spinner(say("entity.file_making")):
                st.session_state[MADE] = _made(visit, key, kind, language, why)
                outcome.said = say("entity.file_done", act=st.session_state[MADE].act)
    made: Made | None = st.session_state.get(MADE)
    if made is not None and made.entity_id == key:
        st.download_button(
            say("entity.file_download", name=figures.plain(made.name)), made.content, made.name, made.mime,
            key="entity_file_download", on_click="ignore", icon=":material/download:", type="primary", width="stretch",
        )  # fmt: skip
        st.caption(say("entity.file_on_record", act=made.act, digest=made.digest[:16]))


def _made(visit: Visit, key: str, kind: str, language: Language, why: str) -> Made:
    with TemporaryDirectory() as folder:
        out = Path(folder) / f"{key}-{visit.home.today():%Y%m%d}-{language}.{kind}"
        paper = visit.home.file(key, out, language=language, by=visit.account.name, why=why)
        return Made(key, out.name, FORMS[kind], out.read_bytes(), paper.digest, paper.act)
