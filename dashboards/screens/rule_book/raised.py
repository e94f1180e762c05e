"""The early-warning indicators: one is open, with what it says of itself, its parameters, and the hits that it raised."""

import polars as pl
import streamlit as st

from dashboards.parts import empty, figures, links, pictures, recall, tables
from dashboards.parts.pictures import Series
from dashboards.screens.rule_book import amending, page, parameters, shadows, trying
from dashboards.visit import Visit
from fxwatch.reading import book
from fxwatch.terms import Status

MONTHS = 24
# In the order in which they lie upon one another, the work that is left on top.
_COLOURS = {
    Status.DISMISSED: "quiet",
    Status.EXPLAINED: "neutral",
    Status.WITHDRAWN: "unknown",
    Status.NOTICED: "B",
    Status.OPEN: "new",
}


def show(visit: Visit) -> None:
    """The rules beside the one that is open."""
    pages = book.rule_pages(visit.language)
    counted = recall.remembered(visit, book.hits_by_month)
    name = _chosen(visit, pages, counted)
    left, right = st.columns(2, gap="large")
    with left:
        page.show(visit, pages[name])
    with right:
        _hits(visit, name, counted.filter(rule=name))
    parameters.show(visit, [name])
    amending.show(visit, name)
    trying.show(visit, name)
    shadows.show(visit, name)


def _chosen(visit: Visit, pages: dict[str, book.Page], counted: pl.DataFrame) -> str:
    """The rules with how many of their hits wait; one is open."""
    asked = links.asked("rule")
    st.session_state["rule_book_rule"] = asked if asked in pages else next(iter(pages))
    open_hits = dict(counted.filter(status="open").group_by("rule").agg(pl.col("hits").sum()).iter_rows())
    chosen = st.pills(
        visit.say("rule_book.rules"), list(pages), key="rule_book_rule", required=True,
        format_func=lambda name: f"{pages[name].title} · {figures.count(open_hits.get(name, 0))}",
        help=visit.say("rule_book.rules_help"),
        on_change=lambda: links.keep(rule=st.session_state["rule_book_rule"]),
    )  # fmt: skip
    return chosen or next(iter(pages))


def _hits(visit: Visit, rule: str, counted: pl.DataFrame) -> None:
    """Hits by month and what became of them: a picture, its table, and the way to the list."""
    st.subheader(visit.say("rule_book.hits"), anchor=False)
    if counted.is_empty():
        empty.say(visit, "rule_book.no_hits", "rule_book.no_hits_next")
        return
    months = book.months_to(visit.home.today(), MONTHS)
    by_status = counted.pivot("status", index="month", values="hits")
    dense = pl.DataFrame({"month": months}).join(by_status, on="month", how="left").fill_null(0)
    found = [status for status in _COLOURS if status in dense.columns]
    drawn = [Series(visit.label(s), colour, dense[s].to_list()) for s, colour in _COLOURS.items() if s in found]
    labels = [figures.month(month, visit.language) for month in months]
    about = visit.say("rule_book.hits_about", months=MONTHS)
    option = pictures.stacked_bars(labels, drawn, visit.language, kind="count")
    pictures.draw(visit, option, key="rule_book_hits", about=about, height=260)
    _totals(visit, rule, counted)
    with st.expander(visit.say("parts.as_table")):
        shown = dense.select("month", *found).sort("month", descending=True)
        tables.show(visit, shown, key="rule_book_hits_table", export=f"hits-{rule}")


def _totals(visit: Visit, rule: str, counted: pl.DataFrame) -> None:
    """Each status with its number, which leads to the list of these hits."""
    sums = dict(counted.group_by("status").agg(pl.col("hits").sum()).iter_rows())
    with st.container(horizontal=True, gap="medium"):
        for status in Status:
            if status in sums:
                words = f"{visit.label(status)} · {figures.count(sums[status])}"
                links.to(visit, "review", words, rule=rule, status=status.value)
