"""Who would move if the open hits became notices: for regulators, before anything is decided."""

import polars as pl
import streamlit as st

from dashboards.parts import figures, links, recall, tables
from dashboards.screens.grades import groups
from dashboards.screens.grades.when import When
from dashboards.screens.grades.widths import narrow, tall
from dashboards.visit import Visit
from fxwatch.reading.graded import graded_list, would_move

_SHOWN = ["name", "grade", "provisional_grade", "notices", "breaches", "open_hits", "region", "section", "entity_id"]


def show(visit: Visit, when: When) -> None:
    """The ways with their numbers, the list, and the way to an entity's open hits."""
    st.caption(visit.say("grades.provisional_hint"))
    found = would_move(recall.remembered(visit, graded_list, *when.asked))
    if found.is_empty():
        st.info(visit.say("grades.nobody_would"))
        return
    narrowed = groups.choose(visit, _one_way(visit, found))
    told = narrowed.with_columns(groups.named(visit, "region"), groups.named(visit, "section"))
    picked = tables.show(
        visit,
        told.select(_SHOWN),
        key="grades_would",
        select="one",
        export=f"would-move-{when.on}",
        height=tall(told.height, 560),
        config=narrow(visit),
    )
    if picked:
        row = told.row(picked[0], named=True)
        with st.container(horizontal=True, gap="medium"):
            name = figures.plain(row["name"])
            links.to(visit, "entity", visit.say("grades.open_entity", name=name), entity=row["entity_id"])
            links.to(visit, "review", visit.say("grades.open_hits_of", name=name), entity=row["entity_id"])


def _one_way(visit: Visit, found: pl.DataFrame) -> pl.DataFrame:
    ways = (
        found.group_by("grade", "provisional_grade").len().sort("provisional_grade", "grade", descending=[True, False])
    )
    words = {f"{now}{to}": f"{now} → {to} · {figures.count(number)}" for now, to, number in ways.iter_rows()}
    asked = f"{links.asked('from') or ''}{links.asked('to') or ''}"
    st.session_state["grades_foreseen"] = asked if asked in words else None
    chosen = st.pills(
        visit.say("grades.ways"), list(words), format_func=words.__getitem__, key="grades_foreseen",
        label_visibility="collapsed", on_change=_keep,
    )  # fmt: skip
    return found.filter(pl.col("grade") + pl.col("provisional_grade") == chosen) if chosen else found


def _keep() -> None:
    now, to = st.session_state["grades_foreseen"] or (None, None)
    links.keep(**{"from": now, "to": to})
