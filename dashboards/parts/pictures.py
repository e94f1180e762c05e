"""Pictures: ECharts options without any JavaScript, and drawing one in the reader's theme.

A colour is `@name` of the palette and is put in when the picture is drawn. A picture's numbers may be float: what is read to
the cent stands in the table beside it.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import streamlit as st

from dashboards import words
from dashboards.parts import figures
from dashboards.parts.palette import Theme, paint
from dashboards.visit import Visit
from fxwatch.terms import Language

Option = dict[str, Any]
Kind = Literal["money", "count", "share"]
Value = Decimal | float | int | None

_FORMATS = {"money": "%,.2f", "count": "%,d", "share": "%,.1f %%"}
_ONE = {"count": Decimal(1), "share": Decimal("0.01")}


class Series(NamedTuple):
    """One series: what the reader sees it called, its colour in the palette, its values (None: a gap)."""

    name: str
    colour: str
    values: Sequence[Value]


def draw(visit: Visit, option: Option, *, key: str, about: str, height: int = 280) -> None:
    """Draw a picture.

    Args:
        visit: whose.
        option: of one of the makers here.
        key: of the element, prefixed by the screen.
        about: what it shows, for those who do not see it.
        height: in pixels, held from the start so that nothing jumps.
    """
    theme: Theme = st.context.theme.type or "light"
    st.echarts_chart(paint(option, theme), height=height, key=f"{key}_{theme}", alt=about)


def bars(
    labels: Sequence[str],
    series: Sequence[Series],
    language: Language,
    *,
    kind: Kind = "money",
    horizontal: bool = False,
) -> Option:
    """Bars side by side; `horizontal` for long labels, the first on top."""
    return _columns(labels, series, language, kind, horizontal=horizontal)


def stacked_bars(
    labels: Sequence[str],
    series: Sequence[Series],
    language: Language,
    *,
    kind: Kind = "money",
    horizontal: bool = False,
) -> Option:
    """Bars one upon another."""
    option = _columns(labels, series, language, kind, horizontal=horizontal)
    for one in option["series"]:
        one["stack"] = "all"
    return option


def lines(
    labels: Sequence[str], series: Sequence[Series], language: Language, *, kind: Kind = "money", area: bool = False
) -> Option:
    """Lines over time. Those that share a picture differ in their marks, too."""
    scaled, unit = _scaled(series, language, kind)
    option = _frame(scaled, kind) | {
        "xAxis": _names(labels),
        "yAxis": _amounts(unit),
        "series": [
            {
                "type": "line",
                "name": one.name,
                "data": list(one.values),
                "color": f"@{one.colour}",
                "symbol": mark,
                "symbolSize": 6,
                "lineStyle": {"width": 2, "type": stroke},
                "areaStyle": {"opacity": 0.12} if area else None,
            }
            for one, mark, stroke in zip(scaled, _marks(), _strokes(), strict=False)
        ],
    }
    return without_nothing(option)


def sparkline(values: Sequence[Value], colour: str = "neutral") -> Option:
    """A line without axes, for a tile; its last point is marked."""
    points = [None if v is None else float(v) for v in values]
    last = [{"coord": [len(points) - 1, points[-1]]}] if points and points[-1] is not None else []
    return {
        "grid": {"left": 2, "right": 6, "top": 6, "bottom": 2},
        "xAxis": {"type": "category", "show": False, "data": [str(n) for n in range(len(points))]},
        "yAxis": {"type": "value", "show": False, "scale": True},
        "animation": False,
        "series": [
            {
                "type": "line",
                "data": points,
                "showSymbol": False,
                "color": f"@{colour}",
                "areaStyle": {"opacity": 0.12},
                "markPoint": {"symbol": "circle", "symbolSize": 7, "data": last, "label": {"show": False}},
                "silent": True,
            }
        ],
    }


def donut(parts: Sequence[tuple[str, str, Value]], language: Language, *, kind: Kind = "count") -> Option:
    """Parts of a whole as (name, colour, value), each named with its share beside it."""
    amounts = [Decimal(str(value or 0)) for *_, value in parts]
    divisor = figures.unit_of(amounts, language)[0] if kind == "money" else _ONE[kind]
    return {
        "tooltip": {"trigger": "item", "valueFormatter": _FORMATS[kind]},
        "animation": False,
        "series": [
            {
                "type": "pie",
                "radius": ["48%", "74%"],
                "data": [
                    {"name": name, "value": float(amount / divisor), "itemStyle": {"color": f"@{colour}"}}
                    for (name, colour, _), amount in zip(parts, amounts, strict=True)
                ],
                "label": {"formatter": "{b}\n{d} %", "color": "@text"},
                "itemStyle": {"borderColor": "@background", "borderWidth": 2},
            }
        ],
    }


def calendar(days: Sequence[date], values: Sequence[Value], language: Language, *, colour: str = "payment") -> Option:
    """Days on a calendar, each filled when something happened on it: a streak is seen at a glance."""
    first, last = min(days), max(days)
    top = max((float(v or 0) for v in values), default=1.0) or 1.0
    return {
        "tooltip": {"trigger": "item", "valueFormatter": _FORMATS["money"]},
        "animation": False,
        "visualMap": {
            "show": False,
            "min": 0,
            "max": top,
            "inRange": {"color": [f"@{colour}"], "opacity": [0.45, 1]},
        },
        "calendar": {
            "range": [first.replace(day=1).isoformat(), last.isoformat()],
            "cellSize": ["auto", 18],
            "left": 44,
            "right": 12,
            "top": 34,
            "splitLine": {"lineStyle": {"color": "@soft", "width": 1}},
            "itemStyle": {"color": "transparent", "borderColor": "@line"},
            "dayLabel": {"firstDay": 1, "nameMap": "ZH" if language == "zh" else "EN", "color": "@soft"},
            "monthLabel": {"nameMap": "ZH" if language == "zh" else "EN", "color": "@soft"},
            "yearLabel": {"show": first.year != last.year, "color": "@soft"},
        },
        "series": [
            {
                "type": "heatmap",
                "coordinateSystem": "calendar",
                "data": [[d.isoformat(), float(v or 0)] for d, v in zip(days, values, strict=True)],
            }
        ],
    }


def limit_bars(
    labels: Sequence[str],
    values: Sequence[Value],
    limit: Value,
    language: Language,
    *,
    colour: str = "payment",
    kind: Kind = "money",
) -> Option:
    """Bars against a limit: the limit is a line with its name, and what lies above it is filled, the rest is pale."""
    drawn = Series("", colour, [*values, limit])
    (scaled,), unit = _scaled([drawn], language, kind)
    *heights, line = (None if v is None else float(v) for v in scaled.values)
    named = words.say("parts.limit", language)
    option = _frame([], kind) | {
        "xAxis": _names(labels),
        "yAxis": _amounts(unit),
        "series": [
            {
                "type": "bar",
                "color": f"@{colour}",
                "barMaxWidth": 36,
                "data": [
                    {"value": h, "itemStyle": {"opacity": 1 if h is not None and h > (line or 0) else 0.45}}
                    for h in heights
                ],
                "markLine": {
                    "symbol": "none",
                    "silent": True,
                    "lineStyle": {"color": "@limit", "width": 2, "type": "dashed"},
                    "label": {"formatter": named, "position": "insideEndTop", "color": "@limit"},
                    "data": [{"yAxis": line}],
                },
            }
        ],
    }
    option["yAxis"]["max"] = None if line is None else _round_up(max([line, *(h or 0 for h in heights)]))
    return without_nothing(option)


def timeline(events: Sequence[tuple[date, str, str]], lanes: Sequence[tuple[str, str]], language: Language) -> Option:
    """What happened when, as (day, lane, what); a lane is (name, colour), the first on top."""
    marks = ("circle", "rect", "triangle", "diamond", "pin", "arrow")
    return {
        "grid": {"left": 8, "right": 24, "top": 12, "bottom": 24, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "animation": False,
        "xAxis": {"type": "time", "axisLabel": {"color": "@soft", "formatter": times(language), "hideOverlap": True}},
        "yAxis": {
            "type": "category",
            "data": [name for name, _ in lanes],
            "inverse": True,
            "axisLabel": {"color": "@soft"},
            "axisTick": {"show": False},
        },
        "series": [
            {
                "type": "scatter",
                "name": name,
                "color": f"@{colour}",
                "symbol": marks[n % len(marks)],
                "symbolSize": 13,
                "data": [
                    {"value": [day.isoformat(), lane], "name": _safe(what), "tooltip": {"formatter": "{b}"}}
                    for day, lane, what in events
                    if lane == name
                ],
            }
            for n, (name, colour) in enumerate(lanes)
        ],
    }


def _columns(
    labels: Sequence[str], series: Sequence[Series], language: Language, kind: Kind, *, horizontal: bool
) -> Option:
    scaled, unit = _scaled(series, language, kind)
    names, amounts = _names(labels), _amounts(unit) | ({"minInterval": 1} if kind == "count" else {})
    frame = _frame(scaled, kind)
    if horizontal:
        names["inverse"] = True
        amounts |= {"nameLocation": "middle", "nameGap": 26}
        frame["grid"] |= {"top": 36 if len(series) > 1 else 4, "bottom": 26 if unit else 8}
    return frame | {
        "xAxis": amounts if horizontal else names,
        "yAxis": names if horizontal else amounts,
        "series": [
            {
                "type": "bar",
                "name": one.name,
                "data": list(one.values),
                "color": f"@{one.colour}",
                "barMaxWidth": 36,
            }
            for one in scaled
        ],
    }


def _frame(series: Sequence[Series], kind: Kind) -> Option:
    """What pictures with axes share. Names are drawn by the canvas, so that none of them is ever read as HTML."""
    return {
        "grid": {"left": 8, "right": 16, "top": 44 if len(series) > 1 else 30, "bottom": 8, "containLabel": True},
        "legend": {"show": len(series) > 1, "top": 0, "textStyle": {"color": "@text"}},
        "tooltip": {"trigger": "axis", "valueFormatter": _FORMATS[kind], "axisPointer": {"type": "shadow"}},
        "animation": False,
    }


def _names(labels: Sequence[str]) -> Option:
    return {
        "type": "category",
        "data": [_safe(label) for label in labels],
        "axisLabel": {"color": "@soft", "hideOverlap": True, "width": 150, "overflow": "truncate"},
        "axisLine": {"lineStyle": {"color": "@line"}},
        "axisTick": {"show": False},
    }


def _amounts(unit: str) -> Option:
    return {
        "type": "value",
        "name": unit,
        "nameTextStyle": {"color": "@soft", "align": "left"},
        "axisLabel": {"color": "@soft"},
        "splitLine": {"lineStyle": {"color": "@line"}},
    }


def _scaled(series: Sequence[Series], language: Language, kind: Kind) -> tuple[list[Series], str]:
    """The values counted in a unit that is read easily, and the axis's name; shares in hundredths."""
    values = [Decimal(str(v)) for one in series for v in one.values if v is not None]
    divisor, name = figures.unit_of(values, language) if kind == "money" else (_ONE[kind], "")
    unit = words.say("parts.usd_in", language, unit=name).strip() if kind == "money" else "%" if kind == "share" else ""
    scaled = [
        one._replace(values=[None if v is None else float(Decimal(str(v)) / divisor) for v in one.values])
        for one in series
    ]
    return scaled, unit


def _round_up(value: float) -> float:
    """A little above, on a figure that an axis can end with."""
    step = 10 ** (len(str(int(value))) - 1) / 2 if value >= 1 else 0.5
    return (int(value / step) + 1) * step


def times(language: Language) -> Option:
    """How an axis of time writes years, months and days."""
    if language == "zh":
        return {"year": "{yyyy}年", "month": "{M}月", "day": "{M}月{d}日"}
    return {"year": "{yyyy}", "month": "{MMM}", "day": "{d} {MMM}"}


def _marks() -> tuple[str, ...]:
    return ("circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect", "emptyTriangle", "emptyDiamond") * 3


def _strokes() -> tuple[str, ...]:
    return ("solid", "dashed", "dotted") * 8


def _safe(text: str) -> str:
    """A name that ECharts does not read as a template of its own."""
    return text.replace("{", "(").replace("}", ")").replace("<", "‹").replace(">", "›")


def without_nothing(option: Option) -> Option:
    """An option without the keys that say nothing; gaps in its data stay."""
    return {key: _kept(value) for key, value in option.items() if value is not None}


def _kept(value: Any) -> Any:
    if isinstance(value, dict):
        return without_nothing(value)
    return [_kept(one) for one in value] if isinstance(value, list) else value
