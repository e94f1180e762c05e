"""The model card: what a model is for, what it learned from, how it was judged, how groups fare, what it cannot do; HTML, Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from fxwatch.attention.describing import ORDERS
from fxwatch.attention.explaining import is_exact, meaning, together, written
from fxwatch.attention.phrases import phrase
from fxwatch.risk import catalogue
from fxwatch.risk.form import MEASURES
from fxwatch.risk.judging import PSI_LIMITS
from fxwatch.terms import Language

if TYPE_CHECKING:
    from fxwatch.risk.artefact import Model

_GROUP_COLUMNS = ("group", "rows", "positives", "foretold", "came_true", "in_top", "right_in_top", "found")
_WIDE, _INK, _PALE = 320, "#1f3a5f", "#8aa0b8"


@dataclass(frozen=True)
class Block:
    """A part of the card: a heading of a level, paragraphs, a table with its head, a picture (SVG) with what it shows."""

    heading: str = ""
    level: int = 2
    paragraphs: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    picture: str = ""


def card(model: "Model", force: Sequence[str], language: Language) -> list[Block]:
    """The card of a model.

    Args:
        model: as its file holds it.
        force: sentences that say who put it in force, when, and why; or that it is not.
        language: of the words.
    """

    def say(key: str, **named: Any) -> str:
        return phrase(key, language, **named)

    about, name = model.about, model.name
    judged, trained = about["judged"], about["trained"]
    kind = say(f"kind_{about['kind']}")
    facts = (
        (say("name"), name), (say("kind"), kind), (say("made_at"), f"{about['made_at']} UTC, fxwatch {about['fxwatch']}"),
        (say("source"), about["source"]), (say("foretells"), say("foretells_what", months=about["horizon_months"])),
        (say("learned"), say("span", first=trained["first"], last=trained["last"], rows=f"{trained['rows']:,}", entities=f"{trained['entities']:,}", positives=f"{trained['positives']:,}")),
        (say("features"), say("features_what", count=len(about["features"]), digest=about["features_digest"])),
    )  # fmt: skip
    return [
        Block(say("title"), level=1, paragraphs=(say("purpose"), *force)),
        Block(say("facts"), head=(say("what"), say("found")), rows=facts),
        _judged(judged, say),
        Block(
            say("calibration"), paragraphs=(say("calibration_what"),), picture=_curve(judged["calibration"], say),
            head=(say("bin"), say("rows"), say("foretold"), say("came_true")),
            rows=tuple((str(r["bin"]), f"{r['rows']:,}", _share(r["foretold"]), _share(r["came_true"])) for r in judged["calibration"]),
        ),
        Block(
            say("stability"), paragraphs=(say("stability_what", low=PSI_LIMITS[0], high=PSI_LIMITS[1]),),
            head=(say("as_of"), "PSI"), rows=tuple((r["as_of"], psi_told(r)) for r in judged["stability"]),
        ),
        Block(say("fairness"), paragraphs=(say("fairness_what"),)),
        *(
            Block(
                say(f"by_{dimension}"), level=3, head=tuple(say(c) for c in _GROUP_COLUMNS),
                rows=tuple(tuple(_cell(row, c, language) for c in _GROUP_COLUMNS) for row in rows),
            )
            for dimension, rows in judged["groups"].items()
        ),
        *_points(model, say, language),
        Block(say("limits"), paragraphs=tuple(say(f"limit_{n}") for n in range(1, 7))),
        Block(
            say("features"), head=(say("feature"), say("unit"), say("direction"), say("why")),
            rows=tuple(_feature(f, say, language) for f in catalogue.catalogue()),
        ),
    ]  # fmt: skip


def _points(model: "Model", say: Any, language: Language) -> list[Block]:
    """The scorecard itself: every feature that gives points, with its bins. A booster has none."""
    if not is_exact(model):
        return []
    inner = model.estimator.inner_
    rows = [
        (meaning(name, language), _bins(name, edges, points, say, language))
        for name, edges, points in zip(catalogue.names(), inner.edges_, inner.points_, strict=True)
        if any(points)
    ]
    said = say("points_what", base=inner.base_points_, none=len(catalogue.names()) - len(rows))
    return [Block(say("points"), paragraphs=(said,), head=(say("feature"), say("bins")), rows=tuple(rows))]


def _bins(name: str, edges: Any, points: Any, say: Any, language: Language) -> str:
    edge = [written(name, float(e), language) for e in edges]
    bins = [say("would_be_below", edge=edge[0])] if edge else []
    bins += [say("from_to", low=low, high=high) for low, high in pairwise(edge)]
    bins += [say("would_be_at_least", edge=edge[-1])] if edge else [say("any_value")]
    # One entry a bin, and the last for a missing value.
    given = zip([*bins, say("nothing")], points, strict=True)
    return together([say("gives", where=where, points=f"{int(n):+d}") for where, n in given if n], language)


def _feature(feature: catalogue.Feature, say: Any, language: Language) -> tuple[str, ...]:
    what, why = (feature.zh, feature.why_zh) if language == "zh" else (feature.en, feature.why)
    return what, say(f"unit_{feature.unit}"), say(f"direction_{feature.direction}"), why


def _judged(judged: dict[str, Any], say: Any) -> Block:
    days = say(
        "tested" if judged["out_of_time"] else "tested_beside",
        learn=", ".join(judged["learned_on"]), test=", ".join(judged["tested_on"]), rows=f"{judged['rows']:,}",
        entities=f"{judged['entities']:,}", positives=f"{judged['positives']:,}",
    )  # fmt: skip
    partly = judged.get("partly_learned_on")
    between = (say("tested_partly", days=", ".join(partly)),) if partly else ()
    margin = judged["margin"]
    verdict = say(
        "better" if judged["is_better"] else "not_better", baseline=say(f"order_{judged['best_baseline']}"),
        margin=f"{margin['value']:+.3f} [{margin['low']:+.3f}, {margin['high']:+.3f}]",
    )  # fmt: skip
    rows = tuple(
        (say(f"order_{name}"), *(_interval(values.get(measure)) for measure in MEASURES))
        for name in ORDERS
        for values in [judged["measures"][name]]
    )
    return Block(say("judged"), paragraphs=(days, *between, verdict), head=("", *(say(m) for m in MEASURES)), rows=rows)


def markdown(blocks: Sequence[Block]) -> str:
    """The card as Markdown; a picture is left to the table beside it."""
    lines: list[str] = []
    for block in blocks:
        if block.heading:
            lines += [f"{'#' * block.level} {block.heading}", ""]
        for paragraph in block.paragraphs:
            lines += [paragraph, ""]
        if block.head:
            lines += [
                _line(block.head),
                _line(tuple("---" for _ in block.head)),
                *(_line(row) for row in block.rows),
                "",
            ]
    return "\n".join(lines)


def html(blocks: Sequence[Block]) -> list[str]:
    """The card's parts, for a page."""
    parts: list[str] = []
    for block in blocks:
        if block.heading:
            parts.append(f"<h{block.level}>{escape(block.heading)}</h{block.level}>")
        parts += [f"<p>{escape(paragraph)}</p>" for paragraph in block.paragraphs]
        if block.picture:
            parts.append(block.picture)
        if block.head:
            head = "".join(f"<th>{escape(cell)}</th>" for cell in block.head)
            rows = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in block.rows)
            parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    return parts


