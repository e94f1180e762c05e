"""A home of a law firm and a shipper with seven flows: what the rule book's numbers do is counted on the fingers."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fxwatch.home import make_home
from fxwatch.session import Session

LAW, SHIP = "100000024", "100000016"
ENTITIES = f"""entity_id,name,industry,registered_on
{LAW},Bohai Law,7231,2012-05-04
{SHIP},Bohai Lines,5521,2010-01-01
"""
# LAW's days: 2,000,000 (March), 1,200,000, 950,000 and 910,000 (May), 1,000,000 exactly (June).
FLOWS = f"""declaration_no,entity_id,direction,day,code,currency,amount
A1,{LAW},payment,2026-03-02,228021,USD,2000000.00
A2,{LAW},payment,2026-05-04,228021,USD,1200000.00
A3,{LAW},payment,2026-05-05,228021,USD,950000.00
A4,{LAW},payment,2026-05-06,228021,USD,910000.00
A5,{LAW},payment,2026-06-01,228021,USD,1000000.00
S1,{SHIP},payment,2026-06-02,222011,USD,500000.01
S2,{SHIP},payment,2026-06-03,222011,USD,500000.00
"""
TODAY = "2026-06-30"
LIMIT = "large_daily_total.limit_usd"


def hit(day: str) -> str:
    """The hit of LAW's total of a day."""
    return f"large_daily_total:{LAW}:-:payment:{day}"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rule_book")
    make_home(folder / "home", simulation=True).change_setting("today", TODAY)
    (folder / "entities.csv").write_text(ENTITIES, "utf-8")
    (folder / "flows.csv").write_text(FLOWS, "utf-8")
    home = Session(folder / "home")
    home.load("entities", folder / "entities.csv")
    home.load("flows", folder / "flows.csv")
    home.run()
    home.register.close()
    return folder / "home"


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Iterator[Session]:
    shutil.copytree(built, tmp_path / "home")
    opened = Session(tmp_path / "home")
    yield opened
    opened.register.close()


@pytest.fixture
def untouched(built: Path) -> Iterator[Session]:
    """The home itself, for tests that only read."""
    opened = Session(built)
    yield opened
    opened.register.close()
