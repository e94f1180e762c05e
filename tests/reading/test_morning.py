"""What is new, who would move, what waits and how fresh it all is, asked of a small home of two runs."""

from datetime import date, datetime, timedelta

import pytest

import fxwatch
from fxwatch.home import make_home
from fxwatch.reading.morning import freshness, movers, new_hits, waiting
from fxwatch.rulebook import rules

ENTITIES = """entity_id,name,industry,registered_on
100000016,Bohai Lines,5521,2010-01-01
100000446,Jinmen Design,7440,2010-01-01
100000454,Quiet Trading,5179,2010-01-01
"""
# Six months with one large payment each: as notices they would be too many for B.
FIRST = """declaration_no,entity_id,direction,day,code,currency,amount
S1,100000016,receipt,2026-03-03,222011,USD,600000.00
S2,100000016,receipt,2026-03-04,222011,USD,500000.00
D1,100000446,payment,2026-01-05,228021,USD,1500000.00
D2,100000446,payment,2026-02-12,228021,USD,1000000.01
D3,100000446,payment,2026-03-12,228021,USD,1000000.01
D4,100000446,payment,2026-04-09,228021,USD,1000000.01
Q1,100000454,payment,2026-04-09,228021,USD,10.00
"""
SECOND = """declaration_no,entity_id,direction,day,code,currency,amount
S3,100000016,payment,2026-04-20,222011,USD,500000.01
S4,100000016,payment,2026-04-21,222011,USD,many
S5,199999999,payment,2026-04-21,222011,USD,1.00
S6,100000016,payment,2026-04-22,222011,USD,none
"""


def made(folder, *files):
    """A home in which each file of flows was loaded and run."""
    make_home(folder / "home", simulation=True)
    home = fxwatch.open(folder / "home")
    home.change_setting("today", "2026-05-04")
    home.change_setting("verify_ids", "false")
    for kind, texts in (("entities", [ENTITIES]), ("flows", files)):
        for number, text in enumerate(texts):
            file = folder / f"{kind}{number}.csv"
            file.write_text(text, "utf-8")
            home.load(kind, file)
            if kind == "flows":
                home.run()
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return made(tmp_path_factory.mktemp("morning"), FIRST, SECOND)


def by_rule(frame):
    return {rule: rest for rule, *rest in frame.iter_rows()}


def test_what_the_newest_run_found_first_is_new_since_the_run_before(home):
    fresh = freshness(home)
    news = by_rule(new_hits(home, fresh.run_before))
    assert news["large_transport_transfer"] == [1, 1, 1]
    assert news["large_daily_total"] == [0, 0, 0]


def test_without_a_moment_every_hit_is_new(home):
    news = by_rule(new_hits(home, None))
    assert news["large_transport_transfer"] == [2, 2, 1]
    assert news["large_daily_total"] == [4, 4, 1]
    assert news["consecutive_days"] == [0, 0, 0]


def test_a_hit_of_the_very_moment_is_not_new_and_one_a_moment_later_is(home):
    moment = freshness(home).run["ended_at"]
    assert by_rule(new_hits(home, moment))["large_transport_transfer"] == [0, 0, 0]
    assert by_rule(new_hits(home, moment - timedelta(microseconds=1)))["large_transport_transfer"] == [1, 1, 1]


def test_the_rule_with_the_most_new_hits_comes_first(home):
    first = ["large_daily_total", "large_transport_transfer", "consecutive_days"]
    # The article's before the others, and those in their order, where nothing is new.
    assert new_hits(home, None)["rule"].to_list() == [*first, *sorted(set(rules()) - set(first))]


def test_who_would_move_is_named_with_the_worst_first(home):
    rows = movers(home).select("entity_id", "name", "grade", "provisional_grade", "open_hits").rows()
    assert rows == [
        ("100000446", "Jinmen Design", "A", "C", 4),
        ("100000016", "Bohai Lines", "A", "B", 2),
    ]


