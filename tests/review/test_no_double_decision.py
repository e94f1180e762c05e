"""Two long-lived processes decide the same hits at once: exactly one wins each, the other is told who and when."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

import fxwatch
from fxwatch.home import make_home
from fxwatch.register import Register

HITS = 1_000
# Both go through the hits in the same order, so that they meet at almost every one; by turns a notice and a dismissal.
REVIEWER = """
import json, sys, time
import fxwatch
from fxwatch.errors import Decided
from fxwatch.review import dismiss, issue_notices
home, name, start = fxwatch.open(sys.argv[1]), sys.argv[2], float(sys.argv[3])
hits = home.hits()["hit_id"].to_list()
time.sleep(max(0, start - time.time()))
told = []
for n, hit in enumerate(hits):
    began = time.monotonic()
    try:
        (issue_notices if (n + (name == "sun")) % 2 else dismiss)(home, [hit], by=name, why=name)
        sentence = ""
    except Decided as fault:
        sentence = fault.english
    told.append((hit, sentence, time.monotonic() - began))
print(json.dumps(told))
"""


@pytest.mark.slow
def test_of_two_processes_that_decide_a_thousand_hits_at_once_one_wins_each(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", simulation=True)
    home.change_setting("today", "2026-10-31")
    register: Register = home.register
    for name in ("wang", "sun"):
        register.set_account(name, ["regulator"], by=home.actor(None), why="")
    entities, flows = tmp_path / "entities.csv", tmp_path / "flows.csv"
    entities.write_text("entity_id,name,industry,registered_on\n100000016,Bohai Lines,5521,2010-01-01\n", "utf-8")
    rows = {
        "declaration_no": [f"F{n:06d}" for n in range(HITS)],
        "day": [f"2026-{1 + n % 9:02d}-{1 + n % 28:02d}" for n in range(HITS)],
    }
    same = {
        "entity_id": "100000016",
        "direction": "payment",
        "code": "222011",
        "currency": "USD",
        "amount": "600000.00",
    }
    pl.DataFrame(rows).with_columns(**{k: pl.lit(v) for k, v in same.items()}).write_csv(flows)
    session = fxwatch.open(home.path)
    session.load("entities", entities)
    session.load("flows", flows)
    session.run()

    start, names = time.time() + 5, ("wang", "sun")
    command = [sys.executable, "-c", REVIEWER, str(home.path)]
    reviewers = [subprocess.Popen([*command, n, str(start)], stdout=subprocess.PIPE, text=True) for n in names]
    told = {n: json.loads(r.communicate(timeout=1_800)[0]) for n, r in zip(names, reviewers, strict=True)}
    took = time.time() - start

    won = {name: {hit for hit, sentence, _ in rows if not sentence} for name, rows in told.items()}
    assert not won["wang"] & won["sun"]
    assert len(won["wang"] | won["sun"]) == HITS
    for name, other in (names, names[::-1]):
        for hit, sentence, _ in told[name]:
            if sentence:
                assert hit in won[other]
                who = rf"{hit} was (noticed \(notice N\d+\)|dismissed) by {other} on \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d"
                assert re.search(who, sentence), sentence
    decisions = register.decisions()
    assert dict(decisions.select("hit_id", "by").iter_rows()) == {h: n for n, hits in won.items() for h in hits}
    assert len(register.acts().filter(pl.col("kind").is_in(["notice_issued", "hit_dismissed"]))) == HITS
    assert register.verify().ok
    waits = sorted(seconds for rows in told.values() for _, _, seconds in rows)
    print(
        f"\n{HITS} hits, two processes, {took:.0f} s: wang won {len(won['wang'])}, sun {len(won['sun'])}; a decision took "
        f"{waits[len(waits) // 2] * 1e3:.0f} ms in the middle, {waits[int(len(waits) * 0.99)] * 1e3:.0f} ms at p99, {waits[-1]:.2f} s at worst"
    )
