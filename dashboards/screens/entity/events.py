"""Hits, notices, breaches, inquiries, objections and notes in one line of time, the newest first."""

import polars as pl
import streamlit as st

from dashboards.parts import empty, figures, links, pictures, recall, tables
from dashboards.visit import Visit
from fxwatch.reading.timeline import KINDS, counts, timeline
from fxwatch.rulebook import rules

# What most people look for; the rest is there when it is asked for.
USUAL = ("hit", "notice", "dismissal", "breach", "inquiry", "objection", "note", "approval")
COLOURS = {
    "hit": "new", "notice": "B", "dismissal": "quiet", "assignment": "quiet", "breach": "C", "inquiry": "net",
    "objection": "payment", "note": "neutral", "approval": "receipt", "paper": "quiet",
}  # fmt: skip
COLUMNS = ("day", "happened", "subject", "said", "by", "act")
LANE, DRAWN, SAID = 30, 400, 350


def show(visit: Visit, key: str) -> None:
    """Show the part: which kinds, when they were, what they say."""
    events = recall.remembered(visit, timeline, key, visit.language)
    found = counts(events)
    if not found:
        empty.say(visit, "entity.no_events", "entity.no_events_next")
        return
    chosen = st.pills(
        visit.say("entity.kinds"),
        list(found),
        selection_mode="multi",
        default=[kind for kind in found if kind in USUAL],
        format_func=lambda kind: f"{visit.say(f'entity.kind_{kind}')} {figures.count(found[kind])}",
        key=f"entity_kinds_{key}",
        label_visibility="collapsed",
    )
    shown = events.filter(pl.col("kind").is_in(chosen))
    if shown.is_empty():
        empty.say(visit, "entity.no_kind")
        return
    _picture(visit, shown)
    _table(visit, shown)


def _picture(visit: Visit, events: pl.DataFrame) -> None:
    kinds = [kind for kind in KINDS if kind in set(events["kind"])]
    lanes = [(visit.say(f"entity.kind_{kind}"), COLOURS[kind]) for kind in kinds]
    marks = [
        (day, visit.say(f"entity.kind_{kind}"), f"{figures.day(day, visit.language)} {_happened(visit, kind, what)}")
        for day, kind, what in events.select("day", "kind", "what").head(DRAWN).iter_rows()
    ]
    about = visit.say("entity.events_about", count=events.height)
    option = pictures.timeline(marks, lanes, visit.language)
    pictures.draw(visit, option, key="entity_events_picture", about=about, height=60 + LANE * len(lanes))


def _table(visit: Visit, events: pl.DataFrame) -> None:
    happened = [_happened(visit, kind, what) for kind, what in events.select("kind", "what").iter_rows()]
    subjects = [_subject(visit, name) for name in events["subject"]]
    worded = events.with_columns(happened=pl.Series(happened), subject=pl.Series(subjects))
    st.caption(visit.say("entity.pick_event"))
    picked = tables.show(
        visit, worded, key="entity_events", columns=COLUMNS, select="one", export="entity-timeline", height=420,
        config={"said": st.column_config.TextColumn(visit.say("columns.said"), width=SAID)},
    )  # fmt: skip
    for row in picked:
        _one(visit, worded.row(row, named=True))


def _one(visit: Visit, event: dict[str, str]) -> None:
    """One event in full, and the way to its hit."""
    with st.container(border=True):
        st.markdown(f"**{figures.plain(event['happened'])} · {figures.plain(event['subject'])}**")
        st.text(event["said"])
        if event["hit_id"]:
            links.to(visit, "review", visit.say("entity.to_hit"), hit=event["hit_id"])


def _happened(visit: Visit, kind: str, what: str) -> str:
    """What happened: an act by its name; a hit with what became of it."""
    if kind == "hit":
        return visit.say("entity.hit_is", status=visit.label(what))
    return visit.label(what)


def _subject(visit: Visit, name: str) -> str:
    """What it was about: a rule by its title, also where a hit is named; else the number or name itself."""
    rule = rules().get(name.partition(":")[0])
    if rule is None:
        return name
    return rule.title_zh if visit.language == "zh" else rule.title
