"""Fresh and never in the way: acts of other processes show at once, and other work of the house costs no bank its answer."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from fxwatch.register import Register
from tests.api.served import HONEST, OTHER, ROOT, STRANGER, TODAY, Bureau, Served, serving
from tests.desk import entries


def test_an_act_of_another_process_shows_in_the_first_answer_that_starts_after_it(own: Bureau) -> None:
    # The acts are made in this process, the answers in the server's.
    with serving(own.path, own.keys) as door:
        for number in range(20):
            assert door.grade()["grade"] == "A"
            own.breach(f"B{number}")
            one, several = door.grade(), door.post({"entity_ids": [OTHER, HONEST]}).json()["answers"]
            assert (one["grade"], [a["grade"] for a in several]) == ("C", ["A", "C"])
            own.home.rescind_breach(f"B{number}", why="annulled")


def test_a_parameter_that_is_set_holds_for_the_next_answer(own: Bureau) -> None:
    with serving(own.path, own.keys) as door:
        assert len(door.grade(STRANGER)["documents"]) == 4
        own.home.register.append(
            "parameter_set", by=own.home.actor(None), role="approver", subject="grade.unknown_documents", day=TODAY, why="x",
            payload={"name": "grade.unknown_documents", "value": "A", "valid_from": "2025-01-01", "basis": "x"},
        )  # fmt: skip
        assert door.grade(STRANGER)["documents"] == ["payment_instruction"]
        assert len(door.grade(STRANGER, on="2024-12-31")["documents"]) == 4


def test_an_entity_that_is_enrolled_or_renamed_shows_at_once(own: Bureau) -> None:
    with serving(own.path, own.keys) as door:
        assert door.grade(STRANGER)["grade"] == "unknown"
        own.home.register.enrol(entries(STRANGER), source="test")
        assert door.grade(STRANGER)["grade"] == "A"
        own.home.register.enrol(entries(STRANGER, name="Harbour"), source="test")
        assert door.grade(STRANGER)["name"] == "Harbour"


def test_what_an_answer_rested_on_can_be_asked_for_again(own: Bureau) -> None:
    from datetime import datetime

    with serving(own.path, own.keys) as door:
        told = [door.grade()]
        for number in range(3):
            own.breach(f"B{number}", HONEST)
            told.append(door.grade())
            own.home.rescind_breach(f"B{number}", why="annulled")
            told.append(door.grade())
    for answer in told:
        moment = datetime.fromisoformat(answer["known_at"]).replace(tzinfo=None)
        counts = own.home.register.counts(HONEST, TODAY, TODAY, known_at=moment)
        assert answer["grade"] == ("C" if counts.breaches else "A")
    assert [a["grade"] for a in told] == ["A", "C", "A", "C", "A", "C", "A"]
    moments = [a["known_at"] for a in told]
    assert moments == sorted(moments)


class Bank(threading.Thread):
    """Asks all the time and remembers what was not answered."""

    def __init__(self, door: Served) -> None:
        super().__init__(daemon=True)
        self.door, self.stopped = door, threading.Event()
        self.faults: list[str] = []
        self.slowest, self.answers = 0.0, 0

    def run(self) -> None:
        while not self.stopped.is_set():
            began = time.monotonic()
            reply = self.door.get(f"/v1/entities/{HONEST}/grade")
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.answers += 1
            if reply.status_code != 200:
                self.faults.append(reply.text)


@contextmanager
def asking(door: Served) -> Iterator[Bank]:
    bank = Bank(door)
    bank.start()
    try:
        yield bank
    finally:
        bank.stopped.set()
        bank.join()
    assert bank.faults == []
    assert bank.answers > 50


def command(own: Bureau, *words: str, code: int = 0) -> None:
    run = [sys.executable, "-m", "fxwatch", "--home", str(own.path), *words]
    done = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == code, done.stderr


def test_a_load_a_run_a_publish_and_a_backup_cost_no_bank_its_answer(own: Bureau, tmp_path: Path) -> None:
    flows = pl.DataFrame(
        {
            "declaration_no": [f"F{row:06d}" for row in range(3000)],
            "entity_id": [HONEST] * 3000,
            "direction": ["payment"] * 3000,
            "day": [f"2025-{1 + row % 6:02d}-{1 + row % 28:02d}" for row in range(3000)],
            "code": ["222011"] * 3000,
            "currency": ["USD"] * 3000,
            "amount": ["600000.00" if row % 7 == 0 else "10.00" for row in range(3000)],
        }
    )
    flows.write_csv(tmp_path / "flows.csv")
    with serving(own.path, own.keys) as door, asking(door):
        command(own, "load", "flows", str(tmp_path / "flows.csv"))
        command(own, "run", code=1)  # the calendar of a bare home is empty, which is said
        command(own, "backup", str(tmp_path / "backup.tar"))


def test_a_writer_who_holds_the_register_for_long_costs_no_bank_its_answer(own: Bureau) -> None:
    with serving(own.path, own.keys) as door, asking(door) as bank:
        with own.home.register.writing("a long load"):
            time.sleep(4)
        assert bank.slowest < 2


def test_a_thousand_acts_in_a_row_are_all_answered_through(own: Bureau) -> None:
    with serving(own.path, own.keys) as door, asking(door):
        for number in range(150):
            own.breach(f"B{number}", OTHER)


def test_a_backup_holds_what_was_answered_before_it(own: Bureau, tmp_path: Path) -> None:
    with serving(own.path, own.keys) as door:
        receipts = [door.grade()["receipt"] for _ in range(5)]
        own.home.backup(tmp_path / "backup")
    copy = Register.open(tmp_path / "backup" / "register.sqlite")
    assert set(receipts) <= set(copy.questions()["receipt"].to_list())
    copy.close()
