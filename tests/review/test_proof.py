"""The proof covers what is under way: a table that says other than the acts is found, and the act named."""

import sqlite3
from datetime import date

import pytest

from fxwatch.review import adopt_policy, answer_inquiry, assign, issue_notices, lodge_objection, note, open_inquiries
from tests.review.test_adopting import TEXT


@pytest.fixture
def busy(desk, tmp_path):
    """One of everything; the acts are numbered from 6 on, after those of the desk and its accounts."""
    file = tmp_path / "policy.toml"
    file.write_text(TEXT, "utf-8")
    issue_notices(desk, ["law1"], by="wang", why="x")
    open_inquiries(desk, ["law2"], question="?", due=date(2025, 7, 15), by="wang")
    answer_inquiry(desk, "Q1", answer="!", by="wang")
    lodge_objection(desk, "N1", by="wang", why="x")
    assign(desk, ["law2"], "wang", by="sun")
    note(desk, "law2", "they called", by="wang")
    adopt_policy(desk, file, by="zhao")
    desk.sets("register.require_approval", "true")
    issue_notices(desk, ["lin1"], by="wang", why="x")
    return desk


def test_what_nobody_touched_holds(busy):
    proof = busy.register.verify()
    assert (proof.ok, proof.acts) == (True, 14)


@pytest.mark.parametrize(
    ("statement", "act"),
    [
        ("UPDATE inquiries SET question = 'another'", 7),
        ("UPDATE inquiries SET answer = 'another'", 7),
        ("DELETE FROM inquiries", 7),
        ("UPDATE objections SET decide_by = '2030-01-01'", 9),
        ("UPDATE objections SET outcome = 'upheld'", 9),
        ("UPDATE assignments SET assigned_to = 'sun'", 10),
        ("DELETE FROM mentions WHERE act = 11", 11),
        ("UPDATE policies SET content = '{}'", 12),
        ("UPDATE proposals SET outcome = 'approved'", 14),
        ("INSERT INTO mentions VALUES ('law9', 14)", 14),
    ],
)
def test_a_table_that_was_changed_is_found(busy, tmp_path, statement, act):
    with sqlite3.connect(tmp_path / "register.sqlite") as connection:
        connection.execute(statement)
    connection.close()
    proof = busy.register.verify()
    assert (proof.ok, proof.broken_at) == (False, act)
