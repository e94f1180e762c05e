from pathlib import Path

import pytest

from fxwatch.home import Home, make_home
from fxwatch.intake import load


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A simulation home whose today is 30 June 2025, with two entities on the roll."""
    made = make_home(tmp_path / "home", simulation=True, bare=True)
    made.change_setting("today", "2025-06-30")
    roll = tmp_path / "roll.csv"
    roll.write_text("entity_id,name,industry\n100000710,Haihe Advisers,7243\n100000227,Bohai Lines,5521\n", "utf-8")
    load(made, "entities", roll)
    return made
