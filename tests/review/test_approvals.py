"""Four eyes: what changes a count waits for another account, and counts from the day of its approval."""

import json
from datetime import date

import pytest

from fxwatch.errors import Decided, Forbidden, NotFound, RequestError
from fxwatch.reading.cases import approvals, objections
from fxwatch.reading.grades import grades
from fxwatch.review import (
    approve,
    auto_notices,
    decide_objection,
    dismiss,
    issue_notices,
    lodge_objection,
    record_breach,
    record_breaches,
    refuse,
    rescind_breach,
    rescind_notice,
)

FRIDAY = date(2025, 7, 4)
BREACH = {"breach_no": "B1", "entity_id": "LAW", "day": date(2025, 5, 2), "provision": "39"}


@pytest.fixture
def careful(desk):
    """The same desk, with four eyes."""
    desk.sets("register.require_approval", "true")
    return desk


def grade(desk, entity="LAW"):
    return grades(desk).filter(entity_id=entity)["grade"][0]


def test_a_notice_waits_and_counts_from_the_day_of_its_approval(careful):
    assert issue_notices(careful, ["law1", "lin1", "law2"], by="wang", why="to be explained") == ["P1", "P2"]
    assert (careful.notices(), grade(careful)) == ({}, "A")
    careful.pinned = FRIDAY
    (act,) = approve(careful, ["P1"], by="zhao")
    assert careful.notices() == {"N1": ["law1", "law2"]}
    row = careful.register.notices().row(0, named=True)
    assert (row["day"], row["by"], row["why"]) == (FRIDAY, "wang", "to be explained")
    assert (act.payload["proposal"], act.payload["approved_by"]) == ("P1", "zhao")
    assert (grade(careful), grade(careful, "LIN")) == ("B", "A")
    kinds = careful.register.acts()["kind"].to_list()[-4:]
    assert kinds == ["proposed", "proposed", "approved", "notice_issued"]
    assert careful.register.verify().ok


def test_the_copy_that_was_proposed_is_the_copy_that_is_kept(careful):
    issue_notices(careful, ["law1"], by="wang", why="x")
    approve(careful, ["1"], by="zhao")
    proposed, issued = (
        json.loads(careful.register.acts(subject=s)["payload"][0]) for s in ("proposal:P1", "notice:N1")
    )
    assert issued["hits"] == proposed["content"]["hits"]
    assert issued["known"] == proposed["content"]["known"]


def test_nobody_approves_what_is_their_own(careful):
    issue_notices(careful, ["law1"], by="sun", why="x")
    with pytest.raises(Forbidden, match="proposed by sun; another account"):
        approve(careful, ["P1"], by="sun")
    with pytest.raises(Forbidden, match="approver"):
        approve(careful, ["P1"], by="wang")
    assert careful.notices() == {}


def test_who_may_not_do_it_may_not_propose_it(careful):
    with pytest.raises(Forbidden, match="regulator"):
        issue_notices(careful, ["law1"], by="zhao", why="x")
    assert approvals(careful).is_empty()


def test_the_second_reviewer_is_told_who_proposed_and_when(careful):
    issue_notices(careful, ["law1"], by="wang", why="x")
    assert careful.hits_of(None, ids=["law1"]).select("status", "proposal", "proposed_by").row(0) == (
        "open",
        "P1",
        "wang",
    )
    for decide in (issue_notices, dismiss):
        with pytest.raises(Decided, match=r"law1 waits: wang proposed a notice on \d{4}-.*Beijing time.*P1") as refused:
            decide(careful, ["law2", "law1"], by="sun", why="x")
        assert "wang" in refused.value.chinese
    refuse(careful, ["P1"], by="zhao", why="no ground")
    assert dismiss(careful, ["law1"], by="sun", why="fine")


def test_a_refused_proposal_does_nothing_and_is_decided_once(careful):
    issue_notices(careful, ["law1"], by="wang", why="x")
    refuse(careful, ["P1"], by="zhao", why="no ground")
    assert careful.notices() == {}
    assert approvals(careful).is_empty()
    told = approvals(careful, everything=True).select("proposal", "status", "decided_by", "decided_why").row(0)
    assert told == ("P1", "refused", "zhao", "no ground")
    for decide in (lambda: approve(careful, ["P1"], by="sun"), lambda: refuse(careful, ["P1"], by="sun", why="x")):
        with pytest.raises(Decided, match="P1 was refused by zhao"):
            decide()
    with pytest.raises(NotFound, match="P9"):
        approve(careful, ["P9"], by="zhao")


