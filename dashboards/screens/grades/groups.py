"""Provinces and sections of industry: their names, and the choice of one of them."""

from collections.abc import Mapping
from functools import partial

import polars as pl
import streamlit as st

from dashboards.parts import links
from dashboards.visit import Visit
from fxwatch.reading.spread import UNKNOWN
from fxwatch.reading.traits import region_names, section_names

BY = ("region", "section")


def names(visit: Visit, by: str) -> Mapping[str, str]:
    """The names of provinces or sections by their codes; a section with its letter before it."""
    if by == "region":
        return region_names(visit.language) | {UNKNOWN: visit.label(UNKNOWN)}
    sections = {letter: f"{letter} {name}" for letter, name in section_names(visit.language).items()}
    return sections | {UNKNOWN: visit.label(UNKNOWN)}


def named(visit: Visit, by: str) -> pl.Expr:
    """The column `by` with names in the place of codes; a code that has no name stays."""
    spoken = names(visit, by)
    return pl.col(by).fill_null(UNKNOWN).replace(list(spoken), list(spoken.values()))


def choose(visit: Visit, frame: pl.DataFrame) -> pl.DataFrame:
    """Let the reader narrow a frame with `region` and `section` to one of each; the choice stands in the URL."""
    chosen: dict[str, str | None] = {}
    with st.container(horizontal=True, gap="medium"):
        for by in BY:
            found = frame[by].fill_null(UNKNOWN).unique().sort().to_list()
            asked, spoken = links.asked(by), names(visit, by)
            st.session_state[f"grades_{by}"] = asked if asked in found else None
            chosen[by] = st.selectbox(
                visit.say(f"grades.which_{by}"), found, key=f"grades_{by}", width=280,
                format_func=partial(_spoken, spoken), placeholder=visit.say("grades.every"),
                on_change=_keep, args=(by,),
            )  # fmt: skip
    fits = [pl.col(by).fill_null(UNKNOWN) == code for by, code in chosen.items() if code]
    return frame.filter(*fits) if fits else frame


def _spoken(spoken: Mapping[str, str], code: str) -> str:
    return spoken.get(code, code)


def _keep(by: str) -> None:
    links.keep(**{by: st.session_state[f"grades_{by}"]})
