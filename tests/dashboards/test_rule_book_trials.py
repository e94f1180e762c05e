"""The rule book's trials and shadows: the same numbers as on the command line, and only approvers begin or end one."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.parts import links
from fxwatch.session import Session
from fxwatch.terms import Language
from tests.dashboards.conftest import TODAY, See, tables_of, told

RULE = "large_daily_total"
LIMIT = f"{RULE}.limit_usd"


@pytest.fixture(autouse=True)
def _links_as_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside the shell there are no pages to lead to: a link is its words."""
    monkeypatch.setattr(links, "_pages", dict)


def tried(seen: AppTest, low: str, high: str, step: str) -> AppTest:
    for name, text in (("low", low), ("high", high), ("step", step)):
        seen.text_input(key=f"rule_book_try_{RULE}_limit_usd_{name}").set_value(text)
    return seen.button(key=f"rule_book_try_{RULE}_go").click().run()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sweep_shows_what_the_command_line_would_show(see: See, office: Session, language: Language):
    seen = tried(see("rule_book", "qian", language, rule=RULE), "800,000", "1,200,000", "200000")
    assert not seen.exception
    expected = office.what_if(f"{LIMIT}=800000..1200000:200000").steps
    shown = next(t for t in tables_of(seen) if "near_entities" in t.columns)
    assert shown["hits"].to_list() == expected["hits"].to_list()
    assert shown["step"].to_list()[1:] == ["800,000", "1,000,000", "1,200,000"]
    assert office.what_if(f"{LIMIT}=800000..1200000:200000").say(language) in told(seen)
    assert seen.select_slider[0].options[0] == "800,000"


def test_one_value_lists_the_hits_that_are_new(see: See, office: Session):
    seen = tried(see("rule_book", "qian", rule=RULE), "900000", "", "")
    expected = office.what_if(f"{LIMIT}=900000").changes
    shown = next(t for t in tables_of(seen) if "limit_value" in t.columns)
    assert shown.height == expected.height > 0
    assert set(shown["kind"]) == {"new"}


def test_what_does_not_fit_is_refused_in_a_sentence(see: See):
    seen = tried(see("rule_book", "qian", rule=RULE), "9", "5", "1")
    assert not seen.exception
    assert "no sweep" in seen.error[0].value


def test_a_choice_is_tried_by_its_words(see: See):
    seen = see("rule_book", "qian", rule="consecutive_days")
    seen = seen.selectbox(key="rule_book_try_consecutive_days_which").set_value("direction").run()
    seen = seen.button(key="rule_book_try_consecutive_days_go").click().run()
    assert not seen.exception
    shown = next(t for t in tables_of(seen) if "near_entities" in t.columns)
    assert shown["step"].to_list() == ["in force", "either", "each"]


def test_an_approver_begins_and_ends_a_shadow(see: See, own_office: Session):
    seen = see("rule_book", "zhao", home=own_office, rule=RULE)
    seen.text_input(key=f"rule_book_begin_{RULE}_limit_usd").set_value("900,000")
    seen.text_area(key=f"rule_book_begin_{RULE}_basis").set_value("plan 1")
    seen = seen.button(key=f"rule_book_begin_{RULE}_go").click().run()
    assert not seen.exception
    assert own_office.shadows().select("shadow", "value", "by", "valid_from").row(0) == ("S1", "900000", "zhao", TODAY)
    seen = see("rule_book", "zhao", home=own_office, rule=RULE)
    assert "S1 beside what is in force" in told(seen)
    seen.text_input(key=f"rule_book_end_{RULE}_why").set_value("enough")
    seen = seen.button(key=f"rule_book_end_{RULE}_go").click().run()
    assert own_office.shadows()["status"].to_list() == ["ended"]


def test_others_see_a_shadow_and_its_comparison(see: See, own_office: Session):
    own_office.begin_shadow(LIMIT, "900000", valid_from=TODAY.replace(month=1, day=1), basis="plan 1")
    own_office.run()
    seen = see("rule_book", "qian", "zh", home=own_office, rule=RULE)
    assert not seen.exception
    assert [b.key for b in seen.button if "begin" in str(b.key)] == []
    shown = next(t for t in tables_of(seen) if "both" in t.columns)
    assert shown["hits"].to_list() == own_office.compare_shadow("S1").steps["hits"].to_list()
    assert "S1 与现行结果对照" in told(seen)
