"""The screen "operations": what came in, what waits in quarantine, the runs, the record, who may enter or ask, how the house stands."""

import streamlit as st

from dashboards.parts import heading, links
from dashboards.screens.operations import house, keys, loads, quarantine, record, runs, users
from dashboards.visit import Visit
from fxwatch.terms import Role

_PARTS = {
    "loads": loads.show,
    "quarantine": quarantine.show,
    "runs": runs.show,
    "record": record.show,
    "users": users.show,
    "keys": keys.show,
    "house": house.show,
}
_FOR_ADMINISTRATORS = ("users", "keys")


def show(visit: Visit) -> None:
    """Show the screen."""
    parts = [part for part in _PARTS if part not in _FOR_ADMINISTRATORS or visit.may(Role.ADMINISTRATOR)]
    with heading.beside(visit, "operations.title"):
        part = _chosen(visit, parts)
    _PARTS[part](visit)


def _chosen(visit: Visit, parts: list[str]) -> str:
    asked = links.asked("part")
    st.session_state["operations_part"] = asked if asked in parts else parts[0]
    chosen = st.segmented_control(
        visit.say("operations.part"), parts, format_func=lambda part: visit.say(f"operations.part_{part}"),
        key="operations_part", required=True, label_visibility="collapsed",
        on_change=lambda: links.keep(part=st.session_state["operations_part"], kind=None, reason=None, page=None),
    )  # fmt: skip
    return chosen or parts[0]
