"""Threads that share one open home, while another writes and publishes."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import fxwatch
from fxwatch.home import make_home
from fxwatch.session import Session

ENTITIES = "entity_id,name\n100000016,Bohai Lines\n100000024,Haihe Consulting\n"
FLOW = "{0}{1},100000016,payment,2026-03-0{1},222011,USD,500000.01\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    home = fxwatch.open(make_home(tmp_path / "home", simulation=True).path)
    home.change_setting("today", "2026-10-31")
    home.change_setting("verify_ids", "false")
    (tmp_path / "entities.csv").write_text(ENTITIES, "utf-8")
    home.load("entities", tmp_path / "entities.csv")
    load(home, tmp_path, "A")
    home.register.close()
    return home.path


def load(home: Session, folder: Path, letter: str) -> None:
    head = "declaration_no,entity_id,direction,day,code,currency,amount\n"
    file = folder / f"{letter}.csv"
    file.write_text(head + "".join(FLOW.format(letter, day) for day in range(2, 6)), "utf-8")
    home.load("flows", file)
    home.run()


def questions(home: Session) -> tuple[Any, ...]:
    hits = home.hits()
    assert home.monitor("top_items")["flows"].sum() in (4, 8, 12, 16)
    assert home.grades()["entity_id"].to_list() == ["100000016", "100000024"]
    assert home.hits(ids=hits["hit_id"].to_list()[:1], with_flows=True)["flow_ids"].list.len().to_list() == [1]
    return home.state()[0], len(hits)


def test_threads_ask_while_runs_are_published_and_all_see_the_last_one(path: Path, tmp_path: Path) -> None:
    home, writer, ended = fxwatch.open(path), fxwatch.open(path), threading.Event()

    def ask() -> Iterator[tuple[Any, ...]]:
        while not ended.is_set():
            yield questions(home)

    with ThreadPoolExecutor(6) as readers:
        asked = [readers.submit(lambda: list(ask())) for _ in range(6)]
        for letter in "BCD":
            load(writer, tmp_path, letter)
            time.sleep(0.1)
        ended.set()
        seen = {answer for future in asked for answer in future.result()}
    assert questions(home) == (writer.snapshot().name, 16)
    assert {hits for _, hits in seen} <= {4, 8, 12, 16}
    home.register.close()
    writer.register.close()


def test_a_thread_in_the_middle_of_a_question_keeps_its_snapshot(path: Path, tmp_path: Path) -> None:
    home, writer = fxwatch.open(path), fxwatch.open(path)
    con = home.snapshot().con
    for letter in "BCDEF":
        load(writer, tmp_path, letter)
    assert home.snapshot().con.execute("SELECT count(*) FROM flows").fetchall() == [(24,)]
    assert con.execute("SELECT count(*) FROM flows").fetchall() == [(4,)]


def test_each_thread_has_a_connection_of_its_own(path: Path) -> None:
    snapshot = fxwatch.open(path).snapshot()
    with ThreadPoolExecutor(1) as other:
        assert other.submit(lambda: snapshot.con).result() is not snapshot.con
    assert snapshot.con is snapshot.con


def test_settings_that_another_process_changed_are_in_force(path: Path) -> None:
    home, other = fxwatch.open(path), fxwatch.open(path)
    assert home.settings.lock_seconds == 10
    other.change_setting("lock_seconds", "3")
    assert home.settings.lock_seconds == 3
    other.register.close()


def test_hits_are_those_of_the_moment_after_every_act(path: Path) -> None:
    home, other = fxwatch.open(path), fxwatch.open(path)
    first = home.hits()["hit_id"][0]
    assert home.hits()["status"].to_list() == ["open"] * 4
    other.dismiss([first], why="seen")
    assert home.hits(ids=[first])["status"].to_list() == ["dismissed"]
    assert len(home.hits(status="open")) == 3
    home.register.close()
    other.register.close()
