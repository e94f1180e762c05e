"""A hit's amount is that of the flows behind it: after a run of everything, in shares, and after one of what changed."""

from pathlib import Path

import fxwatch
from fxwatch.home import make_home
from fxwatch.session import Session

SHIP = "100000016"
HEAD = "declaration_no,leg,entity_id,direction,day,code,currency,amount\n"


def behind(home: Session) -> list[tuple[str, int, int]]:
    asked = """SELECT h.hit_id, h.amount_usd, sum(f.amount_usd)::BIGINT FROM hits h
        JOIN hit_flows e USING (hit_id) JOIN flows f USING (flow) WHERE h.rule = 'large_daily_total' GROUP BY ALL ORDER BY 1"""
    return home.snapshot().con.execute(asked).fetchall()


def loads(home: Session, folder: Path, rows: str) -> None:
    (folder / "flows.csv").write_text(HEAD + rows, "utf-8")
    home.load("flows", folder / "flows.csv")


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
