"""What every classifier of two classes does that estimates log-odds: probabilities and the likelier class follow from them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted


class ByOdds(ClassifierMixin):  # type: ignore[misc]  # scikit-learn has no types
    """The rest of a classifier with `decision_function` (log-odds of the second of two `classes_`)."""

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: N803 - the library's name
        """The probability of each class."""
        chance = 1 / (1 + np.exp(-self.decision_function(X)))
        return np.column_stack([1 - chance, chance])

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803 - the library's name
        """The likelier class of each row."""
        check_is_fitted(self)
        likelier: NDArray[Any] = self.classes_[(self.decision_function(X) > 0).astype(np.int64)]
        return likelier
