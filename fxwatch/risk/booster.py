"""A booster's trees as text, and back: in the form of skops, of which nothing is built but what a booster is made of.

The trees are walked by compiled code that trusts them; so each is looked at first: every branch leads onward and ends in a leaf.
"""

import base64
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from fxwatch.errors import RequestError
from fxwatch.risk.form import Misfit

# What a booster is made of beside what scikit-learn's own savers know; anything else in a file is refused.
_TRUSTED = ["sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]
# Bytes of the archive when it is unpacked.
_LARGEST = 256 << 20
_PART = "inner.skops"
_WHOLE = (_PART, "a booster of whole trees", "完整的提升树")


def packed(booster: Any) -> str:
    """A fitted booster as text."""
    import skops.io

    return base64.b64encode(skops.io.dumps(booster)).decode()


def opened(path: Path, text: str, features: int) -> Any:
    """The booster again.

    Args:
        path: of the file that holds it, for the sentence.
        text: as `packed` made it.
        features: how many it must have been fitted on.

    Raises:
        Misfit: it is no booster, or its trees are not whole.
        RequestError: it holds what no booster is made of.
    """
    import skops.io
    from sklearn.ensemble import HistGradientBoostingClassifier

    try:
        data = base64.b64decode(text, validate=True)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            is_large = sum(member.file_size for member in archive.infolist()) > _LARGEST
        strange = [] if is_large else sorted(set(skops.io.get_untrusted_types(data=data)) - set(_TRUSTED))
        if is_large:
            raise Misfit(*_WHOLE)
        if strange:
            raise RequestError(
                f"{path} holds {strange[0]}, which no risk model is made of. It is not opened.",
                f"{path} 含有 {strange[0]}，不属于风险模型，未予打开。",
            )
        booster = skops.io.loads(data, trusted=_TRUSTED)
        is_whole = isinstance(booster, HistGradientBoostingClassifier) and _is_whole(booster, features)
    except (Misfit, RequestError):
        raise
    except Exception as fault:  # whatever a reader of archives and states of objects makes of garbage
        raise Misfit(*_WHOLE) from fault
    if not is_whole:
        raise Misfit(*_WHOLE)
    return booster


def _is_whole(booster: Any, features: int) -> bool:
    from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE

    start = np.asarray(booster._baseline_prediction, dtype=np.float64)
    plain = (
        booster.n_features_in_ == booster._n_features == features
        and booster.is_categorical_ is None
        and booster._preprocessor is None
        and booster.n_trees_per_iteration_ == 1
        and list(booster.classes_) == [0, 1]
        and start.shape == (1, 1)
        and bool(np.isfinite(start).all())
    )
    trees = [tree for trees in booster._predictors for tree in trees]
    return (
        plain
        and all(len(trees) == 1 for trees in booster._predictors)
        and all(
            isinstance(tree.nodes, np.ndarray)
            and tree.nodes.dtype == PREDICTOR_RECORD_DTYPE
            and tree.nodes.ndim == 1
            and _ends(tree.nodes, features)
            for tree in trees
        )
    )


def _ends(nodes: Any, features: int) -> bool:
    """Whether every branch of a tree leads to a later node of it, over a feature that there is, and every value is finite."""
    at = np.arange(len(nodes))
    is_branch = nodes["is_leaf"] == 0
    left, right, feature = (nodes[name].astype(np.int64)[is_branch] for name in ("left", "right", "feature_idx"))
    here = at[is_branch]
    onward = ((left > here) & (left < len(nodes)) & (right > here) & (right < len(nodes))).all()
    known = ((feature >= 0) & (feature < features)).all() and not nodes["is_categorical"][is_branch].any()
    return len(nodes) > 0 and bool(onward and known and np.isfinite(nodes["value"]).all())
