"""The figures of the first rows: what is new, who would move, what waits; receipts, payments and their difference."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import streamlit as st

from dashboards.parts import figures, links, pictures, recall
from dashboards.screens.morning import since
from dashboards.visit import Visit
from fxwatch.reading import morning, pulse
from fxwatch.terms import Grade

LINE_HEIGHT = 56


def show(visit: Visit, state: morning.Freshness, after: datetime | None) -> None:
    """Four figures of the work, three of the money."""
    new = recall.remembered(visit, morning.new_hits, after)
    moving = recall.remembered(visit, morning.movers)
    waiting = recall.remembered(visit, morning.waiting, visit.account.name)
    count, number = figures.count, int(new["hits"].sum())
    columns = st.columns(4, gap="small")
    with columns[0], _tile(visit, "new_hits", count(number), since.told(visit, state, after)):
        still = int(new["open_hits"].sum())
        moment = after.isoformat() if after else None
        links.to(
            visit,
            "review",
            visit.say("morning.still_open", hits=count(still), count=still),
            status="open",
            since=moment,
        )
    with columns[1], _tile(visit, "would_move", count(moving.height)):
        to_c = moving.filter(provisional_grade=Grade.C.value).height
        links.to(visit, "grades", visit.say("morning.of_them_to_c", hits=count(to_c)), moves="provisional")
    with columns[2], _tile(visit, "open_hits", count(waiting.all["open_hits"])):
        late = waiting.all["overdue"]
        links.to(
            visit,
            "review",
            visit.say("morning.overdue", hits=count(late), count=late),
            status="open",
            overdue=1 if late else None,
        )
    with columns[3], _tile(visit, "decisions", count(waiting.approvals + waiting.inquiries + waiting.objections)):
        links.to(
            visit,
            "review",
            visit.say(
                "morning.decisions_of",
                approvals=waiting.approvals,
                inquiries=waiting.inquiries,
                objections=waiting.objections,
            ),
            part="approvals",
        )
    _money(visit)


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
            links.to(visit, "monitors", _change(visit, name, side), name="balance")


def _change(visit: Visit, name: str, side: pulse.Change) -> str:
    """The change on last year in words: a percentage, of the difference an amount."""
    if side.before is None:
        return visit.say("morning.no_last_year")
    if name == "net" or side.growth is None:
        more = side.amount_usd - side.before
        sign = "+" if more > 0 else ""
        return visit.say("morning.on_last_year", change=figures.plain(sign + figures.money(more, visit.language)))
    return visit.say("morning.on_last_year", change=figures.plain(figures.change(side.growth)))


@contextmanager
def _tile(visit: Visit, name: str, value: str, note: str | None = None) -> Iterator[None]:
    """A figure in a frame; what the block shows stands below it."""
    with st.container(border=True, height="stretch", gap="small"):
        st.metric(visit.say(f"morning.{name}"), figures.plain(value), help=note or visit.say(f"morning.{name}_help"))
        yield
