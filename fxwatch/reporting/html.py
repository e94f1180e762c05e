"""HTML made for paper: A4, one file, nothing fetched from anywhere, every text escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from fxwatch.reporting.parts import NUMBERS, Column, Part, Row, text_of
from fxwatch.reporting.phrases import phrase
from fxwatch.terms import Language

_STYLE = """
@page { size: A4; margin: 18mm 15mm 20mm; @bottom-left { content: "FOOT"; font: 7pt sans-serif; color: #555 }
  @bottom-right { content: counter(page) " / " counter(pages); font: 7pt sans-serif; color: #555 } }
@page across { size: A4 landscape; margin: 15mm 15mm 18mm }
* { box-sizing: border-box }
html { color: #111; background: #fff; font: 9.5pt/1.5 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Zen Hei", Arial, sans-serif }
body { margin: 0 }
h1 { font-size: 19pt; margin: 0 0 1mm; line-height: 1.25 }
h2 { font-size: 12pt; margin: 8mm 0 2mm; padding-bottom: 1mm; border-bottom: .4mm solid #234; break-after: avoid }
h3 { font-size: 10pt; margin: 4mm 0 1mm; break-after: avoid }
p { margin: 0 0 2mm }
.small, .note { font-size: 8pt; color: #444 } .note { break-after: avoid }
.empty { color: #555; font-style: italic }
table { border-collapse: collapse; width: 100%; margin: 0 0 3mm; font-size: 8pt; line-height: 1.35 }
thead { display: table-header-group }
tfoot { display: table-row-group }
tr { break-inside: avoid }
th { text-align: left; vertical-align: bottom; font-weight: 600; word-break: keep-all; border-bottom: .3mm solid #234; padding: .6mm 1.2mm }
td { vertical-align: top; border-bottom: .1mm solid #bbb; padding: .6mm 1.2mm; overflow-wrap: anywhere }
th.n, td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
td.d, td.k { white-space: nowrap }
td.i { overflow-wrap: anywhere; word-break: break-all }
tfoot td { font-weight: 600; border-top: .3mm solid #234 }
tr.head { break-after: avoid } tr.head td { border-bottom: 0; padding-top: 1.6mm } tr.head td:first-child { font-weight: 600 }
td.under { padding: 0 1.2mm 1.5mm 5mm }
td.under table { font-size: 7.2pt; margin: .5mm 0 0; color: #333 }
td.under th { font-weight: 500; border-bottom: .1mm solid #888; padding: .2mm 1mm }
td.under td { border-bottom: 0; padding: .2mm 1mm }
table.facts { width: auto; min-width: 60% } table.facts td { border-bottom: .1mm solid #ddd }
table.facts td:first-child { color: #444; white-space: nowrap; padding-right: 6mm }
.across { page: across }
.cover { display: flex; justify-content: space-between; align-items: flex-start; gap: 6mm }
.badge { border: .6mm solid #234; padding: 2mm 5mm; text-align: center; font-size: 8pt; white-space: nowrap } .badge b { display: block; font-size: 24pt; line-height: 1.15 }
.box { border: .3mm solid #234; padding: 3mm 4mm; margin: 4mm 0; break-inside: avoid }
.digest { font-family: "DejaVu Sans Mono", Consolas, monospace; font-size: 7.5pt; overflow-wrap: anywhere }
.warn { border: .5mm solid #a00; color: #a00; padding: 2mm 3mm; margin: 3mm 0; font-weight: 600 }
ol.contents { columns: 2; font-size: 8.5pt; margin: 0; padding-left: 6mm } ol.contents a { color: inherit; text-decoration: none }
svg { display: block; width: 100%; height: auto; margin: 1mm 0 3mm; break-inside: avoid }
.letter { font: 11pt/1.6 "Noto Serif CJK SC", "Source Han Serif SC", SimSun, "Songti SC", "Times New Roman", serif }
.letter h1 { text-align: center; font-size: 20pt; margin: 2mm 0 5mm }
.letter .bureau { text-align: center; font-size: 12pt; margin: 0 }
.letter .number { display: flex; justify-content: space-between }
.letter h2 { border: 0; font-size: 12pt; margin: 5mm 0 1mm }
.letter table { font-size: 8.5pt }
.signature { margin: 9mm 0 4mm; text-align: right; break-inside: avoid; line-height: 2 }
@media screen { body { padding: 10mm 8mm; max-width: 200mm; margin: 0 auto } .across { overflow-x: auto } }
"""

# Short codes that are not broken over two lines.
_KEPT = {
    "act", "area", "breach_no", "by", "code", "contract_no", "currency", "economy", "flow_id", "form", "in_force", "known",
    "language", "month", "notice", "number", "parameter", "rule", "subject", "value", "industry",
}  # fmt: skip


def page(title: str, body: Iterable[str], language: Language, *, foot: str, kind: str = "file") -> str:
    """A whole document. `foot` stands at the foot of every printed page; `kind` chooses the look: `file` or `letter`."""
    style = _STYLE.replace("FOOT", foot.replace("\\", "").replace('"', "").replace("<", ""))
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{"zh-CN" if language == "zh" else "en"}">',
            "<head>",
            '<meta charset="utf-8">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            f"<style>{style}</style>",
            "</head>",
            f'<body class="{kind}">',
            *body,
            "</body>",
            "</html>",
            "",
        ]
    )


def contents(parts: Sequence[Part], language: Language) -> str:
    """A list of the parts with the number of their rows."""
    lines = [
        f'<li><a href="#{p.name}">{escape(phrase(p.name, language))}</a>{"" if p.is_facts else f" ({len(p.rows):,})"}</li>'
        for p in parts
    ]
    return f'<ol class="contents">{"".join(lines)}</ol>'


def section(part: Part, language: Language, *, empty: str = "") -> str:
    """A part with its title, its pictures and its table; `empty` is what it says when it has no row."""
    body = [f'<section id="{part.name}"{" class=across" if part.is_wide else ""}>']
    body.append(f"<h2>{escape(phrase(part.name, language))}</h2>")
    if part.note:
        body.append(f'<p class="note">{escape(part.note)}</p>')
    body += part.pictures
    body.append(
        table(part, language) if part.rows else f'<p class="empty">{escape(empty or phrase("empty", language))}</p>'
    )
    return "\n".join([*body, "</section>"])


def table(part: Part, language: Language) -> str:
    """A part's table."""
    shown = part.on_page()
    body = [f"<table{' class=facts' if part.is_facts else ''}>"]
    if not part.is_facts:
        heads = "".join(f'<th class="{_look(c)}">{escape(c.title(language))}</th>' for c in shown)
        body.append(f"<thead><tr>{heads}</tr></thead>")
    body.append("<tbody>")
    for row in part.rows:
        inner = part.under(row) if part.under else None
        body.append(_row(row, shown, language, " class=head" if inner else ""))
        if inner:
            body.append(f'<tr><td class="under" colspan="{len(shown)}">{_inner(inner, language)}</td></tr>')
    body.append("</tbody>")
    if part.total is not None:
        body.append(f"<tfoot>{_row(part.total, shown, language, '')}</tfoot>")
    return "\n".join([*body, "</table>"])


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph."""
    return f"<p{f' class={kind}' if kind else ''}>{escape(text)}</p>"


def _inner(part: Part, language: Language) -> str:
    note = f"<div>{escape(part.note)}</div>" if part.note else ""
    return note + (table(part, language) if part.rows else "")


def _row(row: Row, shown: Sequence[Column], language: Language, kind: str) -> str:
    cells = "".join(f'<td class="{_look(c)}">{escape(text_of(row, c, language))}</td>' for c in shown)
    return f"<tr{kind}>{cells}</tr>"


def _look(column: Column) -> str:
    if column.holds in NUMBERS:
        return "n"
    if column.holds in ("day", "month", "moment"):
        return "d"
    if column.name in ("hit_id", "digest", "hash"):
        return "i"
    return "k" if column.name in _KEPT or (column.holds == "word" and column.name != "item") else "t"
