"""New hits by rule, and the entities whose grade would move."""

from datetime import datetime

import streamlit as st

from dashboards.parts import figures, pictures, recall
from dashboards.screens.morning.tiles import lead
from dashboards.visit import Visit
from fxwatch.reading import morning
from fxwatch.rulebook import rules
from fxwatch.terms import Grade

SHOWN = 6
_COLOURS = {Grade.A.value: "green", Grade.B.value: "orange", Grade.C.value: "red"}


def hits(visit: Visit, after: datetime | None) -> None:
    """New hits by rule: how many, how many still open, of how many entities."""
    st.subheader(visit.say("morning.news"))
    found = recall.remembered(visit, morning.new_hits, after)
    if not found["hits"].sum():
        st.info(visit.say("morning.no_news"))
        return
    shown = found.filter(found["hits"] > 0)
    titles = [title(visit, rule) for rule in shown["rule"]]
    decided = (shown["hits"] - shown["open_hits"]).to_list()
    series = [
        pictures.Series(visit.say("morning.open"), "new", shown["open_hits"].to_list()),
        pictures.Series(visit.say("morning.decided"), "quiet", decided),
    ]
    bars = pictures.stacked_bars(titles, series, visit.language, kind="count", horizontal=True)
    height = 60 + 44 * len(titles)
    pictures.draw(visit, bars, key="morning_new_hits", about=visit.say("morning.news"), height=height)
    moment = after.isoformat() if after else None
    for row in shown.iter_rows(named=True):
        name, count, entities = st.columns([6, 2, 3], gap="small", vertical_alignment="center")
        with name:
            lead(visit, "review", title(visit, row["rule"]), mark="", rule=row["rule"], status="open", since=moment)
        for column, key in ((count, "hits"), (entities, "entities")):
            number = row[key]
            words = visit.say(f"morning.rule_{key}", hits=figures.count(number), count=number)
            column.markdown(f":small[{figures.plain(words)}]", text_alignment="right")


def movers(visit: Visit) -> None:
    """Whose grade would be another if the open hits became notices, by name."""
    st.subheader(visit.say("morning.movers"))
    st.caption(visit.say("morning.movers_note"))
    found = recall.remembered(visit, morning.movers)
    if found.is_empty():
        st.info(visit.say("morning.no_movers"))
        return
    for row in found.head(SHOWN).iter_rows(named=True):
        name, way, count = st.columns([13, 4, 5], gap="small", vertical_alignment="center")
        with name:
            lead(visit, "entity", row["name"], mark="", help=figures.plain(row["name"]), entity=row["entity_id"])
        way.markdown(f"{badge(row['grade'])} → {badge(row['provisional_grade'])}")
        words = visit.say("morning.mover_hits", hits=figures.count(row["open_hits"]))
        count.markdown(f":small[{words}]", text_alignment="right")
    if found.height > SHOWN:
        words = visit.say("morning.all_movers", hits=figures.count(found.height))
        lead(visit, "grades", words, moves="provisional")


def title(visit: Visit, rule: str) -> str:
    """What a rule is called."""
    return rules()[rule].title_zh if visit.language == "zh" else rules()[rule].title


def badge(grade: str) -> str:
    """A grade's letter on its colour."""
    return f":{_COLOURS[grade]}-badge[{grade}]"
