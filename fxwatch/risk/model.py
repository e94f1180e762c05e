"""The risk model: a scorecard or a boosted challenger behind one estimator, with calibrated probabilities."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GroupKFold
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from fxwatch.risk.odds import ByOdds
from fxwatch.risk.scorecard import DOUBLES_THE_ODDS, Scorecard, weights_of
from fxwatch.terms import RISK_KINDS as KINDS

Floats = NDArray[np.float64]

# With fewer of the rare class than this there is nothing to calibrate with; probabilities are then the model's own.
ENOUGH_TO_CALIBRATE = 20
_FOLDS = 3
_POINTS = DOUBLES_THE_ODDS / np.log(2)


class RiskClassifier(ByOdds, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The probability of the rarer, larger class, from features of which some may be missing.

    Rows are neither drawn again nor made up: imbalance stays as it is, and the probabilities with it. They are calibrated by a
    logistic curve over predictions for entities that the model in question had not seen (`groups` keeps an entity in one fold).

    Args:
        kind: `scorecard`, whose points add up exactly, or `boosted`, histogram gradient boosting.
        directions: for each column 1, 0 or -1: which way the field says it goes; None: 0 throughout.
        penalty: of the scorecard's steps.
        rounds: of boosting.
        random_state: of boosting.

    Attributes:
        inner_: the fitted scorecard or booster.
        calibration_: intercept and slope on the log-odds.
        classes_, n_features_in_, feature_names_in_: as everywhere in scikit-learn.
    """

    def __init__(
        self,
        kind: str = "scorecard",
        directions: Sequence[int] | None = None,
        penalty: float = 20.0,
        rounds: int = 120,
        random_state: int = 0,
    ) -> None:
        self.kind = kind
        self.directions = directions
        self.penalty = penalty
        self.rounds = rounds
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> Self:  # noqa: N803 - the library's name
        """Learn, then calibrate.

        Args:
            X: shape (rows, features); NaN where there is nothing to measure.
            y: two classes.
            sample_weight: shape (rows,), or None.
            groups: shape (rows,): rows of one group are never on both sides of a fold; None: nothing is calibrated, since nobody
                says which rows are of one entity.

        Raises:
            ValueError: no such kind, or other than two classes.
        """
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}, found {self.kind!r}")
        x, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", ensure_min_samples=2)
        check_classification_targets(y)
        self.classes_, target = np.unique(y, return_inverse=True)
        if len(self.classes_) > 2:
            raise ValueError("Only binary classification is supported. The type of the target is multiclass.")
        if len(self.classes_) < 2:
            raise ValueError("Classifier can't train when only one class is present.")
        weight = weights_of(sample_weight, len(x))
        self.inner_ = self._fresh().fit(_measured(x), target, sample_weight=weight)
        self.calibration_ = (0.0, 1.0) if groups is None else self._calibrated(x, target, weight, np.asarray(groups))
        return self

    def decision_function(self, X: Any) -> Floats:  # noqa: N803 - the library's name
        """The calibrated log-odds of the larger class."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        intercept, slope = self.calibration_
        odds: Floats = intercept + slope * self.inner_.decision_function(x)
        return odds

    def scores(self, X: Any) -> NDArray[np.int64]:  # noqa: N803 - the library's name
        """The score of each row in whole points: the scorecard's sum, or the booster's log-odds on the same scale."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        if isinstance(self.inner_, Scorecard):
            return self.inner_.score_points(x)
        whole: NDArray[np.int64] = np.rint(self.inner_.decision_function(x) * _POINTS).astype(np.int64)
        return whole

    def points(self, X: Any, usual: Any = None) -> NDArray[np.int64]:  # noqa: N803 - the library's name
        """The points of each feature of each row.

        With `inner_.base_points_` those of a scorecard add up to its score exactly. A booster has none of its own: told is by
        how much its log-odds would fall were that feature alone what is usual (shape (features,)), and that adds up to nothing.
        """
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        if isinstance(self.inner_, Scorecard):
            return self.inner_.points(x)
        usual = np.zeros(x.shape[1]) if usual is None else np.asarray(usual, dtype=np.float64)
        now = self.inner_.decision_function(x)
        told = np.zeros(x.shape, dtype=np.int64)
        for n in range(x.shape[1]):
            other = x.copy()
            other[:, n] = usual[n]
            told[:, n] = np.rint((now - self.inner_.decision_function(other)) * _POINTS)
        return told

    def _fresh(self) -> Any:
        if self.kind == "scorecard":
            return Scorecard(directions=self.directions, penalty=self.penalty)
        return HistGradientBoostingClassifier(
            learning_rate=0.06, max_iter=self.rounds, max_leaf_nodes=8, min_samples_leaf=40, l2_regularization=5.0,
            monotonic_cst=None if self.directions is None else list(self.directions), early_stopping=False,
            random_state=self.random_state,
        )  # fmt: skip

    def _calibrated(self, x: Floats, target: NDArray[Any], weight: Floats, whose: NDArray[Any]) -> tuple[float, float]:
        if len(np.unique(whose[target == 1])) < ENOUGH_TO_CALIBRATE or (target == 0).sum() < ENOUGH_TO_CALIBRATE:
            return 0.0, 1.0
        odds = np.zeros(len(x))
        for learn, hold in GroupKFold(_FOLDS).split(x, target, whose):
            odds[hold] = (
                self._fresh()
                .fit(_measured(x[learn]), target[learn], sample_weight=weight[learn])
                .decision_function(x[hold])
            )
        return _curve(odds, target, weight)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        return tags


def _measured(x: Floats) -> Floats:
    """Features as they are learned from: one that was never measured is 0 throughout, since boosting refuses it and nothing can be learned of it."""
    return np.where(np.isnan(x).all(axis=0), 0.0, x)


def _curve(odds: Floats, target: NDArray[Any], weight: Floats) -> tuple[float, float]:
    """Intercept and slope of the logistic curve that makes log-odds into the odds that came true; Newton's method."""
    design = np.column_stack([np.ones(len(odds)), odds])
    found = np.array([0.0, 1.0])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -60, 60)))
        slope = design.T @ (weight * (target - chance))
        curve = (design * (weight * chance * (1 - chance))[:, None]).T @ design + 1e-9 * np.eye(2)
        step = np.linalg.solve(curve, slope)
        found = found + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    # A curve that falls would turn the order round: then the model knows nothing, and no curve helps it.
    return (float(found[0]), float(found[1])) if found[1] > 0 else (0.0, 1.0)
