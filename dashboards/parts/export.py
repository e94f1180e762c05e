"""Tables as files, made when asked for, and harmless when a spreadsheet opens them."""

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.visit import Visit
from fxwatch.reporting.spreadsheets import csv_for_excel, xlsx

__all__ = ["csv_for_excel", "offer", "xlsx"]


def offer(
    visit: Visit, frame: pl.DataFrame, *, key: str, stem: str, headers: dict[str, str] | None = None
) -> DeltaGenerator:
    """Offer a table as CSV and as XLSX; neither is made before it is asked for. Returns the row of buttons, which has room for more.

    Args:
        visit: whose.
        frame: the whole table, also where the screen shows a part of it.
        key: prefix of the buttons' keys.
        stem: the file's name without its ending; today is added.
        headers: names of columns as they are shown; the file has those.
    """
    named = frame.rename({c: h for c, h in (headers or {}).items() if c in frame.columns}, strict=False)
    name = f"{stem}-{visit.home.today():%Y%m%d}"
    row = st.container(horizontal=True, gap="small")  # not columns: in a narrow place they would cut the names off
    row.download_button(
        "CSV", lambda: csv_for_excel(named), f"{name}.csv", "text/csv", key=f"{key}_csv", on_click="ignore",
        icon=":material/download:", help=visit.say("parts.download"),
    )  # fmt: skip
    row.download_button(
        "XLSX", lambda: xlsx(named), f"{name}.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=f"{key}_xlsx", on_click="ignore", icon=":material/download:", help=visit.say("parts.download"),
    )  # fmt: skip
    return row
