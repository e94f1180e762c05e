"""A scorecard that nobody trained: its bins and points are written down here, and its file says that it was judged."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from fxwatch.risk import artefact, catalogue
from fxwatch.risk.model import RiskClassifier
from fxwatch.risk.scorecard import Scorecard
from tests.risk.trained import judged

# Of each feature that gives points: its edges, then the points of each bin and those of a missing value.
BINS: dict[str, tuple[list[float], list[int]]] = {
    "turnover_usd_12m": ([100_000.0, 5_000_000.0], [0, 3, 21, 0]),
    "soft_share_12m": ([0.25], [0, 7, 2]),
    "industry": ([2.0, 6.0], [4, 0, 1, 0]),
    "age_years": ([], [0, 5]),
}


def about(**changed: Any) -> dict[str, Any]:
    """What its file says of it."""
    return {
        "usual": [0.0] * len(catalogue.names()), "horizon_months": 6, "made_at": "2026-10-31T00:00:00", "source": "test",
        "trained": {"first": "2025-04-30", "last": "2026-04-30", "rows": 400, "entities": 400, "positives": 100},
        "judged": judged(is_better=True), **changed,
    }  # fmt: skip


def text(**changed: Any) -> str:
    """Its file; `changed` is said of it instead of what is."""
    names = catalogue.names()
    model = RiskClassifier(directions=catalogue.directions(names))
    card = Scorecard(directions=catalogue.directions(names))
    bins = [BINS.get(name, ([], [0, 0])) for name in names]
    card.edges_ = [np.array(edges, dtype=np.float64) for edges, _ in bins]
    card.points_ = [np.array(points, dtype=np.int64) for _, points in bins]
    card.base_points_ = -80
    model.inner_, model.calibration_ = card, (0.0, 1.0)
    return artefact.pack(model, about(**changed))


def signed(whole: dict[str, Any]) -> str:
    """The file of any content at all, with the digest that fits it."""
    whole = {k: v for k, v in whole.items() if k != "digest"}
    spelled = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(spelled.encode("utf-8", "surrogatepass")).hexdigest()
    return json.dumps({**whole, "digest": digest})


def kept(folder: Path, content: str) -> artefact.Model:
    """The model, through a file."""
    return artefact.read(artefact.write(folder, content))
