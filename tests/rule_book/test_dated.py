"""Dated parameters: what is in force is said, and what was judged once is explained as it was judged."""

from datetime import date

import polars as pl
import pytest
from typer.testing import CliRunner

from fxwatch.amending import amend
from fxwatch.cli import app
from fxwatch.errors import NotFound, RequestError
from fxwatch.reading.hits import explained, frozen
from fxwatch.reading.operations import judged_by, rule_book
from fxwatch.session import Session
from tests.rule_book.conftest import LIMIT, hit

MAY = hit("2026-05-04")


def asked(home: Session, *words: str) -> str:
    done = CliRunner().invoke(app, ["--home", str(home.path), "--lang", "en", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_table_says_which_version_is_in_force_today(home: Session) -> None:
    amend(home, LIMIT, "900000", valid_from=date(2026, 6, 1), basis="decision 1")
    amend(home, LIMIT, "800000", valid_from=date(2026, 7, 1), basis="decision 2")
    told = rule_book(home, "en").filter(rule="large_daily_total", parameter="limit_usd")
    assert told.select("value", "valid_from", "valid_to", "state").rows() == [
        ("1000000", None, date(2026, 5, 31), "past"),
        ("900000", date(2026, 6, 1), date(2026, 6, 30), "in_force"),
        ("800000", date(2026, 7, 1), None, "ahead"),
    ]
    assert set(rule_book(home, "en").filter(rule="top_items")["state"]) == {"in_force"}


def test_a_version_entered_later_leaves_an_explanation_as_it_was(home: Session) -> None:
    before = asked(home, "explain", MAY)
    amend(home, LIMIT, "1100000", valid_from=date(2026, 6, 30), basis="decision 1")
    amend(home, LIMIT, "1150000", valid_from=date(2026, 12, 31), basis="decision 2")
    assert asked(home, "explain", MAY) == before
    home.run()  # a later run confirms the finding
    assert asked(home, "explain", MAY) == before
    assert "limit_usd = 1000000" in before


def test_a_version_for_the_past_shows_when_a_run_has_judged_by_it(home: Session) -> None:
    """Only a simulation home may rewrite the past; between the entry and the run the finding is the old one."""
    before = asked(home, "explain", MAY)
    amend(home, LIMIT, "1100000", valid_from=date(2026, 5, 1), basis="decision 1")
    assert asked(home, "explain", MAY) == before
    assert frozen(home, [MAY])[MAY]["parameters"] == {"limit_usd": 1_000_000}
    home.run()
    told = explained(home, MAY)
    assert (told["parameters"], str(told["hit"]["limit_value"])) == ({"limit_usd": 1_100_000}, "1100000.000000")


def test_a_finding_that_is_gone_is_explained_as_it_was_last_found(home: Session) -> None:
    amend(home, LIMIT, "1200000", valid_from=date(2026, 5, 1), basis="decision 1")
    home.run()
    told = explained(home, MAY)
    assert (told["hit"]["status"], told["parameters"]) == ("withdrawn", {"limit_usd": 1_000_000})


def test_each_run_says_by_which_versions_it_judged(home: Session) -> None:
    amend(home, LIMIT, "800000", valid_from=date(2026, 6, 30), basis="decision 1")
    home.run()
    of = {run: judged_by(home, run).filter(rule="large_daily_total", parameter="limit_usd") for run in (1, 2)}
    assert of[1]["value"].to_list() == ["1000000"]
    assert of[2].select("value", "valid_from", "basis").row(1) == ("800000", date(2026, 6, 30), "decision 1")
    assert "800000" in asked(home, "runs", "show", "2")
    with pytest.raises(NotFound, match="no run 3"):
        judged_by(home, 3)


def test_severity_is_that_of_the_day_on_which_a_hit_was_raised(home: Session) -> None:
    amend(home, "large_daily_total.severity", "supplementary", valid_from=date(2026, 5, 4), basis="decision 1")
    assert set(home.hits()["severity"]) == {"article"}
    home.run()
    severity = dict(home.hits().select("hit_id", "severity").iter_rows())
    assert (severity[hit("2026-03-02")], severity[MAY]) == ("article", "supplementary")
    assert severity["large_transport_transfer:S1"] == "article"
    assert "severity" not in explained(home, MAY)["parameters"]
    assert judged_by(home, 2).filter(rule="large_daily_total", parameter="severity", value="supplementary").height == 1


def test_severity_alone_changes_no_evidence(home: Session) -> None:
    before = home.hits().select("hit_id", "digest", "found_on")
    amend(home, "large_daily_total.severity", "supplementary", valid_from=date(2026, 1, 1), basis="decision 1")
    home.run()
    assert home.hits().select("hit_id", "digest", "found_on").equals(before)


def test_hits_are_filtered_by_severity(home: Session) -> None:
    amend(home, "large_daily_total.severity", "supplementary", valid_from=date(2026, 5, 4), basis="decision 1")
    home.run()
    assert home.hits(severity="supplementary")["hit_id"].to_list() == [MAY]
    assert set(home.hits(severity="article")["hit_id"]) == {hit("2026-03-02"), "large_transport_transfer:S1"}
    with pytest.raises(RequestError, match="no severity urgent"):
        home.hits(severity="urgent")


def test_a_severity_is_one_of_two_words(home: Session) -> None:
    with pytest.raises(RequestError, match="one of article, supplementary"):
        amend(home, "large_daily_total.severity", "urgent", valid_from=date(2026, 7, 1), basis="decision 1")
    assert home.register.parameters().filter(pl.col("name").str.ends_with("severity")).is_empty()
