"""What a regulator does about hits, and what is refused."""

import json
import threading
from datetime import date

import pytest

from fxwatch.errors import Decided, Forbidden, NotFound, RequestError
from fxwatch.register import Register
from fxwatch.review import (
    auto_monthly,
    dismiss,
    issue_notices,
    record_breach,
    record_breaches,
    rescind_breach,
    rescind_notice,
)
from tests.desk import desk_at

WHY = "to be explained"
HITS = """
    hit   entity rule  raised
    law1  LAW    large 2025-03-03
    law2  LAW    large 2025-03-10
    law3  LAW    large 2025-04-07
    ship  LIN    large 2025-03-05
    old   LAW    large 2025-02-01 gone
    hand  LIN    fresh 2025-03-06 by_hand
"""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    made = desk_at(tmp_path, monkeypatch)
    made.enrol("LAW", "LIN")
    made.sees(HITS)
    return made


# ---- notices


def test_one_notice_per_entity_names_all_its_hits_given(desk):
    assert issue_notices(desk, ["law1", "ship", "law2"], why=WHY) == ["N1", "N2"]
    assert desk.notices() == {"N1": ["law1", "law2"], "N2": ["ship"]}
    assert desk.register.notices()["day"].to_list() == [date(2025, 6, 30)] * 2
    assert desk.statuses()["law1"] == "noticed"
    assert desk.statuses()["law3"] == "open"


def test_a_notice_keeps_its_own_copy_of_each_hit(desk):
    issue_notices(desk, ["law1"], why=WHY)
    payload = json.loads(desk.register.acts(subject="notice:N1")["payload"][0])
    copy = payload["hits"][0]
    assert copy["value"] == "600000.00"
    assert copy["parameters"] == {"limit_usd": 500_000}
    assert copy["flow_ids"] == ["law1/1"]
    assert copy["flows"][0]["rate_month"] == "2026-02"
    assert copy["digest"] == "digest of law1"


def test_any_hit_can_be_noticed_by_hand_and_one_named_twice_counts_once(desk):
    assert issue_notices(desk, ["hand", "hand"], why=WHY) == ["N1"]
    assert desk.notices() == {"N1": ["hand"]}


@pytest.mark.parametrize(
    ("hits", "says"),
    [([], "at least one hit"), (["law1", "nothing"], "no hit nothing"), (["old"], "no longer found")],
)
def test_a_notice_on_what_cannot_be_noticed_is_refused_whole(desk, hits, says):
    with pytest.raises(RequestError, match=says):
        issue_notices(desk, hits, why=WHY)
    assert desk.notices() == {}


def test_the_second_reviewer_is_told_who_was_first(desk):
    desk.register.set_account("wang", ["regulator"], by="operator", why="")
    issue_notices(desk, ["law1"], by="wang", why=WHY)
    for decide in (issue_notices, dismiss):
        with pytest.raises(Decided) as refused:
            decide(desk, ["law2", "law1"], why=WHY)
        assert "law1 was noticed (notice N1) by wang on" in refused.value.english
        assert "wang" in refused.value.chinese
    dismiss(desk, ["law2"], by="wang", why=WHY)
    with pytest.raises(Decided, match="law2 was dismissed by wang"):
        issue_notices(desk, ["law2"], why=WHY)


def test_of_two_reviewers_at_once_exactly_one_decides_each_hit(desk):
    desk.sees("hit entity rule raised\n" + "\n".join(f"h{n} LAW large 2025-03-03" for n in range(20)))
    won, lost = [], []

    def decide(name):
        # Its own register, as another process would have.
        register = Register.open(desk.place)
        mine = type("Other", (), {"register": register, "simulation": True})()
        mine.today, mine.actor = desk.today, desk.actor
        for n in range(20):
            try:
                won.extend(issue_notices(mine, [f"h{n}"], why=name))
            except Decided as fault:
                lost.append(fault.english)
        register.close()

    reviewers = [threading.Thread(target=decide, args=(name,)) for name in ("one", "two")]
    for reviewer in reviewers:
        reviewer.start()
    for reviewer in reviewers:
        reviewer.join()
    assert (len(won), len(lost)) == (20, 20)
    assert len(set(won)) == 20


