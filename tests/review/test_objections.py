"""Objections: in time by the calendar, decided once, upheld or rejected; the grade follows."""

from datetime import date

import polars as pl
import pytest

from fxwatch.errors import Decided, Forbidden, NotFound, RequestError
from fxwatch.reading.cases import objections
from fxwatch.reading.grades import grades
from fxwatch.review import decide_objection, issue_notices, lodge_objection, rescind_notice
from tests.desk import weekdays

NOTICE_DAY = date(2025, 6, 30)  # a Monday: the seventh working day after it is Wednesday, 9 July


@pytest.fixture
def noticed(desk):
    issue_notices(desk, ["law1", "law2"], by="wang", why="to be explained")
    return desk


def lodge(desk, notice="N1", **more):
    return lodge_objection(desk, notice, **{"by": "wang", "why": "it was a refund", **more})


def grade(desk):
    return grades(desk).filter(entity_id="LAW")["grade"][0]


def test_an_objection_keeps_its_terms(noticed):
    noticed.pinned = date(2025, 7, 1)
    act = lodge(noticed)
    assert (act.payload["objection"], act.payload["last_day"], act.payload["decide_by"]) == (
        "O1",
        "2025-07-09",
        "2025-07-15",
    )
    row = objections(noticed).row(0, named=True)
    assert (row["notice"], row["entity_id"], row["status"], row["why"]) == ("N1", "LAW", "lodged", "it was a refund")
    assert grade(noticed) == "B"


@pytest.mark.parametrize(("day", "is_late"), [(date(2025, 7, 9), False), (date(2025, 7, 10), True)])
def test_the_seventh_working_day_after_the_notice_is_the_last(noticed, day, is_late):
    noticed.pinned = day
    if is_late:
        with pytest.raises(RequestError, match="last day for notice N1 was 2025-07-09"):
            lodge(noticed)
        assert objections(noticed).is_empty()
    else:
        assert lodge(noticed).payload["last_day"] == "2025-07-09"


def test_days_off_by_the_calendar_do_not_run(noticed):
    holiday = pl.col("day").is_between(date(2025, 7, 1), date(2025, 7, 3))
    noticed.calendar = noticed.calendar.with_columns(is_workday=pl.col("is_workday") & ~holiday)
    assert lodge(noticed).payload["last_day"] == "2025-07-14"


def test_a_late_objection_is_admitted_by_an_approver_who_says_why(noticed):
    noticed.pinned = date(2025, 7, 10)
    with pytest.raises(Forbidden, match="approver"):
        lodge(noticed, late_because="the letter came back")
    act = lodge(noticed, by="zhao", late_because="the letter came back")
    assert (act.role, objections(noticed)["late_because"][0]) == ("approver", "the letter came back")


def test_an_objection_in_time_needs_no_excuse(noticed):
    with pytest.raises(RequestError, match="is in time"):
        lodge(noticed, by="zhao", late_because="just in case")


def test_the_term_is_the_one_in_force_on_the_day_of_the_notice(noticed):
    noticed.sets("register.objection_days", "2", date(2025, 7, 1))
    noticed.sets("register.decision_days", "1", date(2025, 7, 3))
    noticed.pinned = date(2025, 7, 3)
    told = lodge(noticed).payload
    assert (told["last_day"], told["decide_by"]) == ("2025-07-09", "2025-07-04")


def test_a_year_that_the_calendar_does_not_cover_is_a_sentence(noticed):
    noticed.calendar = weekdays(2023, 2024)
    with pytest.raises(RequestError, match="Working days of 2025") as refused:
        lodge(noticed)
    assert "2025 年" in refused.value.chinese


def test_a_notice_is_objected_to_once(noticed):
    lodge(noticed)
    with pytest.raises(Decided, match=r"N1 was objected to \(O1\), on record by wang"):
        lodge(noticed, by="sun")


