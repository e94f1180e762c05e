"""One account: made, given other roles or a new password, closed, opened again. Each is an administrator's act."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards.parts import decide
from dashboards.parts.figures import plain
from dashboards.visit import Visit
from fxwatch import passwords
from fxwatch.amending import add_account, close_account, set_password
from fxwatch.terms import Role

_TOLD, _SECRET = "operations_users_told", "operations_users_secret"


def tell(visit: Visit) -> None:
    """What was done a moment ago; a new password is shown this once."""
    if told := st.session_state.pop(_TOLD, None):
        st.success(told)
    if secret := st.session_state.pop(_SECRET, None):
        st.warning(visit.say("operations.password_once"))
        st.code(secret, language=None)


def add(visit: Visit) -> None:
    """A new account, with an invented password."""
    with st.expander(visit.say("operations.add_user")), st.form("operations_add_user", border=False):
        name = st.text_input(visit.say("operations.user_name"), key="operations_new_name", width=420).strip()
        roles = _roles(visit, [], "operations_new_roles")
        bank = st.text_input(
            visit.say("operations.institution"), key="operations_new_bank", width=420,
            help=visit.say("operations.institution_help"),
        ).strip()  # fmt: skip
        if not st.form_submit_button(visit.say("operations.add"), type="primary", disabled=False):
            return
    secret = passwords.invent()
    with decide.guard(visit) as outcome:
        add_account(visit.home, name, roles, institution=bank or None, by=visit.account.name)
        set_password(visit.home, name, secret, by=visit.account.name)
    if outcome.done:
        _done(visit.say("operations.user_added", name=plain(name)), secret)


def change(visit: Visit, row: dict[str, Any]) -> None:
    """What may be done to an account."""
    name = row["name"]
    with st.container(border=True):
        st.markdown(f"**{plain(name)}**")
        roles = _roles(visit, row["roles"], f"operations_roles_{name}")
        with st.container(horizontal=True, gap="small"):
            _give_roles(visit, row, roles)
            if row["is_active"]:
                _give_password(visit, name)
            if row["is_active"] and name != visit.account.name:
                _close(visit, name)


def _give_roles(visit: Visit, row: dict[str, Any], roles: Sequence[str]) -> None:
    words = visit.say("operations.set_roles" if row["is_active"] else "operations.open_again")
    if st.button(words, key="operations_set_roles", disabled=not roles):
        with decide.guard(visit) as outcome:
            add_account(visit.home, row["name"], list(roles), by=visit.account.name)
        if outcome.done:
            _done(visit.say("operations.user_changed", name=plain(row["name"])))


def _give_password(visit: Visit, name: str) -> None:
    if st.button(
        visit.say("operations.new_password"), key="operations_password", help=visit.say("operations.new_password_help")
    ):
        secret = passwords.invent()
        with decide.guard(visit) as outcome:
            set_password(visit.home, name, secret, by=visit.account.name)
        if outcome.done:
            _done(visit.say("operations.password_set", name=plain(name)), secret)


def _close(visit: Visit, name: str) -> None:
    """Asked twice: its sessions end at once."""
    with st.popover(visit.say("operations.close_user")):
        st.caption(visit.say("operations.close_hint"))
        why = st.text_input(visit.say("operations.why"), key=f"operations_close_why_{name}")
        if st.button(visit.say("operations.close_now"), key="operations_close", type="primary"):
            with decide.guard(visit) as outcome:
                close_account(visit.home, name, by=visit.account.name, why=why)
            if outcome.done:
                _done(visit.say("operations.user_closed", name=plain(name)))


def _roles(visit: Visit, now: Sequence[str], key: str) -> list[str]:
    return st.pills(
        visit.say("columns.roles"), [role.value for role in Role], default=[role for role in now if role in set(Role)],
        selection_mode="multi", format_func=visit.label, key=key,
    )  # fmt: skip


def _done(told: str, secret: str | None = None) -> None:
    st.session_state[_TOLD] = told
    if secret is not None:
        st.session_state[_SECRET] = secret
    st.rerun()