def test_a_hit_that_took_over_a_notice_cannot_be_noticed_again(desk):
    issue_notices(desk, ["law1"], why=WHY)
    desk.supersedes = {"law2": ["law1"]}
    with pytest.raises(Decided, match=r"law2 was noticed, with the hit it took over \(notice N1\)"):
        issue_notices(desk, ["law2"], why=WHY)


def test_a_hit_that_took_over_a_dismissal_says_so(desk):
    dismiss(desk, ["law1"], why=WHY)
    desk.supersedes = {"law2": ["law1"]}
    with pytest.raises(RequestError, match="took over the decision"):
        issue_notices(desk, ["law2"], why=WHY)


@pytest.mark.parametrize("decide", [issue_notices, dismiss])
def test_a_decision_needs_a_reason_and_a_regulator(desk, decide):
    with pytest.raises(RequestError, match="Say why"):
        decide(desk, ["law1"], why="  ")
    desk.register.set_account("wang", ["approver", "analyst"], by="operator", why="")
    with pytest.raises(Forbidden, match="regulator"):
        decide(desk, ["law1"], by="wang", why=WHY)
    assert desk.statuses()["law1"] == "open"


def test_a_simulation_dates_acts_in_the_past_but_never_ahead(desk):
    issue_notices(desk, ["law1"], why=WHY, on=date(2025, 3, 31))
    assert desk.register.notices()["day"].to_list() == [date(2025, 3, 31)]
    with pytest.raises(RequestError, match="after today"):
        issue_notices(desk, ["law2"], why=WHY, on=date(2025, 7, 1))


def test_no_other_home_dates_acts_in_the_past(tmp_path, monkeypatch):
    desk = desk_at(tmp_path, monkeypatch, simulation=False)
    desk.sees(HITS)
    for act in (
        lambda: issue_notices(desk, ["law1"], why=WHY, on=date(2025, 6, 29)),
        lambda: dismiss(desk, ["law1"], why=WHY, on=date(2025, 6, 29)),
        lambda: auto_monthly(desk, backdate=True),
        lambda: record_breaches(desk, [], on=date(2025, 6, 29)),
    ):
        with pytest.raises(RequestError, match="only a simulation home"):
            act()
    assert issue_notices(desk, ["law1"], why=WHY, on=date(2025, 6, 30)) == ["N1"]


# ---- dismissals


def test_a_dismissal_explains_further_hits_up_to_its_day(desk):
    dismiss(desk, ["law1"], why="one project", explains_until=date(2025, 3, 10))
    statuses = desk.statuses()
    assert [statuses[h] for h in ("law1", "law2", "law3", "ship")] == ["dismissed", "explained", "open", "open"]


def test_an_explained_hit_may_be_noticed_by_hand_but_needs_no_dismissal(desk):
    dismiss(desk, ["law1"], why="one project", explains_until=date(2025, 3, 10))
    with pytest.raises(RequestError, match="explained by an earlier dismissal"):
        dismiss(desk, ["law2"], why=WHY)
    assert issue_notices(desk, ["law2"], why="not of that project") == ["N1"]
    assert desk.statuses()["law2"] == "noticed"


def test_a_dismissal_up_to_a_day_before_its_hit_is_refused(desk):
    with pytest.raises(RequestError, match="explains nothing"):
        dismiss(desk, ["law1"], why=WHY, explains_until=date(2025, 3, 2))
    assert len(dismiss(desk, ["law1"], why=WHY, explains_until=date(2025, 3, 3))) == 1


# ---- rescissions


@pytest.mark.parametrize("to", ["dismissed", "open"])
def test_a_rescinded_notice_counts_no_longer_and_its_hits_become(desk, to):
    issue_notices(desk, ["law1", "law2"], why=WHY)
    rescind_notice(desk, "N1", why="objection upheld", to=to)
    row = desk.register.notices().row(0, named=True)
    assert (row["status"], row["rescinded_by"], row["rescinded_why"]) == ("rescinded", "operator", "objection upheld")
    assert [desk.statuses()[h] for h in ("law1", "law2")] == [to, to]
    assert desk.register.counts("LAW", date(2024, 7, 1), date(2025, 6, 30)).notices == 0


