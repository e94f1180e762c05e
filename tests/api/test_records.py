"""Records: in a journal before the answer leaves, in the register once and no more, whatever happens in between."""

import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from fxwatch.errors import HouseError
from fxwatch.recording import FOLDER, Folded, Journal, fold, home_name
from fxwatch.recording.folding import forget_orphans
from fxwatch.register.blocks import Block
from fxwatch.register.places import _LOCK_STEP
from fxwatch.upkeep import examine
from tests.api.served import BANK, Bureau


def line(receipt: int, name: str = "x") -> bytes:
    row = {
        "receipt": receipt, "at": "2025-06-30T01:00:00.000000", "bank": BANK, "by": "clerk", "key": "K1", "asked": "100000446",
        "entity_id": "100000446", "on": "2025-06-30", "grade": "A", "day": "2025-06-30", "signature": "s",
        "answer": {"name": name, "receipt": receipt},
    }  # fmt: skip
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def journal(own: Bureau, count: int = 10) -> Journal:
    return Journal(own.path, own.home.register.reserve_receipts(count, home_name(own.path)))


def receipts(own: Bureau) -> list[int]:
    return own.home.register.questions()["receipt"].to_list()


def test_what_is_folded_is_there_once_however_often_it_is_folded(own: Bureau) -> None:
    held = journal(own)
    for _ in range(3):
        held.append(line(held.take(1)))
        fold(own.home)
        assert fold(own.home) == Folded(0, 0)
    assert receipts(own) == [1, 2, 3]


