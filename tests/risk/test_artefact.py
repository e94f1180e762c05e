"""A model's file: nothing in it runs, nothing changed is believed, nothing that was made for other features is taken."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fxwatch.errors import RequestError
from fxwatch.risk import artefact, catalogue
from fxwatch.risk.model import RiskClassifier

SAID: dict[str, Any] = {"usual": [0.0] * len(catalogue.names()), "horizon_months": 6}


@pytest.fixture(params=["scorecard", "boosted"])
def trained(request: pytest.FixtureRequest) -> tuple[RiskClassifier, Any]:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(300, len(catalogue.names())))
    y = (x[:, 0] + rng.normal(size=300) > 0).astype(int)
    return RiskClassifier(kind=request.param, rounds=5).fit(x, y), x


def test_a_model_comes_back_as_it_was(trained: tuple[RiskClassifier, Any], tmp_path: Path) -> None:
    model, x = trained
    path = artefact.write(tmp_path, artefact.pack(model, SAID))
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
    path = artefact.write(tmp_path, artefact.pack(trained[0], SAID))
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(RequestError, match=sentence):
        artefact.read(path)


def test_a_model_of_another_list_of_features_is_refused(
    trained: tuple[RiskClassifier, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = artefact.write(tmp_path, artefact.pack(trained[0], SAID))
    monkeypatch.setattr(catalogue, "VERSION", catalogue.VERSION + 1)
    with pytest.raises(RequestError, match="another list of features"):
        artefact.read(path)


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_bytes(pickle.dumps({"format": artefact.FORMAT}))
    with pytest.raises(RequestError, match="is no risk model"):
        artefact.read(tmp_path / "model.json")


def test_what_no_booster_is_made_of_is_not_built(tmp_path: Path) -> None:
    import base64
    import hashlib

    import skops.io
    from sklearn.preprocessing import FunctionTransformer

    rng = np.random.default_rng(1)
    x = rng.normal(size=(60, len(catalogue.names())))
    model = RiskClassifier(kind="boosted", rounds=2).fit(x, (x[:, 0] > 0).astype(int))
    whole = json.loads(artefact.pack(model, SAID))
    del whole["digest"]
    strange = FunctionTransformer(func=pickle.dumps)
    whole["inner"] = {"skops": base64.b64encode(skops.io.dumps(strange)).decode()}
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    whole["digest"] = hashlib.sha256(text.encode()).hexdigest()
    (tmp_path / "model.json").write_text(json.dumps(whole))
    with pytest.raises(RequestError, match="which no risk model is made of"):
        artefact.read(tmp_path / "model.json")
