"""The store: one writer at a time, all or nothing, and clear words when it cannot be used."""

import os
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

from fxwatch.errors import HomeLocked, HouseError
from fxwatch.register import Register, store

DAY = date(2026, 3, 31)
WRITER = """
import sys
from datetime import date
from pathlib import Path
from fxwatch.register import Register
where = sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])
register = Register.open(where)
for n in range(20):
    register.append("setting_changed", by="li", role="administrator", subject="x", day=date(2026, 3, 31), why="", payload={"n": n})
"""


def setting(register, number):
    signed = {"by": "li", "role": "administrator", "day": DAY, "why": ""}
    return register.append("setting_changed", subject="x", payload={"n": number}, **signed)


def test_what_was_written_is_there_when_it_is_opened_again(register, where):
    setting(register, 1)
    again = Register.open(where)
    assert again.simulation
    assert again.head() == register.head()
    again.close()


def test_an_existing_register_is_never_written_over(register, where):
    with pytest.raises(HouseError, match="exists already"):
        Register.create(where, simulation=False, operator="li")


def test_a_missing_register_is_named(tmp_path):
    with pytest.raises(HouseError, match="no register") as refused:
        Register.open(tmp_path / "nowhere.sqlite")
    assert "nowhere" in refused.value.chinese


@pytest.mark.parametrize("content", [b"", b"not a register", b"SQLite format 3\x00" + bytes(200)])
def test_a_file_that_is_no_register_is_named(tmp_path, content):
    path = tmp_path / "register.sqlite"
    path.write_bytes(content)
    with pytest.raises(HouseError, match="damaged") as refused:
        Register.open(path)
    assert "已损坏" in refused.value.chinese


def test_a_register_cut_in_the_middle_is_named(register, path):
    for number in range(30):
        setting(register, number)
    register.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(HouseError):
        Register.open(path).verify()


def test_a_register_of_a_newer_version_says_so(register, where, meddle):
    meddle("UPDATE meta SET value = '999' WHERE key = 'schema_version'")
    with pytest.raises(HouseError, match=r"version 999.*newer fxwatch"):
        Register.open(where)


def test_a_register_of_an_older_version_names_the_command_that_brings_it_up(register, where, meddle):
    meddle("UPDATE meta SET value = '0' WHERE key = 'schema_version'")
    with pytest.raises(HouseError, match=r"version 0.*fxwatch upgrade"):
        Register.open(where)


def test_a_register_without_its_first_act_does_not_say_what_it_is(register, where, meddle):
    meddle("DELETE FROM acts WHERE number = 1")
    opened = Register.open(where)
    with pytest.raises(HouseError, match="first act"):
        _ = opened.simulation
    opened.close()


def test_a_transaction_that_fails_leaves_nothing_behind(register):
    before = register.head()

    def fail_halfway():
        with register.writing("a test") as writing:
            signed = {"by": "li", "role": "administrator", "day": DAY, "why": ""}
            writing.append("setting_changed", subject="x", payload={}, **signed)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert register.head() == before
    assert register.verify().ok


def test_a_writer_inside_a_writer_is_refused_at_once(register):
    with pytest.raises(RuntimeError, match="inside another"), register.writing("one"):
        setting(register, 1)


def test_who_waits_too_long_is_told_for_whom(register, where, monkeypatch):
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.05)
    told = []

    def other():
        second = Register.open(where)
        try:
            setting(second, 1)
        except HomeLocked as fault:
            told.append(fault.english)
        second.close()

    with register.writing("a long act"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert "a long act" in told[0]
    assert str(os.getpid()) in told[0] or "connection" in told[0]


def test_readers_do_not_wait_for_a_writer_and_see_the_state_before(register):
    before = register.last_act()
    with register.writing("a test") as writing:
        signed = {"by": "li", "role": "administrator", "day": DAY, "why": ""}
        writing.append("setting_changed", subject="x", payload={}, **signed)
        assert register.last_act() == before
        assert writing.last_act() == before + 1
    assert register.last_act() == before + 1


def test_a_clock_that_is_set_back_does_not_take_the_register_with_it(register, meddle):
    meddle("UPDATE meta SET value = '2999-01-01T00:00:00.000000' WHERE key = 'moment'")
    assert register.now().isoformat() == "2999-01-01T00:00:00.000001"
    assert setting(register, 1).at.isoformat() == "2999-01-01T00:00:00.000002"


def test_a_disk_that_takes_no_more_is_a_sentence_and_nothing_is_half_done(register, path):
    before = register.head()
    with register._store.reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    with pytest.raises(HouseError, match="full") as refused:
        setting(register, "x" * 10_000_000)
    assert "磁盘" in refused.value.chinese
    assert register.verify(before).ok


def test_processes_that_write_at_once_make_one_unbroken_chain(register, where):
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", WRITER, str(where)]
    writers = [subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE) for _ in range(3)]
    faults = [writer.communicate()[1] for writer in writers]
    assert faults == [b""] * 3
    proof = register.verify()
    assert (proof.ok, proof.acts) == (True, 2 + 3 * 20)
    moments = register.acts()["at"]
    assert moments[1:].is_sorted()
    assert moments[1:].n_unique() == len(moments) - 1
