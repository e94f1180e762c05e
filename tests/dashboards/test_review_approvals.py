"""Four eyes on the review screen: what one proposes another answers; objections and rescissions where the role allows."""

from datetime import date

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from fxwatch.amending import amend
from fxwatch.reading.queue import Asked, line, queue
from fxwatch.session import Session
from tests.dashboards.conftest import TODAY, See, told


@pytest.fixture
def careful(own_office: Session) -> Session:
    """The home with four eyes on, and a notice that wang proposed."""
    payload = {"name": "register.require_approval", "value": "true", "valid_from": "2020-01-01", "basis": "decision 12"}
    own_office.register.append(
        "parameter_set", by="zhao", role="approver", subject="register.require_approval", day=own_office.today(),
        why="decision 12", payload=payload,
    )  # fmt: skip
    own_office.issue_notices([first(own_office)], why="too large", by="wang")
    return own_office


def first(home: Session) -> str:
    return str(line(queue(home), Asked()).page(1)["hit_id"][0])


def send(seen: AppTest, label: str) -> AppTest:
    return next(one for one in seen.button if one.label == label).click().run()


def test_approvals_are_there_with_four_eyes_alone(see: See, office: Session, careful: Session) -> None:
    assert not any("Approvals" in view for view in views(see("review")))
    assert "Approvals · 1" in views(see("review", home=careful))


def views(seen: AppTest) -> list[str]:
    return [str(view) for view in seen.get("button_group")[0].options]


def test_before_a_proposal_it_is_said_from_when_it_counts(see: See, careful: Session) -> None:
    other = str(queue(careful).filter(~queue(careful)["hit_id"].is_in([first(careful)]))["hit_id"][0])
    seen = see("review", home=careful, hit=other)
    seen.button(key="review_deed_notice").click().run()
    assert "From the day another account approves it" in told(seen)
    next(one for one in seen.text_input if one.label == "Why").input("large")
    seen = send(seen, "Propose the notice")
    assert [one.value for one in seen.toast] == ["P2 waits for another account's approval."]


def test_a_proposed_hit_says_so_and_is_not_proposed_twice(see: See, careful: Session) -> None:
    seen = see("review", "sun", home=careful, hit=first(careful))
    assert "wang proposed a notice on this hit: P1" in seen.info[0].value
    keys = {one.key for one in seen.button}
    assert {"review_deed_approve", "review_deed_refuse"} <= keys
    assert "review_deed_notice" not in keys


def test_an_approver_does_not_approve_what_they_proposed_themselves(see: See, careful: Session) -> None:
    other = str(queue(careful).filter(pl.col("proposal").is_null())["hit_id"][0])
    careful.issue_notices([other], why="large", by="sun")
    keys = {one.key for one in see("review", "sun", home=careful, hit=other).button}
    assert "review_deed_refuse" in keys
    assert "review_deed_approve" not in keys


def test_who_proposed_may_take_it_back_but_not_approve(see: See, careful: Session) -> None:
    seen = see("review", "wang", home=careful, view="approvals")
    labels = {one.label for one in seen.button}
    assert "Approve" not in labels
    assert "You proposed P1" in told(seen)
    seen.text_input[0].input("a mistake")
    send(seen, "Refuse")
    assert careful.approvals().is_empty()
    assert careful.hits(ids=[first(careful)])["status"].to_list() == ["open"]


def test_another_approves_and_the_grade_follows(see: See, careful: Session) -> None:
    hit = first(careful)
    entity = str(careful.hits(ids=[hit])["entity_id"][0])
    before = len(careful.grade(entity)["notices"])
    seen = see("review", "sun", home=careful, view="approvals")
    assert "too large" in told(seen)
    assert f"Notices in the window {before} → {before + 1}" in told(seen)
    send(seen, "Approve")
    assert careful.approvals().is_empty()
    assert len(careful.grade(entity)["notices"]) == before + 1


def test_a_proposal_that_was_answered_meanwhile_is_not_answered_twice(careful: Session) -> None:
    rows = careful.approvals().to_dicts()
    careful.refuse(["P1"], why="too little", by="zhao")
    slow = send(AppTest.from_function(_answer, default_timeout=30, args=(careful, "sun", rows)).run(), "Approve")
    assert "Proposal P1 was refused by zhao" in slow.error[0].value
    assert careful.register.notices().filter(by="wang").is_empty()


def _answer(home: "Session", account: str, rows: list[dict[str, object]]) -> None:
    """The answer to proposals as they were when they were seen."""
    from dashboards.screens.review import approvals, told
    from dashboards.visit import Visit

    visit = Visit(home, home.register.account(account), "en")
    told.say_refusal(visit)
    approvals.answer(visit, rows)


def noticed(home: Session) -> tuple[str, str]:
    """A notice of today and its hit."""
    hit = first(home)
    return home.issue_notices([hit], why="too large", by="wang")[0], hit


def opened(see: See, home: Session, who: str, hit: str, notice: str) -> AppTest:
    """The case of a noticed hit, with its notice unfolded."""
    seen = see("review", who, home=home, hit=hit)
    seen.session_state[f"review_earlier_{notice}"] = True
    return seen.run()


def test_an_earlier_notice_tells_what_it_said_and_may_be_taken_back(see: See, own_office: Session) -> None:
    notice, hit = noticed(own_office)
    assert "Rescind " + notice not in {one.label for one in opened(see, own_office, "wang", hit, notice).button}
    seen = opened(see, own_office, "zhao", hit, notice)
    assert "Issued by wang: too large" in told(seen)
    next(one for one in seen.text_input if one.label == "Why").input("a mistake")
    send(seen, f"Rescind {notice}")
    assert own_office.hits(ids=[hit])["status"].to_list() == ["dismissed"]


def test_an_objection_is_lodged_in_the_case_and_decided_by_an_approver(see: See, own_office: Session) -> None:
    notice, hit = noticed(own_office)
    seen = opened(see, own_office, "wang", hit, notice)
    next(one for one in seen.text_input if one.label == "The entity's grounds").input("a loan")
    send(seen, "Lodge an objection")
    assert "You can look" not in told(see("review", "wang", home=own_office, view="objections"))
    assert not see("review", "wang", home=own_office, view="objections").radio
    seen = see("review", "zhao", home=own_office, view="objections")
    assert "a loan" in told(seen)
    seen.radio[0].set_value("upheld")
    seen.text_input[0].input("a loan indeed")
    send(seen, "Decide the objection")
    assert own_office.objections()["status"].to_list() == ["upheld"]
    assert own_office.register.notices().filter(notice=notice)["status"].to_list() == ["rescinded"]


def test_a_proposed_version_says_its_value_and_its_day(see: See, own_office: Session) -> None:
    amend(own_office, "register.require_approval", "true", valid_from=TODAY, basis="decision 1", by="zhao")
    day = date(2027, 1, 1)
    amend(own_office, "large_daily_total.limit_usd", "900000", valid_from=day, basis="circular 12", by="zhao")
    for language, says in (("en", "900,000 from 1 Jan 2027 on"), ("zh", "900,000，自 2027年1月1日 起")):
        seen = see("review", "sun", language, home=own_office, view="approvals")  # type: ignore[arg-type]
        assert not seen.exception
        shown = told(seen).replace("\\", "")
        assert f"limit_usd = {says}" in shown
        assert "None" not in shown
