"""What a decision would do to a grade: what is said beforehand is what happens."""

from datetime import date
from pathlib import Path

import pytest

from fxwatch.reading.consequences import if_dismissed, if_noticed, if_rescinded
from fxwatch.reading.grades import grade_of
from fxwatch.review import dismiss, issue_notices, record_breach, rescind_notice
from tests.desk import Desk, desk_at

HITS = """
    hit   entity rule  raised
    may   LAW    large 2025-05-05
    may2  LAW    large 2025-05-06
    june  LAW    large 2025-06-04
    daily LAW    daily 2025-06-04
    lin   LIN    large 2025-06-05
    hand  SHIP   large 2025-06-05 by_hand
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = desk_at(tmp_path, monkeypatch, date(2025, 6, 30))
    made.enrol("LAW", "LIN", "SHIP")
    made.sees(HITS)
    return made


def grades_of(desk: Desk, entity: str) -> tuple[str, str]:
    told = grade_of(desk, entity)
    return told["grade"], told["provisional_grade"]


def test_a_notice_on_hits_of_two_entities_is_one_notice_each(desk: Desk) -> None:
    law, lin = if_noticed(desk, ["may", "lin", "june"])
    assert (law.entity_id, law.hits, law.notices, law.notices_after) == ("LAW", 2, 0, 1)
    assert (lin.entity_id, lin.hits, lin.grade, lin.grade_after, lin.moves) == ("LIN", 1, "A", "B", True)


@pytest.mark.parametrize("hits", [["may"], ["may", "may2"], ["june", "daily"], ["may", "june", "daily"], ["hand"]])
def test_what_is_said_before_a_notice_is_what_comes(desk: Desk, hits: list[str]) -> None:
    (said,) = if_noticed(desk, hits)
    assert (said.grade, said.provisional) == grades_of(desk, said.entity_id)
    issue_notices(desk, hits, why="large")
    assert (said.grade_after, said.provisional_after) == grades_of(desk, said.entity_id)


def test_the_fourth_notice_is_the_one_that_makes_a_c(desk: Desk) -> None:
    for hit, (before, after) in {"may": "AB", "may2": "BB", "june": "BB", "daily": "BC"}.items():
        (said,) = if_noticed(desk, [hit])
        assert (said.grade, said.grade_after) == (before, after)
        issue_notices(desk, [hit], why="large")


def test_after_a_breach_a_notice_moves_nothing(desk: Desk) -> None:
    record_breach(desk, "B1", entity_id="LIN", day=date(2025, 6, 1), provision="Article 7")
    (said,) = if_noticed(desk, ["lin"])
    assert (said.grade, said.grade_after, said.moves, said.breaches) == ("C", "C", False, 1)


@pytest.mark.parametrize("until", [None, date(2025, 5, 31), date(2025, 6, 30)])
def test_a_dismissal_moves_the_provisional_grade_alone(desk: Desk, until: date | None) -> None:
    (said,) = if_dismissed(desk, ["may"], until)
    assert (said.grade_after, said.notices_after, said.waits) == (said.grade, said.notices, False)
    dismiss(desk, ["may"], why="seen", explains_until=until)
    assert (said.grade_after, said.provisional_after) == grades_of(desk, "LAW")


@pytest.mark.parametrize(
    ("until", "after"), [(None, "B"), (date(2025, 3, 31), "B"), (date(2025, 5, 31), "B"), (date(2025, 6, 5), "A")]
)
def test_what_a_dismissal_explains_is_no_more_expected(desk: Desk, until: date | None, after: str) -> None:
    desk.sees("""
        hit   entity rule  raised
        march LAW    large 2025-03-05
        april LAW    large 2025-04-05
        may   LAW    large 2025-05-05
        june  LAW    large 2025-06-05
    """)
    (said,) = if_dismissed(desk, ["march"], until)
    assert (said.provisional, said.provisional_after) == ("C", after)
    dismiss(desk, ["march"], why="seen", explains_until=until)
    assert grades_of(desk, "LAW") == ("A", after)


@pytest.mark.parametrize("to", ["dismissed", "open"])
def test_a_rescission_is_foretold_too(desk: Desk, to: str) -> None:
    issue_notices(desk, ["may"], why="large")
    said = if_rescinded(desk, "LAW", "N1", to)
    assert said is not None
    assert (said.grade, said.provisional) == grades_of(desk, "LAW")
    rescind_notice(desk, "N1", why="a mistake", to=to)
    assert (said.grade_after, said.provisional_after) == grades_of(desk, "LAW")
    assert if_rescinded(desk, "LAW", "N1", to) is None


def test_a_notice_older_than_the_window_takes_nothing_back(desk: Desk) -> None:
    issue_notices(desk, ["may"], why="large", on=date(2024, 6, 30))
    said = if_rescinded(desk, "LAW", "N1")
    assert said is not None
    assert (said.notices, said.notices_after, said.moves) == (0, 0, False)


def test_with_four_eyes_a_notice_waits_and_a_dismissal_does_not(desk: Desk) -> None:
    assert not if_noticed(desk, ["lin"])[0].waits
    desk.sets("register.require_approval", "true")
    assert if_noticed(desk, ["lin"])[0].waits
    assert not if_dismissed(desk, ["lin"])[0].waits


def test_an_entity_on_no_roll_stays_unknown(desk: Desk) -> None:
    desk.sees("hit entity rule raised\nx GHOST large 2025-06-05")
    (said,) = if_noticed(desk, ["x"])
    assert (said.grade, said.grade_after) == ("unknown", "unknown")
