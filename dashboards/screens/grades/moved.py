"""Who moved in a period, which way, and because of which acts."""

from datetime import date, timedelta

import polars as pl
import streamlit as st

from dashboards.parts import figures, links, pictures, recall, tables
from dashboards.parts.pictures import Series
from dashboards.screens.grades import groups, why
from dashboards.screens.grades.when import When
from dashboards.screens.grades.widths import narrow, tall
from dashboards.visit import Visit
from fxwatch.reading.moves import moves
from fxwatch.reading.spread import MONTHS, month_ends

OTHER = "other"
_SHOWN = ["day", "name", "before", "after", "reason", "region", "section", "entity_id"]
_WAYS = {"worse": pl.col("after") > pl.col("before"), "better": pl.col("after") < pl.col("before")}


def show(visit: Visit, when: When) -> None:
    """The period, the ways with their numbers, the list."""
    first, last, known = _period(visit, when.on)
    found = recall.remembered(visit, moves, first, last, known=known)
    st.caption(visit.say(f"grades.known_{known}_hint"))
    if found.is_empty():
        st.info(
            visit.say(
                "grades.nobody_moved", first=figures.day(first, visit.language), last=figures.day(last, visit.language)
            )
        )
        return
    _picture(visit, found, first, last)
    narrowed = groups.choose(visit, _one_way(visit, found)).sort("day", descending=True, maintain_order=True)
    told = narrowed.with_columns(
        reason=why.told(visit, narrowed),
        region=groups.named(visit, "region"), section=groups.named(visit, "section"),
    )  # fmt: skip
    picked = tables.show(
        visit,
        told.select(_SHOWN),
        key="grades_moves",
        select="one",
        export=f"moves-{first}-{last}",
        height=tall(told.height, 520),
        config=narrow(visit),
    )
    if picked:
        row = told.row(picked[0], named=True)
        links.to(
            visit, "entity", visit.say("grades.open_entity", name=figures.plain(row["name"])), entity=row["entity_id"]
        )


def _period(visit: Visit, today: date) -> tuple[date, date, str]:
    """A month, or any days; and which axis of time."""
    ends = month_ends(today, MONTHS)[::-1]
    asked = links.asked("period")
    words = [f"{end:%Y-%m}" for end in ends]
    word = asked if asked in words else OTHER if asked else words[0]
    known = "now" if links.asked("axis") == "now" else "then"
    st.session_state["grades_period"], st.session_state["grades_axis"] = word, known
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.selectbox(
            visit.say("grades.period"), [*words, OTHER], key="grades_period", width=220, on_change=_keep_period,
            args=(today,), format_func=lambda w: _named(visit, w),
        )  # fmt: skip
        first, last = _days(visit, asked, today) if word == OTHER else _month(ends[words.index(word)])
        st.segmented_control(
            visit.say("grades.axis"), ["then", "now"], key="grades_axis", required=True,
            format_func=lambda axis: visit.say(f"grades.known_{axis}"),
            on_change=lambda: links.keep(axis=st.session_state["grades_axis"]),
        )  # fmt: skip
    return first, last, known


def _named(visit: Visit, word: str) -> str:
    is_other = word == OTHER
    return (
        visit.say("grades.other_period")
        if is_other
        else figures.month(date.fromisoformat(f"{word}-01"), visit.language)
    )


def _month(last: date) -> tuple[date, date]:
    return last.replace(day=1), last


def _keep_period(today: date) -> None:
    word = st.session_state["grades_period"]
    links.keep(period=f"{today - timedelta(days=30)}..{today}" if word == OTHER else word)


def _days(visit: Visit, asked: str | None, today: date) -> tuple[date, date]:
    """The days in the URL, which may be anybody's; the last month where they are none."""
    first, _, last = (asked or "").partition("..")
    try:
        days = date.fromisoformat(first), min(date.fromisoformat(last), today)
    except ValueError:
        days = today - timedelta(days=30), today
    st.session_state["grades_days"] = days if days[0] <= days[1] else (days[1], days[1])
    label = visit.say("grades.days")
    st.date_input(label, key="grades_days", max_value=today, format="YYYY-MM-DD", width=280, on_change=_keep_days)
    first_day, last_day = st.session_state["grades_days"]
    return first_day, last_day


def _keep_days() -> None:
    days = st.session_state["grades_days"]
    if len(days) == 2:  # while only the first of the two is picked, what was asked before stands
        links.keep(period=f"{days[0]}..{days[1]}")


def _picture(visit: Visit, found: pl.DataFrame, first: date, last: date) -> None:
    """How many moved which way on each day, or in each month of a long period."""
    is_long = (last - first) > timedelta(days=62)
    spans = found.with_columns(span=pl.col("day").dt.truncate("1mo") if is_long else pl.col("day"))
    every = pl.date_range(first.replace(day=1) if is_long else first, last, "1mo" if is_long else "1d", eager=True)
    counted = spans.group_by("span").agg(**{way: is_so.sum() for way, is_so in _WAYS.items()})
    dense = pl.DataFrame({"span": every}).join(counted, on="span", how="left").fill_null(0).sort("span")
    name = figures.month if is_long else figures.day
    drawn = [
        Series(visit.say("grades.worse"), "C", dense["worse"].to_list()),
        Series(visit.say("grades.better"), "A", dense["better"].to_list()),
    ]
    option = pictures.bars([name(day, visit.language) for day in dense["span"]], drawn, visit.language, kind="count")
    pictures.draw(visit, option, key="grades_moves_picture", about=visit.say("grades.moves_about"), height=220)


def _one_way(visit: Visit, found: pl.DataFrame) -> pl.DataFrame:
    """The ways with their numbers; one narrows the list."""
    ways = found.group_by("before", "after").len().sort("after", "before", descending=[True, False]).rows()
    words = {f"{before}{after}": f"{before} → {after} · {figures.count(number)}" for before, after, number in ways}
    chosen = st.pills(
        visit.say("grades.ways"),
        list(words),
        format_func=words.__getitem__,
        key="grades_way",
        label_visibility="collapsed",
    )
    return found.filter(pl.col("before") + pl.col("after") == chosen) if chosen else found
