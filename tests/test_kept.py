"""One answer a name, as long as what it rests on stands."""

import threading
from concurrent.futures import ThreadPoolExecutor

from fxwatch.kept import Kept


def test_an_answer_is_kept_until_its_key_changes() -> None:
    kept, asked = Kept(), []

    def compute() -> int:
        asked.append(1)
        return len(asked)

    assert [kept.get("a", 1, compute), kept.get("a", 1, compute), kept.get("a", 2, compute)] == [1, 1, 2]
    assert (kept.has("a", 1), kept.has("a", 2), kept.has("b", 2)) == (False, True, False)


def test_of_many_who_ask_at_once_one_computes() -> None:
    kept, asked, together = Kept(), [], threading.Barrier(4, timeout=10)

    def ask(_: int) -> int:
        together.wait()
        return kept.get("a", 1, lambda: asked.append(1) or len(asked))

    with ThreadPoolExecutor(4) as many:
        assert list(many.map(ask, range(4))) == [1] * 4


def test_one_answer_may_rest_on_another() -> None:
    kept = Kept()
    assert kept.get("sum", 1, lambda: 1 + kept.get("part", 1, lambda: 2)) == 3


def test_what_is_kept_may_be_gone_on_from_and_let_go() -> None:
    kept = Kept()
    assert kept.last("a") is None
    kept.get("a", 1, lambda: ["one"])
    assert kept.get("a", 2, lambda: [*kept.last("a"), "two"]) == ["one", "two"]
    kept.drop("a")
    kept.drop("b")
    assert kept.last("a") is None
