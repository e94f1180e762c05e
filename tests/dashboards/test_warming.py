"""What was answered before anybody asked: after a start, and after something was published."""

import time
from collections.abc import Callable

import pytest

from dashboards import warming
from dashboards.parts import recall
from dashboards.visit import Visit
from fxwatch.errors import RequestError
from fxwatch.session import Session


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []

    def first(home: Session) -> None:
        told.append("first")

    monkeypatch.setattr(warming, "FIRST", (("snapshot", first),))
    monkeypatch.setattr(warming, "LOOKS", 0.02)
    recall.forget()
    return told


def until(is_so: Callable[[], bool]) -> bool:
    ends = time.monotonic() + 10
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.02)
    return is_so()


def test_first_views_are_answered_at_the_start_and_again_when_something_is_published(
    own_office: Session, asked: list[str]
) -> None:
    ended = warming.begin(own_office)
    assert until(lambda: asked == ["first"])
    own_office.run()
    assert until(lambda: asked == ["first", "first"])
    ended.set()
    recall.forget()


def test_what_visits_asked_is_asked_again(own_office: Session, asked: list[str]) -> None:
    visit = Visit(own_office, own_office.register.account("wang"), "en")

    def question(home: Session, word: str, *, more: int) -> None:
        asked.append(f"{word} {more}")

    recall.remembered(visit, question, "rise", more=3)
    own_office.run()
    warming.warm(own_office)
    recall.remembered(visit, question, "rise", more=3)
    assert asked == ["rise 3", "first", "rise 3"]
    recall.forget()


def test_a_question_that_is_refused_or_fails_does_not_keep_the_others_from_being_asked(
    own_office: Session, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(home: Session) -> None:
        raise RequestError("No.", "否。")

    def fails(home: Session) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(warming, "FIRST", (("snapshot", refused), ("snapshot", fails), *warming.FIRST))
    warming.warm(own_office)
    assert asked == ["first"]
    recall.forget()
