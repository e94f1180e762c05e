"""A picture for each monitor, of the rows of one group where groups are asked."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts import figures, periods, pictures
from dashboards.screens.monitors import spoken
from dashboards.screens.monitors.asked import KEY, Asked, keep, one_of
from dashboards.visit import Visit
from fxwatch.sums import ALL
from fxwatch.terms import Direction

HEIGHT = 320
BARS = 14  # at most: more are read in the table
NAME = 300  # pixels for the name of a surge
_COLOURS = {Direction.RECEIPT.value: "receipt", Direction.PAYMENT.value: "payment"}


def show(visit: Visit, asked: Asked, rows: pl.DataFrame) -> None:
    """The picture of a monitor. `rows`: of its table, with groups already narrowed to one."""
    draw = {
        "top_items": _ranked,
        "top_entities": _ranked,
        "trends": _trends,
        "surges": _surges,
        "concentration": _concentration,
        "balance": _balance,
    }
    draw[asked.name](visit, asked, rows)


def _ranked(visit: Visit, asked: Asked, rows: pl.DataFrame) -> None:
    """The largest amounts of each direction as bars, the first on top."""
    several = rows["item"].n_unique() > 1
    directions = rows["direction"].unique(maintain_order=True).to_list()
    for column, direction in zip(st.columns(max(1, len(directions)), gap="medium"), directions, strict=True):
        largest = rows.filter(direction=direction).sort("amount_usd", descending=True, maintain_order=True).head(BARS)
        if "name" in rows.columns:
            names = [
                f"{name} · {visit.label(item)}" if several else name
                for name, item in largest.select("name", "item").rows()
            ]
        else:
            names = [visit.label(item) for item in largest["item"]]
        with column:
            st.markdown(f"**{spoken.headed(visit.label(direction))}**")
            series = pictures.Series(visit.label(direction), _COLOURS[direction], largest["amount_usd"].to_list())
            option = _told(visit, pictures.bars(names, [series], visit.language, horizontal=True), series.values)
            _draw(visit, asked, option, direction, 16 + 30 * len(names))


def choose_line(visit: Visit, rows: pl.DataFrame) -> None:
    """Let the reader choose the item whose trend is drawn."""
    st.session_state[f"{KEY}line"] = _line(rows)
    items = rows["item"].unique(maintain_order=True).to_list()
    st.selectbox(
        visit.say("monitors.line"),
        items,
        format_func=visit.label,
        key=f"{KEY}line",
        on_change=keep,
        args=("line",),
        width=320,
    )


def _line(rows: pl.DataFrame) -> str:
    items = rows["item"].unique(maintain_order=True).to_list()
    return one_of("line", tuple(items)) or (ALL if ALL in items else str(items[0]))


def _trends(visit: Visit, asked: Asked, rows: pl.DataFrame) -> None:
    """The amounts of one item over time, and how they grew on last year."""
    drawn = rows.filter(item=_line(rows))
    labels = [periods.named(p, visit.language) for p in drawn["period"].unique(maintain_order=True)]
    amounts, growths = [], []
    for (direction,), one in drawn.partition_by("direction", as_dict=True, maintain_order=True).items():
        name, colour = visit.label(str(direction)), _COLOURS[str(direction)]
        amounts.append(pictures.Series(name, colour, one["amount_usd"].to_list()))
        growths.append(pictures.Series(name, colour, one["yoy"].to_list()))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**{visit.say('monitors.amounts')}**")
        _draw(visit, asked, pictures.lines(labels, amounts, visit.language), "amounts")
    with right:
        st.markdown(f"**{visit.say('monitors.growth')}**")
        _draw(visit, asked, pictures.bars(labels, growths, visit.language, kind="share"), "growth")


def _surges(visit: Visit, asked: Asked, rows: pl.DataFrame) -> None:
    """The largest changes, rises to the right and falls to the left."""
    apart = ["direction", "item", "period", "basis"]
    largest = (
        rows.unique(apart, keep="first", maintain_order=True).sort(pl.col("change").abs(), descending=True).head(BARS)
    )
    several = rows["period"].n_unique() > 1
    names = [
        " · ".join(
            [
                visit.label(item),
                *([periods.named(period, visit.language)] if several else []),
                visit.say(f"monitors.basis_{basis}"),
            ]
        )
        for item, period, basis in largest.select("item", "period", "basis").rows()
    ]
    series = [
        pictures.Series(
            visit.label(d),
            _COLOURS[d],
            [c if e == d else None for c, e in largest.select("change", "direction").rows()],
        )
        for d in Direction
        if d.value in largest["direction"]
    ]
    option = pictures.stacked_bars(names, series, visit.language, horizontal=True)
    option["yAxis"]["axisLabel"]["width"] = NAME
    _draw(visit, asked, option, "changes", 90 + 28 * len(names))


def _concentration(visit: Visit, asked: Asked, rows: pl.DataFrame) -> None:
    """The shares of the three and the ten largest in each item, over entities or over economies."""
    chosen = one_of("over", ("entity", "economy")) or "entity"
    st.session_state[f"{KEY}over"] = chosen
    st.segmented_control(
        visit.say("monitors.over"), ["entity", "economy"], format_func=lambda o: visit.say(f"monitors.over_{o}"), key=f"{KEY}over",
        required=True, on_change=keep, args=("over",), label_visibility="collapsed",
    )  # fmt: skip
    drawn = rows.filter((pl.col("over") == chosen) & pl.col("top3_share").is_not_null())
    directions = drawn["direction"].unique(maintain_order=True).to_list()
    for column, direction in zip(st.columns(max(1, len(directions)), gap="medium"), directions, strict=True):
        one = drawn.filter(direction=direction)
        names = [visit.label(item) for item in one["item"]]
        series = [
            pictures.Series(visit.say("monitors.three_largest"), _COLOURS[direction], one["top3_share"].to_list()),
            pictures.Series(visit.say("monitors.ten_largest"), "quiet", one["top10_share"].to_list()),
        ]
        with column:
            st.markdown(f"**{spoken.headed(visit.label(direction))}**")
            option = pictures.bars(names, series, visit.language, kind="share", horizontal=True)
            _draw(visit, asked, option, direction, 90 + 34 * len(names))


def _balance(visit: Visit, asked: Asked, rows: pl.DataFrame) -> None:
    """Receipts, payments and net by period; beside them what was settled and purchased."""
    labels = [periods.named(p, visit.language) for p in rows["period"]]
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**{visit.say('monitors.flows_of_money')}**")
        option = pictures.bars(labels, _sides(visit, rows, ("receipts", "payments", "net")), visit.language)
        option["series"][2] |= {"type": "line", "symbolSize": 5, "lineStyle": {"width": 2}}
        _draw(visit, asked, option, "balance")
    with right:
        st.markdown(f"**{visit.say('monitors.through_the_market')}**")
        option = pictures.bars(labels, _sides(visit, rows, ("settled", "purchased")), visit.language)
        _draw(visit, asked, option, "market")


def _told(visit: Visit, option: pictures.Option, amounts: Sequence[Any]) -> pictures.Option:
    """The bars with their amounts at their ends."""
    for one in option["series"]:
        one["data"] = [
            {
                "value": value,
                "label": {
                    "show": True,
                    "position": "right",
                    "color": "@text",
                    "formatter": figures.money(amount, visit.language),
                },
            }
            for value, amount in zip(one["data"], amounts, strict=True)
        ]
    option["grid"] |= {"right": 100, "bottom": 4}
    option["xAxis"]["show"] = False
    return option


def _sides(visit: Visit, rows: pl.DataFrame, names: Sequence[str]) -> list[pictures.Series]:
    colours = {"receipts": "receipt", "payments": "payment", "net": "net", "settled": "receipt", "purchased": "payment"}
    return [pictures.Series(visit.say(f"columns.{name}"), colours[name], rows[name].to_list()) for name in names]


def _draw(visit: Visit, asked: Asked, option: pictures.Option, part: str, height: int = HEIGHT) -> None:
    about = f"{spoken.title(visit, asked.name)}, {visit.say('monitors.kind_ytd') if asked.period == 'ytd' else periods.named(asked.period, visit.language)}"
    pictures.draw(visit, option, key=f"{KEY}{asked.name}_{part}", about=about, height=height)
