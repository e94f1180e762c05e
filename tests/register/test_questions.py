"""Questions: on record with their answer, word for word."""

import json
from datetime import date

ASKED = {"by": "li", "asked": "law", "entity_id": "LAW", "on": date(2026, 3, 31), "grade": "A"}


def test_receipts_are_numbered_and_the_answer_is_kept_with_its_receipt(register):
    answer = {"entity_id": "LAW", "grade": "A", "receipt": 0}
    receipts = [register.record_question(bank="120000000001", answer=answer, **ASKED) for _ in range(3)]
    assert receipts == [1, 2, 3]
    kept = register.questions(receipt=2).row(0, named=True)
    assert json.loads(kept["answer"]) == {"entity_id": "LAW", "grade": "A", "receipt": 2}
    assert (kept["bank"], kept["asked"], kept["on"]) == ("120000000001", "law", date(2026, 3, 31))


def test_questions_are_found_by_bank_entity_and_moment(register):
    register.record_question(bank="120000000001", answer={}, **ASKED)
    between = register.now()
    register.record_question(bank="120000000002", answer={}, **{**ASKED, "entity_id": "LIN"})
    assert register.questions(bank="120000000001")["receipt"].to_list() == [1]
    assert register.questions(entity_id="LIN")["receipt"].to_list() == [2]
    assert register.questions(known_at=between)["receipt"].to_list() == [1]
    assert register.questions(bank="999999999999").is_empty()


def test_a_question_is_no_act(register):
    before = register.head()
    register.record_question(bank="120000000001", answer={}, **ASKED)
    assert register.head() == before
