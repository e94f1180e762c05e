"""Risk in a home: nothing to learn yet, put in force by an approver, in the queue, explained to the point, taken out again."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from fxwatch.amending import add_account
from fxwatch.attention.explaining import explain
from fxwatch.attention.in_force import adopt, in_force, retire
from fxwatch.attention.reporting import report_table, write_card
from fxwatch.attention.scores import kept, score
from fxwatch.errors import Forbidden, FxwatchError, NotFound, RequestError
from fxwatch.home import make_home
from fxwatch.reading.queue import Asked, line, order_now, queue
from fxwatch.risk import catalogue
from fxwatch.sample import invent, write
from fxwatch.session import Session
from tests.risk.trained import model_file

TODAY = date(2026, 10, 31)
WHY = "a test"


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
    changes = explain(home, rows["entity_id"][0]).parts["change"]
    assert any(" −" in change or ": −" in change for change in changes)

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
    assert "Everybody has" in (tmp_path / "card.html").read_text("utf-8")  # the points themselves
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