def test_who_proposed_may_take_it_back(careful):
    issue_notices(careful, ["law1"], by="wang", why="x")
    refuse(careful, ["P1"], by="wang", why="my mistake")
    assert approvals(careful, everything=True)["status"].to_list() == ["refused"]


def test_several_are_approved_together_or_not_at_all(careful):
    issue_notices(careful, ["law1"], by="wang", why="x")
    issue_notices(careful, ["lin1"], by="sun", why="x")
    with pytest.raises(Forbidden, match="P2 was proposed by sun"):
        approve(careful, ["P1", "P2"], by="sun")
    assert careful.notices() == {}
    approve(careful, ["P1", "P2"], by="zhao")
    assert careful.notices() == {"N1": ["law1"], "N2": ["lin1"]}


def test_what_is_no_longer_so_is_not_approved(careful):
    issue_notices(careful, ["law1"], by="wang", why="x")
    careful.sees("hit entity rule raised\nlaw1 LAW large 2025-06-02 gone")
    with pytest.raises(RequestError, match="no longer found"):
        approve(careful, ["P1"], by="zhao")
    assert approvals(careful)["proposal"].to_list() == ["P1"]


def test_what_a_finding_took_over_meanwhile_is_not_noticed_again(careful):
    issue_notices(careful, ["law1"], by="wang", why="x")
    approve(careful, issue_notices(careful, ["law2"], by="wang", why="x"), by="zhao")
    careful.supersedes = {"law1": ["law2"]}
    with pytest.raises(Decided, match="law1 was noticed, with the hit it took over"):
        approve(careful, ["P1"], by="zhao")


def test_a_proposal_of_an_account_that_lost_its_role_is_not_approved(careful):
    issue_notices(careful, ["law1"], by="wang", why="x")
    careful.has("wang", "analyst")
    with pytest.raises(Forbidden, match="wang has analyst"):
        approve(careful, ["P1"], by="zhao")


def test_a_rescission_waits_too_and_is_proposed_once(careful):
    approve(careful, issue_notices(careful, ["law1"], by="wang", why="x"), by="zhao")
    assert rescind_notice(careful, "N1", by="zhao", why="in error", to="open").kind == "proposed"
    assert grade(careful) == "B"
    with pytest.raises(Decided, match="N1 waits: zhao proposed its rescission"):
        rescind_notice(careful, "N1", by="sun", why="in error")
    approve(careful, ["P2"], by="sun")
    assert (grade(careful), careful.statuses()["law1"]) == ("A", "open")


def test_a_breach_waits_and_is_proposed_once(careful):
    assert record_breaches(careful, [BREACH, BREACH], by="wang") == ["proposed", "duplicate"]
    assert careful.register.breaches().is_empty()
    careful.pinned = FRIDAY
    approve(careful, ["P1"], by="zhao")
    row = careful.register.breach_versions("LAW")[0]
    assert (row["day"], row["recorded_on"], row["by"]) == (date(2025, 5, 2), FRIDAY, "wang")
    assert grade(careful) == "C"
    assert record_breaches(careful, [BREACH], by="wang") == ["duplicate"]
    rescind_breach(careful, "B1", by="zhao", why="annulled")
    assert grade(careful) == "C"
    approve(careful, ["P2"], by="sun")
    assert grade(careful) == "A"


def test_a_file_that_records_and_rescinds_is_approved_in_its_order(careful):
    careful.has("li", "regulator", "approver")
    gone = {"breach_no": "B1", "action": "D"}
    assert record_breaches(careful, [gone, BREACH, gone, gone], by="li") == [
        "unknown",
        "proposed",
        "proposed",
        "duplicate",
    ]
    with pytest.raises(NotFound, match="no breach B1"):
        approve(careful, ["P2"], by="zhao")
    approve(careful, ["P1", "P2"], by="zhao")
    assert careful.register.breaches()["status"].to_list() == ["rescinded"]


