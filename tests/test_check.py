"""The bank's question: answered from the register alone, on record before it leaves."""

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from fxwatch.check import check
from fxwatch.errors import RequestError
from fxwatch.review import issue_notices, record_breaches, rescind_breach
from fxwatch.settings import Settings
from tests.desk import desk_at

BANK = "120000000001"
HITS = "hit entity rule raised\n" + "\n".join(f"h{n} 100000446 large 2025-06-0{n}" for n in range(1, 6))
BREACH = {"breach_no": "B1", "entity_id": "100000446", "day": date(2025, 2, 28), "provision": "39"}


@pytest.fixture
def desk(tmp_path, monkeypatch):
    made = desk_at(tmp_path, monkeypatch)
    made.settings = Settings()
    made.enrol("100000446", "10000042X")
    made.sees(HITS)
    return made


def test_a_bank_is_told_grade_and_documents_and_nothing_else(desk):
    told = check(desk, "10000042X", BANK).as_dict()
    assert list(told) == [
        *("entity_id", "name", "grade", "documents", "on", "known_at", "valid_until", "receipt"),
        *("key_id", "signature"),
    ]
    assert (told["entity_id"], told["name"], told["grade"]) == ("10000042X", "name of 10000042X", "A")
    assert told["documents"] == ["payment_instruction"]
    assert (told["on"], told["valid_until"]) == ("2025-06-30", "2025-06-30T23:59:59+08:00")
    assert told["receipt"] == 1


def test_a_new_notice_or_breach_shows_in_the_next_answer(desk):
    grades = [check(desk, "100000446", BANK).grade]
    for hit in ("h1", "h2", "h3", "h4"):
        issue_notices(desk, [hit], why="x")
        grades.append(check(desk, "100000446", BANK).grade)
    assert grades == ["A", "B", "B", "B", "C"]
    record_breaches(desk, [BREACH])
    assert check(desk, "100000446", BANK, on=date(2025, 3, 1)).grade == "C"
    rescind_breach(desk, "B1", why="annulled")
    assert check(desk, "100000446", BANK, on=date(2025, 3, 1)).grade == "A"


@pytest.mark.parametrize(
    "asked", ["100000446", "91120101100000446Y", "91120101100000446y", "10000044-6", " 100000446 "]
)
def test_both_forms_of_an_identifier_are_answered(desk, asked):
    assert check(desk, asked, BANK).entity_id == "100000446"


def test_an_entity_that_is_not_on_the_roll_is_unknown_and_asked_for_the_documents_of_c(desk):
    answer = check(desk, "100000999", BANK)
    assert (answer.grade, answer.name) == ("unknown", "")
    assert [d.value for d in answer.documents] == ["payment_instruction", "contract", "invoice", "tax_certificate"]
    assert desk.register.questions()["grade"].to_list() == ["unknown"]


@pytest.mark.parametrize(
    ("entity", "bank", "on", "says"),
    [
        ("100000447", BANK, None, "identifier"),
        ("nobody", BANK, None, "identifier"),
        ("100000446", "12345", None, "institution code"),
        ("100000446", "12000000000-", None, "institution code"),
        ("100000446", BANK, date(2025, 7, 1), "after today"),
    ],
)
def test_a_question_that_is_none_is_refused_and_not_kept(desk, entity, bank, on, says):
    with pytest.raises(RequestError, match=says):
        check(desk, entity, bank, on)
    assert desk.register.questions().is_empty()


def test_the_question_is_on_record_as_it_was_answered(desk):
    answer = check(desk, "91120101100000446Y", BANK)
    kept = desk.register.questions().row(0, named=True)
    assert json.loads(kept["answer"]) | {"signature": kept["signature"]} == answer.as_dict()
    assert (kept["bank"], kept["by"], kept["asked"]) == (BANK, "operator", "91120101100000446Y")
    assert kept["at"] == answer.known_at
    assert isinstance(answer.known_at, datetime)


def test_no_answer_leaves_when_its_record_cannot_be_written(desk, monkeypatch):
    def fails(*_args, **_told):
        raise OSError("disk full")

    monkeypatch.setattr("fxwatch.register.writing.questions.record", fails)
    with pytest.raises(OSError, match="disk full"):
        check(desk, "100000446", BANK)


def test_the_parameters_in_force_on_the_day_decide(desk):
    issue_notices(desk, ["h1", "h2"], why="x", on=date(2025, 6, 10))
    issue_notices(desk, ["h3"], why="x", on=date(2024, 12, 31))

    def amend(name, value, valid_from):
        payload = {"name": name, "value": value, "valid_from": valid_from, "basis": "circular"}
        signed = {"by": "operator", "role": "approver", "day": desk.today(), "why": "circular"}
        desk.register.append("parameter_set", subject=name, payload=payload, **signed)

    amend("grade.max_notices_for_b", "1", "2025-06-20")
    amend("grade.window", "calendar", "2025-06-25")
    amend("grade.unknown_documents", "B", "2025-06-25")
    days = [date(2025, 6, 19), date(2025, 6, 20), date(2025, 6, 24), date(2025, 6, 25)]
    assert [check(desk, "100000446", BANK, on=day).grade.value for day in days] == ["B", "C", "C", "B"]
    assert [len(check(desk, "100000999", BANK, on=day).documents) for day in days] == [4, 4, 4, 2]


def test_the_question_needs_no_frames_no_warehouse_and_no_classifier():
    root = Path(__file__).parents[1]
    code = "import sys, fxwatch.check, fxwatch.home, fxwatch.register; print(sorted({'polars', 'duckdb', 'sklearn', 'numpy'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
