"""Three service processes write at once and are killed at random: nothing acknowledged is lost, and nobody waits long.

`FXWATCH_FLOOD_SECONDS` makes it longer. The figures are printed: `pytest -s`.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

from fxwatch.register import Register
from tests.upkeep.flood import POOL

SECONDS = float(os.environ.get("FXWATCH_FLOOD_SECONDS", "60"))
NAMES = ("service-1", "service-2", "service-3")
LONGEST_WAIT = 1_000  # milliseconds
pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    return tmp_path / "register.sqlite" if request.param == "sqlite" else request.getfixturevalue("postgres").database()


def acknowledged(folder: Path) -> tuple[dict[str, list[int]], dict[str, set[int]], list[float]]:
    """The numbers that each kind of call was given, those of questions by service, and how long each caller waited."""
    numbers, asked, waits = defaultdict(list), defaultdict(set), []
    for name in NAMES:
        for line in (folder / name).read_text("utf-8").splitlines():
            what, number, waited = line.split()
            numbers[what].append(int(number))
            waits.append(float(waited))
            if what == "receipt":
                asked[name].add(int(number))
    return numbers, asked, sorted(waits)


def test_nothing_acknowledged_is_lost_and_nobody_waits_long(where: Path | str, tmp_path: Path) -> None:
    register = Register.create(where, simulation=True, operator="li")
    for name in NAMES:
        register.set_account(name, ["regulator"], by="li", why="")
    dice, running, kills = random.Random(20261031), {}, 0

    def start(name: str) -> None:
        words = [str(Path(__file__).with_name("flood.py")), str(where), str(tmp_path / name), name, str(dice.random())]
        running[name] = subprocess.Popen(
            [sys.executable, *words], cwd=Path(__file__).parents[2], stderr=subprocess.PIPE
        )

    for name in NAMES:
        start(name)
    end = time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            time.sleep(dice.uniform(0.5, 2.5))
            name = dice.choice(NAMES)
            running[name].send_signal(signal.SIGKILL)
            _, fault = running[name].communicate()
            assert fault == b"", fault.decode()
            kills += 1
            start(name)
            assert register.last_act()  # readers read on
    finally:
        for process in running.values():
            process.kill()
            process.communicate()
    proof = register.verify()
    assert proof.ok, proof.english
    numbers, asked, waits = acknowledged(tmp_path)
    p50, p99 = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
    print(
        f"\n{'PostgreSQL' if isinstance(where, str) else 'SQLite'}: {len(waits):,} calls of 3 processes in {SECONDS:g} s, {kills} kills; "
        f"waited p50 {p50:.1f} ms, p99 {p99:.1f} ms, at most {waits[-1]:.1f} ms; {proof.acts:,} acts"
    )
    assert len(numbers["act"]) == len(set(numbers["act"]))
    assert set(numbers["act"]) <= set(register.acts()["number"].to_list())
    kept = register.questions()
    for name in NAMES:
        assert asked[name] <= set(kept.filter(kept["bank"] == name)["receipt"].to_list())
    # Nobody decided what another had decided: as many acts about hits as hits.
    notices = register.notices()
    assert notices["hits"].explode(empty_as_null=True, keep_nulls=True).n_unique() == notices.height <= POOL
    assert register.acts()["at"][1:].n_unique() == proof.acts - 1
    assert waits[-1] < LONGEST_WAIT
    register.close()
