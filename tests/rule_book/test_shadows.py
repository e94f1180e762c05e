"""Shadows: a run looks with them too, nobody's work changes, and after a month both are compared."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from fxwatch.amending import add_account, amend
from fxwatch.cli import app
from fxwatch.errors import Decided, Forbidden, FxwatchError, NotFound, RequestError
from fxwatch.home import make_home
from fxwatch.reading import morning, queue
from fxwatch.reading.cases import approvals
from fxwatch.review import approve
from fxwatch.session import Session
from fxwatch.warehouse.findings import shadow_hits
from tests.rule_book.conftest import LAW, LIMIT, hit

MAY = date(2026, 5, 1)
HEADER = "declaration_no,entity_id,direction,day,code,currency,amount\n"


def begun(home: Session, what: str = LIMIT, value: str | None = "900000", **more: date) -> str:
    act = home.begin_shadow(what, value, basis="plan 1", **{"valid_from": MAY, **more})
    return str(act.payload["shadow"])


def found(home: Session, shadow: str) -> list[str]:
    return shadow_hits(home.snapshot().con).filter(shadow=shadow)["hit_id"].to_list()


def load(home: Session, folder: Path, *rows: str) -> None:
    file = folder / "more.csv"
    file.write_text(HEADER + "\n".join(rows) + "\n", "utf-8")
    home.load("flows", file)


def everything_seen(home: Session) -> list[object]:
    """What reviewers, grades and counts are made of."""
    hits = home.hits().drop("run_id")
    return [
        hits.to_dicts(),
        queue.queue(home).sort("hit_id").to_dicts(),
        home.grades().to_dicts(),
        morning.new_hits(home, None).to_dicts(),
        morning.movers(home).to_dicts(),
        morning.waiting(home, "anybody").all,
        home.monitor("top_items").to_dicts(),
        home.report_work().to_dicts(),
    ]


def test_what_a_shadow_finds_is_kept_apart_from_its_day_on(home: Session) -> None:
    shadow = begun(home)
    report = home.run()
    assert found(home, shadow) == [hit(day) for day in ("2026-05-04", "2026-05-05", "2026-05-06", "2026-06-01")]
    assert (report.in_shadow, "in shadow: S1 4" in report.say("en")) == ({"S1": 4}, True)


def test_nobody_sees_it_as_work(home: Session) -> None:
    home.run()
    before = everything_seen(home)
    begun(home)
    begun(home, "consecutive_days.min_days", "1")
    home.run()
    assert len(found(home, "S2")) > 0
    assert everything_seen(home) == before


def test_a_shadow_that_begins_later_finds_nothing_yet(home: Session) -> None:
    begun(home, valid_from=date(2026, 7, 1))
    assert home.run().in_shadow == {}
    home.change_setting("today", "2026-07-01")
    assert home.run().in_shadow == {"S1": 0}


def test_runs_say_what_ran_in_shadow(home: Session) -> None:
    begun(home)
    home.run()
    told = json.loads(CliRunner().invoke(app, ["--home", str(home.path), "runs", "--json"]).output)
    assert [run["shadows"] for run in told] == [["S1"], []]


def test_it_keeps_the_day_on_which_it_was_found_and_forgets_what_is_gone(home: Session, tmp_path: Path) -> None:
    begun(home)
    home.run()
    home.change_setting("today", "2026-07-15")
    load(home, tmp_path, f"A9,{LAW},payment,2026-07-01,228021,USD,950000.00")
    file = tmp_path / "less.csv"
    file.write_text(HEADER.replace("amount", "amount,action") + f"A3,{LAW},payment,2026-05-05,228021,USD,950000.00,D\n")
    home.load("flows", file)
    home.run()
    days = dict(shadow_hits(home.snapshot().con).select("hit_id", "found_on").iter_rows())
    assert (days[hit("2026-05-04")], days[hit("2026-07-01")]) == (date(2026, 6, 30), date(2026, 7, 15))
    assert hit("2026-05-05") not in days


def test_both_are_compared(home: Session) -> None:
    shadow = begun(home)
    home.run()
    compared = home.compare_shadow(shadow)
    rows = compared.steps.select("step", "hits", "entities", "both", "new", "lost", "open_hits").rows()
    assert rows == [("in_force", 1, 1, 1, 0, 0, 1), ("S1", 4, 1, 1, 3, 0, 4)]
    assert set(compared.changes["kind"]) == {"new"}
    # A notice for June is added to those for March and May: B stays B.
    assert compared.moves.is_empty()
    june = home.compare_shadow("1", first=date(2026, 6, 1)).steps
    assert june.select("hits", "new").rows() == [(0, 0), (1, 1)]


def test_a_shadow_that_finds_less_says_what_it_would_lose(home: Session) -> None:
    shadow = begun(home, value="1500000", valid_from=date(2026, 1, 1))
    home.run()
    compared = home.compare_shadow(shadow)
    assert compared.steps.select("both", "new", "lost").row(1) == (1, 0, 1)
    assert compared.changes["hit_id"].to_list() == [hit("2026-05-04")]


def test_what_a_comparison_says_is_what_a_trial_says(home: Session) -> None:
    shadow = begun(home, valid_from=date(2026, 1, 1))
    home.run()
    columns = ("hits", "entities", "both", "new", "lost", "open_hits", "work_per_month", "worse", "better")
    tried = home.what_if(f"{LIMIT}=900000", first=date(2026, 1, 1)).steps.select(columns)
    assert home.compare_shadow(shadow).steps.select(columns).equals(tried)


def test_a_rule_that_is_new_raises_no_work_while_it_runs_in_shadow(tmp_path: Path, home: Session) -> None:
    """Nothing of it is on record, as on the day on which a rule joins the book."""
    fresh = _without_runs(tmp_path)
    fresh.begin_shadow("large_daily_total", valid_from=MAY, basis="plan 1")
    fresh.run()
    assert set(fresh.hits()["rule"]) == {"large_transport_transfer"}
    assert found(fresh, "S1") == [hit("2026-05-04")]  # that of March lies before the shadow's day
    assert fresh.compare_shadow("S1").steps.select("hits", "new").rows() == [(0, 0), (1, 1)]


def test_a_rule_at_work_keeps_what_it_raised_and_raises_no_more(home: Session, tmp_path: Path) -> None:
    before = home.hits().drop("run_id")
    home.begin_shadow("large_daily_total", valid_from=date(2026, 6, 30), basis="plan 1")
    load(home, tmp_path, f"A9,{LAW},payment,2026-06-30,228021,USD,1950000.00")
    home.run()
    assert home.hits().drop("run_id").equals(before)
    assert found(home, "S1") == [hit("2026-06-30")]


def test_a_finding_that_moves_stays_where_it_is(home: Session, tmp_path: Path) -> None:
    """A streak on record that begins a day earlier since a late row came in has another id: it is the same work."""
    days = [f"T{n},{LAW},receipt,2026-04-{n:02},228021,USD,10.00" for n in (*range(7, 11), *range(13, 18), 20)]
    load(home, tmp_path, *days)
    home.run()
    home.begin_shadow("consecutive_days", valid_from=date(2026, 6, 30), basis="plan 1")
    load(home, tmp_path, f"T3,{LAW},receipt,2026-04-03,228021,USD,10.00")
    home.run()
    assert home.hits(rule="consecutive_days", status="open")["first_day"].to_list() == [date(2026, 4, 3)]


def test_a_whole_rule_is_in_force_again_from_a_day_on(tmp_path: Path) -> None:
    fresh = _without_runs(tmp_path)
    fresh.begin_shadow("large_daily_total", valid_from=date(2026, 1, 1), basis="plan 1")
    fresh.run()
    fresh.end_shadow("S1", why="it works", valid_from=MAY)
    fresh.run()
    assert fresh.hits(rule="large_daily_total")["hit_id"].to_list() == [hit("2026-05-04")]  # March stays nobody's work
    assert found(fresh, "S1") == [hit("2026-03-02"), hit("2026-05-04")]  # as it was found while it ran
    load(
        fresh,
        tmp_path,
        f"A9,{LAW},payment,2026-03-02,228021,USD,10.00",
        f"B1,{LAW},payment,2026-06-29,228021,USD,2000000.00",
    )
    fresh.run()  # looks at what changed alone, and keeps March apart still
    work = [hit("2026-05-04"), hit("2026-06-29")]
    assert fresh.hits(rule="large_daily_total")["hit_id"].sort().to_list() == work
    fresh.run(full=True)
    assert fresh.hits(rule="large_daily_total")["hit_id"].sort().to_list() == work


def _without_runs(folder: Path) -> Session:
    from tests.rule_book.conftest import ENTITIES, FLOWS, TODAY

    make_home(folder / "fresh", simulation=True).change_setting("today", TODAY)
    fresh = Session(folder / "fresh")
    for kind, rows in (("entities", ENTITIES), ("flows", FLOWS)):
        (folder / f"{kind}.csv").write_text(rows, "utf-8")
        fresh.load(kind, folder / f"{kind}.csv")
    return fresh


def test_the_version_that_is_set_promotes_its_shadow(home: Session) -> None:
    begun(home)
    begun(home, value="800000")
    amend(home, LIMIT, "900000", valid_from=date(2026, 8, 1), basis="decision 2")
    told = home.shadows().select("shadow", "status", "ended_from", "promoted_act").rows()
    act = home.register.parameters()["act"][-1]
    assert told == [("S1", "promoted", date(2026, 8, 1), act), ("S2", "running", None, None)]
    assert home.register.verify().ok


def test_an_ended_shadow_is_looked_with_no_more(home: Session) -> None:
    begun(home)
    home.run()
    home.end_shadow("1", why="enough")
    assert home.run().in_shadow == {}
    assert len(found(home, "S1")) == 4
    with pytest.raises(Decided, match="Shadow S1 was ended by"):
        home.end_shadow("S1", why="twice")
    with pytest.raises(NotFound, match="no shadow S9"):
        home.end_shadow("S9", why="none")
    with pytest.raises(NotFound, match="no shadow S9"):
        home.compare_shadow("S9")


def test_an_approver_begins_and_ends_it_and_four_eyes_look_at_it(home: Session) -> None:
    for name, role in (("wang", "approver"), ("zhao", "approver"), ("qian", "analyst")):
        add_account(home, name, [role])
    with pytest.raises(Forbidden):
        home.begin_shadow(LIMIT, "900000", valid_from=MAY, basis="plan 1", by="qian")
    amend(home, "register.require_approval", "true", valid_from=date(2026, 6, 30), basis="decision 1")
    act = home.begin_shadow(LIMIT, "900000", valid_from=MAY, basis="plan 1", by="wang")
    assert (act.kind, home.shadows().height) == ("proposed", 0)
    assert approvals(home).select("does", "on_what").row(0) == ("shadow_begun", f"{LIMIT}=900000")
    approve(home, ["P1"], by="zhao")
    assert home.shadows().select("shadow", "by", "status").row(0) == ("S1", "wang", "running")
    assert home.end_shadow("S1", why="enough", by="wang").kind == "proposed"
    approve(home, ["P2"], by="zhao")
    assert home.shadows()["status"].to_list() == ["ended"]
    assert home.register.verify().ok


def test_a_shadow_never_begins_in_the_past(tmp_path: Path) -> None:
    make_home(tmp_path / "real")
    real = Session(tmp_path / "real")
    with pytest.raises(RequestError, match="may not begin in the past"):
        real.begin_shadow(LIMIT, "900000", valid_from=date(2020, 1, 1), basis="plan 1")


@pytest.mark.parametrize(
    ("what", "value", "says"),
    [
        ("large_daily_totals", None, "no rule large_daily_totals"),
        ("large_daily_total", "900000", "without a value"),
        (LIMIT, None, "Say which value"),
        (LIMIT, "-1", "above 0"),
        ("grade.window", "calendar", "finds no hits"),
        ("large_daily_total.severity", "article", "finds no hits"),
        ("large_daily_total.limit", "1", "no parameter"),
    ],
)
def test_what_cannot_run_in_shadow_is_said(untouched: Session, what: str, value: str | None, says: str) -> None:
    with pytest.raises(FxwatchError, match=says):
        untouched.begin_shadow(what, value, valid_from=MAY, basis="plan 1")


def test_the_same_runs_once_and_with_a_basis(home: Session) -> None:
    begun(home)
    with pytest.raises(RequestError, match="runs in shadow already, as S1"):
        begun(home)
    with pytest.raises(RequestError, match="needs a basis"):
        home.begin_shadow(LIMIT, "800000", valid_from=MAY, basis=" ")


def test_the_command_line_does_all_of_it(home: Session) -> None:
    def ask(*words: str) -> str:
        done = CliRunner().invoke(app, ["--home", str(home.path), "--lang", "en", "rules", "shadow", *words])
        assert done.exit_code == 0, (words, done.output, done.exception)
        return done.output

    told = ask(LIMIT, "900000", "--from", "2026-05-01", "--basis", "plan 1")
    assert "S1: large_daily_total.limit_usd = 900000 runs in shadow" in told
    assert "S2: large_transport_transfer runs in shadow" in ask(
        "large_transport_transfer", "--from", "2026-05-01", "--basis", "plan 2"
    )
    home.run()
    rows = json.loads(ask("list", "--json"))
    assert [(row["shadow"], row["status"], row["hits"]) for row in rows] == [("S1", "running", 4), ("S2", "running", 0)]
    assert "█" in ask("compare", "S1")
    assert len(json.loads(ask("compare", "1", "--list", "changes", "--json"))) == 3
    assert "S1 ended" in ask("end", "S1", "--why", "enough")
    assert pl.DataFrame(json.loads(ask("list", "--json")))["status"].to_list() == ["ended", "running"]
