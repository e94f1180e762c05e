"""The settings in force, and how an administrator changes one."""

import streamlit as st

from dashboards.parts import decide, recall, tables
from dashboards.visit import Visit
from fxwatch.reading import operations
from fxwatch.settings import setting_fields
from fxwatch.terms import Role

_TOLD = "operations_settings_told"


def show(visit: Visit) -> None:
    """A table, and the form for those who may."""
    st.subheader(visit.say("operations.settings"), anchor=False)
    if told := st.session_state.pop(_TOLD, None):
        st.success(told)
    found = recall.remembered(visit, operations.settings_in_force, visit.language)
    shown = found.select("setting", "value", "default", "unit", "meaning")
    tables.show(visit, shown, key="operations_settings", export="settings", height=33 * (len(shown) + 1) + 4)
    if visit.may(Role.ADMINISTRATOR):
        with st.expander(visit.say("operations.change_setting")):
            _form(visit, dict(found.select("setting", "value").iter_rows()))


@st.fragment
def _form(visit: Visit, now: dict[str, str]) -> None:
    known = setting_fields()
    name = st.selectbox(visit.say("columns.setting"), list(known), key="operations_setting", width=420)
    notes = known[name].metadata
    st.caption(notes["meaning_zh" if visit.language == "zh" else "meaning"])
    choices = notes["choices"] or (("true", "false") if notes["kind"] == "yes or no" else ())
    label, key = visit.say("columns.value"), f"operations_value_{name}"
    if choices:
        at = choices.index(now[name]) if now[name] in choices else 0
        value = st.selectbox(label, choices, index=at, key=key, format_func=lambda v: visit.label(v) or "–", width=420)
    else:
        value = st.text_input(label, now[name], key=key, width=420)
    if st.button(visit.say("operations.change"), key="operations_change_setting", type="primary"):
        with decide.guard(visit) as outcome:
            visit.home.change_setting(name, value, by=visit.account.name)
        if outcome.done:
            st.session_state[_TOLD] = visit.say("operations.setting_changed", name=name, value=value or "–")
            st.rerun()
