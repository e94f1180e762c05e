"""Monitors: what people look at, for any period, by any dimension; from an item to its entities to their flows."""

from typing import Any

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards import words
from dashboards.parts import empty, export, heading, recall, tables
from dashboards.screens.monitors import behind, choosers, drawn, spoken
from dashboards.screens.monitors.asked import KEY, Asked, asked, keep
from dashboards.visit import Visit
from fxwatch.errors import RequestError
from fxwatch.reading import drill
from fxwatch.reporting import sdmx

_NAME, _GROWTH = 230, 112  # pixels: what stands behind a name is in sight, too
_GROWTHS = ("mom", "yoy", "share_change")
# Where the order of reading is another than that of the monitor: what is looked for first stands in sight.
_ORDER = {
    "trends": (
        *("direction", "item", "period", "amount_usd", "mom", "yoy", "share", "share_change", "note"),
        *("previous", "same_last_year"),
    ),
    "surges": ("direction", "item", "basis", "growth", "rank", "name", "contribution", "change", "period", "entity_id"),
}


def show(visit: Visit) -> None:
    """Show the screen: the choices, the picture, the table, and what is behind a row of it."""
    heading.show(visit, "monitors.title")
    known = recall.remembered(visit, drill.days_known, of="snapshot")
    if known is None:
        empty.say(visit, "monitors.empty", "monitors.empty_next", ("operations", "monitors.to_operations"))
        return
    view = asked()
    choosers.show(visit, view, known)
    try:
        table = recall.remembered(visit, drill.named_monitor, view.name, of="snapshot", **view.words())
    except RequestError as fault:
        st.error(fault.say(visit.language))
        return
    if view.direction and "direction" in table.columns:
        table = table.filter(direction=view.direction)
    st.caption(spoken.note(visit, view))
    if table.is_empty():
        empty.say(visit, "monitors.nothing", "monitors.nothing_next")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shown = _of_one_group(visit, view, table)
        if view.name == "trends":
            drawn.choose_line(visit, shown)
    drawn.show(visit, view, shown)
    _table(visit, view, shown, table)
    behind.show(visit, view)


def _of_one_group(visit: Visit, view: Asked, table: pl.DataFrame) -> pl.DataFrame:
    """The rows that are drawn: of the group that the reader chose, else of the one that comes first by amount."""
    if not view.by or view.by == "item":
        return table
    groups = table[view.by].unique(maintain_order=True).to_list()
    size = next((name for name in ("amount_usd", "change", "receipts") if name in table.columns), None)
    largest = groups[0] if size is None else table.sort(pl.col(size).abs(), descending=True)[view.by][0]
    chosen = view.group if view.group in groups else largest
    names = spoken.group_names(visit, view.by)
    st.session_state[f"{KEY}group"] = chosen
    st.selectbox(
        visit.say("monitors.group"), groups, format_func=lambda g: names.get(g, g), key=f"{KEY}group", on_change=keep,
        args=("group",), width=320,
    )  # fmt: skip
    return table.filter(pl.col(view.by) == chosen)


def _table(visit: Visit, view: Asked, shown: pl.DataFrame, table: pl.DataFrame) -> None:
    """The rows of the group, picking one of which opens what is behind it; the files hold the whole table."""
    key = behind.key_of(view)
    one_group = view.by if view.by != "item" else None  # it is named above the picture
    columns = [name for name in _ORDER.get(view.name, table.columns) if name in table.columns and name != one_group]
    said = spoken.in_words(visit, view, shown)
    rows = tables.show(visit, said, key=key, columns=columns, select="one", config=_widths(visit, columns))
    headers = {name: words.heading(name, visit.language) for name in table.columns}
    whole = spoken.in_words(visit, view, table)
    stem = view.name.replace("_", "-")
    row = export.offer(visit, tables.localized(whole, visit), key=key, stem=stem, headers=headers)
    _sdmx(visit, view, row, key=key, stem=stem, direction=view.direction if "direction" in table.columns else None)
    changed = behind.picked(key, rows)
    if changed:
        behind.Opened.row(shown.row(changed[0], named=True), view.by).keep()
    elif changed == []:
        behind.Opened().keep()


def _sdmx(visit: Visit, view: Asked, row: DeltaGenerator, *, key: str, stem: str, direction: str | None) -> None:
    """The same figures for statisticians, in heads of BPM6; where a file cannot say what is asked, the button says why."""
    told = {name: value for name, value in view.words().items() if name != "scheme"}
    refused = sdmx.refusal(view.where, view.scope)
    row.download_button(
        "SDMX-CSV", lambda: sdmx.as_csv(visit.home.sdmx(view.name, **told), direction),
        f"{stem}-{visit.home.today():%Y%m%d}.sdmx.csv", "text/csv", key=f"{key}_sdmx", on_click="ignore",
        icon=":material/download:", disabled=refused is not None,
        help=visit.say("monitors.sdmx_help") if refused is None else refused.say(visit.language),
    )  # fmt: skip


def _widths(visit: Visit, columns: list[str]) -> dict[str, Any]:
    """Wider than usual where a header is long, narrower where a name is."""
    heading = {name: words.heading(name, visit.language) for name in columns}
    growths = {
        n: st.column_config.NumberColumn(heading[n], format="percent", width=_GROWTH) for n in _GROWTHS if n in columns
    }
    names = {n: st.column_config.TextColumn(heading[n], width=_NAME) for n in ("name",) if n in columns}
    return growths | names
