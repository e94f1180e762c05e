"""The report on the bureau's own work counts what was found and what became of it."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from openpyxl import load_workbook

from fxwatch.errors import RequestError
from fxwatch.reporting import produce_work
from fxwatch.review import dismiss, record_breach, rescind_notice
from fxwatch.session import Session
from tests.reporting.conftest import LARGE, SHIP
from tests.reporting.pages import page

COUNTS = ("found", "noticed", "dismissed", "explained", "withdrawn", "open", "notices", "rescinded", "breaches")


def counts(home: Session, by: str = "rule", **period: Any) -> dict[Any, tuple[int, ...]]:
    table = home.report_work(by, **period)
    return {row[0]: row[1:] for row in table.select(by, *COUNTS).iter_rows()}


def test_every_hit_is_counted_once_under_what_became_of_it(home: Session) -> None:
    assert counts(home) == {
        "large_daily_total": (2, 0, 1, 0, 0, 1, 0, 0, 0),
        "large_transport_transfer": (3, 2, 0, 0, 0, 1, 1, 0, 1),
        "payment_without_filing": (1, 0, 0, 0, 0, 1, 0, 0, 0),
    }
    assert sum(row[0] for row in counts(home).values()) == home.hits().height


def test_months_are_those_of_the_days_on_which_hits_were_raised_and_a_period_cuts_them(home: Session) -> None:
    found = {month: row[0] for month, row in counts(home, "month").items()}
    assert found == {date(2026, 1, 1): 1, date(2026, 2, 1): 2, date(2026, 3, 1): 3}
    assert counts(home, "month", first=date(2026, 2, 3), last=date(2026, 3, 4)).keys() == {
        date(2026, 2, 1),
        date(2026, 3, 1),
    }


def test_a_breach_before_the_notice_is_no_consequence_of_it(home: Session) -> None:
    record_breach(home, "B-0", entity_id=SHIP, day=date(2026, 3, 15), provision="Article 8")
    record_breach(home, "B-2", entity_id=SHIP, day=date(2026, 3, 16), provision="Article 9")
    assert counts(home)["large_transport_transfer"][-1] == 2


def test_a_rescinded_notice_is_told_and_its_hits_are_dismissed_for_its_reason(home: Session, tmp_path: Path) -> None:
    rescind_notice(home, "N1", why="objection upheld", to="dismissed")
    assert counts(home)["large_transport_transfer"] == (3, 0, 2, 0, 0, 1, 1, 1, 0)
    told = json.loads(produce_work(home, tmp_path / "work.json").read_text("utf-8"))
    assert [(r["rule"], r["why"], r["dismissed"]) for r in told["reasons_dismissed"]] == [
        ("large_daily_total", "retainer seen", 1),
        ("large_transport_transfer", "objection upheld", 2),
    ]


def test_ages_run_from_the_day_found_to_the_decision_and_shares_are_of_what_was_decided(home: Session) -> None:
    found = date(2026, 3, 31)
    home.change_setting("today", (found + timedelta(days=10)).isoformat())
    dismiss(home, ["large_daily_total:100000024:-:receipt:2026-02-03"], why="retainer seen")
    row = home.report_work().filter(pl.col("rule") == "large_daily_total").row(0, named=True)
    assert row["median_days"] == 5.0, "one on the day found, one ten days later"
    assert row["p90_days"] == 9.0
    assert row["dismissed_share"] == 1.0


def test_who_decided_how_much(home: Session) -> None:
    home.register.set_account("li", ["regulator"], by=home.actor(None), why="")
    dismiss(home, [f"{LARGE}7"], why="charter hire", by="li")
    table = home.report_work("account")
    row = {r["by"]: (r["noticed"], r["dismissed"], r["notices"]) for r in table.to_dicts()}
    assert row == {home.actor(None): (2, 1, 1), "li": (0, 1, 0)}
    assert table["decided_share"].sum() == pytest.approx(1.0)
    assert table["acts"].sum() == home.register.last_act()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_whole_report_is_a_page_a_workbook_or_json(home: Session, tmp_path: Path, language: Any) -> None:
    read = page(produce_work(home, tmp_path / "work.html", language=language))
    assert (read.faults, read.fetched, read.scripts) == ([], [], 0)
    assert "large_transport_transfer" in read.text
    book = load_workbook(produce_work(home, tmp_path / "work.xlsx", language=language))
    assert len(book.sheetnames) == 5
    assert json.loads(produce_work(home, tmp_path / "work.json").read_text("utf-8"))["by_rule"][0]["found"] == 2


def test_a_home_without_hits_has_an_empty_report(tmp_path: Path) -> None:
    from fxwatch.home import make_home

    make_home(tmp_path / "bare", bare=True).register.close()
    bare = Session(tmp_path / "bare")
    for by in ("rule", "month"):
        assert bare.report_work(by).is_empty()
    assert "Nothing on record." in page(produce_work(bare, tmp_path / "work.html")).text
    bare.register.close()


def test_a_period_that_ends_before_it_begins_and_an_unknown_grouping_are_refused(home: Session) -> None:
    with pytest.raises(RequestError, match="ends on 2026-01-01"):
        home.report_work(first=date(2026, 1, 2), last=date(2026, 1, 1))
    with pytest.raises(RequestError, match="not by bank"):
        home.report_work("bank")
