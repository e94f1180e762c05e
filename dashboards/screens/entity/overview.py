"""At a glance: the last twelve months in figures, the months in a picture, the grade over time and what it rests on."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts import empty, figures, links, recall, tables
from dashboards.screens.entity import gradeline, trade
from dashboards.visit import Visit
from fxwatch.periods import month_shifted
from fxwatch.reading import grades, portrait

MONTHS = 12
REASONS = ("kind", "number", "day", "counted", "said")


def show(visit: Visit, key: str) -> None:
    """Show the part."""
    months = recall.remembered(visit, portrait.sums_of, key, "month", of="snapshot")
    if months.is_empty():
        empty.say(visit, "entity.no_flows", "entity.no_flows_next")
    else:
        _figures(visit, months)
        trade.months(visit, months, key="entity_overview_months")
    left, right = st.columns([3, 5], gap="medium")
    with left:
        st.subheader(visit.say("entity.grade_history"))
        gradeline.show(visit, recall.remembered(visit, grades.history, key))
    with right:
        st.subheader(visit.say("entity.reasons"))
        _reasons(visit, recall.remembered(visit, grades.grade_of, key))


def _figures(visit: Visit, months: pl.DataFrame) -> None:
    """Receipts, payments and net of the last twelve months, and how many flows they were."""
    first = month_shifted(visit.home.today(), -(MONTHS - 1))
    year = portrait.with_total(months.filter(pl.col("month") >= first))
    shown = [(name, figures.money(year[name], visit.language)) for name in ("receipts_usd", "payments_usd", "net_usd")]
    flows = year["receipt_flows"] + year["payment_flows"]
    shown.append(("flows", visit.say("entity.year_flows_of", count=flows, flows=figures.count(flows))))
    for column, (name, value) in zip(st.columns(len(shown)), shown, strict=True):
        exact = figures.exact(year[name]) + " USD" if name in year else None
        help_ = figures.plain(exact) if exact else visit.say("entity.year_flows_help")
        column.metric(visit.say(f"entity.year_{name}"), figures.plain(value), border=True, help=help_, height="stretch")


def _reasons(visit: Visit, told: dict[str, Any]) -> None:
    """The notices and breaches that count, and those that do not with the reason."""
    rows = [
        {
            "kind": one["kind"],
            "number": one["number"],
            "day": one["day"],
            "counted": visit.label(one["because"]),
            "said": one.get("why") or one.get("provision"),
        }
        for one in (*told["breaches"], *told["notices"], *told["not_counted"])
    ]
    if not rows:
        empty.say(visit, "entity.no_reasons", "entity.no_reasons_next")
        return
    tables.show(
        visit, pl.DataFrame(rows).select(REASONS).sort("day", descending=True), key="entity_reasons", export="reasons"
    )
    if told["open_hits"]:
        words = visit.say("entity.to_open_hits", count=len(told["open_hits"]))
        links.to(visit, "review", words, status="open", entity=told["entity_id"])
