"""The month's random sample: whom a model does not point at is looked at too, or it would learn from nobody else."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards import words
from dashboards.parts import empty, figures, links, recall, tables
from dashboards.visit import Visit
from fxwatch.reading.drawn import drawn

_COLUMNS = ["name", "looked_on", "open_hits", "turnover_usd", "risk", "anomaly", "by", "entity_id"]


def show(visit: Visit) -> None:
    """Show the entities that were drawn, those that wait first; the one that is picked is led to."""
    sample = recall.remembered(visit, drawn)
    if sample.is_empty():
        empty.say(visit, "review.no_sample", "review.no_sample_next")
        return
    waiting = sample["looked_on"].null_count()
    st.caption(visit.say("review.sample_hint"))
    st.markdown(visit.say("review.sample_left", count=figures.count(waiting), all=figures.count(sample.height)))
    height = min(36 * (sample.height + 1) + 3, 480)
    short = sample.with_columns(pl.col("risk", "anomaly").round(3))
    picked = tables.show(
        visit, short, key="review_sample", columns=_COLUMNS, select="one", height=height, export="random-sample",
        config=_columns(visit),
    )  # fmt: skip
    _lead(visit, sample[picked[0] if picked else 0])


def _columns(visit: Visit) -> dict[str, Any]:
    columns = st.column_config
    return {
        "name": columns.TextColumn(words.heading("name", visit.language), width=200),
        "open_hits": columns.NumberColumn(words.heading("open_hits", visit.language), width=92),
        "turnover_usd": columns.NumberColumn(visit.say("review.sample_turnover"), format="%,.0f", width=136),
        "risk": columns.NumberColumn(visit.say("review.sample_risk"), format="percent", width=70),
        "anomaly": columns.NumberColumn(visit.say("review.sample_anomaly"), format="percent", width=96),
    }


def _lead(visit: Visit, row: pl.DataFrame) -> None:
    """Lead to the entity, where a note, an inquiry or a breach is written, and to its open hits where there are any."""
    entity = row.row(0, named=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(visit.say("review.risk_sampled"), color="blue", help=visit.say("review.risk_sampled_help"))
        links.to(
            visit, "entity", f"{figures.plain(entity['name'] or entity['entity_id'])} ↗", entity=entity["entity_id"]
        )
        if entity["open_hits"]:
            said = visit.say("review.sample_hits", count=figures.count(entity["open_hits"]))
            links.to(visit, "review", f"{said} ↗", entity=entity["entity_id"])
        else:
            st.caption(visit.say("review.sample_no_hits"), width="content")
