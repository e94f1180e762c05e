"""What the reader asks of a monitor. The URL is the truth: every control writes into it and is set from it."""

from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any

import streamlit as st

from dashboards.parts import links
from fxwatch.errors import RequestError
from fxwatch.periods import MONTHS_OF, parse_period
from fxwatch.reading.monitors import BOTH_SCOPES, BY, LINE_OF
from fxwatch.rulebook import monitors
from fxwatch.sums import LINES
from fxwatch.terms import Direction, Scope

KEY = "monitors_"
FIRST = "top_items"
NAMES = (FIRST, "top_entities", "trends", "surges", "concentration", "balance")
# What the filters narrow by; the scope has a control of its own, which the URL calls by that name.
FILTERS = tuple(dimension for dimension in BY if dimension != "scope")
SCOPES = (BOTH_SCOPES, *(s.value for s in Scope))
MOST = 200  # rows that a ranking shows at most
_DRILLED = ("open_item", "open_direction", "open_period", "open_group", "open_entity")


@dataclass(frozen=True)
class Asked:
    """One view of a monitor; None leaves a choice to the monitor.

    `where` holds `DIM=VALUE`; `direction` narrows what is shown, not what is computed; `group` is the one that is drawn.
    """

    name: str
    period: str
    as_of: str | None
    every: str | None
    top: int | None
    by: str | None
    scheme: str
    scope: str
    where: tuple[str, ...]
    direction: str | None
    group: str | None

    def words(self) -> dict[str, Any]:
        """What `fxwatch.reading.monitors.monitor` takes; what is as usual is not said, so that one question is asked one way."""
        has = parameters(self.name)
        told: dict[str, Any] = {"as_of": self.as_of, "by": self.by, "where": self.where}
        told["period"] = self.period if self.period != "ytd" else None
        told["scheme"] = self.scheme if self.scheme != "article" else None
        told["scope"] = self.scope if self.scope != BOTH_SCOPES else None
        told["every"] = self.every if "every" in has and self.every != "month" else None
        told["top"] = self.top if "top_count" in has else None
        return {name: value for name, value in told.items() if value}

    def items(self) -> tuple[str, ...]:
        """The items of the scheme in the order of ties, without `all`."""
        return tuple(LINES[self.scheme].categories)[:-1]


@cache
def parameters(name: str) -> frozenset[str]:
    """The parameters that a monitor has."""
    return frozenset(field.name for field in fields(monitors()[name]))


def asked() -> Asked:
    """What the URL asks for; a word that is none of those that can be chosen is left out."""
    top = links.asked("top") or ""
    return Asked(
        name=one_of("name", NAMES) or FIRST,
        period=_period(links.asked("period")) or "ytd",
        as_of=_day(links.asked("as_of")),
        every=one_of("every", tuple(MONTHS_OF)),
        top=min(int(top), MOST) if top.isascii() and top.isdigit() and int(top) else None,
        by=one_of("by", tuple(BY)),
        scheme=one_of("scheme", tuple(LINE_OF)) or "article",
        scope=one_of("scope", SCOPES) or BOTH_SCOPES,
        where=tuple(f"{dimension}={value}" for dimension in FILTERS for value in several(dimension)),
        direction=one_of("direction", tuple(d.value for d in Direction)),
        group=links.asked("group"),
    )


def one_of(name: str, words: tuple[str, ...]) -> str | None:
    """The word in the URL, if it is one of these."""
    found = links.asked(name)
    return found if found in words else None


def several(name: str) -> list[str]:
    """The values in the URL under a name, which commas part."""
    return [value for value in (links.asked(name) or "").split(",") if value]


def keep(name: str) -> None:
    """Write a control's value into the URL; what was opened below the table before is closed."""
    value = st.session_state[f"{KEY}{name}"]
    if isinstance(value, list):
        value = ",".join(value)
    elif isinstance(value, date):
        value = value.isoformat()
    links.keep(**{name: value or None}, **({} if name in ("group", "direction") else {"group": None}), **CLOSED)


CLOSED: dict[str, None] = dict.fromkeys(_DRILLED)


def _period(word: str | None) -> str | None:
    """The period as monitors name it; None for what is none."""
    try:
        found = parse_period(word, date.max) if word and word != "ytd" else None
    except RequestError:
        return None
    return None if found is None else f"{found.start}..{found.end}" if ".." in (word or "") else found.label


def _day(word: str | None) -> str | None:
    try:
        return date.fromisoformat(word).isoformat() if word else None
    except ValueError:
        return None
