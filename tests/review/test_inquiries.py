"""Inquiries: asked with a due day, answered, closed with a finding; each step once."""

import json
from datetime import date

import pytest

from fxwatch.errors import Decided, Forbidden, NotFound, RequestError
from fxwatch.reading.cases import inquiries
from fxwatch.review import answer_inquiry, close_inquiry, issue_notices, open_inquiries

DUE = date(2025, 7, 15)


def ask(desk, *hits, **more):
    return open_inquiries(desk, hits, **{"question": "What was paid for?", "due": DUE, "by": "wang", **more})


def test_an_inquiry_is_opened_per_entity_and_keeps_its_hits_and_what_was_known(desk):
    assert ask(desk, "law1", "lin1", "law2") == ["Q1", "Q2"]
    table = inquiries(desk)
    assert table.select("inquiry", "entity_id", "status", "due_on", "hits").rows() == [
        ("Q1", "LAW", "open", DUE, ["law1", "law2"]),
        ("Q2", "LIN", "open", DUE, ["lin1"]),
    ]
    payload = json.loads(desk.register.acts(subject="inquiry:Q1")["payload"][0])
    assert [hit["value"] for hit in payload["hits"]] == ["600000.00", "600000.00"]
    assert payload["known"] == {"run_id": 7, "snapshot": "snapshot-9.duckdb", "rule_versions": {"large": None}}
    assert desk.statuses()["law1"] == "open"


def test_an_inquiry_may_be_on_a_decided_hit_or_on_an_entity_without_hits(desk):
    issue_notices(desk, ["law1"], why="x")
    assert ask(desk, "law1") == ["Q1"]
    assert ask(desk, entity_id="LIN") == ["Q2"]
    assert inquiries(desk, entity="LIN")["hits"].to_list() == [[]]


def test_it_is_answered_and_closed_and_every_step_is_known_from_its_moment(desk):
    ask(desk, "law1")
    opened = desk.register.now()
    answer_inquiry(desk, "Q1", answer="a licence fee", by="wang")
    answered = desk.register.now()
    close_inquiry(desk, "Q1", finding="in order", by="sun")
    row = inquiries(desk).row(0, named=True)
    assert (row["status"], row["answer"], row["finding"], row["closed_by"]) == (
        "closed",
        "a licence fee",
        "in order",
        "sun",
    )
    assert [inquiries(desk, known_at=t)["status"][0] for t in (opened, answered, None)] == [
        "open",
        "answered",
        "closed",
    ]
    assert inquiries(desk, known_at=opened)["answer"].to_list() == [None]
    assert desk.register.acts(hit_id="law1")["kind"].to_list() == ["inquiry_opened"]
    assert desk.register.verify().ok


def test_a_second_answer_and_a_second_finding_are_told_who_was_first(desk):
    ask(desk, "law1")
    answer_inquiry(desk, "Q1", answer="a licence fee", by="wang")
    with pytest.raises(Decided, match="Q1 was answered, on record by wang"):
        answer_inquiry(desk, "Q1", answer="a loan", by="sun")
    close_inquiry(desk, "Q1", finding="in order", by="wang")
    for step in (lambda: answer_inquiry(desk, "Q1", answer="x"), lambda: close_inquiry(desk, "Q1", finding="x")):
        with pytest.raises(Decided, match="Q1 was closed by wang"):
            step()


def test_an_inquiry_may_be_closed_without_an_answer(desk):
    ask(desk, "law1")
    close_inquiry(desk, "Q1", finding="no answer came", by="wang")
    assert inquiries(desk).select("status", "answer").row(0) == ("closed", None)


def test_it_is_overdue_on_the_day_after_its_due_day_until_it_is_answered(desk):
    ask(desk, "law1")
    desk.pinned = DUE
    assert inquiries(desk, overdue=True).is_empty()
    desk.pinned = date(2025, 7, 16)
    assert inquiries(desk, overdue=True)["inquiry"].to_list() == ["Q1"]
    answer_inquiry(desk, "Q1", answer="late, but here", by="wang")
    assert inquiries(desk, overdue=True).is_empty()


@pytest.mark.parametrize(
    ("more", "error", "says"),
    [
        ({"hits": ["law1"], "entity_id": "LIN"}, RequestError, "name either"),
        ({"hits": []}, RequestError, "name either"),
        ({"hits": ["nothing"]}, NotFound, "no hit nothing"),
        ({"entity_id": "NOBODY"}, NotFound, "not on the roll"),
        ({"hits": ["law1"], "question": " "}, RequestError, "Say why"),
        ({"hits": ["law1"], "due": date(2025, 6, 29)}, RequestError, "cannot be due"),
        ({"hits": ["law1"], "by": "zhao"}, Forbidden, "regulator"),
    ],
)
def test_an_inquiry_that_cannot_be_is_refused(desk, more, error, says):
    hits = more.pop("hits", [])
    with pytest.raises(error, match=says):
        ask(desk, *hits, **more)
    assert inquiries(desk).is_empty()


def test_an_inquiry_that_does_not_exist_is_named(desk):
    with pytest.raises(NotFound, match="Q9"):
        answer_inquiry(desk, "Q9", answer="x")
