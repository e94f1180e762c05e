"""PDF of a letter, on A4, with a found Chinese font inside."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fxwatch.errors import RequestError
from fxwatch.reporting.fonts import HOW, Font, fonts
from fxwatch.reporting.letter_pages import Block
from fxwatch.reporting.parts import NUMBERS, Column, Part, text_of
from fxwatch.reporting.phrases import phrase
from fxwatch.terms import Language

if TYPE_CHECKING:
    from fpdf import FPDF

_MARGIN, _WIDTH = 22.0, 166.0  # mm, of a page 210 mm wide
_LINE = 6.2
_SMALL = 4.2
_PADDING = 0.8
_SLACK = 2.2  # mm: what cells keep free at their sides
# What is not broken over two lines: a Chinese character with its marks, a word or number of other letters.
_PIECES = re.compile(r"\s+|[《(“]*[\u2e80-\uffef][,。、;:)》”！？,.;:]*|[^\s\u2e80-\uffef]+")
_CORE = "Times"  # every reader has it, and it has no Chinese
# Shares of a table's width; `sentence` and other columns that are not here take what is left.
_SHARES = {
    "no": 0.05, "title": 0.25, "days": 0.22, "value": 0.17, "limit_value": 0.17, "unit": 0.07, "flow_count": 0.07,
    "flow_id": 0.25, "day": 0.115, "direction": 0.095, "item": 0.125, "currency": 0.09, "amount": 0.13, "amount_usd": 0.125,
    "rate_month": 0.09, "meaning": 0.5, "valid_from": 0.14, "basis": 0.3,
}  # fmt: skip


def pdf(title: str, blocks: Sequence[Block], language: Language, *, foot: str, at: datetime, font: str = "") -> bytes:
    """The blocks as PDF.

    Args:
        title: of the document.
        blocks: from top to bottom.
        language: of tables' headings.
        foot: stands at the foot of each page.
        at: when it was produced (UTC).
        font: the setting `pdf_font`.

    Raises:
        RequestError: no font was found that has every character; the sentence says how to install one.
    """
    page = _Pages(title, foot, language, at, _fitting(_characters(title, blocks, foot, language), font))
    for block in blocks:
        page.put(block)
    return bytes(page.paper.output())


def _characters(title: str, blocks: Sequence[Block], foot: str, language: Language) -> set[str]:
    texts = [title, foot, "0123456789 /", *(b.text for b in blocks), *(b.beside for b in blocks)]
    for block in blocks:
        if block.part is not None:
            texts += _texts(block.part, language)
    return {c for text in texts for c in text if not c.isspace()}


def _texts(part: Part, language: Language) -> list[str]:
    texts = [c.title(language) for c in part.columns]
    for row in part.rows:
        texts += [text_of(row, c, language) for c in part.columns]
        if part.under and (inner := part.under(row)):
            texts.append(inner.note)
    return texts


def _fitting(characters: set[str], wanted: str) -> Font | None:
    """The best font that has every character; None where one of the core fonts of PDF will do.

    Raises:
        RequestError: there is none.
    """
    missing: set[str] = set()
    for font in fonts(wanted):
        lacks = {c for c in characters if ord(c) not in font.characters}
        if not lacks:
            return font
        missing = missing or lacks
    if not wanted and all(c.encode("cp1252", "ignore") for c in characters):
        return None
    if missing:
        shown = "".join(sorted(missing)[:5])
        raise RequestError(
            f"No PDF can be made: the fonts of this machine lack the characters {shown}; {HOW[0]}.",
            f"无法生成 PDF：本机字体缺少字符 {shown}；{HOW[1]}。",
        )
    raise RequestError(
        f"No PDF can be made: this machine has no Chinese font; {HOW[0]}.",
        f"无法生成 PDF：本机没有中文字体；{HOW[1]}。",
    )


class _Pages:
    """Puts blocks on pages."""

    def __init__(self, title: str, foot: str, language: Language, at: datetime, font: Font | None) -> None:
        self.language = language
        self.family = "letter" if font else _CORE
        self.paper = self._paper(foot)
        self.paper.set_title(title)
        self.paper.set_lang("zh-CN" if language == "zh" else "en")
        self.paper.set_creation_date(at.replace(tzinfo=UTC))
        self.paper.set_margins(_MARGIN, 20, _MARGIN)
        self.paper.set_auto_page_break(auto=True, margin=22)
        if font:
            self.paper.add_font("letter", "", font.regular, collection_font_number=font.face)
            self.paper.add_font("letter", "B", font.bold, collection_font_number=font.bold_face)
        self.paper.add_page()

    def _paper(self, foot: str) -> "FPDF":
        from fpdf import FPDF

        family, words = self.family, self.words

        class Paper(FPDF):
            """A document with a foot on every page."""

            def footer(self) -> None:
                """The foot: what document this is, which page of how many."""
                self.set_y(-14)
                self.set_font(family, "", 6.5)
                self.cell(_WIDTH - 20, 5, words(foot))
                self.cell(20, 5, f"{self.page_no()} / {{nb}}", align="R")

        return Paper(format="A4")

    def words(self, text: str) -> str:
        """Text as the font takes it."""
        return text if self.family != _CORE else text.encode("cp1252", "replace").decode("latin-1")

    def _wrapped(self, text: str, width: float) -> str:
        """Text in lines that fit: Chinese breaks between any two characters, but not inside a number or before a comma."""
        if self.language != "zh":
            return self.words(text)
        lines: list[str] = []
        line, taken = "", 0.0
        for piece in _PIECES.findall(self.words(text)):
            wide = self.paper.get_string_width(piece)
            if taken + wide > width - _SLACK and line:
                lines, line, taken = [*lines, line.rstrip()], "", 0.0
                piece = piece.lstrip()
                wide = self.paper.get_string_width(piece)
            line, taken = line + piece, taken + wide
        return "\n".join([*lines, line])

    def put(self, block: Block) -> None:
        """One block below the one before."""
        if block.part is not None:
            self._table(block.part)
        elif block.kind == "break":
            self.paper.add_page()
        elif block.kind == "number":
            self._line(block.text, 10.5, beside=block.beside)
        elif block.kind == "signature":
            self._signature(block.text)
        else:
            self._words(block)

    def _words(self, block: Block) -> None:
        size, style, align, before, after = {
            "bureau": (12, "", "C", 0, 1),
            "title": (20, "B", "C", 1, 5),
            "heading": (12, "B", "L", 3, 1),
            "small": (7.5, "", "L", 0, 0.5),
            "warn": (10, "B", "L", 1, 2),
        }.get(block.kind, (10.5, "", "L", 0.5, 1))
        if block.kind == "heading" and self.paper.will_page_break(30):
            self.paper.add_page()
        self.paper.ln(before)
        self._write(block.text, size, style, align, framed=block.kind == "warn")
        self.paper.ln(after)

    def _write(self, text: str, size: float, style: str = "", align: str = "L", *, framed: bool = False) -> None:
        from fpdf.enums import WrapMode, XPos, YPos

        self.paper.set_font(self.family, style, size)
        self.paper.multi_cell(
            _WIDTH,
            max(_SMALL, size * 0.59),
            self._wrapped(text, _WIDTH),
            border=1 if framed else 0,
            align=align,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
            wrapmode=WrapMode.CHAR if self.language == "zh" else WrapMode.WORD,
        )

    def _line(self, text: str, size: float, *, beside: str) -> None:
        from fpdf.enums import XPos, YPos

        self.paper.set_font(self.family, "", size)
        self.paper.cell(_WIDTH / 2, _LINE, self.words(text))
        self.paper.cell(_WIDTH / 2, _LINE, self.words(beside), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.paper.ln(2)

    def _signature(self, text: str) -> None:
        lines = text.splitlines()
        if self.paper.will_page_break(14 + 9 * len(lines)):
            self.paper.add_page()
        self.paper.ln(14)
        for line in lines:
            self._write(line, 11, align="R")
            self.paper.ln(2)
        self.paper.ln(6)

    def _table(self, part: Part) -> None:
        from fpdf.enums import TableBordersLayout
        from fpdf.fonts import FontFace

        if not part.rows:
            self._write(phrase("empty", self.language), 9)
            return
        self.paper.set_font(self.family, "", 7.5)
        shares = _shares(part.columns)
        widths = [share * _WIDTH - 2 * _PADDING for share in shares]
        below_width = sum(shares[1:]) * _WIDTH - 2 * _PADDING
        with self.paper.table(
            width=_WIDTH,
            col_widths=shares,
            text_align=tuple("RIGHT" if c.holds in NUMBERS else "LEFT" for c in part.columns),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD"),
            line_height=_SMALL,
            padding=(0.5, _PADDING),
            wrapmode="CHAR" if self.language == "zh" else "WORD",
        ) as table:
            head = table.row()
            for column in part.columns:
                head.cell(self.words(column.title(self.language)))
            for row in part.rows:
                line = table.row()
                for column, width in zip(part.columns, widths, strict=True):
                    line.cell(self._wrapped(text_of(row, column, self.language), width))
                if part.under and (inner := part.under(row)):
                    below = table.row()
                    below.cell("")
                    below.cell(self._wrapped(inner.note, below_width), colspan=len(part.columns) - 1, align="LEFT")
        self.paper.ln(2)


def _shares(shown: Sequence[Column]) -> tuple[float, ...]:
    shares = [_SHARES.get(c.name, 0.12) for c in shown]
    return tuple(s / sum(shares) for s in shares)
