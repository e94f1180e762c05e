"""Finding an entity: the search, what it found, whom one looked at, and what is said of one that nobody knows."""

import streamlit as st

from dashboards.parts import empty, figures, letter, links, recall
from dashboards.screens.entity import who
from dashboards.visit import Visit
from fxwatch.errors import FxwatchError
from fxwatch.reading import grades, search

SHOWN = 20
SEARCH = "entity_search"
LOOKED_AT = "entity_looked_at"  # in the session's state: (key, name) of those that were open, the newest first
_REMEMBERED = 8
_WIDTHS = (4, 1.6, 1.3, 2.2, 3)


def bar(visit: Visit) -> None:
    """The field to search in. What is typed stands in the address, so that a search can be sent to a colleague."""
    if SEARCH not in st.session_state or links.asked("q") is None:
        st.session_state[SEARCH] = links.asked("q") or ""
    st.text_input(
        visit.say("entity.search"),
        key=SEARCH,
        placeholder=visit.say("entity.search_for"),
        label_visibility="collapsed",
        icon=":material/search:",
        max_chars=100,
        on_change=_search,
    )


def _search() -> None:
    links.keep(q=st.session_state[SEARCH].strip(), entity=None, part=None)


def results(visit: Visit) -> None:
    """What the search finds; without one, how to search and whom one looked at before."""
    text = links.asked("q")
    if text is None:
        st.caption(visit.say("entity.how_to_search"))
        _looked_at(visit)
        return
    found = recall.remembered(visit, search.search, text, SHOWN)
    if found.is_empty():
        _nothing(visit, text)
        return
    if found.height == 1:
        links.keep(entity=found["entity_id"][0], q=None)
        st.rerun()
    more = visit.say("entity.found_more", count=SHOWN) if found.height == SHOWN else ""
    st.caption(f"{visit.say('entity.found', count=found.height)} {more}")
    with st.container(border=True):
        for row in found.iter_rows(named=True):
            _result(visit, row)


def _result(visit: Visit, row: dict[str, str | None]) -> None:
    name, code, grade, area, industry = st.columns(_WIDTHS, vertical_alignment="center")
    with name:
        links.to(visit, "entity", figures.plain(row["name"]), entity=row["entity_id"])
    code.text(row["entity_id"])
    with grade:
        letter.badge(visit, str(row["grade"]))
    area.text(who.area(visit, row["area"]))
    industry.text(who.industry(visit, row["industry"]))


def remember(key: str, name: str) -> None:
    """Keep whom one looked at, for the way back."""
    before = st.session_state.get(LOOKED_AT, [])
    st.session_state[LOOKED_AT] = [(key, name), *(one for one in before if one[0] != key)][:_REMEMBERED]


def _looked_at(visit: Visit) -> None:
    before = st.session_state.get(LOOKED_AT, [])
    if before:
        st.subheader(visit.say("entity.looked_at"))
    for key, name in before:
        links.to(visit, "entity", f"{figures.plain(name)} · {key}", entity=key)


def _nothing(visit: Visit, text: str) -> None:
    """Nobody of that name; what has the form of an identifier is told as a bank would be told."""
    try:
        told = grades.grade_of(visit.home, text)
    except FxwatchError:
        empty.say(visit, "entity.nobody", "entity.nobody_next")
        return
    unknown(visit, text, told["entity_id"])


def unknown(visit: Visit, asked: str, key: str | None) -> None:
    """An entity that is not on the roll: its grade is unknown, and a bank is told which documents to ask for."""
    if key is None:
        st.warning(visit.say("entity.no_identifier", asked=figures.plain(asked)))
        return
    told = grades.grade_of(visit.home, key)
    with st.container(border=True):
        st.subheader(figures.plain(told["entity_id"]))
        letter.large(visit, told["grade"])
        st.markdown(visit.say("entity.unknown"))
        st.markdown(visit.say("entity.bank_is_told", documents=letter.documents(visit, told["documents"])))
        st.caption(visit.say("entity.unknown_next"))
