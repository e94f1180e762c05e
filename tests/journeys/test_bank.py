"""A bank clerk's question: the grade and the documents, nothing else, and on record for ever."""

import re

from tests.journeys.conftest import Ask

BANK = "120000000001"
SEEN = {"entity_id", "name", "grade", "documents", "on", "known_at", "valid_until", "receipt", "key_id", "signature"}


def test_a_bank_sees_grade_and_documents_and_nothing_else(ask: Ask) -> None:
    for grade, documents in (("A", 1), ("B", 2), ("C", 4)):
        entity = next(row["entity_id"] for row in ask("grades", json_answer=True) if row["grade"] == grade)
        told = ask("check", entity, "--as", BANK, json_answer=True)
        assert set(told) == SEEN
        assert (told["grade"], len(told["documents"])) == (grade, documents)


def test_every_answer_has_a_receipt_of_its_own(ask: Ask) -> None:
    entity = ask("grades", json_answer=True)[0]["entity_id"]
    receipts = [ask("check", entity, "--as", BANK, json_answer=True)["receipt"] for _ in range(3)]
    assert len(set(receipts)) == 3


def test_a_stranger_is_unknown_and_asked_for_the_documents_of_c(ask: Ask) -> None:
    told = ask("check", "100000016", "--as", BANK, json_answer=True)
    assert (told["grade"], told["name"], len(told["documents"])) == ("unknown", "", 4)


def test_the_answer_reads_as_a_sentence_in_both_languages(ask: Ask) -> None:
    entity = ask("grades", json_answer=True)[0]["entity_id"]
    assert re.search(r"Receipt \d+", ask("check", entity, "--as", BANK))
    assert re.search(r"回执号 \d+", ask("--lang", "zh", "check", entity, "--as", BANK))
