"""Questions: on record with their answer, word for word."""

from datetime import date

from fxwatch.register import Register

DAY = date(2026, 3, 31)
ASKED = {"by": "li", "asked": "law", "entity_id": "LAW", "on": DAY, "day": DAY, "grade": "A"}


def ask(register: Register, bank: str = "120000000001", **more: object) -> int:
    with register.writing("a question") as writing:
        receipt = writing.next_receipt()
        writing.record_question(receipt=receipt, bank=bank, answer=f'{{"receipt":{receipt}}}', **{**ASKED, **more})
    return receipt


def test_receipts_are_numbered_and_the_answer_is_kept_as_it_was_signed(register):
    receipts = [ask(register, signature=f"signed {n}", key="K7") for n in range(3)]
    assert sorted(set(receipts)) == receipts
    kept = register.questions(receipt=receipts[1]).row(0, named=True)
    assert (kept["answer"], kept["signature"]) == (f'{{"receipt":{receipts[1]}}}', "signed 1")
    assert (kept["bank"], kept["asked"], kept["key"]) == ("120000000001", "law", "K7")
    assert (kept["on"], kept["day"]) == (DAY, DAY)


def test_questions_are_found_by_bank_entity_and_moment(register):
    first = ask(register)
    between = register.now()
    second = ask(register, "120000000002", entity_id="LIN")
    assert register.questions(bank="120000000001")["receipt"].to_list() == [first]
    assert register.questions(entity_id="LIN")["receipt"].to_list() == [second]
    assert register.questions(known_at=between)["receipt"].to_list() == [first]
    assert register.questions(bank="999999999999").is_empty()


def test_questions_are_found_by_the_day_on_which_they_were_asked(register):
    days = [date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1)]
    for day in days:
        ask(register, day=day, on=date(2026, 3, 30))
    assert register.questions(first=days[1])["day"].to_list() == days[1:]
    assert register.questions(last=days[1])["day"].to_list() == days[:2]


def test_a_question_is_no_act(register):
    before = register.head()
    ask(register)
    assert register.head() == before
