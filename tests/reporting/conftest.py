"""A home in which something was done about a few flows; each test may change its own copy of it."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from fxwatch.home import make_home
from fxwatch.review import dismiss, issue_notices, record_breach
from fxwatch.session import Session

SHIP, LAW, IDLE = "100000016", "100000024", "100000032"
SHIP_NAME = "渤海 <script>alert('1')</script> & Sons"
LARGE = "large_transport_transfer:L"
ENTITIES = f"""entity_id,name,industry,registered_on
{SHIP},"{SHIP_NAME}",5521,2010-01-01
{LAW},Bohai Law,7231,2012-05-04
{IDLE},Idle Trading,5181,2015-01-01
"""
# The third is not yet classified, the fourth no service trade, the fifth is deleted by the row after it.
FLOWS = f"""declaration_no,action,entity_id,direction,day,code,currency,amount,counterparty,economy
L1,A,{SHIP},receipt,2026-01-05,222011,USD,500000.01,<b>Lines</b> Ltd,USA
L2,A,{SHIP},payment,2026-03-04,222011,USD,700000.10,Harbour KK,JPN
L3,A,{SHIP},payment,2026-03-05,,USD,10.00,,
L4,A,{SHIP},payment,2026-03-06,121010,USD,20.00,,
L5,A,{SHIP},payment,2026-03-06,222011,USD,30.00,,
L5,D,{SHIP},payment,2026-03-06,222011,USD,30.00,,
L6,A,{SHIP},receipt,2026-03-09,228021,USD,0.03,Harbour KK,JPN
L7,A,{SHIP},payment,2026-03-10,222011,USD,900000.00,Harbour KK,JPN
C1,A,{LAW},receipt,2026-02-02,228021,USD,1000000.01,Client A,USA
C2,A,{LAW},receipt,2026-02-03,228021,USD,1000000.02,Client B,USA
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reporting")
    make_home(folder / "home", simulation=True).change_setting("today", "2026-03-31")
    (folder / "entities.csv").write_text(ENTITIES, "utf-8")
    (folder / "flows.csv").write_text(FLOWS, "utf-8")
    home = Session(folder / "home")
    home.load("entities", folder / "entities.csv")
    home.load("flows", folder / "flows.csv")
    home.run()
    issue_notices(home, [f"{LARGE}1", f"{LARGE}2"], why="internal: a tip", on=date(2026, 3, 16))
    dismiss(home, ["large_daily_total:100000024:-:receipt:2026-02-02"], why="retainer seen", on=date(2026, 3, 17))
    record_breach(home, "B-1", entity_id=SHIP, day=date(2026, 3, 20), provision="Article 7", description="no contract")
    home.register.close()
    return folder / "home"


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Iterator[Session]:
    shutil.copytree(built, tmp_path / "home")
    opened = Session(tmp_path / "home")
    yield opened
    opened.register.close()
