"""What the risk model thinks of the entity and why: for those who look, never for banks; and how odd it is among its peers."""

from typing import Any

import streamlit as st

from dashboards import words
from dashboards.parts import empty, figures, recall, tables
from dashboards.visit import Visit
from fxwatch.attention.explaining import Explained, explain, together
from fxwatch.attention.in_force import in_force
from fxwatch.errors import FxwatchError
from fxwatch.session import Session

_FIGURE = 280  # pixels: the longest heading in both languages
SHOWN = ("meaning", "value", "points", "above_usual", "would_change")


def show(visit: Visit, key: str) -> None:
    """Show the part."""
    told = recall.remembered(visit, _explained, key, visit.language)
    if told is None:
        empty.say(visit, "entity.no_model", "entity.no_model_next")
        return
    if isinstance(told, FxwatchError):
        st.info(told.say(visit.language))
        return
    _figures(visit, told)
    if told.sampled:
        st.caption(visit.say("entity.risk_sampled"))
    st.markdown(
        visit.say("entity.risk_sum", base=told.base, score=told.score)
        if told.is_exact
        else visit.say("entity.risk_about")
    )
    weighs = told.parts.filter(told.parts["points"] != 0).rename({"change": "would_change"})
    tables.show(visit, weighs, key="entity_risk", columns=SHOWN, export="entity-risk", config=_columns(visit))
    if told.odd:
        st.markdown(visit.say("entity.risk_odd", odd=figures.plain(together(told.odd, visit.language))))
    st.caption(visit.say("entity.risk_note", model=told.model, day=figures.day(told.as_of, visit.language)))


def _figures(visit: Visit, told: Explained) -> None:
    shown = (
        ("probability", figures.share(told.probability)),
        ("place", visit.say("entity.place", rank=figures.count(told.place), peers=figures.count(told.entities))),
        (
            "above",
            visit.say("entity.risk_above_of", share=figures.share(told.above_peers), peers=figures.count(told.peers)),
        ),
        ("anomaly", figures.share(told.anomaly)),
    )
    with st.container(horizontal=True, gap="small"):  # side by side where there is room, else two by two
        for name, value in shown:
            help_ = visit.say(f"entity.risk_{name}_help")
            st.metric(visit.say(f"entity.risk_{name}"), figures.plain(value), border=True, help=help_, width=_FIGURE)


def _columns(visit: Visit) -> dict[str, Any]:
    """Room for the longest value, so that a narrow screen cuts words and no number."""
    columns = st.column_config
    return {
        "meaning": columns.TextColumn(words.heading("meaning", visit.language), width=270),
        "value": columns.TextColumn(words.heading("value", visit.language), width=112, alignment="right"),
        "points": columns.NumberColumn(words.heading("points", visit.language), width=60),
        "above_usual": columns.NumberColumn(words.heading("above_usual", visit.language), width=84),
        "would_change": columns.TextColumn(words.heading("would_change", visit.language), width=170),
    }


def _explained(home: Session, key: str, language: str) -> "Explained | FxwatchError | None":
    if in_force(home) is None:
        return None
    try:
        return explain(home, key, "zh" if language == "zh" else "en")
    except FxwatchError as fault:
        return fault
