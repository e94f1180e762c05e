"""The files that came in, each with its counts: every row read is accepted, duplicate, out of scope or in quarantine."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards import words
from dashboards.parts import empty, figures, pictures, recall, tables
from dashboards.parts.pictures import Series
from dashboards.screens.operations import coming
from dashboards.visit import Visit
from fxwatch.reading import operations

NEWEST = 30  # loads in the picture
_COUNTS = {"accepted": "receipt", "duplicate": "quiet", "out_of_scope": "neutral", "quarantined": "C"}
_SHOWN = ["load_id", "file", "kind", "read", *_COUNTS, "known_from", "by", "encoding", "extra_columns", "sha256"]


def show(visit: Visit) -> None:
    """The way to load a file, the totals, a picture of the newest loads, all of them."""
    coming.show(visit)
    found = recall.remembered(visit, operations.loads, of="snapshot")
    if found.is_empty():
        empty.say(visit, "operations.no_loads", "operations.no_loads_next")
        return
    _totals(visit, found)
    _picture(visit, found.head(NEWEST))
    tables.show(visit, found.select(_SHOWN), key="operations_loads", export="loads", config=_narrow(visit))


def _totals(visit: Visit, found: pl.DataFrame) -> None:
    """What was read, and that nothing of it is missing."""
    sums = found.select(pl.col("read", *_COUNTS).sum()).row(0, named=True)
    for column, (name, number) in zip(st.columns(len(sums)), sums.items(), strict=True):
        column.metric(visit.say(f"columns.{name}"), figures.count(number), border=True)


def _picture(visit: Visit, newest: pl.DataFrame) -> None:
    """What became of the rows that were not accepted: beside the accepted ones nobody would see them."""
    st.subheader(visit.say("operations.not_accepted"), anchor=False)
    oldest_first = newest.reverse()
    labels = [str(number) for number in oldest_first["load_id"]]
    drawn = [
        Series(visit.say(f"columns.{name}"), colour, oldest_first[name].to_list())
        for name, colour in _COUNTS.items()
        if name != "accepted"
    ]
    option = pictures.stacked_bars(labels, drawn, visit.language, kind="count")
    pictures.draw(visit, option, key="operations_loads_picture", about=visit.say("operations.loads_about"), height=220)


def _narrow(visit: Visit) -> dict[str, Any]:
    return {"file": st.column_config.TextColumn(words.heading("file", visit.language), width=230)}
