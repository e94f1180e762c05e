"""The runs: what each looked at, how long it took, what it found."""

import polars as pl
import streamlit as st

from dashboards.parts import empty, figures, pictures, recall, tables
from dashboards.parts.pictures import Series
from dashboards.visit import Visit
from fxwatch.reading import operations
from fxwatch.reading.left_out import left_out

NEWEST = 60  # runs in the picture


def show(visit: Visit) -> None:
    """The newest run in figures, hits and seconds of each run as a picture, all runs as a table."""
    found = recall.remembered(visit, operations.runs_told, visit.language, of="snapshot")
    if found.is_empty():
        empty.say(visit, "operations.no_runs", "operations.no_runs_next")
        return
    _newest(visit, found)
    st.subheader(visit.say("operations.hits_per_run"), anchor=False)
    _picture(visit, found.head(NEWEST).reverse())
    tables.show(visit, found, key="operations_runs", export="runs")
    st.caption(visit.say("operations.runs_hint"))
    _left_out(visit)


def _left_out(visit: Visit) -> None:
    """What the last run could not judge, and why."""
    st.subheader(visit.say("operations.left_out"), anchor=False)
    found = recall.remembered(visit, left_out, visit.language, of="snapshot")
    if found.is_empty():
        st.caption(visit.say("operations.nothing_left_out"))
        return
    tables.show(visit, found, key="operations_left_out", export="left-out")
    st.caption(visit.say("operations.left_out_hint"))


def _newest(visit: Visit, found: pl.DataFrame) -> None:
    run = found.row(0, named=True)
    before = found["hits"][1] if len(found) > 1 else None
    columns = st.columns([1.5, 1, 1, 1])  # a day and a time are long
    columns[0].metric(
        visit.say("operations.newest_run"),
        figures.moment(run["started_at"], visit.language),
        border=True,
        height="stretch",
    )
    columns[1].metric(visit.say("columns.flows"), figures.count(run["flows"]), border=True, height="stretch")
    more = None if before is None else run["hits"] - before
    columns[2].metric(
        visit.say("operations.hits"), figures.count(run["hits"]), border=True, height="stretch", delta_color="off",
        delta=None if more is None else f"{more:+,}", delta_description=visit.say("operations.since_run_before"),
    )  # fmt: skip
    columns[3].metric(visit.say("columns.seconds"), f"{run['seconds']:,.2f}", border=True, height="stretch")


def _picture(visit: Visit, runs: pl.DataFrame) -> None:
    labels = [str(number) for number in runs["run_id"]]
    drawn = [Series(visit.say("operations.hits"), "new", runs["hits"].to_list())]
    option = pictures.bars(labels, drawn, visit.language, kind="count")
    pictures.draw(visit, option, key="operations_runs_picture", about=visit.say("operations.runs_about"), height=220)
