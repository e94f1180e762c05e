"""A browser and a server to travel with: the real command line serves, Debian's Chromium looks."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from fxwatch.terms import Language

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIETLY = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
PATIENCE = 30_000  # milliseconds; a screen is expected in two seconds, a busy machine may take longer


def browser_path() -> str | None:
    """The browser on the PATH; None where there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


@contextmanager
def opened_browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path(), args=QUIETLY)
        yield browser
        browser.close()


def fxwatch(home: Path, *words: str, piped: str = "") -> str:
    """One command, which succeeds; what it prints."""
    command = [sys.executable, "-m", "fxwatch", "--home", str(home), "--lang", "en", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, input=piped)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@contextmanager
def served(home: Path, log: Path) -> Iterator[str]:
    """A server over a home on a free port, stopped at the end; its address."""
    command = [
        sys.executable,
        "-m",
        "fxwatch",
        "--home",
        str(home),
        "--lang",
        "en",
        "serve",
        "dashboard",
        "--port",
        "0",
    ]
    with log.open("w") as errors:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ)
        try:
            assert server.stdout is not None
            told = server.stdout.readline()
            address = re.search(r"http://\S+", told)
            assert address, f"the server said {told!r}: {log.read_text()}"
            yield address.group()
        finally:
            server.terminate()
            server.wait(20)
            if server.stdout is not None:
                server.stdout.close()


@dataclass
class Visitor:
    """Somebody at a browser. Everything that the page asks for, and every complaint of it, is kept."""

    page: Page
    address: str
    language: Language
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def say(self, key: str, **values: object) -> str:
        """What a screen says, from the catalogue."""
        from dashboards import words

        return words.say(key, self.language, **values)

    def sign_in(self, name: str, password: str) -> None:
        """Sign in and wait for the first screen."""
        self.page.goto(f"{self.address}/sign-in")
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        self.page.click("button[type=submit]")
        self.settled()

    def go(self, path: str) -> None:
        """Open an address of the server and wait until it stands."""
        self.page.goto(f"{self.address}/{path.lstrip('/')}")
        self.settled()

    def settled(self) -> None:
        """Wait until the screen has been made and nothing runs."""
        self.page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
        self.page.wait_for_selector("[data-testid=stSidebarNav], [data-testid=stSidebarContent]")
        self.page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')")

    def text(self) -> str:
        """Everything that the page says."""
        return self.page.inner_text("[data-testid=stApp]")

    def button(self, name: str) -> Locator:
        """A button by what it says; its key, where it has one, is said behind."""
        return self.page.get_by_role("button", name=re.compile(rf"^\W*{re.escape(name)}( Shortcut .*)?$")).first

    def press(self, name: str) -> None:
        """Press a button and wait."""
        self.button(name).click()
        self.settled()

    def other_hosts(self) -> list[str]:
        """What was asked of any host but the server."""
        ours = urlsplit(self.address).netloc
        return [url for url in self.asked if not url.startswith(("data:", "blob:")) and urlsplit(url).netloc != ours]

    def faults(self) -> list[str]:
        """What the page complained of, but for Streamlit's own look where it is served from."""
        return [said for said in self.complaints if "404" not in said]


@contextmanager
def visiting(
    browser: Browser,
    address: str,
    language: Language = "en",
    *,
    width: int = 1280,
    shade: Literal["light", "dark"] = "light",
) -> Iterator[Visitor]:
    context = browser.new_context(
        locale=LOCALES[language], color_scheme=shade, viewport={"width": width, "height": 900}, accept_downloads=True
    )
    try:
        yield Visitor(context.new_page(), address, language)
    finally:
        context.close()
