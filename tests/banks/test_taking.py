"""Lists that a bank takes along: its own entities and no others, signed, and on record entity by entity."""

import json
from datetime import date

import polars as pl
import pytest

from fxwatch.banks import public_keys
from fxwatch.banks.receipts import verify, verify_on_record
from fxwatch.banks.taking import Taker, changes, daily_file
from fxwatch.canonical import canonical
from fxwatch.check import check
from fxwatch.errors import RequestError
from fxwatch.review import issue_notices, record_breaches, rescind_notice
from fxwatch.settings import Settings
from tests.desk import desk_at

BANK, OTHER = "120000000001", "120000000002"
US, THEM = Taker(BANK, "core", "K1"), Taker(OTHER, "core", "K2")
HITS = "hit entity rule raised\n" + "\n".join(f"h{n} SHIP large 2025-06-0{n}" for n in range(1, 6))


@pytest.fixture
def desk(tmp_path, monkeypatch):
    made = desk_at(tmp_path, monkeypatch)
    made.enrol("SHIP", "LAW", "INN", day=date(2024, 1, 1))
    made.sees(HITS)
    reported(made, ("SHIP", date(2025, 6, 1)), ("LAW", date(2025, 6, 2)))
    return made


def reported(desk, *rows, bank=BANK):
    schema = {"bank": pl.String, "entity_id": pl.String, "last_day": pl.Date}
    desk.register.put_reported(pl.DataFrame([(bank, *row) for row in rows], schema=schema, orient="row"))


def file_of(desk, taker=US) -> dict:
    return json.loads(daily_file(desk, taker))


def grades(document) -> dict[str, str]:
    return {row["entity_id"]: row["grade"] for row in document["entities"]}


def moves(desk, since, taker=US) -> list[tuple[str, str, str]]:
    found = json.loads(changes(desk, taker, since))["moves"]
    return [(m["entity_id"], m["on"], m["before"] + m["grade"]) for m in found]


def told_rows(desk) -> list[tuple]:
    from sqlalchemy import select

    from fxwatch.register.tables import told

    with desk.register._store.reading() as connection:
        return [tuple(row) for row in connection.execute(select(told))]


def test_the_file_holds_the_grades_of_the_banks_own_entities_as_a_question_would_be_answered(desk):
    record_breaches(desk, [{"breach_no": "B1", "entity_id": "LAW", "day": date(2025, 5, 1), "provision": "39"}])
    issue_notices(desk, ["h1"], why="x")
    document = file_of(desk)
    assert grades(document) == {"LAW": "C", "SHIP": "B"}
    for entity, grade in grades(document).items():
        answer = check(desk, entity, OTHER)
        assert answer.grade == grade
        assert document["documents"][grade] == [d.value for d in answer.documents]
    assert [row["name"] for row in document["entities"]] == ["name of LAW", "name of SHIP"]
    assert (document["bank"], document["on"]) == (BANK, "2025-06-30")


def test_a_bank_sees_nothing_but_grades_and_names(desk):
    issue_notices(desk, ["h1"], why="secret of the bureau")
    for text in (daily_file(desk, US).decode(), changes(desk, US, date(2025, 1, 1)).decode()):
        for word in ("h1", "large", "N1", "notice", "secret", "operator", "act"):
            assert f'"{word}' not in text
            assert "secret" not in text
    document = file_of(desk)
    assert set(document) == {
        *("bank", "documents", "download", "entities", "key_id", "known_at", "on", "signature", "valid_until"),
    }
    assert {frozenset(row) for row in document["entities"]} == {frozenset(("entity_id", "grade", "name"))}


def test_what_one_bank_asked_or_reported_is_not_in_anothers_list(desk):
    check(desk, "INN", BANK)
    assert set(grades(file_of(desk))) == {"SHIP", "LAW", "INN"}
    assert grades(file_of(desk, THEM)) == {}
    issue_notices(desk, ["h1"], why="x")
    assert moves(desk, date(2025, 6, 1), THEM) == []
    assert moves(desk, date(2025, 6, 1)) == [("SHIP", "2025-06-30", "AB")]


@pytest.mark.parametrize(("last_day", "is_in"), [(date(2024, 7, 1), True), (date(2024, 6, 30), False)])
def test_what_a_bank_reported_longer_than_a_year_ago_is_left_out(desk, last_day, is_in):
    reported(desk, ("SHIP", last_day))
    assert ("SHIP" in grades(file_of(desk))) is is_in


@pytest.mark.parametrize(("asked_on", "is_in"), [(date(2024, 7, 1), True), (date(2024, 6, 30), False)])
def test_what_a_bank_asked_longer_than_a_year_ago_is_left_out(desk, asked_on, is_in):
    today, desk.pinned = desk.pinned, asked_on
    check(desk, "INN", BANK)
    desk.pinned = today
    assert ("INN" in grades(file_of(desk))) is is_in


def test_an_entity_that_is_asked_about_and_on_no_roll_is_unknown(desk):
    check(desk, "NOBODY", BANK)
    document = file_of(desk)
    assert grades(document)["NOBODY"] == "unknown"
    assert document["documents"]["unknown"] == document["documents"]["C"]


