"""Rows are read ahead of those that are judged: the same rows, in order, and the same faults."""

import threading
from collections.abc import Iterator

import pytest

from fxwatch.intake.reading import ahead


def test_what_is_made_ahead_comes_in_order() -> None:
    assert list(ahead(iter(range(5)))) == list(range(5))
    assert list(ahead(iter(()))) == []


def test_one_is_made_while_the_one_before_it_is_worked_on() -> None:
    begun = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        begun.set()
        yield 2

    coming = ahead(items())
    assert next(coming) == 1
    assert begun.wait(10)
    assert list(coming) == [2]


def test_a_fault_comes_where_its_item_would() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("the second")

    coming = ahead(items())
    assert next(coming) == 1
    with pytest.raises(ValueError, match="the second"):
        next(coming)
