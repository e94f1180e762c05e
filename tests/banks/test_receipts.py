"""Receipts: what was told, word for word, for the bank that asked and for the bureau; papers that are none are found out."""

import json

import pytest

from fxwatch.banks import public_keys, signing_key
from fxwatch.banks.receipts import question, read_document, read_keys, receipt, verify, verify_on_record
from fxwatch.check import check
from fxwatch.errors import FileRefused, NotFound
from fxwatch.signing import seal
from tests.desk import desk_at

BANK, OTHER = "120000000001", "120000000002"


@pytest.fixture
def desk(tmp_path, monkeypatch):
    made = desk_at(tmp_path, monkeypatch)
    made.enrol("SHIP", "LAW")
    return made


def test_a_receipt_is_the_answer_as_it_left(desk):
    answer = check(desk, "SHIP", BANK)
    check(desk, "LAW", BANK)
    assert receipt(desk, answer.receipt) == receipt(desk, answer.receipt, bank=BANK) == answer.as_dict()


def test_another_banks_receipt_is_told_from_one_that_does_not_exist_by_nobody(desk):
    number = check(desk, "SHIP", BANK).receipt
    told = []
    for asked in (number, number + 1):
        with pytest.raises(NotFound) as fault:
            receipt(desk, asked, bank=OTHER)
        told.append(fault.value.english.replace(str(asked), "N"))
    assert told[0] == told[1]


def test_an_answer_that_says_one_thing_twice_is_none(desk, tmp_path):
    answer = check(desk, "SHIP", BANK)
    doctored = tmp_path / "answer.json"
    doctored.write_text('{"grade": "C",' + json.dumps(answer.as_dict())[1:], "utf-8")
    with pytest.raises(FileRefused, match="'grade' comes twice"):
        read_document(doctored)


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**30])
def test_a_number_that_was_never_given_is_not_found(desk, number):
    with pytest.raises(NotFound):
        receipt(desk, number)


def test_the_bureau_sees_who_asked_and_when(desk):
    found = question(desk, check(desk, "SHIP", BANK, by="wang").receipt)
    assert (found["bank"], found["by"], found["asked"], found["day"]) == (BANK, "wang", "SHIP", "2025-06-30")


def test_an_answer_from_before_answers_were_signed_comes_without_signature(desk):
    with desk.register.writing("a question") as writing:
        number = writing.next_receipt()
        told = {"bank": BANK, "by": "li", "asked": "SHIP", "entity_id": "SHIP", "on": desk.today(), "day": desk.today()}
        writing.record_question(receipt=number, grade="A", answer=json.dumps({"receipt": number}), **told)
    assert receipt(desk, number) == {"receipt": number}


def test_what_was_signed_but_never_told_is_not_believed_at_home(desk):
    """Whoever stole the private key can sign, and cannot put on record."""
    true = check(desk, "SHIP", BANK)
    forged = seal({**true.told(), "grade": "C"}, signing_key(desk))
    invented = seal({**true.told(), "receipt": 999}, signing_key(desk))
    nameless = seal({"grade": "A", "known_at": true.told()["known_at"]}, signing_key(desk))
    for document in (forged, invented, nameless):
        assert verify(document, public_keys(desk)).ok
        proof = verify_on_record(desk, document)
        assert not proof.ok
        assert "on record" in proof.english
    assert verify_on_record(desk, true.as_dict()).ok


def test_a_document_of_another_register_is_refused(desk, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = desk_at(elsewhere, monkeypatch)
    other.enrol("SHIP")
    check(desk, "SHIP", BANK)
    assert not verify_on_record(desk, check(other, "SHIP", BANK).as_dict()).ok


@pytest.mark.parametrize("text", ["", "no json", "[]", '"x"', "[" * 100_000, "\x00"])
def test_a_file_that_holds_no_answer_is_refused_in_a_sentence(tmp_path, text):
    file = tmp_path / "answer.json"
    file.write_text(text)
    with pytest.raises(FileRefused, match=r"answer\.json holds no"):
        read_document(file)


def test_a_file_that_is_not_there_or_holds_no_keys_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(FileRefused, match="cannot be read"):
        read_document(tmp_path / "none.json")
    file = tmp_path / "keys.json"
    file.write_text('{"keys": []}')
    with pytest.raises(FileRefused, match="holds no public keys"):
        read_keys(file)
