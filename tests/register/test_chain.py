"""The chain: whatever is changed, taken out or put in is found and named."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fxwatch.canonical import canonical
from fxwatch.register.acts import stored
from fxwatch.register.chain import link

DAY = date(2026, 3, 31)
HIT = {"hit_id": "large:X", "rule": "large", "entity_id": "LAW", "raised_on": "2026-03-02", "digest": "d"}


def issue(register, number, why="to be explained"):
    payload = {"notice": f"N{number}", "number": number, "policy": None, "hits": [{**HIT, "hit_id": f"large:{number}"}]}
    signed = {"by": "li", "role": "regulator", "day": DAY, "why": why, "entity_id": "LAW"}
    return register.append("notice_issued", subject=f"notice:N{number}", payload=payload, **signed)


@pytest.fixture
def tampered(register, meddle):
    """Change the register behind its back, and look whether that is seen."""
    for number in (1, 2, 3):
        issue(register, number)

    def change(statement, **values):
        meddle(statement, **values)
        return register.verify()

    return change


def test_an_untouched_chain_holds(register):
    for number in (1, 2, 3):
        issue(register, number)
    proof = register.verify()
    assert proof.ok
    assert (proof.acts, proof.broken_at, proof.head) == (5, None, register.head())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2020-01-01T00:00:00.000000"),
        ("day", "2026-04-01"),
        ("kind", "notice_joined"),
        ("by", "wang"),
        ("role", "approver"),
        ("subject", "notice:N9"),
        ("entity_id", "LIN"),
        ("entity_id", None),
        ("why", "no reason"),
        ("payload", "{}"),
        ("previous", "0" * 64),
        ("hash", "f" * 64),
    ],
)
def test_a_change_of_any_field_names_the_act(tampered, column, value):
    proof = tampered(f'UPDATE acts SET "{column}" = :value WHERE number = 4', value=value)
    assert not proof.ok
    assert proof.broken_at == 4
    assert "Act 4" in proof.english
    assert "第 4 项" in proof.chinese


@pytest.mark.parametrize("value", [b"\xff", 1.5])
def test_what_is_no_text_names_the_act(tampered, path, value):
    assert tampered("UPDATE acts SET payload = :value WHERE number = 4", value=value).broken_at == 4


def test_bytes_that_are_no_text_name_the_act(tampered, path):
    assert tampered("UPDATE acts SET why = CAST(x'ff' AS TEXT) WHERE number = 4").broken_at == 4


def test_an_act_taken_out_is_named(tampered):
    assert tampered("DELETE FROM acts WHERE number = 4").broken_at == 4


def test_an_act_given_another_number_is_missed_where_it_was(tampered):
    assert tampered("UPDATE acts SET number = 77 WHERE number = 4").broken_at == 4


def test_a_changed_act_with_a_fresh_hash_breaks_at_the_next_one(register, meddle):
    for number in (1, 2, 3):
        issue(register, number)
    with register._store.reading() as connection:
        row = dict(next(r for r in stored(connection) if r["number"] == 3)) | {"why": "forged"}
    meddle("UPDATE acts SET why = :why, hash = :hash WHERE number = 3", why=row["why"], hash=link(row))
    assert register.verify().broken_at == 4


def test_a_chain_cut_at_its_end_lacks_the_digest_that_was_printed(register, meddle):
    issue(register, 1)
    issue(register, 2)
    printed = register.head()
    meddle("DELETE FROM acts WHERE number = 4")
    meddle("DELETE FROM notices WHERE number = 2")
    meddle("DELETE FROM decisions WHERE act = 4")
    assert register.verify().ok
    proof = register.verify(printed)
    assert not proof.ok
    assert printed in proof.english


def test_a_printed_digest_still_holds_when_the_chain_has_grown(register):
    issue(register, 1)
    printed = register.head()
    issue(register, 2)
    assert register.verify(printed).ok


@pytest.mark.parametrize(
    ("statement", "act"),
    [
        ("UPDATE notices SET rescinded_at = at WHERE number = 2", 4),
        ("UPDATE notices SET day = '2020-01-01' WHERE number = 1", 3),
        ("DELETE FROM notices WHERE number = 3", 5),
        ("UPDATE decisions SET decision = 'open' WHERE act = 4", 4),
        ("UPDATE accounts SET roles = 'administrator'", 2),
    ],
)
def test_a_table_that_says_other_than_the_acts_is_found(tampered, statement, act):
    proof = tampered(statement)
    assert not proof.ok
    assert proof.broken_at == act


def test_canonical_json_has_one_spelling():
    assert canonical({"b": 1, "a": ["谁", None, True]}) == canonical({"a": ["谁", None, True], "b": 1})
    assert canonical({"m": Decimal("1.10")}) == '{"m":"1.10"}'


@pytest.mark.parametrize("value", [1.5, {1, 2}, b"x", object()])
def test_what_has_no_exact_spelling_cannot_be_kept(value):
    with pytest.raises(TypeError, match="exact spelling"):
        canonical({"deep": [value]})


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=5), st.text(min_size=1, max_size=5))
def test_any_other_content_has_another_hash(payload, more):
    fields = dict.fromkeys(("at", "day", "kind", "by", "role", "subject", "why", "previous"), "x")
    row = {"number": 1, "entity_id": None, **fields, "payload": canonical(payload)}
    assert link(row) != link({**row, "payload": canonical({**payload, more + "_": more})})