def test_freshness_tells_the_newest_flow_the_newest_run_and_what_is_in_quarantine(home):
    fresh = freshness(home)
    assert (fresh.first_day, fresh.newest_day) == (date(2026, 1, 5), date(2026, 4, 20))
    assert fresh.run["run_id"] == 2
    assert fresh.loads_since == 0
    waiting_rows = fresh.quarantine.select("kind", "reason", "rows").rows()
    assert waiting_rows == [("flows", "BAD_AMOUNT", 2), ("flows", "UNKNOWN_ENTITY", 1)]


def test_a_file_that_no_run_has_seen_is_counted(tmp_path):
    home = made(tmp_path, FIRST)
    assert freshness(home).loads_since == 0
    (tmp_path / "more.csv").write_text(SECOND, "utf-8")
    home.load("flows", tmp_path / "more.csv")
    assert freshness(home).loads_since == 1
    assert freshness(home).run_before is None


def test_a_home_in_which_nothing_happened_is_fresh_of_nothing(tmp_path):
    home = made(tmp_path)
    fresh = freshness(home)
    assert (fresh.first_day, fresh.newest_day, fresh.run, fresh.run_before) == (None, None, None, None)
    assert fresh.loads_since == 3  # the shipped calendar and rates, and the entities
    assert fresh.quarantine.is_empty()
    assert new_hits(home, None)["hits"].to_list() == [0] * len(rules())
    assert movers(home).is_empty()
    assert waiting(home, "operator").all["open_hits"] == 0


def test_what_waits_is_counted_for_everybody_and_for_one(tmp_path):
    home = made(tmp_path, FIRST)
    home.register.set_account("wang", ["regulator"], by=home.actor(None), why="")
    hits = home.hits(rule="large_daily_total")["hit_id"].to_list()
    home.assign(hits[:2], to="wang", by="wang", due=date(2026, 5, 5))
    before = waiting(home, "wang")
    assert (before.all["open_hits"], before.mine["open_hits"], before.all["overdue"]) == (5, 2, 0)
    assert waiting(home, "li").mine["open_hits"] == 0
    assert by_rule(before.by_rule.select("rule", "open_hits")) == {
        "large_daily_total": [4],
        "large_transport_transfer": [1],
    }
    home.change_setting("today", "2026-05-06")
    late = waiting(home, "wang")
    assert (late.all["overdue"], late.mine["overdue"]) == (2, 2)


def test_inquiries_objections_and_approvals_wait_until_they_are_done(tmp_path):
    home = made(tmp_path, FIRST)
    home.register.set_account("wang", ["regulator", "approver"], by=home.actor(None), why="")
    hits = home.hits(rule="large_daily_total")["hit_id"].to_list()
    (asked,) = home.open_inquiries(hits[:1], question="Which contract?", due=date(2026, 5, 20), by="wang")
    (notice,) = home.issue_notices(hits[1:2], why="to be explained", by="wang")
    home.lodge_objection(notice, why="It was one delivery.", by="wang")
    found = waiting(home, "wang")
    assert (found.inquiries, found.late_inquiries, found.objections, found.late_objections) == (1, 0, 1, 0)
    home.change_setting("today", "2026-05-21")
    assert waiting(home, "wang").late_inquiries == 1
    home.close_inquiry(asked, finding="explained", by="wang")
    assert waiting(home, "wang").inquiries == 0


def test_a_decided_hit_is_new_and_no_longer_open(tmp_path):
    home = made(tmp_path, FIRST)
    home.register.set_account("wang", ["regulator"], by=home.actor(None), why="")
    hits = home.hits(rule="large_daily_total")["hit_id"].to_list()
    home.dismiss(hits[:1], why="contract seen", by="wang")
    assert by_rule(new_hits(home, datetime(2020, 1, 1)))["large_daily_total"] == [4, 3, 1]
