"""The queue as a table: pressing a name opens its hit, ticks choose several, pages below."""

import hashlib
from typing import Any

import polars as pl
import streamlit as st

from dashboards import words
from dashboards.parts import figures, links
from dashboards.screens.review.filters import rule_title
from dashboards.visit import Visit
from fxwatch.reading.queue import PAGE, Line

_HEIGHT, _ROW = 560, 32
_NAME, _RULE = 17, 16  # what stands in the columns, in Latin letters; the case says all of it
_TURN = "review_turn"  # a new table, without ticks, after each decision


def page_number(fit: Line) -> int:
    """Which page the URL asks for; what is no page is the first or the last."""
    asked = links.asked("page") or ""
    return min(max(int(asked) if asked.isdecimal() else 1, 1), fit.pages)


def show(visit: Visit, fit: Line, opened: str) -> list[str]:
    """Show a page of the hits that fit; returns the ids of those that are ticked."""
    number = page_number(fit)
    rows = fit.page(number)
    ids = rows["hit_id"].to_list()
    key = table_key(ids, st.session_state.get(_TURN, 0))
    event = st.dataframe(
        _cells(visit, rows, opened), key=key, hide_index=True, height=min(_HEIGHT, _ROW * (rows.height + 1) + 8),
        column_config=_columns(visit, f"{key}_opens", ids), selection_mode="multi-row", on_select="rerun", row_height=_ROW,
    )  # fmt: skip
    first = (number - 1) * PAGE + 1
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(visit.say("review.range", first=first, last=first + len(ids) - 1, count=f"{len(fit):,}"))
        _pager(number, fit.pages)
    return [ids[row] for row in event["selection"]["rows"] if row < len(ids)]


def untick() -> None:
    """Let the next table begin without ticks."""
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def _cells(visit: Visit, rows: pl.DataFrame, opened: str) -> pl.DataFrame:
    titles = {name: rule_title(visit, name) for name in rows["rule"].unique()}
    due = [_due(visit, row) for row in rows.select("due_on", "overdue", "proposal", "notice").iter_rows(named=True)]
    names = [figures.shortened(name, _NAME) for name in rows.select(pl.coalesce("name", "entity_id")).to_series()]
    cells = rows.select(
        entity=pl.when(pl.col("hit_id") == opened).then(pl.lit("▶ ")).otherwise(pl.lit(""))
        + pl.Series(names, dtype=pl.String),
        risk=pl.col("risk").round(2),
        amount_usd="amount_usd",
        rule=pl.col("rule").replace({name: figures.shortened(title, _RULE) for name, title in titles.items()}),
        due_on=pl.Series(due, dtype=pl.String),
        raised_on="raised_on",
        times_limit="times_limit",
        assigned_to=pl.col("assigned_to").fill_null(""),
    )
    if rows["risk"].null_count() == rows.height:
        cells = cells.drop("risk")  # no model is in force
    return cells if links.asked("rule") is None else cells.drop("rule")  # of one rule: it is chosen above


def _due(visit: Visit, row: dict[str, Any]) -> str:
    if row["notice"]:
        return str(row["notice"])
    if row["proposal"]:
        return visit.say("review.waits", proposal=row["proposal"])
    told = figures.day(row["due_on"], visit.language)
    return visit.say("review.overdue_since", day=told) if row["overdue"] else told


def _columns(visit: Visit, opens: str, ids: list[str]) -> dict[str, Any]:
    """The columns. A name is a button: whoever moves through the table by keys opens nothing until they press one."""
    columns = st.column_config

    def heading(name: str) -> str:
        return words.heading(name, visit.language)

    day = "YYYY年M月D日" if visit.language == "zh" else "D MMM YYYY"
    return {
        "entity": columns.ButtonColumn(
            heading("entity"),
            help=visit.say("review.press_name"),
            type="tertiary",
            alignment="left",
            width=160,
            pinned=True,
            key=opens,
            on_click=_open,
            args=(opens, ids),
        ),
        "risk": columns.NumberColumn(heading("risk"), format="percent", width=58, help=visit.say("review.risk_help")),
        "amount_usd": columns.NumberColumn(heading("amount_usd"), format="%,.0f", width=88),
        "rule": columns.TextColumn(heading("rule"), width=122),
        "due_on": columns.TextColumn(heading("due_on"), width=110),
        "raised_on": columns.DateColumn(heading("raised_on"), format=day, width=100),
        "times_limit": columns.NumberColumn(heading("times_limit"), format="%.1f ×", width=110),
        "assigned_to": columns.TextColumn(heading("assigned_to"), width=90),
    }


def _open(key: str, ids: list[str]) -> None:
    row = st.session_state[key]["row"]
    if row < len(ids):
        links.keep(hit=ids[row])


def _pager(number: int, count: int) -> None:
    if count > 1:
        key = f"review_page_{number}"
        st.pagination(count, default=number, key=key, max_visible_pages=5, on_change=_turn, args=(key,))


def _turn(key: str) -> None:
    links.keep(page=st.session_state[key], hit=None)


def table_key(ids: list[str], turn: int = 0) -> str:
    """What a table of these hits is called. A tick is the number of a row: where the rows are others, the table is another."""
    digest = hashlib.sha256("\n".join(ids).encode()).hexdigest()
    return f"review_queue_{digest[:12]}_{turn}"
