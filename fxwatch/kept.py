"""Answers kept between questions: large frames that many questions begin with, computed once a state."""

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class Kept:
    """The newest answer to each of a few questions, for any number of threads.

    One answer a name: what rests on a new key takes the place of the old one, so that the names bound the memory. Of several
    threads that ask at once the first computes and the others wait. Answers are shared: nobody changes them.
    """

    def __init__(self) -> None:
        self._answers: dict[str, tuple[Hashable, Any]] = {}
        self._locks: dict[str, threading.Lock] = {}

    def get(self, name: str, key: Hashable, compute: Callable[[], Answer]) -> Answer:
        """The answer that rests on `key`: the one that is kept, or a new one."""
        if (kept := self._answers.get(name)) is None or kept[0] != key:
            with self._locks.setdefault(name, threading.Lock()):
                if (kept := self._answers.get(name)) is None or kept[0] != key:
                    self._answers[name] = kept = (key, compute())
        answer: Answer = kept[1]
        return answer

    def last(self, name: str) -> Any:
        """The answer that is kept, whatever it rests on, for who can go on from there; None where there is none."""
        kept = self._answers.get(name)
        return None if kept is None else kept[1]

    def drop(self, name: str) -> None:
        """Let an answer go: its memory is needed."""
        self._answers.pop(name, None)

    def has(self, name: str, key: Hashable) -> bool:
        """Whether an answer that rests on `key` is kept."""
        kept = self._answers.get(name)
        return kept is not None and kept[0] == key
