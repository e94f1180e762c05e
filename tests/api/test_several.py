"""Two processes of two homes on one PostgreSQL register, nothing else shared: keys, limits, records and receipts stay right."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fxwatch.banks import public_keys, revoke_key
from fxwatch.home import Home
from fxwatch.recording import fold
from fxwatch.signing import proof_of
from tests.api.served import BANK, HONEST, OTHER, Bureau, Served, serving
from tests.postgres.server import Server

pytestmark = pytest.mark.slow


@pytest.fixture
def shared(postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bureau]:
    monkeypatch.setenv("FXWATCH_REGISTER_URL", postgres.database())
    made = Bureau(tmp_path / "one" / "home")
    yield made
    made.home.register.close()


@pytest.fixture
def doors(shared: Bureau, tmp_path: Path) -> Iterator[tuple[Served, Served]]:
    # Another machine: a folder of its own with the same settings, and the register's address.
    other = tmp_path / "two" / "home"
    (other / "published").mkdir(parents=True)
    (other / "published" / "CURRENT").write_text((shared.path / "published" / "CURRENT").read_text())
    (other / "fxwatch.toml").write_bytes((shared.path / "fxwatch.toml").read_bytes())
    with serving(shared.path, shared.keys) as one, serving(other, shared.keys) as two:
        yield one, two
    left = Home(other)
    fold(left)
    left.register.close()


def test_both_answer_alike_and_sign_with_keys_that_both_publish(shared: Bureau, doors: tuple[Served, Served]) -> None:
    told = [door.grade() for door in doors for _ in range(20)]
    assert len({a["receipt"] for a in told}) == 40
    assert len({a["key_id"] for a in told}) == 2
    assert all(proof_of(a, public_keys(shared.home)).ok for a in told)
    published = [door.http.get("/v1/signing-keys").json() for door in doors]
    assert published[0] == published[1]


def test_an_act_shows_in_the_first_answer_of_either(shared: Bureau, doors: tuple[Served, Served]) -> None:
    for number in range(10):
        assert [door.grade()["grade"] for door in doors] == ["A", "A"]
        shared.breach(f"B{number}")
        assert [door.grade()["grade"] for door in doors] == ["C", "C"]
        assert [door.post({"entity_ids": [OTHER, HONEST]}).json()["answers"][1]["grade"] for door in doors] == [
            "C",
            "C",
        ]
        shared.home.rescind_breach(f"B{number}", why="annulled")


def test_a_receipt_of_one_is_given_by_the_other_as_soon_as_it_is_folded(doors: tuple[Served, Served]) -> None:
    told = doors[0].get(f"/v1/entities/{HONEST}/grade")
    path = f"/v1/receipts/{told.json()['receipt']}"
    ends, seen = time.monotonic() + 10, set()
    while (reply := doors[1].get(path)).status_code != 200 and time.monotonic() < ends:
        # Never "there is none": that would be a lie about an answer that left.
        assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
        seen.add(reply.status_code)
        time.sleep(0.05)
    assert reply.content == told.content
    assert doors[1].get(path, "rival").status_code == 404


def test_a_key_opens_and_is_shut_at_both(shared: Bureau, doors: tuple[Served, Served]) -> None:
    secret = shared.key(BANK, "new")
    time.sleep(1)
    assert [door.get(f"/v1/entities/{HONEST}/grade", secret).status_code for door in doors] == [200, 200]
    name = next(key.key for key in shared.home.register.live_keys() if key.name == "new")
    revoke_key(shared.home, name, why="lost")
    assert [door.get(f"/v1/entities/{HONEST}/grade", secret).status_code for door in doors] == [401, 401]


def test_both_together_keep_to_one_limit(shared: Bureau, doors: tuple[Served, Served]) -> None:
    secret = shared.key(BANK, "limited", per_second=40)
    time.sleep(1)
    seconds, passed = 4.0, []

    def bank(door: Served) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if door.get(f"/v1/entities/{HONEST}/grade", secret).status_code == 200:
                passed.append(door.port)

    banks = [threading.Thread(target=bank, args=(door,)) for door in doors]
    for thread in banks:
        thread.start()
    for thread in banks:
        thread.join()
    # One second's stock, four seconds' worth, and what each may take in advance.
    assert 0.6 * 40 * seconds <= len(passed) <= 40 + 40 * seconds + 2 * 4
    assert len(set(passed)) == 2


def test_one_that_is_killed_loses_no_answer_and_the_other_goes_on(shared: Bureau, doors: tuple[Served, Served]) -> None:
    answers, stopped = [], threading.Event()

    def bank(door: Served) -> None:
        while not stopped.is_set():
            try:
                answers.append(door.grade())
            except Exception:  # noqa: BLE001 - it was killed
                assert door is doors[0]
                return

    with ThreadPoolExecutor(8) as crowd:
        for number in range(8):
            crowd.submit(bank, doors[number % 2])
        time.sleep(2)
        doors[0].kill()
        time.sleep(1)
        stopped.set()
    shared.asked()
    ends = time.monotonic() + 10
    missing = {a["receipt"] for a in answers}
    while missing and time.monotonic() < ends:
        missing -= {q["receipt"] for q in shared.asked()}
        time.sleep(0.2)
    assert not missing
    recorded = {q["receipt"]: q for q in shared.asked()}
    assert len(answers) == len({a["receipt"] for a in answers}) > 50
    assert all(json.loads(recorded[a["receipt"]]["answer"])["grade"] == a["grade"] for a in answers)
    assert shared.home.register.verify().ok
