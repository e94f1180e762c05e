"""The screen "rule_book": every rule as it describes itself, the dated parameters, what the rules raised, policies in force."""

import streamlit as st

from dashboards.parts import heading, links
from dashboards.screens.rule_book import measured, parameters, policies, raised
from dashboards.visit import Visit

_PARTS = {
    "rules": raised.show,
    "monitors": measured.show,
    "bureau": parameters.of_the_bureau,
    "policies": policies.show,
}


def show(visit: Visit) -> None:
    """Show the screen."""
    with heading.beside(visit, "rule_book.title"):
        part = _chosen(visit)
    _PARTS[part](visit)


def _chosen(visit: Visit) -> str:
    """Which part is open; the URL says, and a rule that it names is in the first."""
    asked = links.asked("part")
    st.session_state["rule_book_part"] = asked if asked in _PARTS else "rules"
    chosen = st.segmented_control(
        visit.say("rule_book.part"), list(_PARTS), format_func=lambda part: visit.say(f"rule_book.part_{part}"),
        key="rule_book_part", required=True, label_visibility="collapsed",
        on_change=lambda: links.keep(part=st.session_state["rule_book_part"], rule=None),
    )  # fmt: skip
    return chosen or "rules"
