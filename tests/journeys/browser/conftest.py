"""A demo and its server, made once for all journeys that only look; a copy with a server of its own for those that write."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from fxwatch.terms import Language
from tests.journeys.browser.visiting import Visitor, browser_path, fxwatch, opened_browser, served, visiting

Passwords = dict[str, str]
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
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Passwords]:
    """A small demo, and the passwords that it told."""
    home = tmp_path_factory.mktemp("browser") / "demo"
    told = fxwatch(home, "demo", "--flows", "6000", "--seed", "7")
    accounts = re.findall(r"^  (regulator|approver|analyst|bank|administrator) +(\S+)$", told, re.MULTILINE)
    return home, dict(accounts)


@pytest.fixture(scope="session")
def shown(demo: tuple[Path, Passwords], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the demo, for journeys that only look."""
    with served(demo[0], tmp_path_factory.mktemp("log") / "server.log") as address:
        yield address


@pytest.fixture
def own(demo: tuple[Path, Passwords], tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A copy of the demo and the address of a server over it, for journeys that write."""
    home = Path(shutil.copytree(demo[0], tmp_path / "demo"))
    with served(home, tmp_path / "server.log") as address:
        yield home, address


@pytest.fixture
def come(browser: Browser, demo: tuple[Path, Passwords]) -> Iterator[Come]:
    """`come(address, "regulator", "zh")`: somebody who has signed in. At the end nothing may have gone elsewhere or failed."""
    with ExitStack() as visits:
        all_of_them: list[Visitor] = []

        def arrive(address: str, account: str | None, language: Language = "en", **how: object) -> Visitor:
            visit: AbstractContextManager[Visitor] = visiting(browser, address, language, **how)  # type: ignore[arg-type]
            visitor = visits.enter_context(visit)
            all_of_them.append(visitor)
            if account:
                visitor.sign_in(account, demo[1][account])
            return visitor

        yield arrive
        for visitor in all_of_them:
            assert not visitor.other_hosts()
            assert not visitor.faults()
