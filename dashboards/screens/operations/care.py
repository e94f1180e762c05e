"""Care of the house: the doctor's examination and a backup, for administrators."""

from pathlib import Path

import streamlit as st

from dashboards.parts import decide, figures
from dashboards.visit import Visit
from fxwatch.terms import Role
from fxwatch.upkeep import Diagnosis, Severity

_BOXES = {Severity.DAMAGE: st.error, Severity.ATTENTION: st.warning, Severity.NOTE: st.info}


def show(visit: Visit) -> None:
    """Both, beside one another."""
    left, right = st.columns(2, gap="large")
    with left:
        _examine(visit)
    with right:
        _back_up(visit)


@st.fragment
def _examine(visit: Visit) -> None:
    st.subheader(visit.say("operations.doctor"), anchor=False)
    st.caption(visit.say("operations.doctor_hint"))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        is_asked = st.button(visit.say("operations.examine"), key="operations_doctor")
        deep = st.toggle(visit.say("operations.deep"), key="operations_deep", help=visit.say("operations.deep_help"))
    if is_asked:
        with decide.guard(visit), st.spinner(visit.say("operations.examining"), show_time=True):
            _tell(visit, visit.home.doctor(deep=deep))


def _tell(visit: Visit, found: Diagnosis) -> None:
    seen = found.looked_at
    if not found.exit_code:
        loads, runs = seen.get("loads", 0), seen.get("runs", 0)
        st.success(visit.say("operations.all_well", loads=loads, runs=runs, acts=figures.count(seen.get("acts", 0))))
    for finding in found.findings:
        severity = visit.say(f"operations.severity_{finding.severity}")
        told = f"**{severity} · {figures.plain(finding.where)}**  \n{figures.plain(finding.say(visit.language))}"
        _BOXES[finding.severity](told)


@st.fragment
def _back_up(visit: Visit) -> None:
    st.subheader(visit.say("operations.backup"), anchor=False)
    st.caption(visit.say("operations.backup_hint"))
    if not visit.may(Role.ADMINISTRATOR):
        st.caption(visit.say("operations.only_administrators"))
        return
    place = st.text_input(
        visit.say("operations.place"), key="operations_place", placeholder=visit.say("operations.place_like")
    )
    why = st.text_input(visit.say("operations.why"), key="operations_backup_why")
    if not st.button(visit.say("operations.back_up"), key="operations_backup", disabled=not place.strip()):
        return
    with decide.guard(visit), st.spinner(visit.say("operations.backing_up"), show_time=True):
        made = visit.home.backup(Path(place.strip()), by=visit.account.name, why=why)
        acts = figures.count(made.manifest["acts"])
        st.success(visit.say("operations.backed_up", place=str(made.place), acts=acts, digest=made.digest))
