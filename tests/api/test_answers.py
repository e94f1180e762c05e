"""What a bank is told over HTTP: the answer of the check, signed, fresh, on record; and nothing else."""

import json

import pytest

from fxwatch.banks import public_keys
from fxwatch.check import check
from fxwatch.signing import proof_of
from tests.api.served import BANK, HONEST, OTHER, STRANGER, TODAY, Bureau, Served

FIELDS = ["documents", "entity_id", "grade", "key_id", "known_at", "name", "on", "receipt", "valid_until", "signature"]
DIFFERS = ("known_at", "receipt", "signature")


def test_an_answer_says_what_the_check_says_in_the_same_bytes(bureau: Bureau, door: Served) -> None:
    for entity_id in (HONEST, STRANGER):
        told = door.get(f"/v1/entities/{entity_id}/grade").content
        ours = check(bureau.home, entity_id, BANK)
        theirs = json.loads(told)
        assert list(theirs) == FIELDS
        expected = ours.as_dict()
        assert {n: v for n, v in theirs.items() if n not in DIFFERS} == {
            n: v for n, v in expected.items() if n not in DIFFERS
        }
        spelt = ours.spelt()
        for name in ("known_at", "receipt"):
            spelt = spelt.replace(json.dumps(expected[name]), json.dumps(theirs[name]))
        assert told == spelt[:-1].encode() + b',"signature":"' + theirs["signature"].encode() + b'"}'


def test_an_answer_is_proved_by_the_published_keys_and_a_forged_one_is_not(bureau: Bureau, door: Served) -> None:
    told = door.grade()
    published = door.http.get("/v1/signing-keys").json()["keys"]
    assert published == [key.as_dict() for key in public_keys(bureau.home)]
    assert proof_of(told, public_keys(bureau.home)).ok
    for name, forged in (("grade", "B"), ("receipt", told["receipt"] + 1), ("on", "2025-07-01"), ("documents", [])):
        assert not proof_of({**told, name: forged}, public_keys(bureau.home)).ok, name


@pytest.mark.parametrize("asked", [HONEST, "91120101100000446Y", "91120101100000446y", "10000044-6", "%20100000446"])
def test_both_forms_of_an_identifier_are_answered(door: Served, asked: str) -> None:
    assert door.grade(asked)["entity_id"] == HONEST


def test_the_quick_route_and_its_documented_twin_give_the_same_bytes(door: Served) -> None:
    def told(query: str, entity_id: str = HONEST) -> list[tuple[int, dict[str, str], dict[str, object]]]:
        found = []
        # A letter that is spelt in another way sends the question to the twin.
        for spelling in (entity_id, f"%{ord(entity_id[0]):02X}{entity_id[1:]}"):
            reply = door.raw_get(f"/v1/entities/{spelling}/grade{query}")
            content = {n: v for n, v in json.loads(reply.content).items() if n not in DIFFERS}
            headers = {n: v for n, v in reply.headers.items() if n not in ("date", "content-length")}
            found.append((reply.status_code, headers, content))
        return found

    for query in ("", "?on=2025-06-30", "?on=2024-02-29", "?on=2025-07-01"):
        for entity_id in (HONEST, STRANGER, "100000445", "x"):
            quick, twin = told(query, entity_id)
            assert quick == twin


def test_a_list_is_answered_in_its_order_each_with_a_receipt_and_a_signature(bureau: Bureau, door: Served) -> None:
    asked = [OTHER, STRANGER, HONEST, OTHER, "91120101100000446Y"]
    answers = door.post({"entity_ids": asked}).json()["answers"]
    assert [a["entity_id"] for a in answers] == [OTHER, STRANGER, HONEST, OTHER, HONEST]
    assert answers[1]["grade"] == "unknown"
    assert answers[1]["documents"] == ["payment_instruction", "contract", "invoice", "tax_certificate"]
    assert len({a["receipt"] for a in answers}) == 5
    assert len({a["known_at"] for a in answers}) == 1
    assert all(proof_of(a, public_keys(bureau.home)).ok for a in answers)
    recorded = {q["receipt"]: q for q in bureau.asked()}
    assert [recorded[a["receipt"]]["asked"] for a in answers] == asked


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"entity_ids": [HONEST, "100000445"]}, "100000445"),
        ({"entity_ids": []}, "entity_ids"),
        ({"entity_ids": [HONEST] * 1001}, "1000"),
        ({"entity_ids": HONEST}, "entity_ids"),
        ({"entity_ids": [1]}, "entity_ids"),
        ({"entity_ids": [HONEST], "on": "2025-07-01"}, "after today"),
        ({"entity_ids": [HONEST], "on": "tomorrow"}, "on"),
        ({"entity_ids": [HONEST], "as": "x"}, "as"),
        ([HONEST], "body"),
        ({}, "entity_ids"),
    ],
)
def test_a_list_that_is_not_understood_is_refused_whole_and_leaves_no_record(
    bureau: Bureau, door: Served, content: object, named: str
) -> None:
    before = len(bureau.asked())
    reply = door.post(content)
    assert (reply.status_code, reply.json()["type"]) == (422, "/v1/problems/not-understood")
    assert named in reply.json()["detail"]
    assert len(bureau.asked()) == before


