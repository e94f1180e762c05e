"""An additive scorecard: each feature is cut into bins, each bin has whole points, and the points add up to the score."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from fxwatch.risk.odds import ByOdds

Floats = NDArray[np.float64]

# So many points double the odds, as in credit scoring.
DOUBLES_THE_ODDS = 20
_POINTS = DOUBLES_THE_ODDS / np.log(2)


class Scorecard(ByOdds, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Binned, monotone where the field says so, logistic; every prediction is a sum of whole points.

    A feature is cut at quantiles. Its points are built from steps, one an edge; where `directions` says 1 no step goes down,
    where it says -1 none goes up. Steps are found by logistic regression with a penalty on their squares, and rounded to whole
    points: `points` and `decision_function` rest on the rounded ones alone, so that a sum on paper is the score to the point.
    Rows are not weighed or drawn again: a rare class stays as rare as it is, and probabilities with it.

    Args:
        directions: for each column 1, 0 or -1; None: 0 throughout.
        bins: most bins of a feature, missing values aside.
        least_share: fewest rows in a bin, as a part of all.
        penalty: weight of the squares of the steps.

    Attributes:
        edges_: of each feature, ascending; a value is in the bin behind the last edge that it reaches.
        points_: of each feature: whole points of each bin, those of a missing value last; the lowest is 0 where it can be.
        base_points_: points that everybody has.
        classes_, n_features_in_, feature_names_in_: as everywhere in scikit-learn.

    >>> card = Scorecard(directions=[1], bins=4, penalty=0.1).fit([[0], [1], [2], [3]] * 20, [0, 0, 1, 1] * 20)
    >>> card.predict([[0], [3]]).tolist()
    [0, 1]
    """

    def __init__(
        self, directions: Sequence[int] | None = None, bins: int = 8, least_share: float = 0.002, penalty: float = 20.0
    ) -> None:
        self.directions = directions
        self.bins = bins
        self.least_share = least_share
        self.penalty = penalty

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803 - the library's name
        """Learn edges and points.

        Args:
            X: shape (rows, features); NaN where there is nothing to measure.
            y: two classes; the larger is the one that points speak for.
            sample_weight: shape (rows,), or None.

        Raises:
            ValueError: other than two classes, or directions that do not fit.
        """
        x, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", ensure_min_samples=2)
        check_classification_targets(y)
        self.classes_, target = np.unique(y, return_inverse=True)
        if len(self.classes_) > 2:
            raise ValueError("Only binary classification is supported. The type of the target is multiclass.")
        if len(self.classes_) < 2:
            raise ValueError("Classifier can't train when only one class is present.")
        directions = [0] * x.shape[1] if self.directions is None else list(self.directions)
        if len(directions) != x.shape[1] or set(directions) - {-1, 0, 1}:
            raise ValueError(f"directions are {x.shape[1]} of -1, 0, 1, found {self.directions!r}")
        weight = weights_of(sample_weight, len(x))
        self.edges_ = [_edges(column, weight, self.bins, self.least_share) for column in x.T]
        codes = [_bins(column, edges) for column, edges in zip(x.T, self.edges_, strict=True)]
        found = _steps(codes, self.edges_, directions, target.astype(np.float64), weight, float(self.penalty))
        self._round(found)
        return self

    def points(self, X: Any) -> NDArray[np.int64]:  # noqa: N803 - the library's name
        """The points of each feature of each row: shape (rows, features). With `base_points_` they add up to the score."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        return np.column_stack(
            [points[_bins(column, edges)] for column, edges, points in zip(x.T, self.edges_, self.points_, strict=True)]
        )

    def score_points(self, X: Any) -> NDArray[np.int64]:  # noqa: N803 - the library's name
        """The score of each row, in whole points."""
        total: NDArray[np.int64] = self.points(X).sum(axis=1) + self.base_points_
        return total

    def decision_function(self, X: Any) -> Floats:  # noqa: N803 - the library's name
        """The log-odds that the score stands for."""
        odds: Floats = self.score_points(X) / _POINTS
        return odds

    def _round(self, found: Floats) -> None:
        at, base = 1, float(found[0])
        self.points_ = []
        for edges in self.edges_:
            steps, missing = found[at : at + len(edges)], found[at + len(edges)]
            at += len(edges) + 1
            points = np.rint(np.concatenate([[0.0], np.cumsum(steps), [missing]]) * _POINTS).astype(np.int64)
            # Everybody is given what the lowest bin of a feature takes away: no points below nothing.
            lowest = int(points[:-1].min())
            base += lowest / _POINTS
            points = points - lowest
            points[-1] = max(points[-1], 0)
            self.points_.append(points)
        self.base_points_ = int(np.rint(base * _POINTS))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        return tags


def weights_of(sample_weight: Any, rows: int) -> Floats:
    """The weight of each row, 1 where none are given; `ValueError` where they do not fit."""
    if sample_weight is None:
        return np.ones(rows)
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.shape != (rows,):
        raise ValueError(f"sample_weight has the shape ({rows},), found {weight.shape}")
    if not weight.sum() > 0:
        raise ValueError("sample_weight is zero throughout: there is nothing to learn from")
    return weight


def _edges(column: Floats, weight: Floats, bins: int, least_share: float) -> Floats:
    """Where a feature is cut: at quantiles of its values; where most values are the lowest, at quantiles of the others."""
    there = ~np.isnan(column) & (weight > 0)
    values, counts = column[there], weight[there]
    if len(values) == 0 or values.min() == values.max():
        return np.array([])
    above = values > values.min()
    if counts[above].sum() < counts.sum() / 2:
        shares, values_cut, counts_cut = np.linspace(0, 1, bins)[:-1], values[above], counts[above]
    else:
        shares, values_cut, counts_cut = np.linspace(0, 1, bins + 1)[1:-1], values, counts
    cuts = np.unique(np.quantile(values_cut, shares, weights=counts_cut, method="inverted_cdf"))
    order = np.argsort(values, kind="stable")
    values, reached = values[order], np.r_[0.0, np.cumsum(counts[order])]
    least, last = least_share * weight.sum(), reached[-1]
    kept: list[float] = []
    for cut in cuts[::-1]:  # from the top, where what is rare and telling lies
        at = reached[np.searchsorted(values, cut)]
        if at > 0 and last - at >= least and at >= least:
            kept.append(float(cut))
            last = at
    return np.array(kept[::-1])


def _bins(column: Floats, edges: Floats) -> NDArray[np.int64]:
    bins: NDArray[np.int64] = np.searchsorted(edges, column, side="right")
    bins[np.isnan(column)] = len(edges) + 1
    return bins


def _steps(
    codes: list[NDArray[np.int64]],
    edges: list[Floats],
    directions: list[int],
    y: Floats,
    weight: Floats,
    penalty: float,
) -> Floats:
    """The constant, then for each feature its steps and that of a missing value: what fits best.

    By L-BFGS-B, which keeps to bounds. A row's log-odds are looked up by its bins, and what each bin gets wrong is counted:
    there is no matrix with a column for each step.
    """
    from scipy.optimize import minimize

    starts = np.cumsum([1, *(len(e) + 1 for e in edges)])
    bounds: list[tuple[float | None, float | None]] = [(None, None)]
    for cuts, direction in zip(edges, directions, strict=True):
        bounds += [{1: (0.0, None), -1: (None, 0.0), 0: (None, None)}[direction]] * len(cuts) + [(None, None)]
    total = weight.sum()
    chance = np.clip((weight * y).sum() / total, 1e-6, 1 - 1e-6)
    begin = np.zeros(starts[-1])
    begin[0] = np.log(chance / (1 - chance))
    signs = 2 * y - 1

    def loss(steps: Floats) -> tuple[float, Floats]:
        odds = np.full(len(y), steps[0])
        for code, at, cuts in zip(codes, starts, edges, strict=False):
            own = steps[at : at + len(cuts) + 1]
            odds += np.concatenate([[0.0], np.cumsum(own[:-1]), own[-1:]])[code]
        margin = signs * odds
        wrong = -signs * weight / (1 + np.exp(np.clip(margin, -60, 60)))
        slope = 2 * penalty * steps
        slope[0] = wrong.sum()
        for code, at, cuts in zip(codes, starts, edges, strict=False):
            counted = np.bincount(code, wrong, minlength=len(cuts) + 2)
            slope[at : at + len(cuts)] += np.cumsum(counted[:0:-1])[::-1][: len(cuts)] - counted[-1]
            slope[at + len(cuts)] += counted[-1]
        value = float((weight * np.logaddexp(0, -margin)).sum()) + penalty * float((steps[1:] ** 2).sum())
        return value / total, slope / total

    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 200, "maxfun": 300})
    steps: Floats = found.x
    return steps
