"""Risk in a home: nothing to learn yet, put in force by an approver, in the queue, explained to the point, taken out again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fxwatch.amending import add_account
from fxwatch.attention import adopting
from fxwatch.attention import in_force as forces
from fxwatch.attention.adopting import adopt, retire
from fxwatch.attention.explaining import explain
from fxwatch.attention.in_force import FOLDER, in_force
from fxwatch.attention.reporting import report_table, write_card
from fxwatch.attention.scores import kept, refresh, score
from fxwatch.errors import Forbidden, FxwatchError, HomeLocked, HouseError, NotFound, RequestError, Stands
from fxwatch.home import make_home
from fxwatch.reading.queue import Asked, line, order_now, queue
from fxwatch.review.checks import LONGEST_REASON
from fxwatch.risk import artefact, catalogue
from fxwatch.risk.model import RiskClassifier
from fxwatch.sample import invent, write
from fxwatch.session import Session
from tests.risk import by_hand
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
    assert order_now(home) == "risk"  # it has scored with the act

    rows = kept(home)
    told = ("entity_id", "place", "score", "model")
    assert score(home).select(told).equals(rows.select(told))
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


def taken_out(home: Session) -> None:
    if in_force(home) is not None:
        retire(home, why=WHY)
    home.run()  # nobody has scores then


def test_what_fails_before_the_act_leaves_no_act(home: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    taken_out(home)
    name, before = model_file(home), home.register.last_act()
    home.change_setting("lock_seconds", "0.1")
    before += 1
    with home.writing("load"):
        refused(HomeLocked, "is locked by process", lambda: adopt(home, name, why=WHY))
    folder = home.path / FOLDER
    (folder / "scorecard-another.json").write_bytes((folder / f"{name}.json").read_bytes())
    refused(RequestError, f"holds the model {name}.*bears its own", lambda: adopt(home, "scorecard-another", why=WHY))
    (folder / "scorecard-another.json").unlink()

    def stops(*asked: object, **named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(adopting, "scored", stops)
        with pytest.raises(KeyboardInterrupt):
            adopt(home, name, why=WHY)
    with monkeypatch.context() as patch:
        patch.setattr(RiskClassifier, "scores", lambda model, x: np.full(len(x), 2**40))
        refused(RequestError, "gives no scores", lambda: adopt(home, name, why=WHY))
    assert home.register.last_act() == before
    assert in_force(home) is None


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), HouseError("The disk is full.", "磁盘已满。")])
def test_what_fails_after_the_act_is_told_as_what_stands(
    fault: BaseException, home: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_out(home)
    name = model_file(home)

    def fails(*asked: object) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(adopting, "put_scores", fails)
        refused(Stands, f"{name} is in force .*follow with the next run", lambda: adopt(home, name, why=WHY))
    found = in_force(home)
    assert found is not None
    assert found.name == name
    assert order_now(home) == "due"
    home.run()
    assert order_now(home) == "risk"


def test_no_reason_a_page_of_it_and_one_that_moves_the_cursor_are_refused(home: Session) -> None:
    name = model_file(home)
    adopt(home, name, why="x" * LONGEST_REASON)
    before = home.register.last_act()
    for why, sentence in (
        ("", "Say why"),
        (" \n\t", "Say why"),
        ("x" * (LONGEST_REASON + 1), "at most 10,000"),
        ("a\x1b[2Jb", "control characters"),
        ("half \ud800", "control characters"),
    ):
        for act in (partial(adopt, home, name), partial(retire, home)):
            refused(RequestError, sentence, lambda act=act, why=why: act(why=why))  # type: ignore[misc]
    refused(RequestError, "control characters", lambda: home.train_risk(why="\x07"))
    assert home.register.last_act() == before


def test_no_damaged_file_in_force_fails_a_run(home: Session) -> None:
    name = model_file(home)
    adopt(home, name, why=WHY)
    path = home.path / FOLDER / f"{name}.json"
    sound = path.read_bytes()
    damaged = ["[" * 200_000, '{"digest": "x", "format": NaN}', by_hand.signed({"format": artefact.FORMAT}), "", None]
    for content in damaged:
        path.unlink() if content is None else path.write_text(content)
        with home.writing("risk") as warehouse:  # as every run does
            refresh(home, warehouse)
        with pytest.raises(RequestError) as found:
            score(home)
        assert found.value.chinese
    path.write_text("[" * 200_000)
    home.run()
    assert order_now(home) == "due"
    path.write_bytes(sound)
    home.run()
    assert order_now(home) == "risk"


def test_a_file_that_was_exchanged_for_another_is_refused(home: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    name = model_file(home)
    adopt(home, name, why=WHY)
    path = home.path / FOLDER / f"{name}.json"
    sound = path.read_bytes()
    path.write_text(by_hand.text())  # sound in itself
    refused(RequestError, "a model's file bears its own name", lambda: score(home))
    path.write_bytes(sound)
    score(home)
    # As if both digests began alike.
    found = in_force(home)
    assert found is not None
    monkeypatch.setattr(forces, "in_force", lambda home: replace(found, digest=found.digest[:12] + "0" * 52))
    refused(RequestError, f"is not the one that act {found.act} put in force", lambda: score(home))
