"""Who an entity is, its grade now with what a bank would ask for, and what may be done about it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboards.parts import figures, letter, recall
from dashboards.screens.entity import doing, find, who
from dashboards.visit import Visit
from fxwatch.reading import grades
from fxwatch.terms import Grade

FACTS_A_ROW = 4
Shows = Callable[[Visit, str], None]


def show(visit: Visit, entry: dict[str, Any]) -> None:
    """Name and traits on the left, the grade on the right, the buttons below."""
    key = entry["entity_id"]
    find.remember(key, entry["name"])
    left, right = st.columns([8, 5], gap="medium")
    with left:
        _who(visit, entry)
        doing.buttons(visit, key, entry["name"])
    with right:
        _grade(visit, recall.remembered(visit, grades.grade_of, key))


def _who(visit: Visit, entry: dict[str, Any]) -> None:
    st.header(figures.plain(entry["name"]))
    say, language = visit.say, visit.language
    facts = [
        (say("entity.code"), entry["entity_id"]),
        (say("entity.industry"), who.industry(visit, entry["industry"])),
        (say("entity.area"), who.area(visit, entry["area"])),
        (say("entity.registered"), figures.day(entry["registered_on"], language)),
        (say("entity.on_record"), figures.day(entry["on_record_since"], language)),
    ]
    if entry["economic_type"]:
        facts.append((say("entity.economic_type"), entry["economic_type"]))
    if entry["investor_economies"]:
        facts.append((say("entity.investors"), who.economies(visit, entry["investor_economies"])))
    for row in range(0, len(facts), FACTS_A_ROW):
        places = st.columns(FACTS_A_ROW, gap="small")
        for place, (name, value) in zip(places, facts[row : row + FACTS_A_ROW], strict=False):
            place.markdown(f":gray[{figures.plain(name)}]  \n{figures.plain(value)}")
    if entry["transport_enterprise"]:
        st.badge(say("entity.transport_enterprise"), color="blue", help=say("entity.transport_help"))


def _grade(visit: Visit, told: dict[str, Any]) -> None:
    with st.container(border=True):
        st.caption(visit.say("entity.grade_on", day=figures.day(told["on"], visit.language)))
        letter.large(visit, told["grade"], size=72)
        asked = letter.documents(visit, told["documents"])
        st.markdown(visit.say("entity.documents", documents=asked))
        st.caption(_counted(visit, told))
        if told["provisional_grade"] != told["grade"]:
            st.warning(
                visit.say(
                    "entity.would_move",
                    grade=visit.label(told["provisional_grade"]),
                    count=sum(1 for one in told["would_issue"] if one["notice"] is None),
                )
            )


def _counted(visit: Visit, told: dict[str, Any]) -> str:
    """Why it has this grade: what was counted in which window."""
    language, count = visit.language, figures.count
    counted = visit.say(
        "entity.counted",
        first=figures.day(told["window_from"], language),
        last=figures.day(told["window_to"], language),
        breaches=count(len(told["breaches"])),
        notices=count(len(told["notices"])),
        hits=count(len(told["open_hits"])),
    )
    partial = "" if told["full_year"] or told["grade"] == Grade.UNKNOWN else f" {visit.say('entity.no_full_year')}"
    return counted + partial
