"""Points that add up, and keep to the direction that the field says."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils.estimator_checks import parametrize_with_checks

from fxwatch.risk.model import RiskClassifier
from fxwatch.risk.scorecard import Scorecard


@parametrize_with_checks([Scorecard(), RiskClassifier(), RiskClassifier(kind="boosted", rounds=3)])
def test_it_has_the_librarys_manners(estimator: Any, check: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)


def invented(seed: int, rows: int = 200) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 4)).round(1)
    x[rng.random(rows) < 0.1, 2] = np.nan
    odds = 1.5 * x[:, 0] - x[:, 1] - 1
    return x, (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_points_add_up_to_the_score(seed: int) -> None:
    x, y = invented(seed)
    card = Scorecard(directions=[1, -1, 0, 0]).fit(x, y)
    assert (card.points(x).sum(axis=1) + card.base_points_ == card.score_points(x)).all()
    # Twenty points double the odds.
    odds = card.predict_proba(x)[:, 1] / card.predict_proba(x)[:, 0]
    assert np.allclose(odds, 2 ** (card.score_points(x) / 20))


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_more_never_lowers_what_the_field_says_rises(seed: int) -> None:
    x, y = invented(seed)
    # The directions are the reverse of the truth: still they hold.
    card = Scorecard(directions=[-1, 1, 0, 0]).fit(x, y)
    assert (np.diff(card.points_[0][:-1]) <= 0).all()
    assert (np.diff(card.points_[1][:-1]) >= 0).all()
    free = Scorecard().fit(x, y)
    assert free.points_[0][-2] > free.points_[0][0]


def test_no_points_are_below_nothing() -> None:
    card = Scorecard().fit(*invented(3))
    assert min(int(p.min()) for p in card.points_) == 0


def test_a_missing_value_has_points_of_its_own() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(600, 1))
    missing = rng.random(600) < 0.3
    x[missing] = np.nan
    y = (rng.random(600) < np.where(missing, 0.8, 0.1)).astype(int)
    card = Scorecard().fit(x, y)
    assert card.predict([[np.nan]]) == 1
    assert card.predict([[0.0]]) == 0


def test_a_constant_feature_has_no_bins() -> None:
    x, y = invented(5)
    x[:, 3] = 7
    assert Scorecard().fit(x, y).edges_[3].size == 0


def test_weights_count_as_rows() -> None:
    x, y = invented(7, 200)
    twice = Scorecard(penalty=2.0, least_share=0.0).fit(np.vstack([x, x]), np.concatenate([y, y]))
    heavy = Scorecard(penalty=2.0, least_share=0.0).fit(x, y, sample_weight=np.full(200, 2.0))
    assert np.abs(twice.score_points(x) - heavy.score_points(x)).max() <= 2


@pytest.mark.parametrize("kind", ["scorecard", "boosted"])
def test_probabilities_come_true(kind: str) -> None:
    x, y = invented(11, 2_400)
    model = RiskClassifier(kind=kind, rounds=15).fit(x[:1_200], y[:1_200], groups=np.arange(1_200) // 2)
    chances = model.predict_proba(x[1_200:])[:, 1]
    low, high = chances < 0.2, chances > 0.6
    assert y[1_200:][low].mean() == pytest.approx(chances[low].mean(), abs=0.06)
    assert y[1_200:][high].mean() == pytest.approx(chances[high].mean(), abs=0.08)


@pytest.mark.parametrize("kind", ["scorecard", "boosted"])
def test_a_feature_that_was_never_measured_teaches_nothing_and_ends_nothing(kind: str) -> None:
    x, y = invented(11, 1_200)
    empty = np.column_stack([x, np.full(len(x), np.nan)])
    learned = RiskClassifier(kind=kind, rounds=15).fit(empty, y, groups=np.arange(len(x)) // 2)
    measured = np.column_stack([x, np.ones(len(x))])
    assert np.array_equal(learned.predict_proba(empty), learned.predict_proba(measured))


def test_there_are_two_kinds_and_two_classes() -> None:
    x, y = invented(1)
    with pytest.raises(ValueError, match="kind is one of scorecard, boosted"):
        RiskClassifier(kind="forest").fit(x, y)
    with pytest.raises(ValueError, match="directions are 4 of"):
        Scorecard(directions=[1]).fit(x, y)


def test_a_boosters_points_say_what_moved_it() -> None:
    x, y = invented(2, 1_000)
    model = RiskClassifier(kind="boosted", rounds=15).fit(x, y)
    points = model.points([[3.0, 0.0, 0.0, 0.0]], np.nanmedian(x, axis=0))
    assert points[0].argmax() == 0


def test_probabilities_are_calibrated_on_entities_that_the_model_had_not_seen() -> None:
    """What a booster knows of its own rows by heart says nothing of others: seen by them, its odds must be drawn together."""
    rng = np.random.default_rng(4)
    whose = np.repeat(np.arange(400), 3)
    own = rng.normal(size=(400, 12))
    came = (rng.random(400) < 1 / (1 + np.exp(1 - own[:, 0]))).astype(int)
    model = RiskClassifier(kind="boosted", rounds=80).fit(own[whose], came[whose], groups=whose)
    assert 0 < model.calibration_[1] < 0.6
