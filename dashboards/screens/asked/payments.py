"""The payments for which the paying bank had neither asked that day nor had the entity in a daily file."""

from decimal import Decimal

import polars as pl
import streamlit as st

from dashboards.parts import figures, links, periods, recall, tables
from dashboards.parts.recall import Of
from dashboards.visit import Visit
from fxwatch.periods import Period
from fxwatch.reading import asked

_SHOWN = ["bank", "name", "day", "amount_usd", "grade_then", "entity_id", "declaration_no"]
_WIDTHS = {"bank": 115, "name": 190, "grade_then": 84, "entity_id": 105, "declaration_no": 200}


def show(visit: Visit, period: Period, bank: str | None, of: Of) -> None:
    """The list, and the way to the entity of the row that is picked."""
    st.subheader(visit.say("asked.without", period=periods.named(period.label, visit.language)), anchor=False)
    found = recall.remembered(visit, asked.unasked, first=period.start, last=period.end, of=of)
    if bank:
        found = found.filter(bank=bank)
    if found.is_empty():
        st.success(visit.say("asked.all_checked"))
        return
    total = figures.money(Decimal(found["amount_usd"].sum()), visit.language)
    st.caption(
        visit.say("asked.listed", count=found.height, shown=figures.count(found.height), total=figures.plain(total))
    )
    told = found.rename({"grade": "grade_then"}).with_columns(pl.col("bank").replace("unknown", visit.label("unknown")))
    picked = tables.show(
        visit, told, key="asked_payments", columns=_SHOWN, select="one", export=f"unasked-{period.label}",
        height=420 if told.height > 10 else "auto", config=_narrow(visit),
    )  # fmt: skip
    if picked:
        row = told.row(picked[0], named=True)
        name = figures.plain(row["name"] or row["entity_id"])
        links.to(visit, "entity", visit.say("asked.open_entity", name=name), entity=row["entity_id"])


def _narrow(visit: Visit) -> dict[str, object]:
    return {
        name: st.column_config.TextColumn(visit.say(f"columns.{name}"), width=width) for name, width in _WIDTHS.items()
    }
