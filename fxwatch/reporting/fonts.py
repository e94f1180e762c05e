"""Finding a font with Chinese characters for PDF: in the usual folders, or where the setting `pdf_font` says."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fxwatch.errors import RequestError

# Regular faces by preference, each with its bold one; what a letter is set in comes first.
_FACES = (
    ("NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc"),
    ("NotoSerifCJKsc-Regular.otf", "NotoSerifCJKsc-Bold.otf"),
    ("NotoSerifSC-Regular.otf", "NotoSerifSC-Bold.otf"),
    ("SourceHanSerifSC-Regular.otf", "SourceHanSerifSC-Bold.otf"),
    ("SourceHanSerif-Regular.ttc", "SourceHanSerif-Bold.ttc"),
    ("simsun.ttc", "simsunb.ttf"),
    ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    ("NotoSansCJKsc-Regular.otf", "NotoSansCJKsc-Bold.otf"),
    ("NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"),
    ("SourceHanSansSC-Regular.otf", "SourceHanSansSC-Bold.otf"),
    ("uming.ttc", ""),
    ("wqy-zenhei.ttc", ""),
    ("wqy-microhei.ttc", ""),
    ("msyh.ttc", "msyhbd.ttc"),
    ("simhei.ttf", ""),
    ("DroidSansFallbackFull.ttf", ""),
    ("DroidSansFallback.ttf", ""),
    ("STHeiti Light.ttc", "STHeiti Medium.ttc"),
    ("PingFang.ttc", ""),
)
_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)
HOW = (
    "install one (Debian, Ubuntu: apt-get install fonts-noto-cjk), name a font file with: fxwatch settings set pdf_font FILE, "
    "or write the letter as .html and print that",
    "请安装中文字体（Debian、Ubuntu:apt-get install fonts-noto-cjk），或用 fxwatch settings set pdf_font FILE 指定字体文件，"
    "或改用 .html 打印",
)


@dataclass(frozen=True)
class Font:
    """A font's files; `face` is the number of the face in a collection. `bold` is the regular file where there is none."""

    regular: Path
    bold: Path
    face: int
    bold_face: int
    characters: frozenset[int]


def fonts(wanted: str = "") -> Iterator[Font]:
    """The fonts that may be used, the best first: the one file that the setting names, else those found.

    Raises:
        RequestError: the file that the setting names is no font.
    """
    if wanted:
        path = Path(wanted).expanduser()
        try:
            yield _font(path, path)
        except (OSError, ValueError) as fault:
            raise RequestError(
                f"The setting pdf_font names {wanted}, which is no font: {fault}. Name a .ttf, .otf or .ttc file.",
                f"设置项 pdf_font 指定的 {wanted} 不是字体：{fault}。请指定 .ttf、.otf 或 .ttc 文件。",
            ) from fault
        return
    there = _installed()
    for regular, bold in _FACES:
        if regular in there:
            try:
                yield _font(there[regular], there.get(bold, there[regular]))
            except (OSError, ValueError):
                continue  # a damaged file among the system's fonts: the next one may do


def _installed() -> dict[str, Path]:
    """Font files by name in the usual folders."""
    names = {name for pair in _FACES for name in pair if name}
    found: dict[str, Path] = {}
    for folder in (*_FOLDERS, *_xdg()):
        for place, _, files in os.walk(Path(folder).expanduser()):
            for file in names.intersection(files):
                found.setdefault(file, Path(place) / file)
    return found


def _xdg() -> list[str]:
    return [f"{d}/fonts" for d in os.environ.get("XDG_DATA_DIRS", "").split(":") if d]


def _font(regular: Path, bold: Path) -> Font:
    face, characters = _face(regular)
    return Font(regular, bold, face, _face(bold)[0] if bold != regular else face, characters)


def _face(path: Path) -> tuple[int, frozenset[int]]:
    """The face for simplified Chinese in a collection, the first where none says so, and the characters it has."""
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    try:
        with path.open("rb") as file:
            if path.suffix.lower() not in (".ttc", ".otc"):
                return 0, frozenset(TTFont(file, lazy=True).getBestCmap())
            collection = TTCollection(file, lazy=True)
            names = [str(font["name"].getDebugName(1)) for font in collection]
            chosen = next((n for n, name in enumerate(names) if name.endswith((" SC", " GB"))), 0)
            return chosen, frozenset(collection[chosen].getBestCmap())
    except (TTLibError, KeyError, TypeError) as fault:
        raise ValueError(str(fault)) from fault
