"""A model's file: nothing in it runs, nothing changed is believed, nothing that was made for other features is taken."""

import base64
import copy
import json
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fxwatch.errors import RequestError
from fxwatch.risk import artefact, catalogue
from fxwatch.risk.model import RiskClassifier
from tests.risk import by_hand
from tests.risk.trained import judged


def said(kind: str) -> dict[str, Any]:
    return by_hand.about(judged={**judged(is_better=True), "kind": kind})


@pytest.fixture(scope="module", params=["scorecard", "boosted"])
def trained(request: pytest.FixtureRequest) -> tuple[RiskClassifier, Any]:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(300, len(catalogue.names())))
    y = (x[:, 0] + rng.normal(size=300) > 0).astype(int)
    return RiskClassifier(kind=request.param, rounds=5).fit(x, y), x


def test_a_model_comes_back_as_it_was(trained: tuple[RiskClassifier, Any], tmp_path: Path) -> None:
    model, x = trained
    path = artefact.write(tmp_path, artefact.pack(model, said(model.kind)))
    found = artefact.read(path)
    assert path.stem == found.name
    assert (found.estimator.predict_proba(x) == model.predict_proba(x)).all()
    assert (found.estimator.scores(x) == model.scores(x)).all()
    assert (found.estimator.points(x[:3], found.usual) == model.points(x[:3], found.usual)).all()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"horizon_months": 7}, "was changed since it was written"),
        ({"format": "another"}, "was changed since it was written"),
        ({"digest": None}, "was changed since it was written"),
    ],
)
def test_a_changed_file_is_refused(
    change: dict[str, Any], sentence: str, trained: tuple[RiskClassifier, Any], tmp_path: Path
) -> None:
    path = artefact.write(tmp_path, artefact.pack(trained[0], said(trained[0].kind)))
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(RequestError, match=sentence):
        artefact.read(path)