def test_a_breach_by_hand_says_that_it_waits(careful):
    assert record_breach(careful, "B1", entity_id="LAW", day=date(2025, 5, 2), provision="39", by="wang") == "proposed"


def test_an_upheld_objection_waits_and_a_rejected_one_does_not(careful):
    approve(careful, issue_notices(careful, ["law1"], by="wang", why="x"), by="zhao")
    approve(careful, issue_notices(careful, ["lin1"], by="wang", why="x"), by="zhao")
    for notice in ("N1", "N2"):
        lodge_objection(careful, notice, by="wang", why="a refund")
    assert decide_objection(careful, "O2", "rejected", by="zhao", why="no").kind == "objection_decided"
    assert decide_objection(careful, "O1", "upheld", by="zhao", why="yes").kind == "proposed"
    assert objections(careful).select("status", "proposal").rows() == [("lodged", "P3"), ("rejected", None)]
    with pytest.raises(Decided, match="O1 waits: zhao proposed to uphold it"):
        decide_objection(careful, "O1", "rejected", by="sun", why="no")
    approve(careful, ["P3"], by="sun")
    assert objections(careful).select("status", "decided_by").row(0) == ("upheld", "zhao")
    assert (grade(careful), grade(careful, "LIN")) == ("A", "B")
    assert careful.register.verify().ok


def test_a_dismissal_needs_no_second_pair_of_eyes(careful):
    assert len(dismiss(careful, ["law1"], by="wang", why="fine")) == 1
    assert careful.statuses()["law1"] == "dismissed"


def test_the_policy_proposes_and_leaves_alone_what_waits(careful):
    made = auto_notices(careful, by="wang")
    assert made.select("notice", "proposal", "hits").rows() == [
        (None, "P1", ["daily"]), (None, "P2", ["law1", "law2"]), (None, "P3", ["lin1"]),
    ]  # fmt: skip
    assert auto_notices(careful, by="wang").is_empty()
    # A hit found later for a month that is proposed would make a second notice: it waits.
    careful.sees(
        "hit entity rule raised\nlaw1 LAW large 2025-06-02\nlaw2 LAW large 2025-06-03\nlate LAW large 2025-06-20"
    )
    assert auto_notices(careful, by="wang").is_empty()
    approve(careful, ["P2"], by="zhao")
    joined = auto_notices(careful, by="wang")
    assert joined.select("notice", "hits", "joined").rows() == [("N1", ["late"], True)]


def test_an_approved_notice_of_the_policy_joins_one_that_was_issued_meanwhile(careful):
    auto_notices(careful, by="wang")
    careful.sees(
        "hit entity rule raised\n"
        + "\n".join(f"{h} LAW large 2025-06-0{n}" for n, h in ((2, "law1"), (3, "law2"), (4, "new")))
    )
    approve(careful, issue_notices(careful, ["new"], by="wang", why="by hand"), by="zhao")
    approve(careful, ["P2"], by="zhao")
    assert careful.notices() == {"N1": ["law1", "law2", "new"]}
    assert careful.register.acts()["kind"].to_list()[-1] == "notice_joined"


def test_dating_back_and_four_eyes_do_not_go_together(careful):
    with pytest.raises(RequestError, match="count from their approval"):
        auto_notices(careful, by="wang", backdate=True)


def test_four_eyes_begin_on_their_day(desk):
    desk.sets("register.require_approval", "true", FRIDAY)
    assert issue_notices(desk, ["law1"], by="wang", why="x") == ["N1"]
    desk.pinned = FRIDAY
    assert issue_notices(desk, ["law2"], by="wang", why="x") == ["P1"]


def test_what_was_known_of_a_proposal_stays_known(careful):
    issue_notices(careful, ["law1"], by="wang", why="x")
    before = careful.register.now()
    approve(careful, ["P1"], by="zhao")
    assert approvals(careful, known_at=before)["proposal"].to_list() == ["P1"]
    assert careful.register.work(before)["proposal"].to_list() == ["P1"]
    assert careful.register.work().is_empty()