def test_whoever_waits_to_write_has_a_turn_between_two_pieces(own: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def turn(seconds: float) -> None:
        assert seconds > 5 * _LOCK_STEP, "long enough for whoever looks again and again"
        own.home.register.beat("a process", "a home")
        seen.append(len(receipts(own)))

    held = journal(own)
    size = len(line(held.block.first))
    monkeypatch.setattr("fxwatch.recording.folding.PIECE", size + 10)
    monkeypatch.setattr("fxwatch.recording.folding.time", SimpleNamespace(sleep=turn))
    for _ in range(3):
        held.append(line(held.take(1)))
    assert fold(own.home) == Folded(3, 0)
    assert seen == [1, 2, 3]


def test_an_answer_is_kept_in_the_spelling_that_was_signed(own: Bureau) -> None:
    held = journal(own)
    name = '渤海 "Lines" \\ \u2028 \u0085 é 𝟏 \u0001'
    spelt = json.dumps({"name": name, "receipt": 1}, ensure_ascii=False, separators=(",", ":"))
    held.append(line(held.take(1), name))
    fold(own.home)
    assert own.home.register.questions()["answer"].to_list() == [spelt]


def test_a_journal_that_somebody_writes_stays_and_one_that_is_over_goes(own: Bureau) -> None:
    held = journal(own)
    held.append(line(held.take(1)))
    assert fold(own.home) == Folded(1, 0)
    assert held.path.exists()
    held.close()
    assert fold(own.home) == Folded(0, 1)
    assert not held.path.exists()
    assert own.home.register.waiting_blocks(home_name(own.path)) == {}


@pytest.mark.parametrize("moment", ["before", "rows", "after", "unlink"])
def test_killed_at_any_moment_of_a_folding_the_next_one_goes_on(
    own: Bureau, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    held = journal(own, 5000)
    for _ in range(3000):
        held.append(line(held.take(1)))
    held.close()
    register, whole = own.home.register, type(own.home.register).fold

    class Killed(Exception):
        pass

    def killed(*given: object) -> bool:
        if moment == "rows":
            from fxwatch.register import blocks, questions

            with register._store.writing("folding") as (connection, _):
                questions.insert_records(connection, given[3])
                assert blocks.folded(connection, given[0]) == given[1]
                raise Killed
        if moment == "after":
            whole(register, *given)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("fxwatch.recording.folding.PIECE", 100_000)
        if moment == "unlink":
            patch.setattr(Path, "unlink", lambda *_, **__: killed_at_the_end())
        else:
            patch.setattr(register, "fold", killed)

        def killed_at_the_end() -> None:
            raise Killed

        with pytest.raises(Killed):
            fold(own.home)
    fold(own.home)
    assert receipts(own) == list(range(1, 3001))
    assert not list((own.path / FOLDER).iterdir())


def test_several_who_fold_at_once_bring_each_record_once(own: Bureau) -> None:
    from concurrent.futures import ThreadPoolExecutor

    import fxwatch

    held = journal(own, 5000)
    for _ in range(3000):
        held.append(line(held.take(1)))
    held.close()
    with ThreadPoolExecutor(4) as several:
        done = list(several.map(lambda _: fold(fxwatch.open(own.path)), range(4)))
    assert sum(f.records for f in done) == 3000
    assert receipts(own) == list(range(1, 3001))


def test_what_another_one_folded_meanwhile_is_no_damage(own: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    held = journal(own, 5000)
    for _ in range(3000):
        held.append(line(held.take(1)))
    kind, asked = type(own.home.register), type(own.home.register).receipts_within

    def late(*given: object) -> set[int]:
        monkeypatch.setattr(kind, "receipts_within", asked)
        assert fold(own.home) == Folded(3000, 0), "another one, after this one read its piece"
        return asked(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(kind, "receipts_within", late)
    assert fold(own.home) == Folded(0, 0)
    assert receipts(own) == list(range(1, 3001))
    held.close()
    fold(own.home)
    assert not list((own.path / FOLDER).iterdir())


def test_half_a_line_was_never_answered_and_is_left_out(own: Bureau) -> None:
    held = journal(own)
    held.append(line(held.take(1)))
    with held.path.open("ab") as torn:
        torn.write(line(2)[:40])
    assert fold(own.home) == Folded(1, 0)
    held.close()
    fold(own.home)
    assert receipts(own) == [1]
    assert [path.read_bytes() for path in (own.path / FOLDER).iterdir()] == [line(2)[:40] + b"\n"]


def test_a_stretch_longer_than_a_piece_hides_no_record_behind_it(own: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fxwatch.recording.folding.PIECE", 1000)
    held = journal(own)
    held.append(line(held.take(1)) + b"\0" * 3500 + b"\n")
    for _ in range(5):
        held.append(line(held.take(1)))
    held.close()
    assert fold(own.home) == Folded(6, 1)
    assert receipts(own) == [1, 2, 3, 4, 5, 6]
    (aside,) = (own.path / FOLDER).iterdir()
    assert aside.read_bytes() == b"\0" * 3500 + b"\n"


STRANGE = {
    "a text": b'"receipt"',
    "a list": b'["receipt"]',
    "a number alone": b'{"receipt":3}',
    "blanks": line(3).strip().replace(b',"answer":', b', "answer": '),
    "a receipt as text": line(3).strip().replace(b'"receipt":3,"at"', b'"receipt":"3","at"'),
    "a receipt of another block": line(99).strip(),
    "a receipt of forty digits": line(3).strip().replace(b'"receipt":3,"at"', b'"receipt":%s,"at"' % (b"9" * 40)),
    "a receipt twice": line(1).strip(),
    "no bank": line(3).strip().replace(b'"bank":"%s"' % BANK.encode(), b'"bank":null'),
    "a bank that is an object": line(3).strip().replace(b'"bank":"%s"' % BANK.encode(), b'"bank":{}'),
    "half a character": line(3).strip().replace(b'"asked":"1', b'"asked":"\\ud800'),
    "a long name": line(3).strip().replace(b'"by":"clerk"', b'"by":"%s"' % (b"x" * 129)),
    "depth": b"[" * 100_000,
    "a return": line(3).strip() + b"\r",
    "an answer in between": line(3).strip().replace(b'"at"', b'"answer":{},"at"'),
    "no UTF-8": b"\xff\xfe" + line(3).strip(),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_line_that_is_no_record_is_put_aside_and_the_others_are_brought(own: Bureau, name: str) -> None:
    held, after = journal(own), journal(own)
    first, third = held.take(1), held.take(1)
    held.append(line(first) + STRANGE[name] + b"\n" + line(third))
    after.append(line(after.take(1)))
    held.close()
    assert fold(own.home).records == 3
    assert receipts(own) == [1, 2, 11]
    (aside,) = (own.path / FOLDER).glob("*.damaged")
    assert aside.read_bytes() == STRANGE[name] + b"\n"


def test_a_record_behind_what_a_loss_of_power_left_is_brought(own: Bureau) -> None:
    held = journal(own)
    held.append(b"\0" * 4096 + line(held.take(1)))
    held.close()
    assert fold(own.home) == Folded(1, 1)
    assert receipts(own) == [1]


def test_what_is_no_journal_is_passed_over_and_the_doctor_names_it(own: Bureau) -> None:
    held = journal(own)
    held.append(line(held.take(1)))
    folder = own.path / FOLDER
    (folder / "foo.jsonl").touch()
    (folder / f"{1:016d} (copy).jsonl").write_bytes(line(1))
    (folder / "0000000000000000.jsonl").mkdir()
    assert fold(own.home) == Folded(1, 0)
    held.append(b"nothing\n")
    fold(own.home)
    found = {f.name: f.say("en") for f in examine(own.path).findings}
    assert "foo.jsonl" in found["records_foreign"]
    assert f"{held.block.first:016d}.damaged" in found["records_aside"]


def test_a_journal_that_cannot_be_read_keeps_no_other_one(own: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = journal(own), journal(own)
    for held in (first, second):
        held.append(line(held.take(1)))
    opened = Path.open

    def refused(path: Path, *how: object, **more: object) -> object:
        if path == first.path:
            raise PermissionError(13, "Permission denied")
        return opened(path, *how, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(HouseError, match="Permission denied"):
        fold(own.home)
    assert receipts(own) == [11]


def test_what_a_loss_of_power_made_of_a_line_is_put_aside_and_said(
    own: Bureau, caplog: pytest.LogCaptureFixture
) -> None:
    held = journal(own)
    held.append(line(held.take(1)) + b"\x00" * 50 + b"\n" + line(held.take(1)))
    held.close()
    fold(own.home)
    assert receipts(own) == [1, 2]
    (aside,) = (own.path / FOLDER).iterdir()
    assert aside.read_bytes() == b"\x00" * 50 + b"\n"
    assert aside.name in caplog.text


def test_a_journal_of_another_register_is_left_alone(own: Bureau, caplog: pytest.LogCaptureFixture) -> None:
    strange = Journal(own.path, Block(77, 99))
    strange.append(line(strange.take(1)))
    strange.close()
    assert fold(own.home) == Folded(0, 0)
    assert strange.path.exists()
    assert "journal of no block" in caplog.text


def test_a_folding_while_a_journal_is_made_does_not_take_it_for_one_that_is_over(
    own: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    lock = fcntl.flock

    def fold_first(file: object, how: int) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(fcntl, "flock", lock)
            fold(own.home)
        lock(file, how)

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", fold_first)
        held = journal(own)
    held.append(line(held.take(1)))
    fold(own.home)
    assert receipts(own) == [1]


def test_a_block_without_its_journal_is_forgotten_after_a_while(own: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    own.home.register.reserve_receipts(10, home_name(own.path))
    forget_orphans(own.home)
    assert len(own.home.register.waiting_blocks(home_name(own.path))) == 1
    monkeypatch.setattr("fxwatch.recording.folding._ORPHANED", timedelta(0))
    forget_orphans(own.home)
    assert own.home.register.waiting_blocks(home_name(own.path)) == {}


def test_numbers_are_given_out_once_and_those_at_the_end_are_given_back(own: Bureau) -> None:
    register, here = own.home.register, home_name(own.path)
    first, second = register.reserve_receipts(10, here), register.reserve_receipts(10, here)
    assert (first, second) == (Block(1, 10), Block(11, 20))
    register.end_block(first.first, 4)
    assert own.home.check("100000446", bank=BANK).receipt == 21, "a later block was given out: nothing comes back"
    third = register.reserve_receipts(10, here)
    register.end_block(third.first, 25)
    assert own.home.check("100000446", bank=BANK).receipt == 26


def test_a_line_that_the_disk_does_not_take_whole_is_taken_back(own: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    held, write = journal(own), os.write
    held.append(line(held.take(1)))
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:30]))
    first = held.take(1)
    with pytest.raises(HouseError, match="full"):
        held.append(line(first))
    monkeypatch.undo()
    held.append(line(held.take(1)))
    fold(own.home)
    assert receipts(own) == [1, 3]


def test_where_half_a_line_cannot_be_taken_back_no_line_follows_it(
    own: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, write = journal(own), os.write

    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:30]))
    monkeypatch.setattr(os, "ftruncate", refuse)
    held.take(1)
    second = held.take(1)
    with pytest.raises(HouseError):
        held.append(line(1))
    monkeypatch.undo()
    assert held.left == 0
    with pytest.raises(HouseError):
        held.append(line(second))
    held.close()
    fold(own.home)
    assert receipts(own) == []


def test_the_chain_verifies_with_thousands_of_questions_folded(own: Bureau) -> None:
    held = journal(own, 5000)
    for _ in range(5000):
        held.append(line(held.take(1)))
    fold(own.home)
    assert own.home.register.verify().ok
