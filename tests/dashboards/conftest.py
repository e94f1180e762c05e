"""A small invented home made once, and `see`: one screen as one account sees it in one language."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.parts import recall
from fxwatch.amending import add_account
from fxwatch.home import make_home
from fxwatch.sample import invent, write
from fxwatch.sample.enacting import enact
from fxwatch.session import Session
from fxwatch.terms import Language

TODAY = date(2026, 10, 31)
BANK = "120000000001"

# One account a role; `li` has none but a bank's. What the tests sign in with is what they are called.
ACCOUNTS = {
    "wang": ["regulator"],
    "sun": ["regulator", "approver"],
    "zhao": ["approver"],
    "qian": ["analyst"],
    "zhou": ["administrator"],
}
CLERK = "li"

See = Callable[..., AppTest]


@pytest.fixture(scope="session")
def finished_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulation home with an invented sample, a run, notices and an account a role. Not to be written to."""
    path = tmp_path_factory.mktemp("office") / "home"
    make_home(path, simulation=True)
    home = Session(path)
    home.change_setting("today", TODAY.isoformat())
    sample = invent(4_000, 7, last_day=TODAY)
    written = write(sample, path / "sample")
    for kind, files in (("entities", [written.entities]), ("flows", written.flows), ("breaches", [written.breaches])):
        for file in files:
            home.load(kind, file)
    home.run()
    enact(home, sample.notices)
    for name, roles in ACCOUNTS.items():
        add_account(home, name, roles)
    home.register.set_account(CLERK, ["bank"], by=home.actor(None), why="", institution=BANK)
    return path


@pytest.fixture(scope="session")
def empty_home_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which nothing was ever loaded, with the same accounts."""
    path = tmp_path_factory.mktemp("empty") / "home"
    make_home(path, simulation=True)
    home = Session(path)
    home.change_setting("today", TODAY.isoformat())
    for name, roles in ACCOUNTS.items():
        add_account(home, name, roles)
    home.register.set_account(CLERK, ["bank"], by=home.actor(None), why="", institution=BANK)
    return path


@pytest.fixture
def office(finished_home: Path) -> Session:
    """The invented home for reading."""
    return Session(finished_home)


@pytest.fixture
def own_office(finished_home: Path, tmp_path: Path) -> Session:
    """A copy of the invented home, for tests that write."""
    return Session(Path(shutil.copytree(finished_home, tmp_path / "home")))


@pytest.fixture
def bare_office(empty_home_path: Path) -> Session:
    """A home in which nothing was ever loaded, for reading."""
    return Session(empty_home_path)


@pytest.fixture
def see(office: Session) -> Iterator[See]:
    """`see("morning", "wang", "zh", entity="…")`: the screen after its first run; `home=` for another than `office`."""

    def look(
        screen: str, account: str = "wang", language: Language = "en", *, home: Session | None = None, **query: str
    ) -> AppTest:
        looked = AppTest.from_function(_visit, default_timeout=30, args=(home or office, account, language, screen))
        looked.query_params.update(query)
        return looked.run()

    yield look
    recall.forget()


def _visit(home: "Session", account: str, language: "Language", screen: str) -> None:
    """What the shell does for a screen, without navigation. Runs as a script of its own."""
    from importlib import import_module

    from dashboards.visit import Visit

    import_module(f"dashboards.screens.{screen}").show(Visit(home, home.register.account(account), language))


def told(seen: AppTest) -> str:
    """Everything a screen says, one piece a line: for looking for words in it."""
    kinds = (
        "title",
        "header",
        "subheader",
        "markdown",
        "caption",
        "text",
        "error",
        "warning",
        "info",
        "success",
        "metric",
        "button",
    )
    pieces = [str(getattr(one, "value", "") or getattr(one, "label", "")) for kind in kinds for one in seen.get(kind)]
    labels = [str(one.label) for kind in ("metric", "button") for one in seen.get(kind)]
    return "\n".join(pieces + labels)


def tables_of(seen: AppTest) -> list[pl.DataFrame]:
    """The tables on a screen, as they are shown."""
    return [pl.from_pandas(one.value) for one in seen.dataframe]
