"""Bars of a comparison: the hits of each step, new ones marked, as SVG and as PNG out of the same shapes."""

from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Literal

import polars as pl

from fxwatch.reporting.phrases import phrase
from fxwatch.terms import Language, label

if TYPE_CHECKING:
    from PIL import ImageFont

WIDTH, LEFT, RIGHT = 680, 118, 84
_ROW, _TOP = 22, 34
_TITLE = 10.5  # its size
_SHADES = {"kept": "#1f3a5f", "new": "#e0a458", "now": "#7c93ad"}
_INK, _LINE = "#333333", "#777777"
_SCALE = 2  # pixels a unit, so that a PNG is sharp on paper


@dataclass(frozen=True)
class Shape:
    """A filled rectangle, or a text that begins, or ends, at its place."""

    kind: Literal["bar", "text", "text_end"]
    x: float
    y: float
    wide: float = 0
    tall: float = 0
    fill: str = _INK
    text: str = ""
    size: float = 9


@dataclass(frozen=True)
class Picture:
    """Shapes on a white ground, and what they show for those who do not see them."""

    title: str
    tall: float
    shapes: tuple[Shape, ...]


def bars_of(steps: pl.DataFrame, swept: str, language: Language) -> Picture:
    """The hits of each step: what is found now as well, and what is new.

    Args:
        steps: of a comparison: the columns of `comparing.STEPS`.
        swept: what gives a step its value.
        language: of the words.
    """
    most = max(steps["hits"].max() or 0, 1)
    room = WIDTH - LEFT - RIGHT
    shapes: list[Shape] = []
    for n, row in enumerate(steps.to_dicts()):
        y = _TOP + n * _ROW
        kept, new = row["hits"] - row["new"], row["new"]
        shade = _SHADES["now"] if n == 0 else _SHADES["kept"]
        shapes.append(Shape("text_end", LEFT - 6, y + 12, text=spoken(row["step"], language)))
        shapes.append(Shape("bar", LEFT, y, kept / most * room, _ROW - 7, shade))
        shapes.append(Shape("bar", LEFT + kept / most * room, y, new / most * room, _ROW - 7, _SHADES["new"]))
        shapes.append(Shape("text", LEFT + row["hits"] / most * room + 5, y + 12, text=f"{row['hits']:,}"))
    bottom = _TOP + steps.height * _ROW
    for n, name in enumerate(("now", "kept", "new")):
        x = LEFT + n * 130
        shapes.append(Shape("bar", x, bottom + 6, 10, 10, _SHADES[name]))
        shapes.append(Shape("text", x + 14, bottom + 15, text=phrase(f"bars_{name}", language)))
    return Picture(phrase("picture_steps", language, about=swept), bottom + 26, tuple(shapes))


def spoken(step: str, language: Language) -> str:
    """A step as people read it: a number with thousands, a word by its name."""
    whole, point, rest = step.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.isdigit() else label(step, language)


def as_svg(picture: Picture) -> str:
    """The picture as SVG that needs nothing from anywhere."""
    anchors = {"text": "start", "text_end": "end"}
    body = [
        f'<rect x="{s.x:.1f}" y="{s.y:.1f}" width="{s.wide:.1f}" height="{s.tall:.1f}" fill="{s.fill}"/>'
        if s.kind == "bar"
        else f'<text x="{s.x:.1f}" y="{s.y:.1f}" font-size="{s.size}" text-anchor="{anchors[s.kind]}" fill="{s.fill}">{escape(s.text)}</text>'
        for s in picture.shapes
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {picture.tall:.0f}" role="img" font-family="sans-serif">'
    title = f'<text x="0" y="13" font-size="{_TITLE}" fill="{_INK}">{escape(picture.title)}</text>'
    return "\n".join([head, f"<title>{escape(picture.title)}</title>", title, *body, "</svg>", ""])


def as_png(picture: Picture, font: str = "") -> bytes:
    """The picture as PNG.

    Args:
        picture: which.
        font: a font file to use; without it, the first with Chinese characters that is found, else Pillow's own.

    Raises:
        RequestError: the file named is no font.
    """
    from PIL import Image, ImageDraw

    faces = _faces(font, {shape.size for shape in picture.shapes} | {_TITLE})
    image = Image.new("RGB", (WIDTH * _SCALE, round(picture.tall * _SCALE)), "white")
    canvas = ImageDraw.Draw(image)
    canvas.text((0, 13 * _SCALE), picture.title, _INK, faces[_TITLE], anchor="ls")
    for s in picture.shapes:
        x, y = s.x * _SCALE, s.y * _SCALE
        if s.kind != "bar":
            canvas.text((x, y), s.text, s.fill, faces[s.size], anchor="ls" if s.kind == "text" else "rs")
        elif s.wide > 0:
            canvas.rectangle((x, y, x + s.wide * _SCALE, y + s.tall * _SCALE), s.fill)
    held = BytesIO()
    image.save(held, "PNG", dpi=(150, 150))
    return held.getvalue()


def _faces(font: str, sizes: set[float]) -> "dict[float, ImageFont.FreeTypeFont | ImageFont.ImageFont]":
    from PIL import ImageFont

    from fxwatch.reporting.fonts import fonts

    found = next(fonts(font), None)
    if found is None:
        return {size: ImageFont.load_default(size * _SCALE) for size in sizes}
    file = str(found.regular)
    return {size: ImageFont.truetype(file, size * _SCALE, index=found.face) for size in sizes}
