"""The screen "reconcile": what was declared, held against settlements, filings, contracts and banks' own totals."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts import empty, figures, heading, links, periods, recall, tables, unfed
from dashboards.visit import Visit
from fxwatch.errors import RequestError
from fxwatch.periods import Period, holding, parse_period
from fxwatch.reading import drill
from fxwatch.reconcile import KINDS, SCOPES, reconcile

KEY = "reconcile_"
PARTS = tuple(KINDS)
YTD = "ytd"
_DATED = ("settlements", "filings")  # those that look at a period
# The rules that look for the same: what they lack is lacking here.
_RULES = {"filings": "payment_without_filing", "contracts": "contract_overpaid"}
_WIDTHS = {"name": 190, "fx_group": 84, "counterparty": 180, "declaration_no": 200, "contract_no": 120}


def show(visit: Visit) -> None:
    """Show the screen: which of them, for when and of which scope; the table; the entity of the row that is picked."""
    with heading.beside(visit, "reconcile.title"):
        part = _part(visit)
    known = recall.remembered(visit, drill.days_known, of="snapshot")
    if known is None:
        empty.say(visit, "reconcile.empty", "reconcile.empty_next", ("operations", "reconcile.to_operations"))
        return
    asked = _asked(visit, part, known)
    st.caption(visit.say(f"reconcile.about_{part}"))
    if part in _RULES:
        unfed.say(visit, _RULES[part])
    found = recall.remembered(visit, reconcile, part, of="snapshot", **asked)
    if found.is_empty():
        empty.say(visit, "reconcile.nothing", "reconcile.nothing_next", ("operations", "reconcile.to_operations"))
        return
    if "note" in found.columns:
        found = found.with_columns(pl.Series("note", [visit.label(note) for note in found["note"]], dtype=pl.String))
    picked = tables.show(
        visit, found, key=f"{KEY}{part}", select="one" if "entity_id" in found.columns else "none",
        export=f"reconcile-{part}", height=560 if found.height > 14 else "auto", config=_narrow(visit, found),
    )  # fmt: skip
    if picked:
        row = found.row(picked[0], named=True)
        name = figures.plain(row["name"] or row["entity_id"])
        links.to(visit, "entity", visit.say("reconcile.open_entity", name=name), entity=row["entity_id"])


def _part(visit: Visit) -> str:
    wanted = links.asked("part")
    st.session_state[f"{KEY}part"] = wanted if wanted in PARTS else PARTS[0]
    chosen = st.segmented_control(
        visit.say("reconcile.part"), PARTS, format_func=lambda part: visit.say(f"reconcile.part_{part}"), key=f"{KEY}part",
        required=True, label_visibility="collapsed", on_change=lambda: _keep("part"),
    )  # fmt: skip
    return chosen or PARTS[0]


def _asked(visit: Visit, part: str, known: Period) -> dict[str, Any]:
    """The controls, and what they ask of the reconciliation."""
    asked: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if part in _DATED:
            asked["period"] = _period(visit, part, known)
        if part != "totals":
            wanted = links.asked("scope")
            st.session_state[f"{KEY}scope"] = wanted if wanted in SCOPES else SCOPES[0]
            asked["scope"] = st.selectbox(
                visit.say("monitors.scope"), SCOPES, format_func=lambda word: visit.say(f"monitors.scope_{word}"),
                key=f"{KEY}scope", width=240, on_change=lambda: _keep("scope"),
            )  # fmt: skip
        if part not in _DATED:
            st.session_state[f"{KEY}all"] = links.asked("all") == "true"
            asked["every"] = st.toggle(
                visit.say("reconcile.all"), key=f"{KEY}all",
                on_change=lambda: links.keep(all="true" if st.session_state[f"{KEY}all"] else None),
            )  # fmt: skip
    return asked


def _period(visit: Visit, part: str, known: Period) -> str:
    """A month that holds flows, the newest at first, or the year to date; a link may bring another."""
    months = [month.label for month in reversed(known.parts("month"))]
    usual = holding(known.end, "month").label if part == "settlements" else YTD
    wanted = links.asked("period") or usual
    try:
        parse_period(wanted, known.end)
    except RequestError:
        wanted = usual
    choices = list(dict.fromkeys([YTD, *months, wanted]))
    st.session_state[f"{KEY}period"] = wanted
    chosen = st.selectbox(
        visit.say("monitors.period"), choices, key=f"{KEY}period", width=200, on_change=lambda: _keep("period"),
        format_func=lambda p: visit.say("reconcile.ytd") if p == YTD else periods.named(p, visit.language),
    )  # fmt: skip
    return chosen or usual


def _keep(name: str) -> None:
    links.keep(**{name: st.session_state[f"{KEY}{name}"]})


def _narrow(visit: Visit, found: pl.DataFrame) -> dict[str, Any]:
    columns = st.column_config
    narrow: dict[str, Any] = {
        name: columns.TextColumn(visit.say(f"columns.{name}"), width=width)
        for name, width in _WIDTHS.items()
        if name in found.columns
    }
    if "month" in found.columns:
        written = "YYYY年M月" if visit.language == "zh" else "MMM YYYY"
        narrow["month"] = columns.DateColumn(visit.say("columns.month"), format=written, width="small")
    return narrow
