"""A server over a copy of the demo for all journeys that leave the home as others need it; one over a copy of its own for the rest."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from fxwatch.terms import Language
from tests.demo_home import Demo
from tests.journeys.browser.visiting import Visitor, browser_path, opened_browser, served, visiting

Own = tuple[Path, str]
Come = Callable[..., Visitor]


@pytest.fixture(scope="session", autouse=True)
def a_browser_is_there() -> None:
    if browser_path() is None:
        pytest.skip("no browser on the PATH: tests/journeys/browser/install.sh installs one where it can")


@pytest.fixture(scope="session")
def browser(a_browser_is_there: None) -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def shared(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    """A copy of the demo and the address of a server over it, for journeys whose writing is in nobody else's way."""
    with _copied(demo, tmp_path_factory.mktemp("shared")) as both:
        yield both


@pytest.fixture
def shown(shared: Own) -> str:
    """The address of the server, for journeys that only look."""
    return shared[1]


@pytest.fixture
def own(demo: Demo, tmp_path: Path) -> Iterator[Own]:
    """A copy of the demo and the address of a server over it, for journeys after which it is another home."""
    with _copied(demo, tmp_path) as both:
        yield both


@contextmanager
def _copied(demo: Demo, folder: Path) -> Iterator[Own]:
    home = demo.copied(folder / "demo")
    with served(home, folder / "server.log") as address:
        yield home, address


@pytest.fixture
def come(browser: Browser, demo: Demo) -> Iterator[Come]:
    """`come(address, "regulator", "zh")`: somebody who has signed in. At the end nothing may have gone elsewhere or failed."""
    with ExitStack() as visits:
        all_of_them: list[Visitor] = []

        def arrive(address: str, account: str | None, language: Language = "en", **how: object) -> Visitor:
            visit: AbstractContextManager[Visitor] = visiting(browser, address, language, **how)  # type: ignore[arg-type]
            visitor = visits.enter_context(visit)
            all_of_them.append(visitor)
            if account:
                visitor.sign_in(account, demo.passwords[account])
            return visitor

        yield arrive
        for visitor in all_of_them:
            assert not visitor.other_hosts()
            assert not visitor.faults()
