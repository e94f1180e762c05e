"""How an order is judged: by hand on five rows, against the library, and with intervals of whole entities."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from fxwatch.risk import catalogue
from fxwatch.risk.judging import (
    PSI_LIMITS,
    Judgement,
    Measured,
    Ranked,
    average_precision,
    brier,
    by_group,
    calibration,
    judge,
    psi,
    psi_measured,
)
from fxwatch.risk.labels import labels
from fxwatch.risk.learning import BASELINES, Split, Verdict, baselines, between, fitted, split_days
from fxwatch.risk.model import RiskClassifier
from tests.tables import entity


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=40))
def test_average_precision_is_the_librarys(rows: list[tuple[int, bool]]) -> None:
    scores, truth = np.array([r[0] for r in rows], float), np.array([r[1] for r in rows], int)
    if truth.any():
        assert average_precision(scores, truth) == pytest.approx(average_precision_score(truth, scores))
    else:
        assert average_precision(scores, truth) == 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 3)), min_size=1, max_size=20))
def test_a_weight_is_so_many_rows(rows: list[tuple[int, bool, int]]) -> None:
    repeated = [(s, t) for s, t, w in rows for _ in range(w)]
    weight = np.array([r[2] for r in rows], float)
    one = Ranked(np.array([r[0] for r in rows], float), np.array([r[1] for r in rows], int))
    if any(t for _, t in repeated):
        other = average_precision([s for s, _ in repeated], [int(t) for _, t in repeated])
        assert one.average_precision(weight) == pytest.approx(other)


def test_recall_counts_the_first_of_all() -> None:
    order = Ranked(np.array([5.0, 4, 3, 2, 1]), np.array([1, 0, 1, 0, 0]))
    assert [order.recall_in_top(s) for s in (0.2, 0.4, 0.6, 1.0)] == [0.5, 0.5, 1.0, 1.0]
    # Rows that tie at the border count by the part that fits.
    assert Ranked(np.zeros(4), np.array([1, 0, 0, 1])).recall_in_top(0.5) == 0.5


def test_a_probability_that_is_right_has_no_brier_score() -> None:
    assert brier(np.array([1.0, 0.0]), np.array([1, 0])) == 0
    assert brier(np.array([0.5, 0.5]), np.array([1, 0])) == 0.25


def test_calibration_sets_what_was_foretold_beside_what_came_true() -> None:
    found = calibration(np.repeat([0.1, 0.9], 10), np.array([0] * 9 + [1] + [1] * 9 + [0]))
    assert found["rows"].to_list() == [2] * 10
    assert found["came_true"].head(5).mean() == pytest.approx(0.1)


def test_psi_is_nothing_for_the_same_and_large_for_another_population() -> None:
    rng = np.random.default_rng(1)
    before = rng.normal(size=2_000)
    assert psi(before, before) == pytest.approx(0)
    assert psi(before, rng.normal(size=2_000)) < 0.1
    assert psi(before, before + 1) > 0.25


def test_the_interval_of_psi_is_narrower_of_many_and_above_the_limit_for_another_population() -> None:
    rng = np.random.default_rng(1)
    before, again = rng.normal(size=2_000), rng.normal(size=2_000)
    who = np.arange(2_000)
    same = psi_measured((before, who), (again, who + 2_000), resamples=60)
    assert same.value == psi(before, again)
    assert same.low < same.value * 2 < same.high < PSI_LIMITS[0]
    moved = psi_measured((before, who), (before + 1, who), resamples=60)
    assert moved.low > PSI_LIMITS[1]
    few = psi_measured((before[:100], who[:100]), (again[:100], who[:100]), resamples=60)
    assert few.high - few.low > 3 * (same.high - same.low)


def test_an_entity_of_both_days_is_drawn_for_both_or_neither() -> None:
    before, who = np.arange(100.0), np.arange(100)
    unmoved = psi_measured((before, who), (before, who), resamples=20)
    assert (unmoved.low, unmoved.value, unmoved.high) == (0, 0, 0)
    others = psi_measured((before, who), (before, who + 100), resamples=20)
    assert others.high > 0.1


def test_a_good_order_is_better_beyond_doubt_and_chance_is_not() -> None:
    rng = np.random.default_rng(2)
    truth = (rng.random(800) < 0.1).astype(int)
    scores = {"good": truth + rng.normal(0, 0.3, 800), "chance": rng.random(800), "other": rng.random(800)}
    found = judge(scores, truth, np.arange(800) // 2, {"good": np.full(800, 0.1)}, resamples=60)
    assert found.margin("good", "chance").low > 0
    assert found.margin("other", "chance").low < 0 < found.margin("other", "chance").high
    assert found.best(["chance", "other"]) in ("chance", "other")
    assert (found.entities, found.positives) == (400, truth.sum())
    inside = found.values["good"]["ap"]
    assert inside.low < inside.value < inside.high
    assert set(found.values["chance"]) == {"ap", "recall_1", "recall_5", "recall_10"}


def test_groups_are_told_apart() -> None:
    found = by_group(pl.Series(["a", "a", "b", None]), np.array([0.9, 0.1, 0.2, 0.3]), np.array([1, 0, 1, 0]), top=0.25)
    assert found.select("group", "positives", "in_top", "right_in_top", "found").rows() == [
        ("a", 1, 0.5, 1.0, 1.0),
        ("b", 1, 0.0, None, 0.0),
        ("unknown", 0, 0.0, None, None),
    ]


def test_what_is_learned_is_over_before_the_test() -> None:
    days = pl.date_range(date(2025, 4, 30), date(2026, 4, 30), "1d", eager=True)
    ends = days.filter(days == days.dt.month_end()).to_list()
    split = split_days(ends, 6)
    assert split == Split(tuple(ends[:6]), tuple(ends[-2:]))
    for learned in split.learn:
        over = pl.Series([learned]).dt.offset_by("6mo")[0]
        assert (over - split.test[0]).days <= 1
    assert split_days(ends[:6], 6) is None
    assert split_days([], 6) is None


def test_last_years_grade_is_a_baseline() -> None:
    rows = pl.DataFrame(
        {
            "open_hits": [0, 3, 0, 0],
            "turnover_usd_12m": [1.0, 2, 3, 4],
            "notices_12m": [0, 1, 3, 4],
            "breaches_12m": [0, 0, 0, 0],
        }
    )
    found = baselines(rows)
    assert tuple(found) == BASELINES
    assert np.argsort(found["grade"]).tolist() == [0, 1, 2, 3]
    assert baselines(rows.with_columns(breaches_12m=pl.Series([1, 0, 0, 0])))["grade"].argmax() in (0, 3)


@pytest.mark.parametrize(
    ("acted", "ended", "expected"),
    [("2026-03-31", None, 0), ("2026-04-01", None, 1), ("2026-09-30", None, 1), ("2026-10-01", None, 0), ("2026-04-01", "2026-08-01", 0)],
)  # fmt: skip
def test_a_label_looks_six_months_ahead(acted: str, ended: str | None, expected: int) -> None:
    end = date.fromisoformat(ended) if ended else None
    schema = {"entity": pl.Int32, "day": pl.Date, "ended_on": pl.Date}
    acts = pl.DataFrame([(entity("LAW"), date.fromisoformat(acted), end)], schema=schema, orient="row")
    entities = pl.DataFrame({"entity": [entity("LAW"), entity("SEA")]}, schema={"entity": pl.Int32})
    found = labels(acts, entities, [date(2026, 3, 31)]).sort("entity")
    assert dict(found.select("entity", "label").iter_rows()) == {entity("LAW"): expected, entity("SEA"): 0}


@pytest.mark.parametrize(
    ("known_on", "expected"),
    [("2026-04-29", (0, 29 / 183)), ("2026-04-30", (1, 30 / 183)), ("2026-09-30", (1, 1.0)), ("2027-01-01", (1, 1.0))],
)
def test_a_label_says_no_more_than_was_known(known_on: str, expected: tuple[int, float]) -> None:
    schema = {"entity": pl.Int32, "day": pl.Date, "ended_on": pl.Date}
    taken_back = (entity("SEA"), date(2026, 4, 2), date.fromisoformat(known_on))
    rows = [(entity("LAW"), date(2026, 4, 30), None), taken_back]
    acts = pl.DataFrame(rows, schema=schema, orient="row")
    found = labels(acts, acts.select("entity"), [date(2026, 3, 31)], known_on=date.fromisoformat(known_on)).rows_by_key(
        "entity"
    )
    label, seen = expected
    assert found[entity("LAW")] == [(date(2026, 3, 31), label, pytest.approx(seen))]
    assert found[entity("SEA")] == [(date(2026, 3, 31), 0, pytest.approx(seen))]


def test_between_learning_and_test_lie_the_days_whose_outcome_is_known_in_part() -> None:
    ends = pl.date_range(date(2025, 5, 1), date(2026, 5, 1), "1mo", eager=True).dt.offset_by("-1d").to_list()
    split = split_days(ends, 6)
    assert split is not None
    assert between(ends, split) == ends[6:-2]


def test_a_quiet_month_counts_by_the_part_of_it_that_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr(RiskClassifier, "fit", lambda self, *_, **more: told.update(more) or self)
    nothing = {name: pl.lit(0.0) for name in catalogue.names()}
    rows = pl.DataFrame({"entity": [1, 2, 3], "label": [0, 0, 1], "seen": [1.0, 0.25, 0.25]}).with_columns(
        as_of=date(2026, 3, 31), **nothing
    )
    fitted(rows, "scorecard")
    assert told["sample_weight"].tolist() == [1.0, 0.25, 1.0], "one day alone is not thinned"


@pytest.mark.parametrize(("low", "is_better"), [(-0.001, False), (0.0, False), (0.001, True)])
def test_better_is_who_is_better_in_the_whole_interval(low: float, is_better: bool) -> None:
    nothing = pl.DataFrame()
    judgement = Judgement(0, 0, 0, {}, {})
    margin = Measured(0.2, low, 0.4)
    verdict = Verdict(Split((), ()), "scorecard", judgement, "grade", margin, nothing, nothing, nothing, 0)
    assert verdict.is_better is is_better
