"""Every screen as it is seen: `python -m tests.journeys.browser.screenshots FOLDER` (or `make screenshots`).

Both languages, 1280 and 1920 wide, light and dark. With `--best` it takes the six that the README shows, into dashboards/pictures.
"""

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser

from fxwatch.terms import Language
from tests.journeys.browser.visiting import Visitor, browser_path, fxwatch, opened_browser, served, visiting

WIDTHS = (1280, 1920)
SHADES = ("light", "dark")
LANGUAGES: tuple[Language, ...] = ("zh", "en")
BEST = Path("dashboards/pictures")


def main(folder: Path, *, best: bool = False) -> int:
    """Make a demo, serve it, and take the pictures; gives back the exit code."""
    if browser_path() is None:
        print("There is no browser on the PATH; tests/journeys/browser/install.sh installs one where it can.")
        return 2
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "demo"
        told = fxwatch(home, "demo")
        passwords = dict(re.findall(r"^  (\w+) +(\S+-\S+-\S+-\S+)$", told, re.MULTILINE))
        seen = list(to_see(home))
        with served(home, Path(place) / "server.log") as address, opened_browser() as browser:
            taken = (
                _best(browser, address, passwords, dict(seen))
                if best
                else _all(browser, address, passwords, seen, folder)
            )
    print(f"{taken} pictures in {BEST if best else folder}")
    return 0


def to_see(home: Path) -> Iterator[tuple[str, str]]:
    """Names of pictures and the addresses that they are of."""
    hits = json.loads(fxwatch(home, "hits", "--status", "open", "--json"))
    by_rule = {hit["rule"]: hit for hit in hits}
    risky = next(row for row in json.loads(fxwatch(home, "grades", "--json")) if row["grade"] == "C")
    yield "morning", "morning"
    yield "review", "review"
    for rule, hit in by_rule.items():
        yield f"review-{rule}", f"review?hit={quote(hit['hit_id'])}"
    yield "entity-find", "entity"
    yield "entity", f"entity?entity={risky['entity_id']}"
    yield "monitors", "monitors"
    yield "rules", "rules"
    yield "rules-one", "rules?rule=large_daily_total"
    yield "grades", "grades"
    yield "asked", "asked"
    yield "reconcile", "reconcile"
    yield "operations", "operations"


def _all(browser: Browser, address: str, passwords: dict[str, str], seen: list[tuple[str, str]], folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    taken = 0
    for language, width, shade in product(LANGUAGES, WIDTHS, SHADES):
        with visiting(browser, address, language, width=width, shade=shade) as visitor:  # type: ignore[arg-type]
            visitor.page.goto(f"{address}/sign-in")
            where = f"{language}-{width}-{shade}.png"
            visitor.page.screenshot(path=folder / f"sign-in-{where}")
            visitor.sign_in("regulator", passwords["regulator"])
            for name, path in seen:
                _take(visitor, path, folder / f"{name}-{where}", whole=True)
            visitor.page.context.clear_cookies()
            visitor.sign_in("bank", passwords["bank"])
            _take(visitor, "check", folder / f"check-{where}", whole=True)
            taken += len(seen) + 2
    return taken


def _best(browser: Browser, address: str, passwords: dict[str, str], seen: dict[str, str]) -> int:
    """The six of the README, small enough to travel with it."""
    BEST.mkdir(exist_ok=True)
    wanted = ("morning", "review-consecutive_days", "entity", "monitors", "grades", "rules-one")
    for language, shade in (("en", "light"), ("zh", "light")):
        with visiting(browser, address, language, shade=shade) as visitor:  # type: ignore[arg-type]
            visitor.sign_in("regulator", passwords["regulator"])
            for name in wanted:
                file = BEST / f"{name}-{language}.png"
                _take(visitor, seen[name], file, whole=False)
                with Image.open(file) as picture:
                    small = picture.convert("RGB").quantize(256)
                small.save(file, optimize=True)
    return len(wanted) * 2


def _take(visitor: Visitor, path: str, file: Path, *, whole: bool) -> None:
    """One picture; a whole one is as high as what there is to scroll."""
    page = visitor.page
    width = page.viewport_size["width"] if page.viewport_size else WIDTHS[0]
    page.set_viewport_size({"width": width, "height": 900})
    visitor.go(path)
    if whole:
        height = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": max(900, min(int(height) + 20, 4_000))})
    page.mouse.move(700, 4)
    page.wait_for_timeout(1_500)  # pictures grow and fonts arrive
    visitor.settled()
    page.screenshot(path=file)


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--best"]
    sys.exit(main(Path(words[0] if words else "screenshots"), best="--best" in sys.argv))
