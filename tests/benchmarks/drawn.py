"""Pictures for the README, as SVG that can be read on light and on dark paper."""

from collections.abc import Sequence
from math import log10
from typing import Any
from xml.sax.saxutils import escape

from tests.benchmarks.compare import TITLES, ratios
from tests.benchmarks.growth import LEVELS

WIDTH, LEFT, ROW = 760, 130, 22
COLOURS = {"fxwatch": "#0a8f6c", "sql": "#c8861a", "polars": "#3f7fd1", "pandas": "#9a5fc0", "spark": "#d2553f"}
LINES = {"load": "#3f7fd1", "hits": "#0a8f6c", "whole": "#c8861a"}
STYLE = (
    "<style>text{font:12px system-ui,sans-serif;fill:#24292f}.h{font-weight:600}.g{stroke:#8c959f;stroke-opacity:.35}"
    "@media (prefers-color-scheme:dark){text{fill:#e6edf3}}</style>"
)


def bars(measured: dict[str, Any]) -> str:
    """For each size and level a bar a competitor, as long as its time; the figure behind it is its ratio to fxwatch."""
    body: list[str] = []
    y = 18
    for size in measured["sizes"]:
        for level, title in (("hits", "three rules with evidence"), ("whole", "everything, published")):
            body.append(_text(0, y, f"{size['flows']:,} flows: {title}", "h"))
            longest = max(side[level]["clock"] for side in size["sides"])
            of = ratios(size["sides"], level)
            y += 8
            for side in size["sides"]:
                seconds, name = side[level]["clock"], side["name"]
                wide = max(2.0, (WIDTH - LEFT - 130) * seconds / longest)
                body.append(_text(0, y + 14, TITLES[name]))
                body.append(
                    f'<rect x="{LEFT}" y="{y + 3}" width="{wide:.1f}" height="14" rx="2" fill="{COLOURS[name]}"/>'
                )
                told = f"{seconds:.2f} s" + (f", {of[name]:.1f} ×" if name != "fxwatch" else "")
                body.append(_text(LEFT + wide + 6, y + 14, told))
                y += ROW
            y += 20
    return _picture(WIDTH, y, body)


def lines(rows: Sequence[dict[str, Any]]) -> str:
    """Seconds over flows, both by powers of ten: a straight line of slope one is growth in proportion."""
    height, top, bottom, right = 380, 20, 40, 120
    flows = [log10(row["flows"]) for row in rows]
    seconds = [log10(row[level]) for row in rows for level in LEVELS]
    low, high = min(seconds), max(seconds)

    def x(value: float) -> float:
        return 60 + (WIDTH - 60 - right) * (value - flows[0]) / max(flows[-1] - flows[0], 1e-9)

    def y(value: float) -> float:
        return height - bottom - (height - top - bottom) * (value - low) / max(high - low, 1e-9)

    body = []
    for row in rows:
        at = x(log10(row["flows"]))
        body.append(f'<line class="g" x1="{at:.1f}" y1="{top}" x2="{at:.1f}" y2="{height - bottom}"/>')
        body.append(_text(at - 14, height - 18, f"{row['flows'] / 1e6:g} M"))
    for level in LEVELS:
        points = [(x(log10(row["flows"])), y(log10(row[level]))) for row in rows]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        body.append(f'<polyline points="{path}" fill="none" stroke="{LINES[level]}" stroke-width="2.5"/>')
        for (px, py), row in zip(points, rows, strict=True):
            body.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" fill="{LINES[level]}"/>')
            body.append(_text(px - 12, py - 8, f"{row[level]:.1f} s"))
        name = {"load": "load", "hits": "three rules", "whole": "whole run"}[level]
        body.append(_text(points[-1][0] + 10, points[-1][1] + 4, name, "h"))
    return _picture(WIDTH, height, body)


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(text)}</text>'


def _picture(width: int, height: int, body: list[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    return "\n".join([head, STYLE, *body, "</svg>"]) + "\n"
