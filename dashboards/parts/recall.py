"""Answers that many visits share: kept until what they rest on changes, computed once, however many ask at a time."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from dashboards.visit import Visit
from fxwatch.session import Session

Answer = TypeVar("Answer")
ANSWERS = 256  # kept at most; the one that was asked for longest ago goes first


@dataclass
class _Kept:
    lock: threading.Lock = field(default_factory=threading.Lock)
    answer: Any = None
    known: bool = False


_kept: OrderedDict[Any, _Kept] = OrderedDict()
_keeping = threading.Lock()


def remembered(
    visit: Visit,
    function: Callable[..., Answer],
    *args: Any,
    of: Literal["register", "snapshot"] = "register",
    **kw: Any,
) -> Answer:
    """The answer of `function(visit.home, *args, **kw)`, from memory while nothing it rests on has changed.

    Args:
        visit: whose home.
        function: one of `fxwatch.reading`; its arguments must be hashable. Its answer is shared by all visits, so
            nobody changes it.
        args, kw: handed on.
        of: what it rests on: `register` (snapshot, acts, and today), or `snapshot` alone.
    """
    key = (visit.home.path, state_of(visit.home, of), function, args, tuple(sorted(kw.items())))
    with _keeping:
        kept = _kept.setdefault(key, _Kept())
        _kept.move_to_end(key)
        while len(_kept) > ANSWERS:
            _kept.popitem(last=False)
    with kept.lock:
        if not kept.known:
            kept.answer, kept.known = function(visit.home, *args, **kw), True
    answer: Answer = kept.answer
    return answer


def state_of(home: Session, of: Literal["register", "snapshot"] = "register") -> tuple[Any, ...]:
    """What an answer rests on: the snapshot's name and, for the register too, its newest act, the settings and today."""
    from fxwatch.errors import HouseError

    try:
        snapshot: str | None = home.snapshot().path.name
    except HouseError:
        snapshot = None  # nothing was published yet
    return (snapshot,) if of == "snapshot" else (snapshot, home.register.last_act(), home.settings, home.today())


def forget() -> None:
    """Drop every answer."""
    with _keeping:
        _kept.clear()
