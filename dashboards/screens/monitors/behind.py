"""What is behind a row: the entities of its item, and the flows of one of them. What is open stands in the URL."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from dashboards import words
from dashboards.parts import export, figures, links, periods, pictures, recall, tables
from dashboards.screens.monitors import spoken
from dashboards.screens.monitors.asked import CLOSED, KEY, Asked
from dashboards.visit import Visit
from fxwatch.reading import drill
from fxwatch.sums import ALL
from fxwatch.terms import Direction

SHOWN = 500  # flows on the screen, the newest; the file has all
_ENTITY = ("rank", "entity_id", "name", "amount_usd", "flows", "share")
_FLOW = (
    "day",
    "flow_id",
    "direction",
    "item",
    "currency",
    "amount",
    "amount_usd",
    "counterparty",
    "economy",
    "bank",
    "remark",
)
_COLOURS = {Direction.RECEIPT.value: "receipt", Direction.PAYMENT.value: "payment"}


@dataclass(frozen=True)
class Opened:
    """Which row is open; None where a part is not told by it. `group` is a value of the dimension asked by."""

    item: str | None = None
    direction: str | None = None
    period: str | None = None
    group: str | None = None
    entity: str | None = None

    @classmethod
    def asked(cls) -> "Opened":
        """What the URL says."""
        return cls(*(links.asked(f"open_{part}") for part in ("item", "direction", "period", "group", "entity")))

    @classmethod
    def row(cls, row: dict[str, Any], by: str | None) -> "Opened":
        """What a row of a monitor opens."""
        group = row.get(by) if by else None
        return cls(row.get("item"), row.get("direction"), row.get("period"), group, row.get("entity_id"))

    def keep(self) -> None:
        """Write it into the URL."""
        told = {"item": self.item, "direction": self.direction, "period": self.period, "group": self.group}
        links.keep(**{f"open_{part}": value for part, value in told.items()}, open_entity=self.entity)

    def words(self, asked: Asked) -> dict[str, Any]:
        """What a monitor is asked for the flows of this row alone."""
        told = asked.words()
        for name in ("by", "every", "top"):
            told.pop(name, None)
        narrowed = {"item": None if self.item in (None, ALL) else self.item}
        narrowed |= {asked.by: self.group} if asked.by and asked.by != "item" else {}
        taken = {dimension for dimension, value in narrowed.items() if value}
        kept = [w for w in asked.where if w.partition("=")[0] not in taken]
        told["where"] = (*kept, *(f"{dimension}={narrowed[dimension]}" for dimension in sorted(taken)))
        return told | ({"period": self.period} if self.period else {})


def picked(key: str, rows: list[int]) -> list[int] | None:
    """The rows that are picked now, if that has changed since the last time; None if it has not."""
    before = st.session_state.get(f"{key}_before", [])
    st.session_state[f"{key}_before"] = rows
    return None if rows == before else rows


def key_of(*told: object) -> str:
    """A key that is another for every other view, so that what was picked in one is not picked in the next."""
    return f"{KEY}{zlib.crc32(repr(told).encode()):08x}"


def show(visit: Visit, asked: Asked) -> None:
    """The entities behind the open row, or the flows of the open entity."""
    opened = Opened.asked()
    if opened == Opened():
        st.caption(visit.say("monitors.pick_a_row"))
        return
    left, right = st.columns([8, 1], vertical_alignment="bottom")
    left.subheader(visit.say("monitors.behind"))
    right.button(visit.say("monitors.close"), key=f"{KEY}close", on_click=_close, width="stretch")
    if asked.name not in ("top_entities", "surges"):
        _entities(visit, asked, opened)
        opened = Opened.asked()
    if opened.entity:
        _flows(visit, asked, opened)


def _entities(visit: Visit, asked: Asked, opened: Opened) -> None:
    """The largest entities of the open row; picking one opens its flows."""
    row = replace(opened, entity=None)
    st.markdown(f"**{_named(visit, asked, row)}**")
    found = recall.remembered(visit, drill.named_monitor, "top_entities", of="snapshot", **row.words(asked))
    if direction := opened.direction or asked.direction:
        found = found.filter(direction=direction)
    found = found.sort("amount_usd", descending=True, maintain_order=True)
    key = key_of(asked, row)
    columns = [c for c in ("direction", "item") if found[c].n_unique() > 1]
    rows = tables.show(visit, found, key=key, columns=[*columns, *_ENTITY], select="one", export="top-entities")
    changed = picked(key, rows)
    if changed:
        links.keep(open_entity=found["entity_id"][changed[0]])


def _flows(visit: Visit, asked: Asked, opened: Opened) -> None:
    """The flows of one entity that the row adds up: by day as a picture, the newest as a table, all of them as a file."""
    told = opened.words(asked) | {"item": opened.item, "direction": opened.direction or asked.direction}
    days = recall.remembered(visit, drill.days_behind, opened.entity, of="snapshot", **told)
    flows = int(days["flows"].sum())
    name = recall.remembered(visit, drill.name_of, opened.entity, of="snapshot")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        said = f"**{figures.plain(name)}** · {_named(visit, asked, replace(opened, entity=None))}"
        st.markdown(said, width="content")
        links.to(visit, "entity", visit.say("monitors.to_entity"), entity=opened.entity)
    if not flows:
        st.info(visit.say("monitors.no_flows"))
        return
    amount = figures.plain(figures.exact(sum(days["amount_usd"], Decimal(0))))
    st.caption(visit.say("monitors.flows_told", flows=figures.count(flows), count=flows, amount=amount))
    _by_day(visit, days)
    newest = recall.remembered(visit, drill.flows_behind, opened.entity, of="snapshot", most=SHOWN, **told)
    tables.show(visit, newest, key=key_of("flows", asked, opened), columns=_FLOW)
    if flows > SHOWN:
        st.caption(visit.say("parts.first_rows", shown=figures.count(SHOWN), count=figures.count(flows)))
    _offer(visit, lambda: drill.flows_behind(visit.home, str(opened.entity), **told))


def _by_day(visit: Visit, days: pl.DataFrame) -> None:
    every = days["day"].unique().sort()
    series = [
        pictures.Series(
            visit.label(direction),
            _COLOURS[direction],
            every.to_frame()
            .join(days.filter(direction=direction), on="day", how="left", maintain_order="left")["amount_usd"]
            .to_list(),
        )
        for direction in days["direction"].unique(maintain_order=True)
    ]
    labels = [figures.day(day, visit.language) for day in every]
    option = pictures.stacked_bars(labels, series, visit.language)
    pictures.draw(visit, option, key=f"{KEY}days", about=visit.say("monitors.by_day"), height=240)


def _offer(visit: Visit, made: Callable[[], pl.DataFrame]) -> None:
    """All the flows as a file, read only when somebody asks for it."""
    row = st.container(horizontal=True, gap="small")
    for ending, write in (("csv", export.csv_for_excel), ("xlsx", export.xlsx)):

        def content(write: Callable[[pl.DataFrame], bytes] = write) -> bytes:
            found = made()
            named = {c: words.heading(c, visit.language) for c in found.columns if words.knows(f"columns.{c}")}
            return write(found.rename(named))

        row.download_button(
            ending.upper(), content, f"flows-{visit.home.today():%Y%m%d}.{ending}", key=f"{KEY}flows_{ending}",
            on_click="ignore", icon=":material/download:", help=visit.say("parts.download"),
        )  # fmt: skip


def _named(visit: Visit, asked: Asked, row: Opened) -> str:
    """A row in words: its group, item, direction and period."""
    group = None
    if row.group and asked.by and asked.by != "item":
        group = spoken.group_names(visit, asked.by).get(row.group, row.group)
    direction = row.direction or asked.direction
    period = row.period or asked.period
    parts = [
        group,
        visit.label(row.item) if row.item else None,
        visit.label(direction) if direction else None,
        visit.say("monitors.kind_ytd") if period == "ytd" else periods.named(period, visit.language),
    ]
    return " · ".join(figures.plain(part) for part in parts if part)


def _close() -> None:
    links.keep(**CLOSED)
