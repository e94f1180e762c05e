"""Answers made before anybody asks: when the server starts, and again whenever something is published."""

import logging
import threading
from typing import Any

from dashboards.parts import recall
from fxwatch.errors import FxwatchError
from fxwatch.reading import book, drill, morning, pulse, spread
from fxwatch.reading.graded import graded_list
from fxwatch.reading.queue import queue
from fxwatch.session import Session
from fxwatch.terms import Status

LOOKS = 1.0  # seconds between two looks at what is published
_log = logging.getLogger(__name__)

# What the first visitor after a start asks; later the questions of the last day are asked again.
FIRST: tuple[tuple[Any, ...], ...] = (
    ("snapshot", morning.freshness),
    ("register", queue, Status.OPEN.value),
    ("register", morning.movers),
    ("register", spread.by_month, None, None),
    ("register", graded_list, None, None),
    ("register", book.hits_by_month),
    ("snapshot", pulse.pulse),
    ("snapshot", pulse.leaders),
    ("snapshot", pulse.surges),
    ("snapshot", drill.days_known),
    ("snapshot", drill.named_monitor, "top_items"),
)


def begin(home: Session) -> threading.Event:
    """Follow a home in a thread of its own; setting the event ends that."""
    ended = threading.Event()
    threading.Thread(target=_follow, args=(home, ended), name="warming", daemon=True).start()
    return ended


def _follow(home: Session, ended: threading.Event) -> None:
    known: Any = None
    while not ended.is_set():
        if known != (known := _published(home)):
            warm(home)
        ended.wait(LOOKS)


def _published(home: Session) -> str | None:
    try:
        return home.snapshot().name
    except FxwatchError:
        return None  # nothing was published yet, or it cannot be read: whoever asks is told so


def warm(home: Session) -> None:
    """Ask what visits are likely to ask, so that they find the answers."""
    for of, function, *args in FIRST:
        _ask(home, function, of, args, {})
    for of, function, asked, more in recall.lately(home):
        _ask(home, function, of, asked, more)


def _ask(home: Session, function: Any, of: Any, args: Any, more: dict[str, Any]) -> None:
    try:
        recall.recalled(home, function, *args, of=of, **more)
    except FxwatchError:
        return  # a refusal is for whoever asks
    except Exception:  # noqa: BLE001 - whatever it is, it must not end the thread
        # A question that fails fails for its visitor, too, and is told there; the others are still worth asking.
        _log.exception("a question could not be answered ahead")
