"""The grades on a screen: figures that are those of the table, moves with their reasons, lists that can be narrowed."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.parts import links
from dashboards.screens.grades import why
from dashboards.visit import Visit
from fxwatch.reading.graded import graded_list, would_move
from fxwatch.reading.grades import grades
from fxwatch.reading.moves import moves
from fxwatch.session import Session
from fxwatch.terms import Language
from tests.dashboards.conftest import TODAY, See, tables_of, told

PARTS = ["over_time", "moves", "provisional", "list"]


@pytest.fixture(autouse=True)
def _links_as_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_pages", dict)


def figures_of(seen: AppTest) -> list[int]:
    return [int(str(one.value).replace(",", "")) for one in seen.metric]


def row_count(frame: pl.DataFrame, letter: str) -> int:
    return frame.filter(grade=letter).height


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens(see: See, part: str, language: Language):
    seen = see("grades", "qian", language, part=part)
    assert not seen.exception
    assert seen.title[0].value == {"en": "Grades", "zh": "诚信等级"}[language]


def test_the_figures_are_those_of_the_table_of_grades(see: See, office: Session):
    table = grades(office)
    assert figures_of(see("grades")) == [table.height, *(row_count(table, letter) for letter in "ABC")]


def test_another_day_has_its_own_figures(see: See, office: Session):
    day = TODAY - timedelta(days=300)
    table = grades(office, day)
    assert row_count(table, "A") != row_count(grades(office), "A")
    assert figures_of(see("grades", on=day.isoformat()))[1:] == [row_count(table, letter) for letter in "ABC"]


@pytest.mark.parametrize("part", PARTS)
def test_as_known_before_anybody_was_on_the_roll_there_is_nobody(see: See, part: str):
    seen = see("grades", part=part, known="2020-01-01T00:00")
    assert not seen.exception
    if part == "over_time":
        assert "Nobody was on the roll" in told(seen)


@pytest.mark.parametrize(
    "asked", [{"on": "0001-01-01"}, {"on": "2026-02-30"}, {"known": "0001-01-01T00:00"}, {"known": "x"}]
)
def test_a_day_that_makes_no_sense_is_today_as_known_now(see: See, asked: dict[str, str]):
    assert figures_of(see("grades", **asked)) == figures_of(see("grades"))


def test_the_months_end_with_today(see: See, office: Session):
    months = next(table for table in tables_of(see("grades")) if "day" in table.columns)
    newest = months.row(0, named=True)
    table = grades(office)
    assert (months.height, newest["B"], newest["C"]) == (24, row_count(table, "B"), row_count(table, "C"))


def test_a_province_narrows_the_figures(see: See, office: Session):
    listed = graded_list(office).filter(region="12")
    assert figures_of(see("grades", region="12"))[0] == listed.height > 0


def test_who_moved_is_told_with_the_reason(see: See, office: Session):
    first = TODAY - timedelta(days=364)
    found = moves(office, first, TODAY)
    seen = see("grades", part="moves", period=f"{first}..{TODAY}")
    (shown,) = tables_of(seen)
    assert shown.height == found.height > 0
    assert all(shown["reason"].str.len_chars() > 0)


def test_days_that_make_no_sense_are_the_last_month(see: See):
    for period in ("2026-13-01..x", "..", "2026-10-31..2026-10-01", "hello"):
        assert not see("grades", part="moves", period=period).exception


ACT: dict[str, Any] = {"kind": "notice", "number": "N1", "act": 7, "day": date(2025, 5, 3)}


@pytest.mark.parametrize(
    ("language", "because", "words"),
    [
        ("en", [{**ACT, "how": "counts"}], "notice N1 of 3 May 2025 counts"),
        ("en", [{**ACT, "how": "expired"}, {**ACT, "kind": "breach", "number": "B1", "how": "rescinded"}],
         "notice N1 of 3 May 2025 left the window; breach B1 of 3 May 2025 was rescinded"),
        ("en", [], "a parameter of grading changed"),
        ("zh", [{**ACT, "how": "changed"}], "预警提示 N1（2025年5月3日）已更正"),
    ],
)  # fmt: skip
def test_a_move_says_which_acts_are_behind_it(office: Session, language: Language, because, words):
    visit = Visit(office, office.register.account("wang"), language)
    assert why.sentence(visit, because) == words


def test_who_would_move_is_who_has_another_provisional_grade(see: See, office: Session):
    table = grades(office).filter(pl.col("grade") != pl.col("provisional_grade"))
    (shown,) = tables_of(see("grades", moves="provisional"))
    assert set(shown["entity_id"]) == set(table["entity_id"])
    assert would_move(graded_list(office))["provisional_grade"].is_sorted(descending=True)


def test_the_morning_asks_for_one_way_alone(see: See, office: Session):
    found = would_move(graded_list(office)).filter(grade="A", provisional_grade="C")
    (shown,) = tables_of(see("grades", moves="provisional", **{"from": "A", "to": "C"}))
    assert shown.height == found.height > 0


def test_the_list_shows_those_below_a_at_first_and_whom_one_asks_for(see: See, office: Session):
    table = grades(office)
    (shown,) = tables_of(see("grades", part="list"))
    assert shown.height == row_count(table, "B") + row_count(table, "C")
    honest = table.filter(grade="A")["entity_id"][0]
    (shown,) = tables_of(see("grades", part="list", grade="A", q=honest.lower()))
    assert shown["entity_id"].to_list() == [honest]


def test_a_name_that_fits_nobody_is_said_so(see: See):
    assert "No entity fits" in told(see("grades", part="list", q="nobody is called this"))


def test_an_empty_roll_says_why_and_what_next(see: See, bare_office: Session):
    for part in PARTS:
        seen = see("grades", home=bare_office, part=part)
        assert not seen.exception
        assert "Load entities first" in told(seen)
