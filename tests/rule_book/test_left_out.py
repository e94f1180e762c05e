"""What a run could not judge is told with its reason and number: on the command line, to Python, in both languages."""

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from fxwatch.cli import app
from fxwatch.errors import NotFound
from fxwatch.reading.left_out import left_out
from fxwatch.session import Session
from tests.rule_book.conftest import LAW

UNFILED = "no filings are loaded, so every payment above the limit is listed"


def of(home: Session, rule: str, language: str = "en") -> list[tuple[str, int | None]]:
    return left_out(home, language, rule).select("reason", "left_out").rows()  # type: ignore[arg-type]


def test_what_rules_passed_over_is_told_with_its_number(untouched: Session) -> None:
    assert of(untouched, "split_below_document_limit") == [("payments with neither contract nor counterparty", 7)]
    assert of(untouched, "split_below_document_limit", "zh") == [("既无合同号又无交易对手的付汇", 7)]
    assert of(untouched, "large_daily_total") == []
    whole = left_out(untouched)
    assert whole["rule"].is_sorted()
    assert set(whole["rule"]) > {"split_below_document_limit", "payment_without_filing", "entity_jump"}


def test_that_no_filings_are_loaded_is_said_by_the_run_and_after_it(home: Session) -> None:
    assert of(home, "payment_without_filing")[0] == (UNFILED, None)
    assert of(home, "contract_overpaid")[0] == ("no filings are loaded, so nothing can be found", None)
    report = home.run()
    assert f"\npayment_without_filing: {UNFILED}." in report.say("en")
    assert "\npayment_without_filing：尚未导入备案，因此超过限额的付汇全部列出。" in report.say("zh")
    file = home.path / "filings.csv"
    file.write_text(f"filing_no,entity_id,authority,filed_on\nF1,{LAW},tax,2026-01-05\n", "utf-8")
    assert home.load("filings", file).accepted == 1
    assert "filings" not in home.run().say("en")
    assert not [reason for reason, _ in of(home, "payment_without_filing") if "no filings are loaded" in reason]


def test_days_without_a_calendar_are_told_for_every_rule_that_needs_one(home: Session, tmp_path: Path) -> None:
    file = tmp_path / "ahead.csv"
    file.write_text(
        f"declaration_no,entity_id,direction,day,code,currency,amount\nZ1,{LAW},payment,1999-03-04,228021,USD,5.00\n",
        "utf-8",
    )
    home.load("flows", file)
    report = home.run()
    said = report.complaint("en")
    assert said.startswith("Days in 1999 were not computed for ")
    assert "consecutive_days, " in said
    assert "split_below_document_limit: the calendar does not cover that year." in said
    assert report.complaint("zh").startswith("1999 年未计算，涉及 consecutive_days、")
    reason = "entities and items with days in 1999, which the calendar does not cover"
    for rule in ("consecutive_days", "split_below_document_limit"):
        assert (reason, 1) in of(home, rule)


def test_it_is_listed_and_written(untouched: Session, tmp_path: Path) -> None:
    command = ["--home", str(untouched.path), "--lang", "zh", "runs", "left-out", "--rule", "payment_without_filing"]
    rows = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
    assert (rows[0]["reason"], rows[0]["left_out"]) == ("尚未导入备案，因此超过限额的付汇全部列出", None)
    CliRunner().invoke(app, [*command, "--out", str(tmp_path / "left.csv")])
    assert pl.read_csv(tmp_path / "left.csv")["rule"].unique().to_list() == ["payment_without_filing"]
    with pytest.raises(NotFound, match="There is no rule nonsense"):
        left_out(untouched, rule="nonsense")
