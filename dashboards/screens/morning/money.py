"""The money in pictures: two years by month, the first three items of each direction, what rose or fell sharply."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts import figures, links, periods, pictures, recall, tables
from dashboards.screens.morning.tiles import lead
from dashboards.visit import Visit
from fxwatch.reading import pulse
from fxwatch.terms import Direction

SURGES_SHOWN = 6
PICTURE = 300


def show(visit: Visit) -> None:
    """Months on the left, the first three items on the right, surges below."""
    found = recall.remembered(visit, pulse.pulse, of="snapshot")
    if found is None:
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(visit.say("morning.months"))
        _months(visit, found.months)
    with right:
        st.subheader(visit.say("morning.leaders"))
        st.caption(visit.say("morning.leaders_note"))
        _leaders(visit)
    _surges(visit)


def _months(visit: Visit, months: pl.DataFrame) -> None:
    labels = [periods.named(period, visit.language) for period in months["period"]]
    series = [
        pictures.Series(visit.say(f"morning.{name}_short"), colour, months[name].to_list())
        for name, colour in (("receipts", "receipt"), ("payments", "payment"), ("net", "net"))
    ]
    option = pictures.bars(labels, series, visit.language)
    option["series"][2] |= {"type": "line", "symbolSize": 5, "lineStyle": {"width": 2}}
    pictures.draw(visit, option, key="morning_months", about=visit.say("morning.months"), height=PICTURE)
    lead(visit, "monitors", visit.say("morning.to_balance"), name="balance")
    with st.expander(visit.say("parts.as_table")):
        tables.show(visit, months, key="morning_months_table", export="balance")


def _leaders(visit: Visit) -> None:
    rows = recall.remembered(visit, pulse.leaders, of="snapshot")
    for direction, colour in zip(Direction, ("receipt", "payment"), strict=True):
        three = rows.filter(direction=direction.value)
        if three.is_empty():
            continue
        together = figures.share(three["top_share"][0])
        st.markdown(f"**{visit.say(f'morning.three_{direction.value}', share=together)}**")
        for row in three.iter_rows(named=True):
            _leader(visit, row, colour)


def _leader(visit: Visit, row: dict[str, Any], colour: str) -> None:
    name, amount, share, change = st.columns([11, 6, 4, 5], vertical_alignment="center", gap="small")
    with name:
        item = visit.label(row["item"])
        lead(visit, "monitors", item, mark="", help=figures.plain(item), **_entities_of(row))
    amount.markdown(
        f":small[{figures.plain(figures.money(row['amount_usd'], visit.language))}]", text_alignment="right"
    )
    share.markdown(f":small[{figures.plain(figures.share(row['share']))}]", text_alignment="right")
    change.markdown(f":small[{_growth(visit, row['growth'], row['note'])}]", text_alignment="right")


def _surges(visit: Visit) -> None:
    """The largest surges of the newest whole month, each with the entities that moved most in its sense."""
    month, rows = recall.remembered(visit, pulse.surges, of="snapshot")
    st.subheader(visit.say("morning.surges"))
    if month is None:
        st.info(visit.say("morning.no_whole_month"))
        return
    named = periods.named(month, visit.language)
    found = rows.partition_by("direction", "item", "basis", maintain_order=True)
    st.caption(visit.say("morning.surges_note", month=named, count=len(found), surges=figures.count(len(found))))
    for first in range(0, min(len(found), SURGES_SHOWN), 3):
        for column, surge in zip(st.columns(3, gap="small"), found[first : first + 3], strict=False):
            with column, st.container(border=True, height="stretch", gap="small"):
                _surge(visit, surge)
    if len(found) > SURGES_SHOWN:
        words = visit.say("morning.all_surges", surges=figures.count(len(found)))
        lead(visit, "monitors", words, name="surges", period=month)


def _surge(visit: Visit, surge: pl.DataFrame) -> None:
    head = surge.row(0, named=True)
    arrow = "▲" if head["kind"] == "rise" else "▼"
    item, direction = (figures.plain(visit.label(head[name])) for name in ("item", "direction"))
    links.to(visit, "monitors", f"**{arrow} {item}**", **_entities_of(head), period=head["period"])
    growth = figures.plain(figures.change(head["growth"]))
    change = figures.plain(figures.money(head["change"], visit.language)).replace(" ", "\u00a0")
    st.caption(visit.say(f"morning.surge_{head['basis']}", direction=direction, growth=growth, change=change))
    for row in surge.iter_rows(named=True):
        name, amount = st.columns([6, 5], gap="small", vertical_alignment="center")
        with name:
            lead(visit, "entity", row["name"], mark="", help=figures.plain(row["name"]), entity=row["entity_id"])
        money = figures.plain(figures.money(row["contribution"], visit.language)).replace(" ", "\u00a0")
        amount.markdown(f":small[{money}]", text_alignment="right")


def _entities_of(row: dict[str, Any]) -> dict[str, str]:
    """Where the entities of an item and direction are listed."""
    return {"name": "top_entities", "item": row["item"], "direction": row["direction"]}


def _growth(visit: Visit, growth: float | None, note: str) -> str:
    """A change in words, with an arrow that shows its sense where colours do not."""
    if growth is None:
        return figures.plain(figures.change(None, visit.language, note))
    arrow = "▲" if growth > 0 else "▼" if growth < 0 else ""
    return f"{arrow} {figures.plain(figures.change(growth))}"
