"""Did the banks ask, on a screen: the figures of the reading, the worst bank first, the list with its entity, what is said of nothing."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.parts import links, recall
from dashboards.screens.asked import banks, when
from dashboards.shell import SCREENS
from fxwatch.check import check
from fxwatch.periods import Period, parse_period
from fxwatch.reading.asked import counted, unasked, watched_days
from fxwatch.session import Session
from fxwatch.terms import Language, Role
from tests.dashboards.conftest import TODAY, See, tables_of, told

OCTOBER = Period(date(2026, 10, 1), TODAY)


@pytest.fixture(autouse=True)
def _links_as_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_pages", dict)


def figures_of(seen: AppTest) -> list[int]:
    return [int(str(one.value).replace(",", "")) for one in seen.metric[:4]]


def table_with(seen: AppTest, *columns: str) -> pl.DataFrame:
    return next(table for table in tables_of(seen) if set(columns) <= set(table.columns))


def on_its_day(home: Session) -> dict[str, Any]:
    """The newest payment of October without a question; the home is put on its day."""
    newest = unasked(home, first=OCTOBER.start, last=OCTOBER.end).sort("day").row(-1, named=True)
    home.change_setting("today", newest["day"].isoformat())
    return newest


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("account", ["wang", "zhao", "qian", "zhou"])
def test_who_reads_sees_it_in_their_language(see: See, account: str, language: Language) -> None:
    seen = see("asked", account, language)
    assert not seen.exception
    assert seen.title[0].value == {"en": "Did the banks ask?", "zh": "银行查询情况"}[language]


def test_a_bank_does_not_see_it() -> None:
    assert SCREENS["asked"][2] == {Role.REGULATOR, Role.APPROVER, Role.ANALYST, Role.ADMINISTRATOR}


def test_the_figures_are_those_of_the_last_complete_month(see: See, office: Session) -> None:
    total = counted(watched_days(office, OCTOBER.start, OCTOBER.end)).row(0, named=True)
    assert figures_of(see("asked")) == [total[name] for name in ("payments", "asked", "by_file", "unasked")]
    assert total["payments"] == total["unasked"] > 0


@pytest.mark.parametrize("period", ["2026-09", "ytd", "2026-08-03..2026-09-14", "2026Q3"])
def test_another_period_has_its_own_figures(see: See, office: Session, period: str) -> None:
    days = parse_period(period, TODAY)
    total = counted(watched_days(office, days.start, days.end)).row(0, named=True)
    assert figures_of(see("asked", period=period))[0] == total["payments"] > 0


@pytest.mark.parametrize("period", ["2026-13", "hello", "..", "2026-10-31..2026-10-01"])
def test_a_period_that_makes_no_sense_is_the_last_complete_month(see: See, period: str) -> None:
    assert figures_of(see("asked", period=period)) == figures_of(see("asked"))


def test_the_worst_bank_is_first(own_office: Session) -> None:
    paid = on_its_day(own_office)
    check(own_office, paid["entity_id"], paid["bank"])
    ordered = banks.worst_first(counted(watched_days(own_office, OCTOBER.start, OCTOBER.end), "bank"))
    assert ordered["share"].is_sorted()
    assert ordered["bank"][-1] == paid["bank"]
    assert ordered["unasked"][0] == ordered.filter(share=0)["unasked"].max()


def test_a_question_of_this_moment_is_counted_at_once(see: See, own_office: Session) -> None:
    paid = on_its_day(own_office)
    before = figures_of(see("asked", home=own_office, period="2026-10"))
    check(own_office, paid["entity_id"], paid["bank"])
    after = figures_of(see("asked", home=own_office, period="2026-10"))
    assert (before[1], after[0]) == (0, before[0])
    assert after[1] == before[3] - after[3] > 0


def test_the_list_has_every_payment_with_the_grade_of_its_day(see: See, office: Session) -> None:
    found = unasked(office, first=OCTOBER.start, last=OCTOBER.end)
    shown = table_with(see("asked"), "declaration_no")
    assert shown["declaration_no"].to_list() == found["declaration_no"].to_list()
    assert set(shown["grade_then"].str.head(1)) <= {"B", "C"}


def test_a_row_leads_to_its_entity(see: See, office: Session) -> None:
    first = unasked(office, first=OCTOBER.start, last=OCTOBER.end).row(0, named=True)
    seen = see("asked")
    seen.session_state["asked_payments"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    assert "Open " in told(seen.run())
    assert first["name"] in told(seen).replace("\\", "")


def test_one_bank_is_looked_at_alone(see: See, office: Session) -> None:
    found = unasked(office, first=OCTOBER.start, last=OCTOBER.end)
    bank = found["bank"][-1]
    seen = see("asked", bank=bank)
    assert figures_of(seen)[3] == found.filter(bank=bank).height
    assert set(table_with(seen, "declaration_no")["bank"]) == {bank}
    assert figures_of(see("asked", bank="nobody")) == figures_of(see("asked"))


def test_the_bank_that_is_chosen_stands_in_the_address(see: See, office: Session) -> None:
    bank = unasked(office, first=OCTOBER.start, last=OCTOBER.end)["bank"][0]
    seen = see("asked")
    seen.selectbox(key="asked_bank").set_value(bank).run()
    assert seen.query_params["bank"] == bank


def test_the_kind_of_period_stands_in_the_address(see: See) -> None:
    seen = see("asked")
    seen.segmented_control(key="asked_kind").set_value("ytd").run()
    assert seen.query_params["period"] == "ytd"
    seen.segmented_control(key="asked_kind").set_value("range").run()
    assert seen.query_params["period"] == "2026-10-01..2026-10-31"
    assert seen.date_input(key="asked_range").value == (OCTOBER.start, OCTOBER.end)


def test_that_no_bank_ever_asked_is_said_until_one_does(see: See, own_office: Session) -> None:
    assert "No bank ever asked" in told(see("asked", home=own_office))
    paid = on_its_day(own_office)
    check(own_office, paid["entity_id"], paid["bank"])
    assert "No bank ever asked" not in told(see("asked", home=own_office))


def test_a_period_without_such_a_payment_says_why_and_what_next(see: See) -> None:
    seen = see("asked", period="2019-01")
    assert not seen.exception
    assert "No entity that was B or C on the day paid" in told(seen)
    assert "Choose another period" in told(seen)


def test_an_empty_home_says_why_and_what_next(see: See, bare_office: Session) -> None:
    seen = see("asked", home=bare_office)
    assert not seen.exception
    assert "No flow was loaded yet" in told(seen)


def test_the_month_before_is_usual_until_a_month_is_over() -> None:
    known = Period(date(2026, 1, 5), date(2026, 10, 30))
    assert when.last_complete(known, TODAY - timedelta(days=1)).label == "2026-09"
    assert when.last_complete(known, TODAY).label == "2026-10"
    assert when.last_complete(Period(known.end, known.end), known.end).label == "2026-10"


def test_twelve_months_are_read_at_least_and_none_without_flows() -> None:
    known = Period(date(2025, 3, 5), date(2026, 10, 30))
    assert when.to_read(OCTOBER, known) == Period(date(2025, 11, 1), known.end)
    assert when.to_read(parse_period("2026-01", known.end), known) == when.to_read(OCTOBER, known)
    assert when.to_read(parse_period("2025-10-15..2025-12-31", known.end), known).start == date(2025, 10, 1)
    assert when.to_read(parse_period("2019-01", known.end), known) == Period(date(2025, 3, 1), known.end)


def test_what_is_remembered_of_days_that_are_over_does_not_hang_on_every_question(own_office: Session) -> None:
    paid = on_its_day(own_office)
    check(own_office, paid["entity_id"], paid["bank"])  # the first one makes a key to sign with, which is an act
    acts, everything = recall.state_of(own_office), recall.state_of(own_office, "questions")
    check(own_office, paid["entity_id"], paid["bank"])
    assert recall.state_of(own_office) == acts
    assert recall.state_of(own_office, "questions") != everything
