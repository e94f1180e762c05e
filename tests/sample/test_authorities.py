"""What others hand in beside the invented flows: it loads whole, and fits what was declared on most days."""

from pathlib import Path

import polars as pl
import pytest

from fxwatch.home import make_home
from fxwatch.intake import load
from fxwatch.sample import Sample, invent, write
from fxwatch.session import Session


@pytest.fixture(scope="module")
def sample() -> Sample:
    return invent(2_000, seed=11)


@pytest.fixture(scope="module")
def home(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = tmp_path_factory.mktemp("authorities")
    written = write(sample, folder / "sample")
    made = make_home(folder / "home", simulation=True)
    made.change_setting("today", sample.last_day.isoformat())
    load(made, "entities", written.entities)
    for path in written.flows:
        load(made, "flows", path)
    for kind in ("settlements", "filings", "totals"):
        report = load(made, kind, Path(getattr(written, kind)))
        assert report.accepted == report.read > 30, report
    return Session(made.path)


def test_nobody_settles_more_than_it_declared_in_twelve_months(home: Session) -> None:
    found = home.reconcile("settlements", period="2026-10")
    # Rates of two months may differ a little, and what was received a month before the window may be settled in it.
    beyond = found.filter(pl.col("difference_12m_usd") > 0)
    assert len(beyond) < 0.03 * len(found)
    assert found["settled_12m_usd"].sum() > 0


def test_contracts_are_filed_for_enough_and_most_payments_are_filed(home: Session, sample: Sample) -> None:
    patterns = sample.truth["patterns"].filter(kind="contract_overpaid")
    assert set(home.reconcile("contracts")["entity_id"]) == set(patterns["entity_id"])
    assert len(home.reconcile("contracts", every=True)) > 20
    unfiled = len(home.reconcile("filings", period="2024-11-01..2026-10-31"))
    assert 0 < unfiled < 0.3 * len(sample.others.filings)


def test_banks_count_what_they_reported_but_for_a_few_figures(home: Session, sample: Sample) -> None:
    differs = home.reconcile("totals")
    assert set(differs["note"]) == {"differs"}
    assert set(differs["flows_difference"]) == {-1}
    assert 0 < len(differs) < 0.08 * len(sample.others.totals)
