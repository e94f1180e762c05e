"""A hit's amount is that of the flows behind it: after a run of everything, in shares, and after one of what changed."""

from pathlib import Path

import pytest

import fxwatch
from fxwatch.home import make_home
from fxwatch.session import Session

SHIP = "100000016"
HEAD = "declaration_no,leg,entity_id,direction,day,code,currency,amount\n"


def behind(home: Session, rule: str = "large_daily_total") -> list[tuple[str, int, int]]:
    asked = f"""SELECT h.hit_id, h.amount_usd, sum(f.amount_usd)::BIGINT FROM hits h
        JOIN hit_flows e USING (hit_id) JOIN flows f USING (flow) WHERE h.rule = '{rule}' GROUP BY ALL ORDER BY 1"""
    return home.snapshot().con.execute(asked).fetchall()


def loads(home: Session, folder: Path, rows: str) -> None:
    (folder / "flows.csv").write_text(HEAD + rows, "utf-8")
    home.load("flows", folder / "flows.csv")


@pytest.mark.parametrize("full", [False, True])
def test_an_amount_that_changes_what_was_found_in_nothing_else_is_told(tmp_path: Path, full: bool) -> None:
    made = make_home(tmp_path / "home", simulation=True)
    for name, value in (("today", "2026-03-31"), ("admit_unknown", "true")):
        made.change_setting(name, value)
    made.register.close()
    home = fxwatch.open(tmp_path / "home")
    days = [f"2026-03-{day:02}" for day in (2, 3, 4, 5, 6, 9, 10, 11, 12, 13)]
    loads(home, tmp_path, "".join(f"C{n},1,{SHIP},payment,{day},228021,USD,10.00\n" for n, day in enumerate(days)))
    home.run()
    assert [(of, summed) for _, of, summed in behind(home, "consecutive_days")] == [(10_000, 10_000)]
    changed = f"C3,1,C,{SHIP},payment,{days[3]},228021,USD,10.05\n"
    (tmp_path / "flows.csv").write_text(HEAD.replace("leg,", "leg,action,") + changed, "utf-8")
    home.load("flows", tmp_path / "flows.csv")
    home.run(full=full)
    assert [(of, summed) for _, of, summed in behind(home, "consecutive_days")] == [(10_005, 10_005)]
    home.register.close()


def test_a_hits_amount_is_the_sum_of_its_flows(tmp_path: Path) -> None:
    made = make_home(tmp_path / "home", simulation=True)
    made.change_setting("today", "2026-03-31")
    made.register.close()
    home = fxwatch.open(tmp_path / "home")
    (tmp_path / "entities.csv").write_text(f"entity_id,name,registered_on\n{SHIP},Ship,2010-01-01\n", "utf-8")
    home.load("entities", tmp_path / "entities.csv")
    loads(
        home,
        tmp_path,
        f"C1,1,{SHIP},payment,2026-03-02,228021,USD,700000.01\nC2,1,{SHIP},payment,2026-03-02,228021,USD,500000.02\n",
    )
    for more in ({}, {"full": True}, {"full": True, "memory": 1 << 30}):
        home.run(**more)
        assert [(of, summed) for _, of, summed in behind(home)] == [(120_000_003, 120_000_003)], more
    loads(home, tmp_path, f"C3,1,{SHIP},payment,2026-03-02,228021,USD,0.10\n")
    home.run()
    assert [(of, summed) for _, of, summed in behind(home)] == [(120_000_013, 120_000_013)]
    home.register.close()
