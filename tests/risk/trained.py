"""A model that was not trained on anything, as a file that a home takes for one that was."""

from typing import Any

import numpy as np

from fxwatch.attention.in_force import FOLDER
from fxwatch.risk import artefact, catalogue
from fxwatch.risk.model import RiskClassifier
from fxwatch.session import Session


def judged(*, is_better: bool) -> dict[str, Any]:
    measure = {"value": 0.4, "low": 0.3, "high": 0.5}
    orders = ("scorecard", "boosted", "open_hits", "total_amount", "grade")
    group = {
        "group": "x",
        "rows": 3,
        "positives": 1,
        "foretold": 0.1,
        "came_true": 0.3,
        "in_top": 0.1,
        "right_in_top": 0.5,
        "found": 0.5,
    }
    return {
        "kind": "scorecard", "learned_on": ["2025-04-30"], "tested_on": ["2026-04-30"], "out_of_time": True, "rows": 3, "entities": 3,
        "positives": 1, "measures": {o: dict.fromkeys(("ap", "recall_1", "recall_5", "recall_10", "brier"), measure) for o in orders},
        "best_baseline": "grade", "margin": measure, "is_better": is_better,
        "calibration": [{"bin": 1, "rows": 3, "foretold": 0.1, "came_true": 0.3}], "stability": [{"as_of": "2026-04-30", "psi": 0.01}],
        "groups": {d: [group] for d in ("area", "industry", "size", "economic_type")},
    }  # fmt: skip


def model_file(home: Session, *, is_better: bool = True) -> str:
    """A model that holds turnover to be risky, as if it had been trained and judged."""
    rng = np.random.default_rng(1)
    names = catalogue.names()
    x = np.exp(rng.normal(10, 3, size=(400, len(names))))
    y = (x[:, names.index("turnover_usd_12m")] > np.exp(12)).astype(int)
    model = RiskClassifier(directions=catalogue.directions(names)).fit(x, y)
    about = {
        "usual": [0.0] * len(names), "horizon_months": 6, "made_at": "2026-10-31T00:00:00", "source": "test",
        "trained": {"first": "2025-04-30", "last": "2026-04-30", "rows": 400, "entities": 400, "positives": 100},
        "judged": judged(is_better=is_better),
    }  # fmt: skip
    return artefact.write(home.path / FOLDER, artefact.pack(model, about)).stem
