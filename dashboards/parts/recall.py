"""Answers that many visits share: kept until what they rest on changes, computed once, however many ask at a time."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal, TypeVar

import polars as pl

from dashboards.visit import Visit
from fxwatch.session import Session

Answer = TypeVar("Answer")
Of = Literal["register", "snapshot", "questions"]
# Kept at most, in number and in bytes; the one that was asked for longest ago goes first.
ANSWERS, BYTES = 256, 500 << 20
DAY = 86_400.0

_UNKNOWN = object()


@dataclass(eq=False)
class _Kept:
    """The newest answer to one question: an older one is let go as soon as the question is asked again."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    state: Any = _UNKNOWN
    answer: Any = None
    bytes: int = 0
    asked: float = 0.0  # when a visit asked last


_kept: OrderedDict[Any, _Kept] = OrderedDict()
_keeping = threading.Lock()


def remembered(
    visit: Visit,
    function: Callable[..., Answer],
    *args: Any,
    of: Of = "register",
    **kw: Any,
) -> Answer:
    """The answer of `function(visit.home, *args, **kw)`, from memory while nothing it rests on has changed.

    Args:
        visit: whose home.
        function: one of `fxwatch.reading`; its arguments must be hashable. Its answer is shared by all visits, so
            nobody changes it.
        args, kw: handed on.
        of: what it rests on: `register` (snapshot, acts, and today), `snapshot` alone, or `questions` (as `register`, and
            whatever else is written there, such as what banks ask).
    """
    return recalled(visit.home, function, *args, of=of, at=time.monotonic(), **kw)


def recalled(
    home: Session,
    function: Callable[..., Answer],
    *args: Any,
    of: Of = "register",
    at: float = 0.0,
    **kw: Any,
) -> Answer:
    """The same without a visit: for whoever prepares what visits will ask. `at`: the moment, where a visit asks."""
    key = (home.path, of, function, args, tuple(sorted(kw.items())))
    with _keeping:
        kept = _kept.setdefault(key, _Kept())
        if at:
            kept.asked = at
            _kept.move_to_end(key)
    with kept.lock:
        if kept.state != (state := state_of(home, of)):
            kept.answer = function(home, *args, **kw)
            kept.state, kept.bytes = state, size_of(kept.answer)
            _make_room()
        answer: Answer = kept.answer
    return answer


def lately(home: Session, most: int = 24) -> list[tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any]]]:
    """What visits asked in the last day, the latest first: what it rests on, the function, its arguments."""
    since = time.monotonic() - DAY
    with _keeping:
        found = [key for key, kept in reversed(_kept.items()) if key[0] == home.path and kept.asked > since]
    return [(of, function, args, dict(more)) for _, of, function, args, more in found[:most]]


def _make_room() -> None:
    with _keeping:
        held = sum(kept.bytes for kept in _kept.values())
        while len(_kept) > ANSWERS or (held > BYTES and len(_kept) > 1):
            held -= _kept.popitem(last=False)[1].bytes


def size_of(answer: Any) -> int:
    """About how many bytes an answer holds: those of its frames."""
    if isinstance(answer, pl.DataFrame):
        return int(answer.estimated_size())
    if is_dataclass(answer):
        return sum(size_of(getattr(answer, part.name)) for part in fields(answer))
    if isinstance(answer, dict):
        return sum(map(size_of, answer.values()))
    return sum(map(size_of, answer)) if isinstance(answer, list | tuple) else 0


def state_of(home: Session, of: Of = "register") -> tuple[Any, ...]:
    """What an answer rests on: the snapshot's name and, for the register too, where that stands, the settings and today."""
    from fxwatch.errors import HouseError

    try:
        snapshot: str | None = home.snapshot().path.name
    except HouseError:
        snapshot = None  # nothing was published yet
    if of == "snapshot":
        return (snapshot,)
    stands = home.register.state() if of == "questions" else home.register.last_act()
    return (snapshot, stands, home.settings, home.today())


def forget() -> None:
    """Drop every answer."""
    with _keeping:
        _kept.clear()