def _curve(rows: Sequence[dict[str, Any]], say: Any) -> str:
    """Foretold against what came true; the line is where both are the same."""
    most = max([0.01, *(max(r["foretold"], r["came_true"]) for r in rows)])
    left, size = 40, _WIDE - 60

    def at(value: float) -> float:
        return float(value / most * size)

    dots = "".join(
        f'<circle cx="{left + at(r["foretold"]):.1f}" cy="{10 + size - at(r["came_true"]):.1f}" r="4" fill="{_INK}"/>'
        for r in rows
    )
    ends = "".join(
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="9" text-anchor="{a}">{_share(most)}</text>'
        for x, y, a in ((left - 4, 16, "end"), (left + size, size + 24, "middle"))
    )
    return (
        f'<svg role="img" aria-label="{escape(say("calibration"))}" viewBox="0 0 {_WIDE} {size + 40}" width="{_WIDE}" xmlns="http://www.w3.org/2000/svg">'
        f'<line x1="{left}" y1="{10 + size}" x2="{left + size}" y2="10" stroke="{_PALE}"/>'
        f'<path d="M{left} 10V{10 + size}H{left + size}" fill="none" stroke="{_INK}"/>{dots}{ends}'
        f'<text x="{left + size / 2:.0f}" y="{size + 34}" font-size="9" text-anchor="middle">{escape(say("foretold"))} → / {escape(say("came_true"))} ↑</text></svg>'
    )


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"


def psi_told(row: dict[str, Any]) -> str:
    """A day's index with its interval; files made before intervals were kept have none."""
    return _interval({"value": row["psi"], **row}) if "low" in row else f"{row['psi']:.3f}"


def _interval(value: dict[str, float] | None) -> str:
    return "–" if value is None else f"{value['value']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f} %"


def _cell(row: dict[str, Any], column: str, language: Language) -> str:
    value = row[column]
    if column == "group":
        return phrase(f"size_{value}", language) if value in ("small", "medium", "large") else str(value)
    return f"{value:,}" if column in ("rows", "positives") else _share(value)
