"""The integrity grade as a scikit-learn estimator: the article's rule over many entities at once."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from fxwatch.grading import MAX_NOTICES_FOR_B
from fxwatch.terms import Grade

FEATURES = ("breaches", "notices")


class IntegrityClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Grades A, B and C from the columns breaches, notices, in this order; the same rule as `grading.grade`.

    Nothing is learned: `fit` looks whether the data are counts and says what the classes are. A frame's columns must
    bear the names of the features.

    Args:
        max_notices_for_b: most notices with which an entity without a breach is still B.

    >>> frame = [[0, 0], [0, 3], [0, 4], [1, 0]]
    >>> IntegrityClassifier().fit(frame).predict(frame).tolist()
    ['A', 'B', 'C', 'C']
    """

    def __init__(self, max_notices_for_b: int = MAX_NOTICES_FOR_B) -> None:
        self.max_notices_for_b = max_notices_for_b

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803 - the library's name
        """Look whether the data are counts.

        Args:
            X: shape (entities, 2): whole numbers, 0 or more.
            y: grades, for the library's sake; not looked at.

        Raises:
            ValueError: other columns, or values that are no counts, or `max_notices_for_b` is none.
        """
        if isinstance(self.max_notices_for_b, bool) or int(self.max_notices_for_b) != self.max_notices_for_b:
            raise ValueError(f"max_notices_for_b is a whole number, found {self.max_notices_for_b!r}")
        if self.max_notices_for_b < 0:
            raise ValueError(f"max_notices_for_b is 0 or more, found {self.max_notices_for_b!r}")
        self._counts(X, reset=True)
        self.classes_ = np.array([Grade.A.value, Grade.B.value, Grade.C.value])
        return self

    def predict(self, X: Any) -> NDArray[np.str_]:  # noqa: N803 - the library's name
        """The grade of each row.

        Args:
            X: shape (entities, 2), as in `fit`.

        Returns:
            Shape (entities,): `A`, `B` or `C`.

        Raises:
            ValueError: as in `fit`.
        """
        check_is_fitted(self)
        breaches, notices = self._counts(X, reset=False).T
        place = np.where((breaches > 0) | (notices > self.max_notices_for_b), 2, np.where(notices > 0, 1, 0))
        grades: NDArray[np.str_] = self.classes_[place]
        return grades

    def _counts(self, X: Any, *, reset: bool) -> NDArray[Any]:  # noqa: N803 - the library's name
        counts: NDArray[Any] = validate_data(self, X, reset=reset, dtype="numeric")
        names = getattr(self, "feature_names_in_", None)
        if names is not None and tuple(names) != FEATURES:
            raise ValueError(f"the columns are {', '.join(FEATURES)}, in this order; found {', '.join(names)}")
        if counts.shape[1] != len(FEATURES):
            raise ValueError(f"X has {counts.shape[1]} features, but IntegrityClassifier takes {', '.join(FEATURES)}")
        if (counts < 0).any():
            raise ValueError("Negative values in data passed to IntegrityClassifier: breaches and notices are counts")
        if counts.dtype.kind == "f" and (counts % 1 != 0).any():
            raise ValueError("Fractions in data passed to IntegrityClassifier: breaches and notices are whole numbers")
        return counts

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        tags.input_tags.positive_only = True
        return tags
