"""The rule book: every rule says itself in both languages, its parameters bear their dates, and who may enters a version."""

from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.parts import links
from fxwatch.amending import amend
from fxwatch.reading import book
from fxwatch.rulebook import monitors, rules
from fxwatch.session import Session
from fxwatch.terms import Language
from tests.dashboards.conftest import TODAY, See, told

LIMIT = "large_daily_total.limit_usd"


@pytest.fixture(autouse=True)
def _links_as_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside the shell there are no pages to lead to: a link is its words."""
    monkeypatch.setattr(links, "_pages", dict)


def parameters(seen: AppTest) -> list[list[str]]:
    """The rows of the tables of parameters, as they are shown."""
    return [
        [cell.replace("\\", "").replace("\xa0", " ") for cell in row]
        for one in seen.table
        for row in one.value.values.tolist()
    ]


def enter(seen: AppTest, rule: str, value: str, basis: str) -> AppTest:
    """Fill in the form of a rule with one parameter and send it."""
    seen.text_input(key=f"rule_book_{rule}_limit_usd").set_value(value)
    seen.text_area(key=f"rule_book_{rule}_basis").set_value(basis)
    return seen.button(key=f"rule_book_{rule}_enter").click().run()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", [*rules(), *monitors()])
def test_every_rule_says_what_it_finds_why_and_what_it_leaves_out(name: str, language: Language):
    page = (book.rule_pages(language) | book.monitor_pages(language))[name]
    for part in (page.title, page.finds, page.why, page.leaves_out, page.basis):
        assert part
        assert any("一" <= letter <= "鿿" for letter in part) == (language == "zh"), part


@pytest.mark.parametrize(("language", "title"), [("en", "Large daily total"), ("zh", "非运输项下当日累计大额")])
def test_the_rule_that_the_address_names_is_open(see: See, language: Language, title: str):
    seen = see("rule_book", "qian", language, rule="large_daily_total")
    assert not seen.exception
    assert title in [one.value for one in seen.subheader]
    assert parameters(seen)[0][1] == ("1,000,000 USD" if language == "en" else "1,000,000 美元")


def test_an_address_that_names_no_rule_opens_the_first(see: See):
    assert next(iter(book.rule_pages("en").values())).title in [
        one.value for one in see("rule_book", rule="none").subheader
    ]


def test_the_numbers_beside_a_rule_are_those_of_its_hits(see: See, office: Session):
    hits = office.hits(rule="large_daily_total")
    words = told(see("rule_book", rule="large_daily_total"))
    for status, number in hits["status"].value_counts().iter_rows():
        assert f"{status} · {number:,}" in words
    assert book.hits_by_month(office).filter(rule="large_daily_total")["hits"].sum() == hits.height


def test_a_month_without_hits_is_drawn_as_none(office: Session):
    months = book.months_to(date(2026, 1, 31), 3)
    assert months == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)]


def test_versions_are_past_in_force_and_to_come(own_office: Session):
    for value, begins in (("900000", date(2026, 1, 1)), ("800000", TODAY), ("700000", TODAY + timedelta(1))):
        amend(own_office, LIMIT, value, valid_from=begins, basis="circular", by="zhao")
    found = book.versions(own_office, "en").filter(rule="large_daily_total", parameter="limit_usd")
    assert found.select("value", "valid_from", "valid_to", "state", "by").rows() == [
        ("1000000", None, date(2025, 12, 31), "past", None),
        ("900000", date(2026, 1, 1), TODAY - timedelta(1), "past", "zhao"),
        ("800000", TODAY, TODAY, "in_force", "zhao"),
        ("700000", TODAY + timedelta(1), None, "ahead", "zhao"),
    ]


def test_of_two_versions_from_one_day_the_later_is_shown_with_who_entered_it(own_office: Session):
    for value, who in (("900000", "zhao"), ("950000", "sun")):
        amend(own_office, LIMIT, value, valid_from=TODAY, basis="circular", by=who)
    found = book.versions(own_office, "en").filter(rule="large_daily_total", parameter="limit_usd", state="in_force")
    assert found.select("value", "by").rows() == [("950000", "sun")]


def test_an_approver_enters_a_version_with_its_basis(see: See, own_office: Session):
    seen = see("rule_book", "zhao", home=own_office, rule="large_daily_total")
    seen = enter(seen, "large_daily_total", "900,000", "circular 12")
    assert not seen.exception
    assert "900,000" in seen.success[0].value
    row = own_office.register.parameters().row(-1, named=True)
    assert (row["name"], row["value"], row["basis"], row["by"]) == (LIMIT, "900000", "circular 12", "zhao")
    assert parameters(seen)[0][1:6] == ["900,000 USD", "31 Oct 2026", "further notice", "in force", "circular 12"]


@pytest.mark.parametrize(
    ("value", "basis", "words"),
    [("900000", " ", "needs a basis"), ("nine", "circular", "above 0"), ("-1", "circular", "above 0")],
)
def test_what_does_not_fit_is_refused_in_a_sentence(see: See, own_office: Session, value, basis, words):
    seen = enter(see("rule_book", "zhao", home=own_office, rule="large_daily_total"), "large_daily_total", value, basis)
    assert words in seen.error[0].value
    assert own_office.register.parameters().is_empty()


def test_with_four_eyes_a_version_is_a_proposal(see: See, own_office: Session):
    amend(own_office, "register.require_approval", "true", valid_from=TODAY, basis="circular", by="zhao")
    seen = see("rule_book", "zhao", home=own_office, rule="large_daily_total")
    seen = enter(seen, "large_daily_total", "900000", "circular 12")
    assert "P1" in seen.success[0].value
    assert any("P1" in one.value for one in seen.info)
    assert own_office.register.parameter(LIMIT, TODAY) is None


@pytest.mark.parametrize("account", ["wang", "qian", "zhou"])
def test_who_is_no_approver_sees_no_form(see: See, account: str):
    seen = see("rule_book", account)
    assert "approver changes parameters" in told(seen)
    assert not [button for button in seen.button if (button.key or "").endswith("_enter")]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("part", ["monitors", "bureau", "policies"])
def test_every_part_opens(see: See, part: str, language: Language):
    seen = see("rule_book", "zhao", language, part=part)
    assert not seen.exception


def test_the_parameters_of_the_bureau_are_all_there(see: See):
    assert len(parameters(see("rule_book", part="bureau"))) == len(book.BUREAU)


def test_the_words_that_a_parameter_may_be_are_offered(see: See):
    seen = see("rule_book", "zhao", part="bureau")
    assert seen.selectbox(key="rule_book_grade_window").options == ["rolling", "calendar"]
    assert book.choices_of("consecutive_days.direction") == ("either", "each")
    assert book.choices_of(LIMIT) == ()


def test_without_hits_it_says_why_and_what_next(see: See, bare_office: Session):
    seen = see("rule_book", home=bare_office)
    assert not seen.exception
    assert "raised no hit" in told(seen)


def test_the_parts_of_a_description_are_told_apart_in_both_languages() -> None:
    for rule in rules().values():
        for language in ("en", "zh"):
            told = book.described(rule, language)
            assert told["finds"], rule
            assert told["why"], f"{rule} does not say in {language} why it matters"
            assert not told["why"].startswith((":", "："))
