"""Reads a page back: whether its tags close, what it says, and whether it would fetch anything."""

from html.parser import HTMLParser
from pathlib import Path

_EMPTY = {"meta", "line", "rect", "br"}
_FETCHES = {"src", "href", "data", "action", "poster", "xlink:href"}


class Page(HTMLParser):
    """`text` is what a reader sees; `scripts` and `fetched` must stay empty."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.fetched: list[str] = []
        self.scripts = 0
        self.cells: list[str] = []
        self.parts: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"{tag} stays open" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag in ("script", "iframe", "object", "link", "img")
        self.fetched += [v or "" for n, v in attrs if n in _FETCHES and not (v or "").startswith("#")]
        if tag not in _EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [v or "" for n, v in attrs if n in _FETCHES]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"{tag} closes {self.open[-1:]} at {self.getpos()}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.parts.append(data)
            if self.open[-1] == "td":
                self.cells.append(data)

    @property
    def text(self) -> str:
        return "".join(self.parts)


def page(path: Path) -> Page:
    return Page(path.read_text("utf-8"))
