"""A new version of a parameter from a day on: an approver's act, never for the past, with its basis."""

from datetime import date

import streamlit as st

from dashboards.parts import decide, figures, recall
from dashboards.visit import Visit
from fxwatch.amending import amend
from fxwatch.procedure import needs_approval
from fxwatch.reading import book
from fxwatch.terms import Role

_TOLD = "rule_book_told"


def show(visit: Visit, rule: str) -> None:
    """The form, for those who may; for others, who may."""
    versions = recall.remembered(visit, book.versions, visit.language).filter(rule=rule)
    # What became of the version that was entered a moment ago is told where it was entered.
    if st.session_state.get(_TOLD, ("", ""))[0] == rule:
        st.success(st.session_state.pop(_TOLD)[1])
    names = versions["parameter"].unique(maintain_order=True).to_list()
    if not names:
        return
    if not visit.may(Role.APPROVER):
        st.caption(visit.say("rule_book.only_approvers"))
        return
    meanings = dict(versions.select("parameter", "meaning").iter_rows())
    now = dict(versions.filter(state="in_force").select("parameter", "value").iter_rows())
    with st.expander(visit.say("rule_book.change")):
        _form(visit, rule, meanings, now)


@st.fragment
def _form(visit: Visit, rule: str, meanings: dict[str, str], now: dict[str, str]) -> None:
    key, today = f"rule_book_{rule}", visit.home.today()
    parameter = st.selectbox(
        visit.say("rule_book.which"), list(meanings), format_func=lambda name: meanings[name], key=f"{key}_which"
    )
    left, right = st.columns(2)
    with left:
        value = value_of(visit, f"{rule}.{parameter}", now[parameter], f"{key}_{parameter}")
    earliest = date(2000, 1, 1) if visit.home.simulation else today
    begins = right.date_input(
        visit.say("rule_book.from"), today, min_value=earliest, key=f"{key}_from", format="YYYY-MM-DD"
    )
    basis = st.text_area(
        visit.say("rule_book.new_basis"),
        key=f"{key}_basis",
        height=80,
        placeholder=visit.say("rule_book.new_basis_hint"),
    )
    st.caption(_what_it_does(visit, rule))
    if st.button(visit.say("rule_book.enter"), type="primary", key=f"{key}_enter"):
        _enter(visit, f"{rule}.{parameter}", value, begins, basis)


def value_of(visit: Visit, name: str, now: str, key: str) -> str:
    """A field for a parameter's new value: its choices, or a number as people write it; gives back the plain word."""
    choices = book.choices_of(name)
    label = visit.say("rule_book.new_value")
    if choices:
        at = choices.index(now) if now in choices else 0
        return st.selectbox(label, choices, index=at, format_func=visit.label, key=key)
    typed = st.text_input(label, figures.count(int(now)) if now.isdigit() else now, key=key)
    return typed.replace(",", "").replace(" ", "")


def _enter(visit: Visit, name: str, value: str, begins: date, basis: str) -> None:
    with decide.guard(visit) as outcome:
        act = amend(visit.home, name, value, valid_from=begins, basis=basis, by=visit.account.name)
    if outcome.done:
        key = "rule_book.proposed" if act.kind == "proposed" else "rule_book.entered"
        day = figures.day(begins, visit.language)
        shown = figures.count(int(value)) if value.isdigit() else visit.label(value)
        told = visit.say(key, value=shown, day=day, proposal=act.payload.get("proposal", ""))
        st.session_state[_TOLD] = name.partition(".")[0], told
        st.rerun()


def _what_it_does(visit: Visit, rule: str) -> str:
    when = "grades_at_once" if rule == "grade" else "register_at_once" if rule == "register" else "next_run"
    told = visit.say(f"rule_book.{when}")
    if needs_approval(visit.home.register.parameter, visit.home.today()):
        told += visit.say("rule_book.four_eyes")
    return told
