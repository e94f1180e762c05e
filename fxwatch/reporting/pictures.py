"""Small pictures for paper, as SVG that needs nothing from anywhere and survives black and white."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any

from fxwatch.reporting.phrases import phrase
from fxwatch.terms import Language, label

WIDTH, MOST_MONTHS = 680, 60
_INK, _PALE, _LINE = "#1f3a5f", "#b9c7d8", "#777"
_GRADES = {"A": "#e6efe6", "B": "#f0d48a", "C": "#b3402e", "unknown": "#eeeeee"}
_YEARS_SHOWN = 5


def months(rows: Sequence[dict[str, Any]], language: Language) -> str:
    """Receipts above and payments below a line, a pair of bars a month.

    Args:
        rows: month (ISO), receipts_usd, payments_usd (exact text), by month.
        language: of the words.
    """
    shown = rows[-MOST_MONTHS:]
    cut = phrase("picture_cut", language, months=MOST_MONTHS) if len(rows) > MOST_MONTHS else ""
    title = phrase("picture_months", language, cut=cut)
    up = [Decimal(r["receipts_usd"]) / 1_000_000 for r in shown]
    down = [Decimal(r["payments_usd"]) / 1_000_000 for r in shown]
    most = max([*up, *down], default=Decimal(0)) or Decimal(1)
    left, top, half = 46, 24, 70
    step = (WIDTH - left - 6) / max(len(shown), 1)
    middle, body = top + half, []
    for n, row in enumerate(shown):
        x, wide = left + n * step + step * 0.12, min(step * 0.76, 22)
        for value, is_up in ((up[n], True), (down[n], False)):
            tall = float(value / most) * half
            y = middle - tall if is_up else middle
            fill = f'fill="{_INK}"' if is_up else f'fill="{_PALE}" stroke="{_INK}" stroke-width="0.6"'
            if value:
                body.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{max(tall, 0.6):.1f}" {fill}/>')
        if row["month"][5:7] == "01" or n == 0:
            body.append(_text(x, middle + half + 14, row["month"][:7]))
    body.append(f'<line x1="{left}" y1="{middle}" x2="{WIDTH}" y2="{middle}" stroke="{_LINE}" stroke-width="0.8"/>')
    for y, value in ((top, most), (middle, Decimal(0)), (middle + half, most)):
        body.append(_text(left - 5, y + 4, f"{value:,.1f}", anchor="end"))
        if value:
            body.append(
                f'<line x1="{left}" y1="{y}" x2="{WIDTH}" y2="{y}" stroke="{_LINE}" stroke-width="0.3" stroke-dasharray="2 3"/>'
            )
    return _picture(title, middle + half + 22, body)


def grades(history: Sequence[dict[str, Any]], on: date, language: Language) -> str:
    """The grade over the last years, as known now and as told then, a strip each.

    Args:
        history: rows of `reading.grades.history` in plain values.
        on: the last day.
        language: of the words.
    """
    began = min((date.fromisoformat(r["from_day"]) for r in history), default=on)
    first = max(began, date(on.year - _YEARS_SHOWN, 1, 1))
    left, top, tall = 92, 24, 20
    days = max((on - first).days, 1) + 1
    scale = (WIDTH - left - 4) / days
    title = phrase("picture_grades", language, first=first, last=on)
    body = []
    for line, known in enumerate(("now", "then")):
        y = top + line * (tall + 8)
        body.append(_text(0, y + 14, phrase(f"known_{known}", language), size=9))
        for row in history:
            begins, ends = date.fromisoformat(row["from_day"]), date.fromisoformat(row["to_day"] or on.isoformat())
            if row["known"] != known or ends < first:
                continue
            x = left + (max(begins, first) - first).days * scale
            wide = ((ends - max(begins, first)).days + 1) * scale
            fill = _GRADES[row["grade"]]
            body.append(
                f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{tall}" fill="{fill}" stroke="#333" stroke-width="0.5"/>'
            )
            if wide >= 9:
                ink = "#fff" if row["grade"] == "C" else "#111"
                body.append(_text(x + wide / 2, y + 14, label(row["grade"], "en")[:1], anchor="middle", ink=ink))
    bottom = top + 2 * (tall + 8)
    for year in range(first.year, on.year + 1):
        new_year = max(date(year, 1, 1), first)
        x = left + (new_year - first).days * scale
        if year == first.year or new_year > first:
            body.append(
                f'<line x1="{x:.1f}" y1="{top - 3}" x2="{x:.1f}" y2="{bottom}" stroke="{_LINE}" stroke-width="0.4"/>'
            )
            body.append(_text(x + 2, bottom + 8, str(year)))
    return _picture(title, bottom + 14, body)


def outcomes(rows: Sequence[dict[str, Any]], language: Language) -> str:
    """Hits by month, stacked by what became of them.

    Args:
        rows: month and a count for each of `OUTCOMES`, by month.
        language: of the words.
    """
    shown = list(rows)[-MOST_MONTHS:]
    most = max((sum(int(r[o]) for o in _OUTCOMES) for r in shown), default=0) or 1
    left, top, tall = 46, 40, 120
    step = (WIDTH - left - 6) / max(len(shown), 1)
    body = []
    for n, row in enumerate(shown):
        x, y = left + n * step + step * 0.12, float(top + tall)
        for outcome, fill in _OUTCOMES.items():
            high = int(row[outcome]) / most * tall
            y -= high
            if high:
                body.append(
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="{min(step * 0.76, 22):.1f}" height="{high:.1f}" fill="{fill}" stroke="#333" stroke-width="0.3"/>'
                )
        if str(row["month"])[5:7] == "01" or n == 0:
            body.append(_text(x, top + tall + 14, str(row["month"])[:7]))
    for share in (0, 1):
        y = top + tall - share * tall
        body.append(_text(left - 5, y + 4, f"{most * share:,}", anchor="end"))
        body.append(f'<line x1="{left}" y1="{y}" x2="{WIDTH}" y2="{y}" stroke="{_LINE}" stroke-width="0.5"/>')
    for n, (outcome, fill) in enumerate(_OUTCOMES.items()):
        x = left + n * 120
        body.append(f'<rect x="{x}" y="20" width="10" height="10" fill="{fill}" stroke="#333" stroke-width="0.3"/>')
        body.append(_text(x + 14, 29, label(outcome, language), size=9))
    return _picture(phrase("picture_work", language), top + tall + 22, body)


_OUTCOMES = {
    "noticed": _INK,
    "dismissed": _PALE,
    "explained": "#dfe7d8",
    "withdrawn": "#f4f4f4",
    "open": "#e0a458",
}


def _picture(title: str, height: float, body: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" font-family="inherit">'
    )
    return "\n".join([head, f"<title>{escape(title)}</title>", _text(0, 11, title, size=9.5), *body, "</svg>"])


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: float = 8, ink: str = "#333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{ink}">{escape(text)}</text>'