def test_a_rescinded_notice_or_none_cannot_be_objected_to(noticed):
    with pytest.raises(NotFound, match="N7"):
        lodge(noticed, "N7")
    rescind_notice(noticed, "N1", by="zhao", why="in error")
    with pytest.raises(Decided, match="N1 was rescinded by zhao"):
        lodge(noticed)


def test_an_objection_does_not_come_before_its_notice(noticed):
    with pytest.raises(RequestError, match="comes before its notice"):
        lodge(noticed, on=date(2025, 6, 27))


@pytest.mark.parametrize("to", ["dismissed", "open"])
def test_upheld_the_notice_falls_and_the_grade_follows_at_once(noticed, to):
    lodge(noticed)
    before = noticed.register.now()
    decide_objection(noticed, "O1", "upheld", by="zhao", why="a refund indeed", to=to)
    assert (grade(noticed), noticed.notices()) == ("A", {})
    assert [noticed.statuses()[h] for h in ("law1", "law2")] == [to, to]
    row = noticed.register.notices().row(0, named=True)
    assert (row["rescinded_by"], row["rescinded_why"]) == ("zhao", "O1: a refund indeed")
    assert objections(noticed).select("status", "decided_by").row(0) == ("upheld", "zhao")
    assert objections(noticed, known_at=before).select("status", "decided_by").row(0) == ("lodged", None)
    assert noticed.notices(before) == {"N1": ["law1", "law2"]}
    assert noticed.register.verify().ok


def test_rejected_the_notice_stands(noticed):
    lodge(noticed)
    decide_objection(noticed, "N1", "rejected", by="zhao", why="no proof")
    assert (grade(noticed), objections(noticed)["status"][0]) == ("B", "rejected")


def test_deciding_twice_is_told_who_was_first(noticed):
    lodge(noticed)
    decide_objection(noticed, "O1", "rejected", by="zhao", why="no proof")
    with pytest.raises(Decided, match="O1 was rejected by zhao") as refused:
        decide_objection(noticed, "O1", "upheld", by="sun", why="a refund")
    assert "驳回" in refused.value.chinese
    assert grade(noticed) == "B"


def test_only_an_approver_decides_and_only_one_of_two_ways(noticed):
    lodge(noticed)
    with pytest.raises(Forbidden, match="approver"):
        decide_objection(noticed, "O1", "upheld", by="wang", why="x")
    with pytest.raises(RequestError, match="upheld or rejected"):
        decide_objection(noticed, "O1", "maybe", by="zhao", why="x")
    with pytest.raises(RequestError, match="dismissed or open"):
        decide_objection(noticed, "O1", "upheld", by="zhao", why="x", to="noticed")
    with pytest.raises(NotFound, match="O2"):
        decide_objection(noticed, "O2", "upheld", by="zhao", why="x")
    assert objections(noticed)["status"].to_list() == ["lodged"]


def test_an_objection_to_what_was_rescinded_meanwhile_can_still_be_closed(noticed):
    lodge(noticed)
    rescind_notice(noticed, "N1", by="zhao", why="in error")
    decide_objection(noticed, "O1", "upheld", by="sun", why="so it was")
    assert objections(noticed)["status"].to_list() == ["upheld"]
    assert noticed.register.acts(subject="notice:N1")["kind"].to_list() == ["notice_issued", "notice_rescinded"]


def test_it_is_overdue_on_the_day_after_the_last_for_its_decision(noticed):
    lodge(noticed)  # on Monday, 30 June: to be decided by Monday, 14 July
    noticed.pinned = date(2025, 7, 14)
    assert objections(noticed, overdue=True).is_empty()
    noticed.pinned = date(2025, 7, 15)
    assert objections(noticed, overdue=True)["objection"].to_list() == ["O1"]
    decide_objection(noticed, "O1", "rejected", by="zhao", why="no proof")
    assert objections(noticed, overdue=True).is_empty()
