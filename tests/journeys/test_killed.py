"""Killed at any moment: the home opens, what was acknowledged is there, nothing is half there, readers never notice."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import polars as pl
import pytest

import fxwatch
from fxwatch import warehouse
from fxwatch.home import make_home

KILLS = 50
ROWS = 3_000


def command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "fxwatch", "--home", str(home), *words]


def flow_file(folder: Path, number: int) -> Path:
    """One file: 3,000 flows of its own, every seventh above a limit."""
    file = folder / f"flows-{number}.csv"
    pl.DataFrame(
        {
            "declaration_no": [f"F{number:03d}{row:06d}" for row in range(ROWS)],
            "entity_id": ["100000016"] * ROWS,
            "direction": ["payment"] * ROWS,
            "day": [f"2026-{1 + row % 9:02d}-{1 + row % 28:02d}" for row in range(ROWS)],
            "code": ["222011"] * ROWS,
            "currency": ["USD"] * ROWS,
            "amount": ["600000.00" if row % 7 == 0 else "10.00" for row in range(ROWS)],
        }
    ).write_csv(file)
    return file


class Reader(threading.Thread):
    """Reads the newest snapshot all the time and remembers what went wrong."""

    def __init__(self, home: Path) -> None:
        super().__init__(daemon=True)
        self.home, self.faults, self.reads, self.stopped = home, [], 0, threading.Event()
        self.seen: list[int] = []

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                snapshot = warehouse.open_snapshot(self.home)
                accepted, rows = snapshot.con.execute(
                    "SELECT (SELECT coalesce(sum(accepted), 0) FROM loads WHERE kind = 'flows'), (SELECT count(*) FROM flows)"
                ).fetchall()[0]
                snapshot.con.close()
                if accepted != rows:
                    self.faults.append(f"{accepted} accepted, {rows} there")
                self.reads += 1
                self.seen.append(rows)
            except Exception as fault:  # noqa: BLE001 - every fault of a reader is what this test is about
                self.faults.append(repr(fault))
            time.sleep(0.01)


@pytest.mark.slow
def test_fifty_kills_at_random_moments_lose_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = make_home(home, simulation=True)
    made.change_setting("today", "2026-10-31")
    made.change_setting("part_rows", "1000")  # every load makes a part
    entities = tmp_path / "entities.csv"
    entities.write_text("entity_id,name,industry,registered_on\n100000016,Bohai Lines,5521,2010-01-01\n", "utf-8")
    assert subprocess.run(command(home, "load", "entities", str(entities)), capture_output=True).returncode == 0
    dice = random.Random(20261031)
    began = time.monotonic()
    assert (
        subprocess.run(command(home, "load", "flows", str(flow_file(tmp_path, 0))), capture_output=True).returncode == 0
    )
    usual = time.monotonic() - began
    reader = Reader(home)
    reader.start()
    acknowledged, killed = {0}, 0
    number = 0
    while killed < KILLS:
        number += 1
        words = ["run"] if number % 3 == 0 else ["load", "flows", str(flow_file(tmp_path, number))]
        process = subprocess.Popen(command(home, *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(dice.uniform(0, usual * 1.1))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate()
        if process.returncode == 0 and words[0] == "load":
            acknowledged.add(number)
        if process.returncode == 0:
            there = fxwatch.open(home).snapshot().con.execute("SELECT file FROM loads WHERE kind = 'flows'").fetchall()
            assert {f"flows-{n}.csv" for n in acknowledged} <= {Path(file).name for (file,) in there}
    for n in range(number + 1):
        if n % 3 or n == 0:
            done = subprocess.run(
                command(home, "load", "flows", str(flow_file(tmp_path, n)), "--json"), capture_output=True, text=True
            )
            report = json.loads(done.stdout)
            # A load is there whole or not at all: loaded again, its rows are all duplicates or all accepted.
            assert (report["accepted"], report["duplicate"]) in ((ROWS, 0), (0, ROWS)), report
            assert n not in acknowledged or report["duplicate"] == ROWS
    last = subprocess.run(command(home, "run"), capture_output=True, text=True)
    assert last.returncode == 0, last.stderr
    reader.stopped.set()
    reader.join()
    assert not reader.faults, reader.faults[:3]
    assert reader.reads > 100
    assert reader.seen == sorted(reader.seen), "a reader saw flows come and go"
    found = fxwatch.open(home).hits(rule="large_transport_transfer")
    files = len([n for n in range(number + 1) if n % 3 or n == 0])
    assert found.height == files * len(range(0, ROWS, 7))
    assert fxwatch.open(home).register.verify().ok


def test_readers_read_on_while_loads_and_runs_go_on(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = make_home(home, simulation=True)
    made.change_setting("today", "2026-10-31")
    entities = tmp_path / "entities.csv"
    entities.write_text("entity_id,name,industry,registered_on\n100000016,Bohai Lines,5521,2010-01-01\n", "utf-8")
    reader = Reader(home)
    reader.start()
    for words in (
        ["load", "entities", str(entities)],
        ["load", "flows", str(flow_file(tmp_path, 1))],
        ["run"],
        ["load", "flows", str(flow_file(tmp_path, 2))],
    ):
        done = subprocess.run(command(home, *words), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    reader.stopped.set()
    reader.join()
    assert not reader.faults, reader.faults[:3]
    assert reader.seen[0] == 0
    assert reader.seen[-1] == 2 * ROWS
