"""Tables as files, made when asked for, and harmless when a spreadsheet opens them."""

import io
import re

import polars as pl
import polars.selectors as cs
import streamlit as st

from dashboards.visit import Visit

# What a spreadsheet takes for a formula when a cell begins with it.
_FORMULA = re.compile(r"^[=+\-@\t\r]")


def offer(visit: Visit, frame: pl.DataFrame, *, key: str, stem: str, headers: dict[str, str] | None = None) -> None:
    """Offer a table as CSV and as XLSX; neither is made before it is asked for.

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
        "CSV", lambda: csv(named), f"{name}.csv", "text/csv", key=f"{key}_csv", on_click="ignore",
        icon=":material/download:", help=visit.say("parts.download"),
    )  # fmt: skip
    row.download_button(
        "XLSX", lambda: xlsx(named), f"{name}.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=f"{key}_xlsx", on_click="ignore", icon=":material/download:", help=visit.say("parts.download"),
    )  # fmt: skip


def csv(frame: pl.DataFrame) -> bytes:
    """A table as CSV in UTF-8 with a mark at its beginning, by which spreadsheets know the encoding.

    >>> csv(pl.DataFrame({"name": ["=1+1", "-"], "amount": [-1, 2]})).decode("utf-8-sig").split()
    ['name,amount', "'=1+1,-1", "'-,2"]
    """
    return b"\xef\xbb\xbf" + harmless(frame).write_csv(float_precision=12).encode()


def xlsx(frame: pl.DataFrame) -> bytes:
    """A table as a workbook. Its texts are written as texts, so that none becomes a formula."""
    import xlsxwriter

    target = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(target, options) as book:
        flat(frame).write_excel(book, autofit=True, freeze_panes=(1, 0))
    return target.getvalue()


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with an apostrophe before every text that a spreadsheet would take for a formula."""
    texts = pl.col(pl.String)
    return flat(frame).with_columns(
        pl.when(texts.str.contains(_FORMULA.pattern)).then(pl.lit("'") + texts).otherwise(texts).name.keep()
    )


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists as text joined with `;`, words of a closed list as text."""
    lists = cs.list().cast(pl.List(pl.String)).list.join(";")
    return frame.with_columns(lists, cs.categorical().cast(pl.String), cs.enum().cast(pl.String))
