"""The queue on the left, the case of the opened hit on the right."""

import polars as pl
import streamlit as st

from dashboards.parts import empty, links, recall
from dashboards.screens.review import case, filters, listing, several
from dashboards.visit import Visit
from fxwatch.reading.queue import chosen, page, queue

# The case scrolls, the queue and the decision stay in reach. Only this screen's containers are named.
_STYLE = """<style>
.st-key-review_left { position: sticky; top: 4.5rem; align-self: flex-start; }
.st-key-review_decide { position: sticky; bottom: 0; z-index: 5; }
</style>"""


def show(visit: Visit) -> None:
    """Show the queue and the opened case."""
    waiting = recall.remembered(visit, queue, filters.status())
    if waiting.is_empty() and filters.status() == "open":
        empty.say(visit, "review.nothing_open", "review.nothing_open_next", ("operations", "review.to_operations"))
        return
    filters.show(visit, waiting)
    fit = chosen(waiting, filters.asked(visit))
    if fit.is_empty() and links.asked("hit") is None:
        empty.say(visit, "review.nothing_fits", "review.nothing_fits_next")
        return
    st.html(_STYLE)
    left, right = st.columns([2, 3], gap="medium")
    opened = links.asked("hit") or page(fit, listing.page_number(fit))["hit_id"][0]
    with left, st.container(key="review_left"):
        ticked = listing.show(visit, fit, opened)
    with right:
        if ticked:
            several.show(visit, fit.filter(pl.col("hit_id").is_in(ticked)), fit)
        else:
            case.show(visit, opened, fit)