def test_a_model_of_another_list_of_features_is_refused(
    trained: tuple[RiskClassifier, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = artefact.write(tmp_path, artefact.pack(trained[0], said(trained[0].kind)))
    monkeypatch.setattr(catalogue, "VERSION", catalogue.VERSION + 1)
    with pytest.raises(RequestError, match="another list of features"):
        artefact.read(path)


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_bytes(pickle.dumps({"format": artefact.FORMAT}))
    with pytest.raises(RequestError, match="is no risk model"):
        artefact.read(tmp_path / "model.json")


def test_what_no_booster_is_made_of_is_not_built(tmp_path: Path) -> None:
    import skops.io
    from sklearn.preprocessing import FunctionTransformer

    rng = np.random.default_rng(1)
    x = rng.normal(size=(60, len(catalogue.names())))
    model = RiskClassifier(kind="boosted", rounds=2).fit(x, (x[:, 0] > 0).astype(int))
    strange = FunctionTransformer(func=pickle.dumps)
    inner = {"skops": base64.b64encode(skops.io.dumps(strange)).decode()}
    whole = json.loads(artefact.pack(model, said("boosted"))) | {"inner": inner}
    refused(tmp_path, by_hand.signed(whole), "which no risk model is made of")


def refused(folder: Path, content: str, sentence: str) -> None:
    path = folder / "model.json"
    path.write_text(content, "utf-8")
    with pytest.raises(RequestError, match=re.escape(sentence)) as found:
        artefact.read(path)
    assert found.value.chinese.startswith(f"{path} ")


@pytest.mark.parametrize(
    "content",
    ["[" * 200_000, "[]", "null", "7", "{}", '{"digest": "x"}', '{"digest": 1e999, "format": "x", "y": 1e999}',
     json.dumps({"digest": "x", "format": artefact.FORMAT, "source": "\ud800"}),
     json.dumps({"digest": "x", "format": artefact.FORMAT, "usual": [float("nan")]})],
)  # fmt: skip
def test_what_is_not_written_as_a_model_is_none(content: str, tmp_path: Path) -> None:
    refused(tmp_path, content, "is no risk model")


def test_a_file_beyond_all_sizes_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = by_hand.text()
    monkeypatch.setattr(artefact, "LARGEST", len(text.encode()))
    by_hand.kept(tmp_path, text)
    monkeypatch.setattr(artefact, "LARGEST", len(text.encode()) - 1)
    refused(tmp_path, text, "is no risk model: ValueError")


NAMES = list(catalogue.names())
MISSING = object()
MISFITS: list[tuple[str, Any, str]] = [
    *((part, MISSING, f"{part} is not there") for part in ("inner", "format_version", "kind", "judged", "fxwatch", "usual", "trained")),
    ("kind", "forest", "kind is not one of scorecard, boosted"),
    ("kind", "boosted", "judged.kind is not boosted"),
    ("features", [*NAMES[:-1], "phase_of_the_moon"], "features is not the list of this fxwatch"),
    ("features", NAMES[:-1], f"features is not a list of {len(NAMES)}"),
    ("usual", [0.0], f"usual is not a list of {len(NAMES)}"),
    ("usual.0", "0", "usual[0] is not a finite number"),
    ("usual.0", 10**400, "usual[0] is not a finite number"),
    ("calibration", "01", "calibration is not a list"),
    ("calibration", [0.0], "calibration is not a list of 2"),
    ("calibration", [0.0, "1"], "calibration[1] is not a finite number"),
    ("calibration", [1e200, 1.0], "calibration is not one that gives probabilities"),
    ("horizon_months", True, "horizon_months is not a whole number"),
    ("source", "a\x1b[2J", "source is not a text without control characters"),
    ("judged", [], "judged is not an object"),
    ("judged", {"kind": "scorecard"}, "judged.learned_on is not there"),
    ("judged.is_better", 1, "judged.is_better is not true or false"),
    ("judged.margin.low", None, "judged.margin.low is not a finite number"),
    ("judged.best_baseline", "boosted", "judged.best_baseline is not one of"),
    ("judged.measures.grade", MISSING, "judged.measures.grade is not there"),
    ("judged.measures.grade.brier", 0.1, "judged.measures.grade.brier is not an object"),
    ("judged.groups.area", [], "judged.groups.area is not a list of at least 1"),
    ("judged.groups.area", [{"group": "x"}], "judged.groups.area[0].rows is not there"),
    ("judged.stability", [{"as_of": "2026-04-30"}], "judged.stability[0].psi is not there"),
    ("inner.points.0", [10**30, 0, 0, 0], "inner.points[0][0] is not a whole number"),
    ("inner.points.0", [0, 0, 0.5, 0], "inner.points[0][2] is not a whole number"),
    ("inner.points.0", [0, 0, 0], "inner.points[0] is not a list of 4"),
    ("inner.edges.0", ["1", "2"], "inner.edges[0][0] is not a finite number"),
    ("inner.edges.0", [2.0, 2.0], "inner.edges[0] is not ascending"),
    ("inner.edges", [], f"inner.edges is not a list of {len(NAMES)}"),
    ("inner.base_points", "0", "inner.base_points is not a whole number"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "value", "sentence"), MISFITS)
def test_a_part_that_does_not_fit_is_named(part: str, value: Any, sentence: str, tmp_path: Path) -> None:
    whole = json.loads(by_hand.text())
    first = NAMES.index("turnover_usd_12m") if part.startswith("inner") else 0
    *way, last = [first if step == "0" else step for step in part.split(".")]
    at: Any = whole
    for step in way:
        at = at[step]
    at[last] = value
    if value is MISSING:
        del at[last]
    refused(tmp_path, by_hand.signed(whole), f"is no risk model of this fxwatch: {sentence}")


@pytest.fixture(scope="module")
def booster() -> RiskClassifier:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(200, len(NAMES)))
    return RiskClassifier(kind="boosted", rounds=2).fit(x, (x[:, 0] > 0).astype(int))


@pytest.mark.parametrize("skops", [7, "no base64!", "bm8gemlw", ""])
def test_a_booster_that_is_no_archive_is_none(skops: Any, booster: RiskClassifier, tmp_path: Path) -> None:
    whole = json.loads(artefact.pack(booster, said("boosted"))) | {"inner": {"skops": skops}}
    refused(tmp_path, by_hand.signed(whole), "inner.skops is not a")


@pytest.mark.parametrize(
    ("field", "value"), [("left", 0), ("right", 10_000), ("feature_idx", len(NAMES)), ("value", np.inf), ("is_categorical", 1)]
)  # fmt: skip
def test_trees_that_lead_nowhere_are_not_walked(
    field: str, value: Any, booster: RiskClassifier, tmp_path: Path
) -> None:
    changed = copy.deepcopy(booster)
    changed.inner_._predictors[0][0].nodes[field][0] = value
    refused(tmp_path, artefact.pack(changed, said("boosted")), "inner.skops is not a booster of whole trees")


def test_another_classifier_is_no_booster(booster: RiskClassifier, tmp_path: Path) -> None:
    from sklearn.linear_model import LogisticRegression

    changed = copy.deepcopy(booster)
    changed.inner_ = LogisticRegression().fit([[0], [1]], [0, 1])
    refused(tmp_path, artefact.pack(changed, said("boosted")), "inner.skops is not a booster of whole trees")
