"""What of a rule runs in shadow: since when, what it found, beside what is in force; begun and ended by an approver."""

from datetime import date

import polars as pl
import streamlit as st

from dashboards.parts import decide, figures, recall, tables
from dashboards.screens.rule_book import compared
from dashboards.screens.rule_book.amending import value_of
from dashboards.visit import Visit
from fxwatch.procedure import needs_approval
from fxwatch.reading import book
from fxwatch.rulebook import SEVERITY
from fxwatch.shadows import compare, listed
from fxwatch.terms import Role

WHOLE = ""
_SHOWN = ["shadow", "parameter", "value", "valid_from", "status", "hits", "basis", "by", "ended_on", "ended_why"]


def show(visit: Visit, rule: str) -> None:
    """The shadows of a rule, the one that is picked compared, and the ways to begin and end one."""
    st.subheader(visit.say("rule_book.shadows"), anchor=False)
    found = recall.remembered(visit, listed).filter(rule=rule)
    if found.is_empty():
        st.caption(visit.say("rule_book.no_shadows"))
    else:
        st.caption(visit.say("rule_book.shadows_hint"))
        told = found.with_columns(parameter=pl.col("parameter").fill_null(visit.say("rule_book.whole_rule")))
        picked = tables.show(visit, told, key=f"rule_book_shadows_{rule}", columns=_SHOWN, select="one")
        running = found.filter(status="running")["shadow"].to_list()
        name = found["shadow"][picked[0]] if picked else (running or found["shadow"].to_list())[-1]
        st.markdown(f"**{visit.say('rule_book.shadow_compared', shadow=name)}**")
        compared.show(visit, recall.remembered(visit, compare, name), f"rule_book_shadow_{rule}")
        if running and visit.may(Role.APPROVER):
            with st.expander(visit.say("rule_book.end_shadow")):
                _end(visit, rule, running)
    if visit.may(Role.APPROVER):
        with st.expander(visit.say("rule_book.begin_shadow")):
            _begin(visit, rule)


@st.fragment
def _begin(visit: Visit, rule: str) -> None:
    key, today = f"rule_book_begin_{rule}", visit.home.today()
    mine = recall.remembered(visit, book.versions, visit.language).filter(
        pl.col("rule") == rule, pl.col("state") == "in_force", pl.col("parameter") != SEVERITY
    )
    meanings = dict(mine.select("parameter", "meaning").iter_rows()) | {WHOLE: visit.say("rule_book.whole_rule")}
    now = dict(mine.select("parameter", "value").iter_rows())
    parameter = st.selectbox(
        visit.say("rule_book.which"), list(meanings), format_func=lambda name: meanings[name], key=f"{key}_which"
    )
    left, right = st.columns(2)
    value = None
    if parameter != WHOLE:
        with left:
            value = value_of(visit, f"{rule}.{parameter}", now[parameter], f"{key}_{parameter}")
    earliest = date(2000, 1, 1) if visit.home.simulation else today
    begins = right.date_input(
        visit.say("rule_book.shadow_from"), today, min_value=earliest, key=f"{key}_from", format="YYYY-MM-DD"
    )
    basis = st.text_area(visit.say("rule_book.new_basis"), key=f"{key}_basis", height=80)
    told = visit.say("rule_book.shadow_does")
    if needs_approval(visit.home.register.parameter, today):
        told += visit.say("rule_book.four_eyes")
    st.caption(told)
    if st.button(visit.say("rule_book.begin"), key=f"{key}_go"):
        what = f"{rule}.{parameter}" if parameter != WHOLE else rule
        with decide.guard(visit) as outcome:
            act = visit.home.begin_shadow(what, value, valid_from=begins, basis=basis, by=visit.account.name)
            proposal = act.payload.get("proposal", "")
            outcome.said = (
                visit.say("rule_book.shadow_proposed", proposal=proposal)
                if act.kind == "proposed"
                else visit.say(
                    "rule_book.shadow_begun", shadow=act.payload["shadow"], day=figures.day(begins, visit.language)
                )
            )
        if outcome.done:
            st.rerun()


@st.fragment
def _end(visit: Visit, rule: str, running: list[str]) -> None:
    key = f"rule_book_end_{rule}"
    name = st.selectbox(visit.say("rule_book.which_shadow"), running, key=f"{key}_which")
    why = st.text_input(visit.say("rule_book.why_end"), key=f"{key}_why")
    st.caption(visit.say("rule_book.end_does"))
    if st.button(visit.say("rule_book.end"), key=f"{key}_go"):
        with decide.guard(visit) as outcome:
            act = visit.home.end_shadow(name, why=why, by=visit.account.name)
            proposal = act.payload.get("proposal", "")
            outcome.said = (
                visit.say("rule_book.shadow_proposed", proposal=proposal)
                if act.kind == "proposed"
                else visit.say("rule_book.shadow_ended", shadow=name)
            )
        if outcome.done:
            st.rerun()