def test_a_hit_that_is_open_again_can_be_noticed_again(desk):
    issue_notices(desk, ["law1"], why=WHY)
    rescind_notice(desk, "N1", why="in error", to="open")
    assert issue_notices(desk, ["law1"], why=WHY) == ["N2"]
    assert desk.notices() == {"N2": ["law1"]}


def test_a_notice_is_rescinded_once_and_by_an_approver(desk):
    desk.register.set_account("wang", ["regulator"], by="operator", why="")
    issue_notices(desk, ["law1"], why=WHY)
    with pytest.raises(Forbidden, match="approver"):
        rescind_notice(desk, "N1", by="wang", why=WHY)
    rescind_notice(desk, "N1", why=WHY)
    with pytest.raises(Decided, match="N1 was rescinded by operator"):
        rescind_notice(desk, "N1", why=WHY)
    with pytest.raises(NotFound, match="N9"):
        rescind_notice(desk, "N9", why=WHY)
    with pytest.raises(RequestError, match="dismissed or open"):
        rescind_notice(desk, "N1", why=WHY, to="noticed")


def test_what_was_known_before_a_rescission_stays_known(desk):
    issue_notices(desk, ["law1"], why=WHY)
    before = desk.register.now()
    rescind_notice(desk, "N1", why=WHY)
    assert desk.notices(before) == {"N1": ["law1"]}
    assert desk.register.notices(before)["rescinded_by"].to_list() == [None]
    assert desk.register.decisions(before)["decision"].to_list() == ["noticed"]
    assert desk.register.decisions()["decision"].to_list() == ["dismissed"]


# ---- the policy


def test_the_policy_issues_one_notice_per_entity_rule_and_month(desk):
    made = auto_monthly(desk)
    assert made.select("notice", "entity_id", "month", "hits", "joined").rows() == [
        ("N1", "LAW", date(2025, 3, 1), ["law1", "law2"], False),
        ("N2", "LIN", date(2025, 3, 1), ["ship"], False),
        ("N3", "LAW", date(2025, 4, 1), ["law3"], False),
    ]
    assert made["day"].unique().to_list() == [date(2025, 6, 30)]
    assert desk.statuses()["hand"] == "open"
    assert auto_monthly(desk).is_empty()


def test_the_policy_goes_through_a_day_and_dates_back(desk):
    made = auto_monthly(desk, through=date(2025, 3, 31), backdate=True)
    assert made["day"].to_list() == [date(2025, 3, 31)] * 2
    assert desk.statuses()["law3"] == "open"


def test_a_notice_dated_back_is_never_dated_ahead_of_today(desk):
    desk.pinned = date(2025, 4, 15)
    assert auto_monthly(desk, backdate=True)["day"].to_list() == [
        date(2025, 3, 31),
        date(2025, 3, 31),
        date(2025, 4, 15),
    ]


def test_a_late_hit_joins_the_notice_of_its_month_uncounted(desk):
    issue_notices(desk, ["law1"], why=WHY)
    made = auto_monthly(desk, through=date(2025, 3, 31))
    assert made.filter("joined").select("notice", "hits").rows() == [("N1", ["law2"])]
    assert desk.notices()["N1"] == ["law1", "law2"]
    assert desk.register.counts("LAW", date(2024, 7, 1), date(2025, 6, 30)).notices == 1
    rescind_notice(desk, "N1", why=WHY, to="open")
    assert [desk.statuses()[h] for h in ("law1", "law2")] == ["open", "open"]


def test_a_rescinded_notice_is_not_joined(desk):
    issue_notices(desk, ["law1"], why=WHY)
    rescind_notice(desk, "N1", why=WHY)
    made = auto_monthly(desk, through=date(2025, 3, 31))
    assert made.filter(entity_id="LAW").select("notice", "hits", "joined").rows() == [("N2", ["law2"], False)]


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(desk):
    before = desk.register.head()
    would = auto_monthly(desk, dry_run=True)
    assert would["hits"].to_list() == [["law1", "law2"], ["ship"], ["law3"]]
    assert would["notice"].null_count() == 3
    assert desk.register.head() == before
    assert auto_monthly(desk)["hits"].to_list() == would["hits"].to_list()


