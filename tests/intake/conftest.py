import shutil
from pathlib import Path

import pytest

from fxwatch.home import Home, make_home
from fxwatch.intake import load

ROLL = "entity_id,name,industry\n100000710,Haihe Advisers,7243\n100000227,Bohai Lines,5521\n"


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulation home whose today is 30 June 2025, with two entities on the roll; to be copied, not used."""
    folder = tmp_path_factory.mktemp("made")
    made = make_home(folder / "home", simulation=True, bare=True)
    made.change_setting("today", "2025-06-30")
    (folder / "roll.csv").write_text(ROLL, "utf-8")
    load(made, "entities", folder / "roll.csv")
    made.register.close()
    return made.path


@pytest.fixture
def home(made_home: Path, tmp_path: Path) -> Home:
    """A home of one's own, like `made_home`."""
    shutil.copytree(made_home, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def other_home(made_home: Path, tmp_path: Path) -> Home:
    """One more of them."""
    shutil.copytree(made_home, tmp_path / "other")
    return Home(tmp_path / "other")