def test_a_thousand_are_answered_and_all_are_on_record(bureau: Bureau, door: Served) -> None:
    receipts = [a["receipt"] for a in door.post({"entity_ids": [HONEST] * 1000}).json()["answers"]]
    assert receipts == list(range(receipts[0], receipts[0] + 1000))
    assert set(receipts) <= {q["receipt"] for q in bureau.asked()}


def test_a_past_day_is_graded_as_of_that_day(door: Served) -> None:
    told = door.grade(on="2025-01-31")
    assert (told["on"], told["valid_until"]) == ("2025-01-31", "2025-01-31T23:59:59+08:00")


@pytest.mark.parametrize(
    "on", ["2025-07-01", "1899-13-01", "2025-1-1", "today", "", "2025-06-30T00:00:01", "0001-01-01"]
)
def test_a_day_that_lies_ahead_or_is_none_is_refused(door: Served, on: str) -> None:
    reply = door.get(f"/v1/entities/{HONEST}/grade", params={"on": on})
    assert reply.status_code == 422, reply.text
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_question_is_on_record_word_for_word(bureau: Bureau, door: Served) -> None:
    told = door.grade("91120101100000446Y")
    row = next(q for q in bureau.asked() if q["receipt"] == told["receipt"])
    assert (row["bank"], row["by"], row["asked"], row["entity_id"]) == (BANK, "clerk", "91120101100000446Y", HONEST)
    assert (row["on"], row["grade"]) == (TODAY, "A")
    assert json.loads(row["answer"]) == {n: v for n, v in told.items() if n != "signature"}
    assert row["signature"] == told["signature"]


def test_an_answer_is_never_kept_by_anybody_on_the_way(door: Served) -> None:
    for reply in (door.get(f"/v1/entities/{HONEST}/grade"), door.post({"entity_ids": [HONEST]}), door.get("/v1/file")):
        assert reply.headers["cache-control"] == "no-store"
        assert "etag" not in reply.headers


def test_a_receipt_comes_back_as_the_bytes_that_left(door: Served) -> None:
    told = door.get(f"/v1/entities/{HONEST}/grade")
    again = door.get(f"/v1/receipts/{told.json()['receipt']}")
    assert again.content == told.content
    assert "private" in again.headers["cache-control"]
    same = door.get(f"/v1/receipts/{told.json()['receipt']}", headers={"If-None-Match": again.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


def test_another_banks_receipt_is_as_one_that_does_not_exist(door: Served) -> None:
    number = door.grade()["receipt"]
    others, nobodys = door.get(f"/v1/receipts/{number}", "rival"), door.get("/v1/receipts/999999999", "rival")
    assert (others.status_code, nobodys.status_code) == (404, 404)
    assert others.text.replace(str(number), "N") == nobodys.text.replace("999999999", "N")
    assert door.get(f"/v1/receipts/{number}", "bureau").json()["receipt"] == number


def test_a_key_of_the_bureau_asks_nothing_in_a_banks_name(door: Served) -> None:
    for path in (f"/v1/entities/{HONEST}/grade", "/v1/file", "/v1/changes?since=2025-06-01"):
        reply = door.get(path, "bureau")
        assert (reply.status_code, reply.json()["type"]) == (403, "/v1/problems/not-yours")
    assert door.post({"entity_ids": [HONEST]}, "bureau").status_code == 403


def test_a_banks_lists_hold_its_own_entities_and_no_others(door: Served) -> None:
    door.grade(OTHER)
    ours, theirs = door.get("/v1/file").json(), door.get("/v1/file", "rival").json()
    assert OTHER in {e["entity_id"] for e in ours["entities"]}
    assert theirs["entities"] == []
    assert door.get("/v1/changes?since=2025-06-01").json()["bank"] == BANK


def test_a_problem_speaks_the_language_that_was_asked_for(door: Served) -> None:
    reply = door.get("/v1/entities/x/grade", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert "不是有效的主体代码" in reply.json()["detail"]


def test_published_keys_may_be_kept_and_are_compared_by_their_tag(door: Served) -> None:
    first = door.http.get("/v1/signing-keys")
    assert "public" in first.headers["cache-control"]
    again = door.http.get("/v1/signing-keys", headers={"If-None-Match": f"W/{first.headers['etag']}"})
    assert again.status_code == 304


def test_it_says_that_it_lives_is_ready_and_what_it_counted(door: Served) -> None:
    assert door.http.get("/healthz").json() == door.http.get("/readyz").json() == {"status": "ok"}
    text = door.http.get("/metrics").text
    assert 'fxwatch_api_requests_total{route="grade",status="200"}' in text
    assert BANK not in text
    assert HONEST not in text


def test_which_route_answered_cannot_be_told_but_by_its_count(door: Served) -> None:
    def counted(route: str) -> float:
        lines = door.http.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if f'route="{route}",status="200"' in line)

    before = counted("grade"), counted("ask_grade")
    door.raw_get(f"/v1/entities/{HONEST}/grade")
    door.raw_get(f"/v1/entities/%31{HONEST[1:]}/grade")
    assert (counted("grade"), counted("ask_grade")) == (before[0] + 1, before[1] + 1)


@pytest.mark.parametrize(
    "query", ["?no=2025-01-31", "?on=2025-01-31&on=2025-02-01", "?On=2025-01-31", "?=x", "?on=2025-01-31&x"]
)
def test_an_argument_that_is_misspelt_is_refused_and_not_passed_over(door: Served, query: str) -> None:
    assert door.raw_get(f"/v1/entities/{HONEST}/grade{query}").status_code == 422
