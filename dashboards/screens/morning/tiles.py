"""The figures of the first rows: what is new, who would move, what waits; receipts, payments and their difference."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts import figures, links, pictures, recall
from dashboards.visit import Visit
from fxwatch.reading import morning, pulse

LINE_HEIGHT = 56


def show(visit: Visit, after: datetime | None) -> None:
    """Four figures of the work, three of the money."""
    columns = st.columns(4, gap="small")
    with columns[0]:
        _new_hits(visit, after)
    with columns[1]:
        _would_move(visit)
    waiting = recall.remembered(visit, morning.waiting, visit.account.name)
    with columns[2]:
        _open_hits(visit, waiting)
    with columns[3]:
        _other_work(visit, waiting)
    _money(visit)


def _new_hits(visit: Visit, after: datetime | None) -> None:
    new = recall.remembered(visit, morning.new_hits, after)
    with _tile(visit, "new_hits", figures.count(int(new["hits"].sum()))):
        still = int(new["open_hits"].sum())
        words = visit.say("morning.still_open", hits=figures.count(still))
        lead(visit, "review", words, status="open", since=after.isoformat() if after else None)


def _would_move(visit: Visit) -> None:
    moving = recall.remembered(visit, morning.movers)
    with _tile(visit, "would_move", figures.count(moving.height)):
        for before, to, number in ways(moving):
            words = f"{before} → {to}: {figures.count(number)}"
            lead(visit, "grades", words, moves="provisional", **{"from": before, "to": to})
        if moving.is_empty():
            lead(visit, "grades", visit.say("morning.nobody"))


def _open_hits(visit: Visit, waiting: morning.Waiting) -> None:
    with _tile(visit, "open_hits", figures.count(waiting.all["open_hits"])):
        late, mine = waiting.all["overdue"], waiting.mine["open_hits"]
        if late:
            lead(visit, "review", visit.say("morning.overdue", hits=figures.count(late)), status="open", overdue=1)
        if mine:
            words = visit.say("morning.of_them_mine", hits=figures.count(mine))
            lead(visit, "review", words, status="open", whose=visit.account.name)
        if not late and not mine:
            lead(visit, "review", visit.say("morning.none_overdue"), status="open")


def _other_work(visit: Visit, waiting: morning.Waiting) -> None:
    parts = {name: getattr(waiting, name) for name in ("approvals", "inquiries", "objections")}
    with _tile(visit, "other_work", figures.count(sum(parts.values()))):
        for name, number in parts.items():
            if number:
                lead(
                    visit,
                    "review",
                    visit.say(f"morning.{name}_count", hits=figures.count(number), count=number),
                    view=name,
                )
        if not any(parts.values()):
            lead(visit, "review", visit.say("morning.nothing_else"))


def ways(moving: pl.DataFrame) -> list[tuple[str, str, int]]:
    """From which grade to which, and how many; the worst first."""
    counted = moving.group_by("grade", "provisional_grade").len()
    return list(counted.sort("provisional_grade", "grade", descending=[True, False]).iter_rows())


def lead(visit: Visit, screen: str, words: str, *, mark: str = " ›", help: str | None = None, **query: Any) -> None:
    """A link to a list; `words` are plain text."""
    links.to(visit, screen, f"{figures.plain(words)}{mark}", help=help, **query)


def _money(visit: Visit) -> None:
    found = recall.remembered(visit, pulse.pulse, of="snapshot")
    if found is None:
        return
    sides = (("receipts", "receipt"), ("payments", "payment"), ("net", "net"))
    for column, (name, colour) in zip(st.columns(3, gap="small"), sides, strict=True):
        side: pulse.Change = getattr(found, name)
        with column, _tile(visit, name, figures.money(side.amount_usd, visit.language)):
            about = visit.say("morning.line_about", what=visit.say(f"morning.{name}"))
            line = pictures.sparkline(found.months[name].to_list(), colour)
            pictures.draw(visit, line, key=f"morning_line_{name}", about=about, height=LINE_HEIGHT)
            lead(visit, "monitors", _change(visit, name, side), name="balance")


def _change(visit: Visit, name: str, side: pulse.Change) -> str:
    """The change on last year in words: a percentage, of the difference an amount."""
    if side.before is None:
        return visit.say("morning.no_last_year")
    if name == "net" or side.growth is None:
        more = side.amount_usd - side.before
        sign = "+" if more > 0 else ""
        return visit.say("morning.on_last_year", change=sign + figures.money(more, visit.language))
    return visit.say("morning.on_last_year", change=figures.change(side.growth))


@contextmanager
def _tile(visit: Visit, name: str, value: str) -> Iterator[None]:
    """A figure in a frame; what the block shows stands below it."""
    with st.container(border=True, height="stretch", gap="small"):
        st.metric(visit.say(f"morning.{name}"), figures.plain(value), help=visit.say(f"morning.{name}_help"))
        yield
