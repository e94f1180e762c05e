"""What the risk model thinks of the entity and why: for those who look, never for banks; and how odd it is among its peers."""

import streamlit as st

from dashboards.parts import empty, figures, recall, tables
from dashboards.visit import Visit
from fxwatch.attention.explaining import Explained, explain
from fxwatch.attention.in_force import in_force
from fxwatch.errors import FxwatchError
from fxwatch.session import Session

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
    tables.show(visit, weighs, key="entity_risk", columns=SHOWN, export="entity-risk")
    if told.odd:
        st.markdown(visit.say("entity.risk_odd", odd=figures.plain("; ".join(told.odd))))
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
    for column, (name, value) in zip(st.columns(len(shown)), shown, strict=True):
        help_ = visit.say(f"entity.risk_{name}_help")
        column.metric(visit.say(f"entity.risk_{name}"), figures.plain(value), border=True, help=help_, height="stretch")


def _explained(home: Session, key: str, language: str) -> "Explained | FxwatchError | None":
    if in_force(home) is None:
        return None
    try:
        return explain(home, key, "zh" if language == "zh" else "en")
    except FxwatchError as fault:
        return fault
