"""Reconciliations on a screen: the tables of the work behind it, in both languages, with a way to the entity."""

import polars as pl
import pytest

from dashboards.parts import links
from dashboards.screens.reconcile import PARTS
from dashboards.shell import SCREENS
from fxwatch.session import Session
from fxwatch.terms import Language, Role
from tests.dashboards.conftest import See, tables_of, told


@pytest.fixture(autouse=True)
def _links_as_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_pages", dict)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_told_in_both_languages(see: See, part: str, language: Language) -> None:
    seen = see("reconcile", "wang", language, part=part)
    assert not seen.exception
    assert seen.title[0].value == {"en": "Reconcile", "zh": "数据核对"}[language]


def test_a_bank_does_not_see_it() -> None:
    assert SCREENS["reconcile"][2] == {Role.REGULATOR, Role.APPROVER, Role.ANALYST, Role.ADMINISTRATOR}


def shown(seen: object) -> pl.DataFrame:
    return tables_of(seen)[0]  # type: ignore[arg-type]


def test_the_tables_are_those_of_the_work_behind_them(see: See, office: Session) -> None:
    month = office.reconcile("settlements", period="2026-09")
    assert shown(see("reconcile", period="2026-09"))["declared_usd"].sum() == month["declared_usd"].sum() > 0
    abroad = office.reconcile("settlements", period="2026-09", scope="domestic")
    seen = shown(see("reconcile", period="2026-09", scope="domestic"))
    assert seen["declared_usd"].sum() == abroad["declared_usd"].sum() < month["declared_usd"].sum()
    assert len(shown(see("reconcile", part="filings"))) == len(office.reconcile("filings"))


@pytest.mark.parametrize("period", ["2026-13", "hello", ".."])
def test_a_period_that_makes_no_sense_is_the_newest_month(see: See, period: str) -> None:
    assert shown(see("reconcile", period=period)).equals(shown(see("reconcile")))


def test_where_nothing_differs_it_is_said(see: See) -> None:
    assert "Nothing differs" in told(see("reconcile", part="contracts", scope="domestic"))
