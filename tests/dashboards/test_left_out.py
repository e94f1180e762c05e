"""What a run could not judge stands where a reader looks: at the runs, in the rule book, beside the hits that rest on it."""

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.parts import links, unfed
from fxwatch.reading import left_out as reading
from fxwatch.session import Session
from fxwatch.terms import Language
from tests.dashboards.conftest import See, tables_of, told

RULE = "payment_without_filing"
WARNING = {
    "en": "No filings are loaded, so every payment above the limit is listed.",
    "zh": "尚未导入备案，因此超过限额的付汇全部列出。",
}


@pytest.fixture(autouse=True)
def _links_as_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_pages", dict)


def warnings(seen: AppTest) -> list[str]:
    return [one.value.replace("\\", "") for one in seen.warning]


@pytest.fixture
def with_filings(monkeypatch: pytest.MonkeyPatch) -> None:
    def left_out(home: Session, language: Language) -> pl.DataFrame:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reading.journal, "without_rows", lambda con: set())
            return reading.left_out(home, language)

    monkeypatch.setattr(unfed, "left_out", left_out)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_said_where_no_filings_are_loaded_and_nowhere_else(see: See, office: Session, language: Language) -> None:
    for query in ({"part": "filings"}, {"part": "settlements"}):
        warned = warnings(see("reconcile", "wang", language, **query))
        assert (WARNING[language] in warned) is (query["part"] == "filings")
    assert WARNING[language] in warnings(see("rule_book", "wang", language, rule=RULE))
    hits = office.hits(status="open")
    for rule in (RULE, "large_daily_total"):
        hit = hits.filter(rule=rule)["hit_id"][0]
        warned = warnings(see("review", "wang", language, hit=hit))
        assert (WARNING[language] in warned) is (rule == RULE)


def test_where_filings_are_loaded_nobody_is_warned(see: See, with_filings: None) -> None:
    assert warnings(see("rule_book", rule=RULE)) == warnings(see("reconcile", part="filings")) == []


@pytest.mark.parametrize(
    ("language", "reason"), [("en", "payments without a counterparty"), ("zh", "无交易对手的付汇")]
)
def test_the_runs_list_what_was_left_out(see: See, office: Session, language: Language, reason: str) -> None:
    seen = see("operations", "wang", language, part="runs")
    (table,) = [table for table in tables_of(seen) if "left_out" in table.columns]
    assert reason in table["reason"].to_list()
    assert table["left_out"].to_list() == reading.left_out(office)["left_out"].to_list()
    page = told(see("rule_book", "wang", language, rule="fan_in"))
    assert reason in page
