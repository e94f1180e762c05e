"""The queue on the left, the case of the opened hit on the right."""

import streamlit as st

from dashboards.parts import empty, links, recall
from dashboards.parts.palette import COLOURS, Theme
from dashboards.screens.review import case, filters, listing, several, since
from dashboards.visit import Visit
from fxwatch.reading.queue import line, queue

# The case scrolls; the queue and the decision stay in reach; the queue has filters of its own above. What is named here are containers of this screen alone.
_STYLE = """<style>
[data-testid="stLayoutWrapper"]:has(> .st-key-review_left) {{ position: sticky; top: 3.5rem; }}
.st-key-review_right > [data-testid="stLayoutWrapper"]:has(.st-key-review_decide) {{ position: sticky; bottom: 0; z-index: 5; }}
.st-key-review_decide {{ background: {background}; box-shadow: 0 -6px 18px -10px rgba(0, 0, 0, 0.35); }}
.st-key-review_left [data-testid="stElementToolbar"] {{ display: none; }}
</style>"""


def show(visit: Visit) -> None:
    """Show the queue and the opened case."""
    waiting = recall.remembered(visit, queue, filters.status())
    if waiting.is_empty() and filters.status() == "open":
        empty.say(visit, "review.nothing_open", "review.nothing_open_next", ("operations", "review.to_operations"))
        return
    waiting = since.newer(visit, waiting)
    filters.show(visit, waiting)
    fit = line(waiting, filters.asked(visit))
    if not len(fit) and links.asked("hit") is None:
        empty.say(visit, "review.nothing_fits", "review.nothing_fits_next")
        return
    theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
    st.html(_STYLE.format(background=COLOURS[theme]["background"]))
    left, right = st.columns([9, 11], gap="medium")
    opened = links.asked("hit") or fit.page(listing.page_number(fit))["hit_id"][0]
    links.keep(hit=opened)  # what is open can be sent to a colleague, and stays open when somebody else decides it
    with left, st.container(key="review_left"):
        ticked = listing.show(visit, fit, opened)
    with right, st.container(key="review_right"):
        if ticked:
            several.show(visit, fit.of(ticked), fit.following(ticked))
        else:
            case.show(visit, opened, fit)