def test_a_list_is_signed_over_its_canonical_spelling_and_on_record(desk):
    for left in (daily_file(desk, US), changes(desk, US, date(2025, 1, 1))):
        document = json.loads(left)
        signed = {name: value for name, value in document.items() if name != "signature"}
        assert left == canonical(signed).encode()[:-1] + f',"signature":"{document["signature"]}"}}'.encode()
        assert verify(document, public_keys(desk)).ok
        assert verify_on_record(desk, document).ok
        assert not verify(document | {"bank": OTHER}, public_keys(desk)).ok


def test_a_name_with_anything_in_it_is_spelt_as_signed(desk):
    from tests.desk import entries

    desk.register.enrol(entries("LAW", "SHIP").with_columns(name=pl.lit('"律师"\\ \n\u2028 <b>')), source="x")
    document = file_of(desk)
    assert document["entities"][0]["name"] == '"律师"\\ \n\u2028 <b>'
    assert verify(document, public_keys(desk)).ok


def test_a_download_is_a_record_for_each_entity(desk):
    issue_notices(desk, ["h1"], why="x")
    number = file_of(desk)["download"]
    assert told_rows(desk) == [(number, "LAW", "A"), (number, "SHIP", "B")]
    found = desk.register.downloads(entity_id="SHIP").row(0, named=True)
    assert (found["number"], found["bank"], found["by"], found["key"], found["kind"], found["grade"]) == (
        *(number, BANK, "core", "K1", "file", "B"),
    )
    assert desk.register.downloads(entity_id="INN").is_empty()


def test_the_same_list_of_the_same_day_is_a_download_of_its_own_and_writes_no_rows_again(desk):
    first, second = file_of(desk), file_of(desk)
    assert second["download"] == first["download"] + 1
    assert {row[0] for row in told_rows(desk)} == {first["download"]}
    assert desk.register.downloads(entity_id="LAW")["number"].to_list() == [first["download"], second["download"]]
    issue_notices(desk, ["h1"], why="x")
    third = file_of(desk)
    assert {row[0] for row in told_rows(desk)} == {first["download"], third["download"]}
    desk.pinned = date(2025, 7, 1)
    assert (file_of(desk)["download"], "LAW", "A") in told_rows(desk)


def test_nothing_leaves_when_it_cannot_be_put_on_record(desk, monkeypatch):
    def fails(*_args, **_more):
        raise OSError("disk full")

    monkeypatch.setattr("fxwatch.register.taken.record_download", fails)
    for take in (lambda: daily_file(desk, US), lambda: changes(desk, US, date(2025, 6, 1))):
        with pytest.raises(OSError, match="disk full"):
            take()


@pytest.mark.parametrize(("days", "until"), [(0, "2025-06-30T23:59:59+08:00"), (3, "2025-07-03T23:59:59+08:00")])
def test_how_long_a_file_may_be_used_is_a_setting(desk, days, until):
    desk.settings = Settings(verify_ids=False, file_days=days)
    assert file_of(desk)["valid_until"] == until


def test_moves_are_told_from_the_day_that_is_asked_on_and_a_rescission_is_one(desk):
    issue_notices(desk, ["h1"], why="x", on=date(2025, 6, 10))
    rescind_notice(desk, "N1", why="x", on=date(2025, 6, 20))
    both = [("SHIP", "2025-06-10", "AB"), ("SHIP", "2025-06-20", "BA")]
    assert moves(desk, date(2025, 6, 10)) == both
    assert moves(desk, date(2025, 6, 11)) == both[1:]
    assert moves(desk, date(2025, 6, 21)) == []


def test_a_notice_that_leaves_the_window_is_a_move_without_an_act(desk):
    issue_notices(desk, ["h1"], why="x", on=date(2024, 6, 30))
    acts = desk.register.last_act()
    assert moves(desk, date(2025, 6, 30)) == [("SHIP", "2025-06-30", "BA")]
    assert desk.register.acts()[acts:]["kind"].to_list() in ([], ["signing_key_added"])


@pytest.mark.parametrize(
    ("since", "is_told"),
    [(date(2024, 6, 29), True), (date(2024, 6, 28), False), (date(2025, 6, 30), True), (date(2025, 7, 1), False)],
)
def test_moves_are_told_for_a_year_back_and_not_ahead(desk, since, is_told):
    if is_told:
        assert moves(desk, since) == []
    else:
        with pytest.raises(RequestError, match="Moves are told from"):
            moves(desk, since)


def test_what_banks_reported_follows_the_newest_run(desk):
    reported(desk, ("LAW", date(2025, 6, 3)), ("INN", date(2025, 6, 3)))
    assert set(grades(file_of(desk))) == {"LAW", "INN"}
    assert (
        desk.register.put_reported(pl.DataFrame({"bank": [BANK], "entity_id": ["LAW"], "last_day": [date(2025, 6, 3)]}))
        == 1
    )
    assert (
        desk.register.put_reported(pl.DataFrame({"bank": [BANK], "entity_id": ["LAW"], "last_day": [date(2025, 6, 3)]}))
        == 0
    )
    assert set(grades(file_of(desk))) == {"LAW"}
