"""Risk in a home: nothing to learn yet, put in force by an approver, in the queue, explained to the point, taken out again."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from fxwatch.amending import add_account
from fxwatch.attention.explaining import explain
from fxwatch.attention.in_force import FOLDER, adopt, in_force, retire
from fxwatch.attention.reporting import report_table, write_card
from fxwatch.attention.scores import kept, score
from fxwatch.errors import Forbidden, FxwatchError, NotFound, RequestError
from fxwatch.home import make_home
from fxwatch.reading.queue import Asked, line, order_now, queue
from fxwatch.risk import artefact, catalogue
from fxwatch.risk.model import RiskClassifier
from fxwatch.sample import invent, write
from fxwatch.session import Session

TODAY = date(2026, 10, 31)
WHY = "a test"


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


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Session:
    path = tmp_path_factory.mktemp("risk") / "home"
    make_home(path, simulation=True)
    home = Session(path)
    home.change_setting("today", TODAY.isoformat())
    sample = invent(2_000, 7, last_day=TODAY)
    written = write(sample, path / "sample")
    for kind, files in (("entities", [written.entities]), ("flows", written.flows)):
        for file in files:
            home.load(kind, file)
    home.run()
    add_account(home, "qian", ["analyst"])
    return home


def refused(kind: type[FxwatchError], sentence: str, work: Callable[[], object]) -> None:
    with pytest.raises(kind, match=sentence) as found:
        work()
    assert found.value.chinese


def test_too_little_to_learn_is_said_and_the_queue_keeps_its_order(home: Session) -> None:
    refused(RequestError, "Too little to learn from.*The queue keeps its own order", lambda: home.train_risk())
    assert in_force(home) is None
    assert order_now(home) == "due"
    assert queue(home)["risk"].null_count() == queue(home).height
    refused(NotFound, "No risk model is in force", lambda: score(home))


def test_a_model_that_is_no_better_is_not_put_in_force(home: Session) -> None:
    name = model_file(home, is_better=False)
    refused(RequestError, "not found to be better", lambda: adopt(home, name, why=WHY))
    refused(NotFound, "There is no risk model another", lambda: adopt(home, "another", why=WHY))
    refused(NotFound, "There is no risk model", lambda: adopt(home, "../fxwatch", why=WHY))
    assert in_force(home) is None


def test_a_model_in_force_orders_the_queue_and_explains_itself(home: Session, tmp_path: Path) -> None:
    name = model_file(home)
    refused(Forbidden, "qian", lambda: adopt(home, name, by="qian", why=WHY))
    act = adopt(home, name, why=WHY)
    found = in_force(home)
    assert found is not None
    assert (found.name, found.act, found.why) == (name, act.number, WHY)
    assert order_now(home) == "due"  # until it has scored

    rows = score(home)
    assert rows["probability"].is_sorted(descending=True)
    assert rows["place"].to_list() == list(range(1, rows.height + 1))
    assert order_now(home) == "risk"
    for entity_id in rows["entity_id"].head(3).to_list() + rows["entity_id"].tail(1).to_list():
        told = explain(home, entity_id)
        assert told.is_exact
        assert told.base + told.parts["points"].sum() == told.score
    assert (
        explain(home, rows["entity_id"][0], "zh").parts["meaning"][0]
        != explain(home, rows["entity_id"][0]).parts["meaning"][0]
    )
    assert "below" in " ".join(explain(home, rows["entity_id"][0]).parts["change"])

    waiting = queue(home)
    ordered = line(waiting, Asked(order="risk"))
    places = dict(rows.select("entity_id", "place").iter_rows())
    plain = waiting[ordered.order].filter(~pl.col("sampled"))
    assert [places[e] for e in plain["entity_id"]] == sorted(places[e] for e in plain["entity_id"])
    assert len(ordered) == waiting.height

    home.run()  # a run brings the scores along
    assert kept(home).height == rows.height
    for form in ("md", "html"):
        write_card(home, tmp_path / f"card.{form}", None, "zh" if form == "md" else "en")
    assert WHY in (tmp_path / "card.html").read_text("utf-8")
    assert "模型说明书" in (tmp_path / "card.md").read_text("utf-8")
    for by in (None, "area", "month", "sample"):
        assert report_table(home, None, by, "en").height
    refused(RequestError, "There is no report by moon", lambda: report_table(home, None, "moon", "en"))
    refused(NotFound, "has no score", lambda: explain(home, "000000000"))


def test_a_file_that_does_not_fit_fails_no_run(home: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    adopt(home, model_file(home), why=WHY)
    monkeypatch.setattr(catalogue, "VERSION", catalogue.VERSION + 1)
    home.run()
    assert order_now(home) == "due"
    refused(RequestError, "another list of features", lambda: score(home))


def test_what_is_retired_orders_nothing(home: Session) -> None:
    adopt(home, model_file(home), why=WHY)
    score(home)
    retire(home, why=WHY)
    assert in_force(home) is None
    assert order_now(home) == "due"
    refused(NotFound, "No risk model is in force", lambda: retire(home, why=WHY))
