"""One key of a bank: made, its secret shown once, and revoked. Each is an administrator's act."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.parts import decide
from dashboards.parts.figures import plain
from dashboards.visit import Visit
from fxwatch.banks.keys import DEFAULT_PER_SECOND, MOST_PER_SECOND, NewKey, add_key, revoke_key
from fxwatch.terms import KeyScope

_TOLD = "operations_keys_told"


def tell(visit: Visit) -> None:
    """What was done a moment ago; never a secret."""
    if told := st.session_state.pop(_TOLD, None):
        st.success(told)


def add(visit: Visit, above: DeltaGenerator) -> None:
    """The form of a new key. Its secret is written to the screen and nowhere else: the next click takes it away."""
    with st.expander(visit.say("operations.add_key")), st.form("operations_add_key", border=False):
        bank = st.text_input(visit.say("operations.key_bank"), key="operations_key_bank", width=420, max_chars=12)
        name = st.text_input(visit.say("operations.key_name"), key="operations_key_name", width=420, max_chars=64)
        expires = st.date_input(
            visit.say("operations.key_expires"), None, key="operations_key_expires", min_value=visit.home.today(),
            format="YYYY-MM-DD", width=420,
        )  # fmt: skip
        limit = st.number_input(
            visit.say("operations.key_limit"),
            1,
            MOST_PER_SECOND,
            DEFAULT_PER_SECOND,
            key="operations_key_limit",
            width=420,
        )
        scope = st.selectbox(
            visit.say("operations.key_scope"), [scope.value for scope in KeyScope], format_func=visit.label, key="operations_key_scope",
            help=visit.say("operations.key_scope_help"), width=420,
        )  # fmt: skip
        if not st.form_submit_button(visit.say("operations.add_key"), type="primary", key="operations_key_add"):
            return
    with decide.guard(visit) as outcome:
        made = add_key(
            visit.home, bank.strip(), name=name.strip(), expires=expires, per_second=limit, scope=scope,
            by=visit.account.name,
        )  # fmt: skip
    if outcome.done:
        with above:
            _show_once(visit, made)


def _show_once(visit: Visit, made: NewKey) -> None:
    key = made.key
    with st.container(border=True):
        st.success(visit.say("operations.key_added", which=key.key, bank=plain(key.bank), name=plain(key.name)))
        st.warning(visit.say("operations.key_once"))
        st.code(made.secret, language=None)


def revoke(visit: Visit, row: dict[str, Any]) -> None:
    """Asked twice, and why: whoever asks with it is turned away from that moment on."""
    key = row["key"]
    with (
        st.popover(visit.say("operations.revoke_key", which=f"{key} · {plain(row['bank'])} · {plain(row['name'])}")),
        st.form("operations_revoke", border=False),
    ):
        st.caption(visit.say("operations.revoke_hint"))
        why = st.text_input(visit.say("operations.why"), key=f"operations_revoke_why_{key}")
        if not st.form_submit_button(visit.say("operations.revoke_now"), type="primary", key="operations_revoke_now"):
            return
        if not why.strip():
            st.error(visit.say("operations.why_needed"))
            return
        with decide.guard(visit) as outcome:
            revoke_key(visit.home, key, why=why.strip(), by=visit.account.name)
    if outcome.done:
        st.session_state[_TOLD] = visit.say("operations.key_revoked", which=key)
        st.rerun()
