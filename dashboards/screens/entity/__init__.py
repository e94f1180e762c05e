"""Entity: find one, and everything on record about it (企业档案). Its parts are read when they are looked at."""

import streamlit as st

from dashboards.parts import heading, links
from dashboards.screens.entity import events, find, flows, head, overview, peers, risk, trade
from dashboards.visit import Visit
from fxwatch.identifiers import entity_key
from fxwatch.reading import portrait

PARTS = {
    "overview": overview.show,
    "trade": trade.show,
    "events": events.show,
    "peers": peers.show,
    "risk": risk.show,
    "flows": flows.show,
}
PART = "entity_part"


def show(visit: Visit) -> None:
    """Show the screen: the search, and below it what was found or the entity that is open."""
    heading.show(visit, "entity.title")
    find.bar(visit)
    asked = links.asked("entity")
    if asked is None:
        find.results(visit)
        return
    key = entity_key(asked, verify=visit.home.settings.verify_ids)
    entry = portrait.entry_of(visit.home, key) if key else None
    if key is None or entry is None:
        find.unknown(visit, asked, key)
        return
    head.show(visit, entry)
    _part(visit)(visit, key)


def _part(visit: Visit) -> head.Shows:
    """The part that is looked at: what was chosen last, what a link asks for, else the overview."""
    asked = links.asked("part")
    if PART not in st.session_state:
        st.session_state[PART] = asked if asked in PARTS else "overview"
    chosen = st.segmented_control(
        visit.say("entity.part"),
        list(PARTS),
        format_func=lambda name: visit.say(f"entity.part_{name}"),
        key=PART,
        required=True,
        label_visibility="collapsed",
    )
    name = chosen if chosen in PARTS else "overview"
    links.keep(part=None if name == "overview" else name)
    return PARTS[name]