def test_what_somebody_decides_meanwhile_is_left_alone_by_the_policy(desk, monkeypatch):
    from fxwatch.reading import hits as reading

    def decides_meanwhile(home, hit_ids):
        if desk.register.notices().is_empty():
            monkeypatch.setattr(reading, "frozen", desk.frozen)
            issue_notices(desk, ["law1"], why="by hand")
        return desk.frozen(home, hit_ids)

    monkeypatch.setattr(reading, "frozen", decides_meanwhile)
    made = auto_monthly(desk, through=date(2025, 3, 31))
    assert made.select("notice", "hits", "joined").rows() == [("N1", ["law2"], True), ("N2", ["ship"], False)]
    assert desk.register.verify().ok


def test_a_policy_with_many_notices_lets_others_write_in_between(desk, monkeypatch):
    monkeypatch.setattr("fxwatch.review.issuing._AT_A_TIME", 1)
    made = auto_monthly(desk)
    assert made["notice"].to_list() == ["N1", "N2", "N3"]
    assert made["hits"].to_list() == [["law1", "law2"], ["ship"], ["law3"]]
    assert desk.register.acts()["at"][-3:].n_unique() == 3
    assert auto_monthly(desk).schema == made.schema


# ---- breaches

BREACH = {
    "breach_no": "B1",
    "entity_id": "LAW",
    "day": date(2025, 2, 28),
    "provision": "Article 39",
    "description": None,
    "reference": None,
}


def test_a_breach_is_recorded_once_and_changed_by_other_content(desk):
    assert record_breaches(desk, [BREACH, BREACH]) == ["accepted", "duplicate"]
    assert record_breaches(desk, [{**BREACH, "day": date(2024, 2, 29)}]) == ["accepted"]
    row = desk.register.breaches().row(0, named=True)
    assert (row["version"], row["day"], row["status"]) == (2, date(2024, 2, 29), "standing")
    assert desk.register.acts(subject="breach:B1")["kind"].to_list() == ["breach_recorded", "breach_changed"]
    assert desk.register.counts("LAW", date(2025, 1, 1), date(2025, 12, 31)).breaches == 0
    assert desk.register.counts("LAW", date(2024, 1, 1), date(2024, 12, 31)).breaches == 1
    assert desk.register.verify().ok


def test_a_row_with_d_rescinds_and_rescinding_twice_or_nothing_does_no_harm(desk):
    gone = {"breach_no": "B1", "action": "D"}
    assert record_breaches(desk, [gone, BREACH, gone, gone]) == ["unknown", "accepted", "accepted", "duplicate"]
    assert desk.register.breaches()["status"].to_list() == ["rescinded"]
    assert record_breaches(desk, [BREACH]) == ["duplicate"]
    assert desk.register.breaches()["status"].to_list() == ["rescinded"]


def test_a_file_of_breaches_is_recorded_whole_or_not_at_all(desk):
    desk.register.set_account("wang", ["regulator"], by="operator", why="")
    with pytest.raises(Forbidden, match="approver"):
        record_breaches(desk, [BREACH, {"breach_no": "B1", "action": "D"}], by="wang")
    assert desk.register.breaches().is_empty()


def test_a_breach_is_rescinded_once(desk):
    record_breach(desk, "B1", entity_id="LAW", day=date(2025, 2, 28), provision="Article 39")
    before = desk.register.now()
    rescind_breach(desk, "B1", why="annulled")
    window = (date(2025, 1, 1), date(2025, 12, 31))
    assert desk.register.counts("LAW", *window).breaches == 0
    assert desk.register.counts("LAW", *window, known_at=before).breaches == 1
    assert desk.register.breaches(before)["status"].to_list() == ["standing"]
    with pytest.raises(Decided, match="B1 was rescinded by operator"):
        rescind_breach(desk, "B1", why="annulled")
    with pytest.raises(NotFound, match="B2"):
        rescind_breach(desk, "B2", why="annulled")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"entity_id": "NOBODY"}, "not on the roll"),
        ({"provision": " "}, "provision"),
        ({"day": date(2025, 7, 1)}, "after today"),
    ],
)
def test_a_breach_that_cannot_be_is_refused(desk, change, says):
    row = {"entity_id": "LAW", "day": date(2025, 2, 28), "provision": "Article 39", **change}
    with pytest.raises(RequestError, match=says):
        record_breach(desk, "B1", **row)
    assert desk.register.breaches().is_empty()
