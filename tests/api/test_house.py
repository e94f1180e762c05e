"""When the house fails: 503 and a line in the log, and never an answer without its record."""

import asyncio
import errno
import gc
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fxwatch.api.desk import Desk
from fxwatch.errors import HouseError
from tests.api.served import HONEST, ROOT, Bureau, Served, serving

PATH = f"/v1/entities/{HONEST}/grade"


def flood(door: Served, times: int = 40) -> tuple[list[int], list[int]]:
    """Lists of a thousand until something gives: the receipts that were answered, and the other statuses."""
    answered, refused = [], []
    for _ in range(times):
        reply = door.post({"entity_ids": [HONEST] * 500})
        if reply.status_code == 200:
            answered += [a["receipt"] for a in reply.json()["answers"]]
        else:
            assert reply.json()["type"] == "/v1/problems/unavailable"
            assert int(reply.headers["retry-after"]) >= 1
            refused.append(reply.status_code)
    return answered, refused


def test_where_a_file_may_grow_no_more_nothing_is_answered_that_is_not_on_record(own: Bureau) -> None:
    def narrow() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    with serving(own.path, own.keys, limit=narrow) as door:
        answered, refused = flood(door)
        assert set(refused) == {503}
        assert "No record can be written" in door.log.read_text()
        assert str(own.path) not in door.get(PATH).text, "where the house keeps its files is nobody's business"
    recorded = {q["receipt"] for q in own.asked()}
    assert len(answered) >= 500
    assert set(answered) <= recorded


def test_a_damaged_register_opens_no_door(own: Bureau) -> None:
    own.home.register.close()
    for file in own.path.glob("register.sqlite*"):
        file.write_bytes(b"\xff" * 8192)
    words = [sys.executable, "-m", "fxwatch", "--home", str(own.path), "--lang", "en", "serve", "api", "--port", "1"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 3
    assert "damaged" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_register_that_is_damaged_while_the_door_is_open_is_said_and_nothing_is_made_up(own: Bureau) -> None:
    with serving(own.path, own.keys) as door:
        assert door.grade()["grade"] == "A"
        for file in own.path.glob("register.sqlite*"):
            with file.open("r+b") as damaged:
                damaged.write(os.urandom(file.stat().st_size))
        ends = time.monotonic() + 10
        while (reply := door.get(PATH)).status_code == 200 and time.monotonic() < ends:
            assert reply.json()["grade"] == "A"
            time.sleep(0.1)
        assert (reply.status_code, reply.json()["type"]) == (503, "/v1/problems/unavailable")
        assert door.http.get("/readyz").status_code == 503
        assert door.http.get("/healthz").status_code == 200
        assert "damaged" in door.log.read_text()
        assert "Traceback" not in door.log.read_text()


def test_a_signing_key_that_cannot_be_read_opens_no_door(own: Bureau) -> None:
    with serving(own.path, own.keys) as door:
        door.grade()
    (pem,) = (own.path / "signing").iterdir()
    pem.write_bytes(b"no key")
    words = [sys.executable, "-m", "fxwatch", "--home", str(own.path), "--lang", "en", "serve", "api", "--port", "1"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (3, 1)


def test_an_address_that_is_taken_is_a_sentence(own: Bureau) -> None:
    with serving(own.path, own.keys) as door:
        words = [
            sys.executable,
            "-m",
            "fxwatch",
            "--home",
            str(own.path),
            "--lang",
            "en",
            "serve",
            "api",
            "--port",
            str(door.port),
        ]
        done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 2
    assert "Name another address" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.slow
def test_a_full_disk_ends_the_answers_and_room_brings_them_back(disk: Path) -> None:
    own = Bureau(disk / "home")
    with serving(own.path, own.keys) as door:
        (disk / "filling").write_bytes(b"x" * 58_000_000)
        answered, refused = flood(door)
        assert set(refused) == {503}
        (disk / "filling").unlink()
        ends = time.monotonic() + 10
        while door.get(PATH).status_code != 200 and time.monotonic() < ends:
            time.sleep(0.2)
        answered.append(door.grade()["receipt"])
    assert set(answered) <= {q["receipt"] for q in own.asked()}


@pytest.mark.slow
def test_on_a_read_only_disk_the_door_does_not_open(disk: Path, own: Bureau) -> None:
    shutil.copytree(own.path, disk / "home")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    words = [
        sys.executable,
        "-m",
        "fxwatch",
        "--home",
        str(disk / "home"),
        "--lang",
        "en",
        "serve",
        "api",
        "--port",
        "1",
    ]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 3
    assert "read-only" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("fault", [errno.EROFS, errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_no_answer_leaves_when_its_record_cannot_be_written(
    own: Bureau, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    async def ask() -> None:
        desk = Desk(own.home)
        await desk.records.fetch()
        asker = desk.admit([(b"authorization", f"Bearer {own.keys['bank']}".encode())])
        assert b'"receipt":1,' in await desk.one(asker, HONEST)
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", lambda *_: refuse(fault))
            with pytest.raises(HouseError, match=os.strerror(fault)):
                await desk.one(asker, HONEST)
            with pytest.raises(HouseError, match=os.strerror(fault)):
                await desk.many(asker, [HONEST] * 3)
        assert b'"receipt":6,' in await desk.one(asker, HONEST)
        await desk.close()

    asyncio.run(ask())
    assert [q["receipt"] for q in own.asked()] == [1, 6]


def test_numbers_that_were_being_fetched_at_the_end_are_given_back(
    own: Bureau, caplog: pytest.LogCaptureFixture
) -> None:
    async def ask() -> bytes:
        desk = Desk(own.home)
        await desk.records.fetch()
        told = await desk.one(desk.admit([(b"authorization", f"Bearer {own.keys['bank']}".encode())]), HONEST)
        assert desk.records._fetching is not None
        assert not desk.records._fetching.done(), "the next ones are on their way while the first are given out"
        await desk.close()
        return told

    assert b'"receipt":1,' in asyncio.run(ask())
    assert b'"receipt":2,' in asyncio.run(ask())
    gc.collect()
    assert not caplog.records, "nothing fails after the end"


def refuse(fault: int) -> None:
    raise OSError(fault, os.strerror(fault))


def test_with_sync_an_answer_waits_for_the_disk_and_fails_with_it(own: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    own.home.change_setting("record_sync", "true")
    synced = []

    async def ask() -> None:
        desk = Desk(own.home)
        await desk.records.fetch()
        asker = desk.admit([(b"authorization", f"Bearer {own.keys['bank']}".encode())])
        with monkeypatch.context() as patch:
            patch.setattr(os, "fdatasync", synced.append)
            await asyncio.gather(*(desk.one(asker, HONEST) for _ in range(50)))
            assert 1 <= len(synced) < 50, "many wait for one"
            patch.setattr(os, "fdatasync", lambda _: refuse(errno.EIO))
            with pytest.raises(HouseError):
                await desk.one(asker, HONEST)
        await desk.close()

    asyncio.run(ask())
