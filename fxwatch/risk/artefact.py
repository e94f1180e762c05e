"""A trained model as a file: JSON that says what it is, what it was trained and judged on, and its numbers; nothing in it runs.

A scorecard is plain numbers. A booster's trees are in the form of skops, which builds none but the types named here; pickles are
never read. The file's digest is that of everything in it, and a model made for other features is refused.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fxwatch import __version__
from fxwatch.errors import RequestError
from fxwatch.risk import booster, catalogue, form
from fxwatch.risk.model import RiskClassifier
from fxwatch.risk.scorecard import Scorecard

FORMAT = "fxwatch risk model"
# Bump this when the file's form changes.
FORMAT_VERSION = 1
# Bytes of a file: a booster's are some hundred thousand.
LARGEST = 64 << 20
# Log-odds beyond this are no opinion but a fault.
MOST_ODDS = 1e7


@dataclass(frozen=True)
class Model:
    """A model with what is known about it.

    Attributes:
        estimator: fitted.
        digest: of the file, 64 hexadecimal digits.
        about: what the file says beside the numbers: kind, features, horizon_months, trained, judged, usual, made_at, fxwatch.
    """

    estimator: RiskClassifier
    digest: str
    about: dict[str, Any]

    @property
    def name(self) -> str:
        """What people call it: its kind and the beginning of its digest."""
        return f"{self.about['kind']}-{self.digest[:12]}"

    @property
    def usual(self) -> "np.ndarray[Any, np.dtype[np.float64]]":
        """The usual value of each feature in training."""
        return np.array([np.nan if v is None else v for v in self.about["usual"]])


def pack(estimator: RiskClassifier, about: dict[str, Any]) -> str:
    """The text of a model's file; `about` as in `Model`, without kind, features and fxwatch."""
    inner: dict[str, Any]
    if isinstance(estimator.inner_, Scorecard):
        card = estimator.inner_
        inner = {
            "edges": [e.tolist() for e in card.edges_],
            "points": [p.tolist() for p in card.points_],
            "base_points": card.base_points_,
        }
    else:
        inner = {"skops": booster.packed(estimator.inner_)}
    whole = {
        "format": FORMAT, "format_version": FORMAT_VERSION, "fxwatch": __version__, "kind": estimator.kind,
        "features": list(catalogue.names()), "features_digest": catalogue.digest(), "calibration": list(estimator.calibration_),
        **about, "inner": inner,
    }  # fmt: skip
    text = _canonical(whole)
    return _canonical({**whole, "digest": hashlib.sha256(text.encode()).hexdigest()})


def write(folder: Path, text: str) -> Path:
    """Keep a model's file in a folder, under its name."""
    folder.mkdir(exist_ok=True, parents=True)
    model = json.loads(text)
    path = folder / f"{model['kind']}-{model['digest'][:12]}.json"
    half = path.with_suffix(".half")
    half.write_text(text, "utf-8")
    half.rename(path)
    return path


def read(path: Path) -> Model:
    """A model from its file.

    Raises:
        RequestError: it is none, was changed, is of another version or another list of features, or a part of it does not fit.
    """
    found, digest = _opened(path)
    if found.get("format") != FORMAT or hashlib.sha256(_canonical(found).encode()).hexdigest() != digest:
        raise RequestError(
            f"{path} was changed since it was written: its digest does not fit. Train a model with: fxwatch risk train",
            f"{path} 写入后被改动，摘要不符。请重新训练：fxwatch risk train",
        )
    try:
        form.head(found)
        if found["format_version"] != FORMAT_VERSION or found["features_digest"] != catalogue.digest():
            raise RequestError(
                f"{path} was made for another list of features or another version (fxwatch {found['fxwatch']}). Train a model with: fxwatch risk train",
                f"{path} 对应的特征清单或版本不同（fxwatch {found['fxwatch']}）。请重新训练：fxwatch risk train",
            )
        form.body(found)
        model = Model(_estimator(path, found), digest, {k: v for k, v in found.items() if k != "inner"})
        _tried(model)
    except form.Misfit as fault:
        raise RequestError(
            f"{path} is no risk model of this fxwatch: {fault.english}. Train one with: fxwatch risk train",
            f"{path} 不是本版 fxwatch 的风险模型：{fault.chinese}。请重新训练：fxwatch risk train",
        ) from fault
    return model


def _opened(path: Path) -> tuple[dict[str, Any], Any]:
    """What a file says, and the digest that it bears."""
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it has more than {LARGEST:,} bytes")
        found = json.loads(path.read_text("utf-8"))
        digest = found.pop("digest")
        found["format"]
        # What JSON cannot hold, though this reader takes it (NaN, endless numbers, half a character), no model holds.
        _canonical(found).encode()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise RequestError(
            f"{path} is no risk model: {type(fault).__name__}. Train one with: fxwatch risk train",
            f"{path} 不是风险模型（{type(fault).__name__}）。请训练：fxwatch risk train",
        ) from fault
    return found, digest


def _estimator(path: Path, found: dict[str, Any]) -> RiskClassifier:
    names = found["features"]
    estimator = RiskClassifier(kind=found["kind"], directions=catalogue.directions(names))
    inner = found["inner"]
    if found["kind"] == "scorecard":
        card = Scorecard(directions=catalogue.directions(names))
        card.edges_ = [np.array(e, dtype=np.float64) for e in inner["edges"]]
        card.points_ = [np.array(p, dtype=np.int64) for p in inner["points"]]
        card.base_points_ = inner["base_points"]
        card.classes_, card.n_features_in_ = np.array([0, 1]), len(names)
        estimator.inner_ = card
    else:
        estimator.inner_ = booster.opened(path, inner["skops"], len(names))
    estimator.calibration_ = (float(found["calibration"][0]), float(found["calibration"][1]))
    estimator.classes_, estimator.n_features_in_ = np.array([0, 1]), len(names)
    return estimator


def _tried(model: Model) -> None:
    """Score what is usual and an entity of whom nothing is known: what cannot be scored is found before it is needed."""
    rows = np.vstack([model.usual, np.full(len(model.usual), np.nan)])
    with np.errstate(all="ignore"):
        odds = model.estimator.decision_function(rows)
    if not (np.abs(odds) < MOST_ODDS).all():
        raise form.Misfit("calibration", "one that gives probabilities", "可得出概率的校准")


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
