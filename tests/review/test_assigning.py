"""Whose work a hit is, notes on what the register knows, and how old the open hits are."""

from datetime import date

import pytest

from fxwatch.errors import Decided, Forbidden, NotFound, RequestError
from fxwatch.reading.cases import ageing, notes, worklist
from fxwatch.review import assign, dismiss, issue_notices, lodge_objection, note, open_inquiries
from tests.desk import weekdays

TODAY = date(2025, 6, 30)


def test_an_assignment_names_account_and_due_day_and_the_newest_holds(desk):
    assert len(assign(desk, ["law1", "law2"], "wang", due=date(2025, 7, 15), by="sun")) == 2
    assign(desk, ["law2"], "sun", by="sun", why="on leave")
    shown = desk.hits_of(None, ids=["law1", "law2"]).select("hit_id", "assigned_to", "due_on").rows()
    assert shown == [("law1", "wang", date(2025, 7, 15)), ("law2", "sun", None)]
    assert desk.register.acts(hit_id="law2")["kind"].to_list() == ["hit_assigned", "hit_assigned"]
    assert desk.register.verify().ok


@pytest.mark.parametrize(
    ("hits", "to", "more", "error", "says"),
    [
        (["nothing"], "wang", {}, NotFound, "no hit nothing"),
        (["gone"], "wang", {}, RequestError, "no longer found"),
        (["law1"], "nobody", {}, NotFound, "no account nobody"),
        (["law1"], "zhao", {}, Forbidden, "zhao has approver"),
        (["law1"], "wang", {"by": "zhao"}, Forbidden, "zhao has approver"),
        (["law1"], "wang", {"due": date(2025, 6, 29)}, RequestError, "cannot be due"),
        ([], "wang", {}, RequestError, "at least one hit"),
    ],
)
def test_an_assignment_that_cannot_be_is_refused(desk, hits, to, more, error, says):
    with pytest.raises(error, match=says):
        assign(desk, hits, to, **{"by": "sun", **more})
    assert desk.register.work().is_empty()


def test_decided_work_is_not_given_away(desk):
    dismiss(desk, ["law1"], by="wang", why="fine")
    with pytest.raises(Decided, match="law1 was dismissed by wang"):
        assign(desk, ["law1"], "sun", by="sun")


@pytest.mark.parametrize(
    ("subject", "named", "entity"),
    [
        ("law1", "hit:law1", "LAW"), ("hit:law1", "hit:law1", "LAW"), ("N1", "notice:N1", "LAW"), ("Q1", "inquiry:Q1", "LIN"),
        ("O1", "objection:O1", "LAW"), ("LIN", "entity:LIN", "LIN"), ("entity:LAW", "entity:LAW", "LAW"),
    ],
)  # fmt: skip
def test_a_note_finds_what_it_is_about(desk, subject, named, entity):
    issue_notices(desk, ["law2"], by="wang", why="x")
    lodge_objection(desk, "N1", by="wang", why="x")
    open_inquiries(desk, ["lin1"], question="?", due=date(2025, 7, 15), by="wang")
    act = note(desk, subject, "they called", by="wang")
    assert (act.subject, act.entity_id) == (named, entity)
    assert notes(desk, subject).select("subject", "note").rows() == [(named, "they called")]
    assert notes(desk, entity=entity)["note"].to_list() == ["they called"]
    assert notes(desk, "LAW" if entity == "LIN" else "LIN").is_empty()


def test_a_note_on_a_hit_is_among_the_hits_acts(desk):
    note(desk, "law1", "they called", by="wang")
    assert desk.register.acts(hit_id="law1")["kind"].to_list() == ["note_added"]


def test_a_note_on_nothing_or_without_words_is_refused(desk):
    with pytest.raises(NotFound, match="knows no N9"):
        note(desk, "N9", "x", by="wang")
    with pytest.raises(RequestError, match="Say why"):
        note(desk, "law1", " ", by="wang")


# ---- ages

OLD = """
    hit   entity rule  raised
    today LAW    large 2025-06-30
    week  LAW    large 2025-06-23
    eight LAW    large 2025-06-22
    month LIN    large 2025-05-31
    older LIN    daily 2025-05-30
    ninety LIN   daily 2025-04-01
    oldest LIN   daily 2025-03-31
    done  LAW    large 2025-01-02
"""


@pytest.fixture
def old(desk):
    desk.sees(OLD)
    dismiss(desk, ["done"], by="wang", why="fine")
    return desk


def test_open_hits_fall_into_the_buckets_of_their_age(old):
    columns = ("open_hits", "days_0_7", "days_8_30", "days_31_90", "days_over_90", "oldest_days")
    assert ageing(old).select(columns).rows() == [(7, 2, 2, 2, 1, 91)]


def test_ages_are_told_by_rule_entity_and_account(old):
    assign(old, ["week", "oldest"], "wang", by="sun")
    assert dict(ageing(old, "rule").select("rule", "open_hits").rows()) == {"large": 4, "daily": 3}
    assert dict(ageing(old, "entity").select("entity_id", "open_hits").rows()) == {"LAW": 3, "LIN": 4}
    assert dict(ageing(old, "account").select("assigned_to", "open_hits").rows()) == {"": 5, "wang": 2}
    with pytest.raises(RequestError, match="grouped by rule, entity, account"):
        ageing(old, "month")


def test_a_hit_is_due_thirty_working_days_after_it_was_found(old):
    # Found on Friday, 30 May: the thirtieth working day after it is Friday, 11 July.
    due = dict(worklist(old).hits.select("hit_id", "due_on").rows())
    assert due["older"] == date(2025, 7, 11)
    old.pinned = date(2025, 7, 11)
    assert "older" not in worklist(old, overdue=True).hits["hit_id"].to_list()
    old.pinned = date(2025, 7, 12)
    assert "older" in worklist(old, overdue=True).hits["hit_id"].to_list()


def test_an_assignments_due_day_and_a_dated_term_come_before_the_default(old):
    assign(old, ["oldest"], "wang", due=date(2025, 12, 1), by="sun")
    old.sets("register.due_days", "5", date(2025, 6, 1))
    due = dict(worklist(old).hits.select("hit_id", "due_on").rows())
    assert (due["oldest"], due["week"], due["older"]) == (date(2025, 12, 1), TODAY, date(2025, 7, 11))
    assert worklist(old, account="wang").hits["hit_id"].to_list() == ["oldest"]
    # `ninety`, found on 1 April, and `eight`, found on Sunday, 22 June: due on Friday the 27th.
    assert worklist(old, overdue=True).hits["hit_id"].to_list() == ["ninety", "eight"]


def test_what_is_due_first_comes_first(old):
    assert worklist(old).hits["hit_id"].to_list()[:2] == ["oldest", "ninety"]


def test_due_days_in_a_year_that_the_calendar_lacks_are_counted_as_missing(old):
    old.calendar = weekdays(2024, 2024)
    work = worklist(old)
    assert work.uncovered == [2025]
    assert ageing(old).select("overdue", "without_due").row(0) == (0, 7)


def test_ages_count_from_the_finding_or_from_the_day_it_was_raised(old):
    assert worklist(old, since="raised_on").hits["age_days"].max() == 91
    with pytest.raises(RequestError, match="found_on or raised_on"):
        worklist(old, since="born_on")


def test_no_open_hits_is_an_empty_table(desk):
    desk.sees("hit entity rule raised")
    assert ageing(desk, "rule").is_empty()
    assert worklist(desk).hits.is_empty()
