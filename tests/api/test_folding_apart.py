"""Folding in a process of its own: the same records once, whatever becomes of the process."""

import os
from collections.abc import Iterator
from io import BytesIO

import pytest

from fxwatch.errors import HouseError
from fxwatch.recording import Apart, Folded
from fxwatch.recording.apart import fold_when_asked
from tests.api.served import Bureau
from tests.api.test_records import journal, line, receipts


@pytest.fixture
def apart(own: Bureau) -> Iterator[Apart]:
    made = Apart(own.home)
    yield made
    made.end()


def test_another_process_folds_behind_this_one_and_is_started_again_when_it_was_killed(
    own: Bureau, apart: Apart
) -> None:
    held = journal(own)
    held.append(line(held.take(1)))
    assert apart.fold() == Folded(1, 0)
    process = apart._process
    assert process is not None
    assert os.getpriority(os.PRIO_PROCESS, process.pid) > os.getpriority(os.PRIO_PROCESS, 0)
    assert apart.memory > 2**20
    held.append(line(held.take(1)))
    process.kill()
    with pytest.raises(HouseError, match=r"ended \(-9\); it is started again"):
        apart.fold()
    assert apart.fold() == Folded(1, 0)
    assert receipts(own) == [1, 2]


def test_it_ends_with_whoever_started_it_and_not_at_ctrl_c(own: Bureau, apart: Apart) -> None:
    apart.fold()
    process = apart._process
    assert process is not None
    assert process.stdin is not None
    os.kill(process.pid, 2)
    assert apart.fold() == Folded(0, 0)
    # All that is left of a process that was killed: the end of the pipe.
    process.stdin.close()
    assert process.wait(10) == 0


def test_what_is_wrong_with_the_register_is_said_as_here(own: Bureau, apart: Apart) -> None:
    held = journal(own)
    held.append(line(held.take(1)))
    own.home.register.close()
    for old in own.path.glob("register.sqlite*"):
        old.unlink()
    (own.path / "register.sqlite").write_bytes(b"no register " * 1000)
    with pytest.raises(HouseError, match="damaged") as fault:
        apart.fold()
    assert "已损坏" in fault.value.chinese


def test_a_journal_that_cannot_be_removed_is_said_and_does_not_end_the_process(
    own: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: object) -> Folded:
        raise PermissionError(13, "Permission denied", "0000000000000001.jsonl")

    monkeypatch.setattr("fxwatch.recording.apart.fold", refused)
    monkeypatch.setattr("os.nice", int)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    told = BytesIO()
    fold_when_asked(own.home, BytesIO(b"fold\nfold\n"), told)
    assert told.getvalue().count(b"0000000000000001.jsonl") == 4, "both times, in both languages"


def test_where_no_process_can_be_started_it_is_done_here(
    own: Bureau, apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = journal(own)
    held.append(line(held.take(1)))
    monkeypatch.setattr("fxwatch.recording.apart.sys.executable", str(own.path / "nothing"))
    assert apart.fold() == Folded(1, 0)
    assert receipts(own) == [1]
