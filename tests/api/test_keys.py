"""Keys at the door: who comes in, how soon, and that a wrong key learns nothing."""

import statistics
import time
from datetime import timedelta
from hashlib import sha256

import pytest

from fxwatch.api.admission import recognise
from fxwatch.api.problems import Problem
from fxwatch.banks import revoke_key
from tests.api.served import BANK, HONEST, TODAY, Bureau, Served

PATH = f"/v1/entities/{HONEST}/grade"


def until(status: int, door: Served, secret: str, seconds: float = 1.0) -> int:
    """The status that the door answers with, waited for a second at most."""
    ends = time.monotonic() + seconds
    while (found := door.get(PATH, secret).status_code) != status and time.monotonic() < ends:
        time.sleep(0.02)
    return found


def test_a_key_opens_within_a_second_of_being_added_and_not_a_moment_after_it_was_revoked(
    bureau: Bureau, door: Served
) -> None:
    secret = bureau.key(BANK, "new")
    assert until(200, door, secret) == 200
    keys = bureau.home.register.keys()
    revoke_key(bureau.home, keys["key"].to_list()[-1], why="lost")
    # The very first answer after the act is refused: every answer reads which act is the newest.
    assert door.get(PATH, secret).status_code == 401
    assert door.get("/v1/file", secret).status_code in (200, 401)
    time.sleep(1)
    assert door.get("/v1/file", secret).status_code == 401


def test_a_key_works_on_its_last_day_and_not_on_the_next(own: Bureau) -> None:
    from fxwatch.answering import learn

    secret = own.key(BANK, "short", expires=TODAY)
    headers = [(b"authorization", f"Bearer {secret}".encode())]
    assert recognise(learn(own.home), headers, TODAY).key.name == "short"
    with pytest.raises(Problem):
        recognise(learn(own.home), headers, TODAY + timedelta(days=1))


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer fxw_" + "A" * 43,
        "Basic KEY",
        "KEY",
        "Bearer  KEY",
        "Bearer KEY ,",
        "Bearer KEY2",
        "Bearer ' OR 1=1 --",
    ],
)
def test_every_wrong_key_gets_the_same_refusal(bureau: Bureau, door: Served, header: str | None) -> None:
    given = {} if header is None else {"Authorization": header.replace("KEY", bureau.keys["bank"])}
    for path in (PATH, "/v1/receipts/1", "/v1/file", "/v1/changes?since=2025-01-01", "/v1/nothing"):
        reply = door.http.get(path, headers=given)
        assert (reply.status_code, reply.json()["type"]) == (401, "/v1/problems/no-key"), path
        assert reply.headers["www-authenticate"].startswith("Bearer")
    refused = [door.http.get(PATH, headers=given).content, door.http.get(PATH).content]
    assert refused[0] == refused[1]


def test_of_a_key_nothing_but_its_digest_is_kept(bureau: Bureau, door: Served) -> None:
    door.grade()
    secret = bureau.keys["bank"].encode()
    assert door.get(PATH).status_code == 200
    for file in bureau.path.rglob("*"):
        if file.is_file():
            assert secret not in file.read_bytes(), file
    assert secret.decode() not in door.log.read_text()


def test_a_wrong_key_takes_the_same_time_whatever_is_wrong_with_it(own: Bureau) -> None:
    """In memory, where no network hides a difference: the best of many rounds of each, within a half of each other."""
    from fxwatch.answering import learn

    known = learn(own.home)
    right = own.keys["bank"]
    digest = sha256(right.encode()).digest()
    assert digest in known.askers
    wrong = {
        "unknown": "fxw_" + "A" * 43,
        "begins right": right[:-1] + ("A" if right[-1] != "A" else "B"),
        "ends right": "xxx_" + right[4:],
    }
    rounds: dict[str, list[float]] = {name: [] for name in wrong}
    for _ in range(30):
        for name, secret in wrong.items():
            headers = [(b"authorization", b"Bearer " + secret.encode())]
            began = time.perf_counter()
            for _ in range(200):
                with pytest.raises(Problem):
                    recognise(known, headers, TODAY)
            rounds[name].append(time.perf_counter() - began)
    best = {name: min(times) for name, times in rounds.items()}
    assert max(best.values()) < 1.5 * statistics.median(best.values()), best
