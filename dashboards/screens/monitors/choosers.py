"""The controls: which monitor, which period, by what, of which direction; filters and the rarer choices behind buttons."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from dashboards.parts import links, recall
from dashboards.screens.monitors import spoken
from dashboards.screens.monitors.asked import FILTERS, KEY, MOST, NAMES, SCOPES, Asked, keep, parameters, several
from dashboards.screens.monitors.period import period
from dashboards.visit import Visit
from fxwatch.periods import MONTHS_OF, Period
from fxwatch.reading import drill
from fxwatch.reading.monitors import BOTH_SCOPES, BY, LINE_OF, UNKNOWN
from fxwatch.reading.traits import economy_names, region_names, section_names
from fxwatch.terms import Direction


def show(visit: Visit, asked: Asked, known: Period) -> None:
    """Two rows of controls."""
    st.session_state[f"{KEY}name"] = asked.name
    st.segmented_control(
        visit.say("monitors.monitor"), NAMES, format_func=partial(spoken.title, visit), key=f"{KEY}name", required=True,
        on_change=keep, args=("name",), label_visibility="collapsed", width="stretch",
    )  # fmt: skip
    columns = st.columns([1.3, 1.5, 1.2, 1.2, 0.9, 0.9], gap="small", vertical_alignment="bottom")
    period(visit, asked, known, columns[0], columns[1])
    with columns[2]:
        _one_of(visit, "by", BY, lambda by: visit.say(f"monitors.by_{by}"), asked.by)
    with columns[3]:
        has_both = asked.name == "balance"
        _one_of(visit, "direction", [d.value for d in Direction], visit.label, asked.direction, idle=has_both)
    filters = len({condition.partition("=")[0] for condition in asked.where})
    with columns[4], st.popover(_counted(visit, "filters", filters), width="stretch"):
        _filters(visit, asked)
    with columns[5], st.popover(_counted(visit, "more", _rare(asked)), width="stretch"):
        _more(visit, asked, known)


def _filters(visit: Visit, asked: Asked) -> None:
    """One list of values for each dimension; of several values of one any fits, dimensions narrow each other."""
    language, unknown = visit.language, {UNKNOWN: visit.label(UNKNOWN)}
    sections, regions, economies = section_names(language), region_names(language), economy_names(language)
    _several(visit, "item", asked.items(), visit.label)
    _several(visit, "industry", [*sections, UNKNOWN], lambda word: (sections | unknown).get(word, word))
    _several(visit, "area", [*regions, UNKNOWN], lambda word: (regions | unknown).get(word, word))
    _several(visit, "economy", [*economies, UNKNOWN], lambda word: (economies | unknown).get(word, word))
    _several(visit, "bank", recall.remembered(visit, drill.banks, of="snapshot"), lambda word: unknown.get(word, word))
    st.button(visit.say("monitors.clear"), key=f"{KEY}clear", on_click=_clear, width="stretch")


def _more(visit: Visit, asked: Asked, known: Period) -> None:
    _one_of(
        visit, "scheme", list(LINE_OF), lambda word: visit.say(f"monitors.scheme_{word}"), asked.scheme, needed=True
    )
    _one_of(visit, "scope", SCOPES, lambda word: visit.say(f"monitors.scope_{word}"), asked.scope, needed=True)
    if "every" in parameters(asked.name):
        _one_of(
            visit,
            "every",
            list(MONTHS_OF),
            lambda e: visit.say(f"monitors.every_{e}"),
            asked.every or "month",
            needed=True,
        )
    if "top_count" in parameters(asked.name):
        st.session_state[f"{KEY}top"] = asked.top or spoken.usual_top(asked.name)
        st.number_input(visit.say("monitors.top"), 1, MOST, key=f"{KEY}top", on_change=keep, args=("top",))
    st.session_state[f"{KEY}as_of"] = asked.as_of or known.end
    st.date_input(
        visit.say("monitors.as_of"), min_value=known.start, max_value=known.end, key=f"{KEY}as_of",
        on_change=keep, args=("as_of",), help=visit.say("monitors.as_of_help"),
    )  # fmt: skip


def _one_of(
    visit: Visit,
    name: str,
    words: Sequence[str],
    said: Callable[[str], str],
    chosen: str | None,
    *,
    needed: bool = False,
    idle: bool = False,
) -> None:
    st.session_state[f"{KEY}{name}"] = chosen
    st.selectbox(
        visit.say(f"monitors.{name}"), words, index=0 if needed else None, format_func=said, key=f"{KEY}{name}",
        placeholder=visit.say(f"monitors.any_{name}") if not needed else None, on_change=keep, args=(name,), disabled=idle,
    )  # fmt: skip


def _several(visit: Visit, name: str, words: Sequence[str], said: Callable[[str], str]) -> None:
    # A value that a link brought and the list does not know, such as a district, stays in the list while it is chosen.
    chosen = several(name)
    st.session_state[f"{KEY}{name}"] = chosen
    st.multiselect(
        visit.say(f"monitors.by_{name}"), [*words, *(v for v in chosen if v not in words)], format_func=said,
        key=f"{KEY}{name}", placeholder=visit.say("monitors.every_value"), on_change=keep, args=(name,),
    )  # fmt: skip


def _clear() -> None:
    links.keep(**dict.fromkeys(FILTERS))


def _counted(visit: Visit, name: str, number: int) -> str:
    words = visit.say(f"monitors.{name}")
    return f"{words} · {number}" if number else words


def _rare(asked: Asked) -> int:
    """How many of the rarer choices are not the usual ones."""
    return sum(
        [
            asked.scheme != "article",
            asked.scope != BOTH_SCOPES,
            bool(asked.every and asked.every != "month"),
            bool(asked.top),
            bool(asked.as_of),
        ]
    )
