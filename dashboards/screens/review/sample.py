"""The month's random sample: whom a model does not point at is looked at too, or it would learn from nobody else."""

import polars as pl
import streamlit as st

from dashboards.parts import empty, figures, links, recall, tables
from dashboards.visit import Visit
from fxwatch.reading.drawn import drawn

_COLUMNS = ["name", "entity_id", "looked_on", "by", "open_hits", "turnover_usd", "risk", "anomaly"]


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
    share = st.column_config.NumberColumn
    picked = tables.show(
        visit, sample, key="review_sample", columns=_COLUMNS, select="one", height=height, export="random-sample",
        config={
            "turnover_usd": share(visit.say("review.sample_turnover"), format="%,.0f", width=120),
            "risk": share(visit.say("review.sample_risk"), format="percent", width=70),
            "anomaly": share(visit.say("review.sample_anomaly"), format="percent", width=90),
        },
    )  # fmt: skip
    _lead(visit, sample[picked[0] if picked else 0])


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
