"""Only what is new: the hits that were first published after the moment in the URL, as a link from the morning asks."""

from datetime import UTC, datetime

import polars as pl
import streamlit as st

from dashboards.parts import figures, links, recall
from dashboards.visit import Visit
from fxwatch.reading.morning import found_after


def newer(visit: Visit, queue: pl.DataFrame) -> pl.DataFrame:
    """The hits of a queue that are new since the moment that is asked for, which is said; all of them where none is."""
    moment = asked()
    if moment is None:
        return queue
    new = queue.filter(pl.col("hit_id").is_in(recall.remembered(visit, found_after, moment, of="snapshot").implode()))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        at = figures.moment(moment, visit.language)
        st.markdown(visit.say("review.since", moment=at, hits=figures.count(new.height)), width="content")
        st.button(visit.say("review.since_all"), key="review_since_all", on_click=_all)
    return new


def asked() -> datetime | None:
    """The moment (UTC) in the URL; None where there is none, or what stands there is no moment."""
    try:
        moment = datetime.fromisoformat(links.asked("since") or "")
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _all() -> None:
    links.keep(since=None, page=None, hit=None)
