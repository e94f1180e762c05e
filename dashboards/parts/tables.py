"""Tables: headers and code words in the reader's language, amounts exact, widths that fit, a file under each."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import polars as pl
import streamlit as st

from dashboards import words
from dashboards.parts import export as files
from dashboards.visit import Visit
from fxwatch.terms import LABELS

SHOWN = 1_000  # rows sent to a browser; the file has all

# Columns whose cells are code words with labels.
_WORDS = {
    *(
        "direction",
        "item",
        "status",
        "grade",
        "grade_then",
        "provisional_grade",
        "unit",
        "kind",
        "scope",
        "role",
        "over",
        "state",
    ),
    *("authority", "decision", "outcome", "does", "basis", "party_type", "payment_type", "day_kind", "known"),
    *("grade_after", "provisional_after"),
}
_SHARES = (
    "share",
    "top_share",
    "share_change",
    "mom",
    "yoy",
    "growth",
    "top3_share",
    "top10_share",
    "decided_share",
    "settled_share",
    "purchased_share",
    "own_share",
    "peers_share",
    "share_of_item",
    "share_checked",
    "paid_share",
)
_AMOUNT, _DAY, _MINUTE = 150, 122, 140  # pixels: a thousand millions to the cent, the longest day in Chinese, a minute
# Pixels for the longest word or code that can stand there; Streamlit looks at the first rows alone.
_FITTING = {"item": 176, "kind": 118, "role": 90, "entity_id": 104, "note": 116, "why": 300}
_WIDE = {"sentence", "name", "entity", "text", "details", "description", "title", "remark", "meaning"}


def show(
    visit: Visit,
    frame: pl.DataFrame,
    *,
    key: str,
    columns: Sequence[str] | None = None,
    select: Literal["none", "one", "many"] = "none",
    export: str | None = None,
    height: int | Literal["auto"] = "auto",
    config: Mapping[str, Any] | None = None,
) -> list[int]:
    """Show a table.

    Args:
        visit: whose.
        frame: any columns named in `words/columns.json`; Decimal is an amount, the shares are fractions.
        key: of the widget, prefixed by the screen.
        columns: which to show, in this order; all by default. The file has all columns of the frame.
        select: whether rows can be picked.
        export: stem of the file to offer; None offers none.
        height: in pixels.
        config: column configuration by name where the usual one does not fit.

    Returns:
        The numbers of the rows of `frame` that are picked, from 0.
    """
    shown = frame.head(SHOWN).select(columns or frame.columns)
    headers = {name: words.heading(name, visit.language) for name in frame.columns if _has_heading(name)}
    settled = {name: _column(name, shown.schema[name], headers.get(name, name), visit) for name in shown.columns}
    common: dict[str, Any] = {
        "hide_index": True,
        "column_config": settled | dict(config or {}),
        "height": height,
        "key": key,
        "placeholder": "–",
    }
    picked: list[int] = []
    if select == "none":
        st.dataframe(localized(shown, visit), **common)
    else:
        mode: Literal["single-row", "multi-row"] = "single-row" if select == "one" else "multi-row"
        event = st.dataframe(localized(shown, visit), on_select="rerun", selection_mode=mode, **common)
        picked = [row for row in event["selection"]["rows"] if row < frame.height]
    if frame.height > SHOWN:
        st.caption(visit.say("parts.first_rows", shown=f"{SHOWN:,}", count=f"{frame.height:,}"))
    if export and not frame.is_empty():
        files.offer(visit, frame, key=key, stem=export, headers=headers)
    return picked


def localized(frame: pl.DataFrame, visit: Visit) -> pl.DataFrame:
    """The table with its code words in the reader's language, lists joined and days as the language writes them."""
    changed = []
    for name, kind in frame.schema.items():
        if isinstance(kind, pl.List):
            cells = pl.col(name).cast(pl.List(pl.String))
            named = cells.list.eval(_labels(pl.element(), visit)) if name == "documents" else cells
            changed.append(named.list.join("、" if visit.language == "zh" else ", "))
        elif name in _WORDS and (kind == pl.String or isinstance(kind, pl.Enum | pl.Categorical)):
            changed.append(_labels(pl.col(name).cast(pl.String), visit).alias(name))
    return frame.with_columns(changed)


def _labels(cells: pl.Expr, visit: Visit) -> pl.Expr:
    spoken = {word: visit.label(word) for word in LABELS}
    return cells.replace(list(spoken), list(spoken.values()))


def _has_heading(name: str) -> bool:
    return words.knows(f"columns.{name}")


def _column(name: str, kind: pl.DataType, header: str, visit: Visit) -> Any:
    columns = st.column_config
    if name in _SHARES:
        return columns.NumberColumn(header, format="percent", width="small")
    if isinstance(kind, pl.Decimal):
        return columns.NumberColumn(header, format="%,.2f", width=_AMOUNT)
    if kind.is_integer():
        return columns.NumberColumn(header, format="%,d")
    if kind.is_float():
        return columns.NumberColumn(header, format="%.3f", width="small")
    if kind == pl.Date:
        written = "YYYY年M月D日" if visit.language == "zh" else "D MMM YYYY"
        return columns.DateColumn(header, format=written, width=_DAY)
    if isinstance(kind, pl.Datetime):
        return columns.DatetimeColumn(header, format="YYYY-MM-DD HH:mm", width=_MINUTE)
    if kind == pl.Boolean:
        return columns.CheckboxColumn(header, width="small")
    return columns.TextColumn(header, width=_FITTING.get(name, "large" if name in _WIDE else None))
