"""The list of grades, to look through, to narrow and to take along."""

import polars as pl
import streamlit as st

from dashboards.parts import figures, links, recall, tables
from dashboards.screens.grades import groups
from dashboards.screens.grades.when import When
from dashboards.screens.grades.widths import narrow, tall
from dashboards.visit import Visit
from fxwatch.reading.graded import graded_list
from fxwatch.terms import Grade

_SHOWN = [
    "name",
    "grade",
    "provisional_grade",
    "breaches",
    "notices",
    "open_hits",
    "full_year",
    "region",
    "section",
    "entity_id",
]
_LETTERS = [Grade.C.value, Grade.B.value, Grade.A.value]


def show(visit: Visit, when: When) -> None:
    """The filters, the list, and the way to an entity."""
    found = recall.remembered(visit, graded_list, *when.asked)
    fits = groups.choose(visit, _narrowed(visit, found))
    st.caption(
        visit.say("grades.listed", count=fits.height, shown=figures.count(fits.height), all=figures.count(found.height))
    )
    if fits.is_empty():
        st.info(visit.say("grades.none_fits"))
        return
    told = fits.with_columns(groups.named(visit, "region"), groups.named(visit, "section"))
    picked = tables.show(
        visit,
        told,
        key="grades_list",
        columns=_SHOWN,
        select="one",
        export=f"grades-{when.on}",
        height=tall(told.height, 560),
        config=narrow(visit),
    )
    if picked:
        row = told.row(picked[0], named=True)
        links.to(
            visit, "entity", visit.say("grades.open_entity", name=figures.plain(row["name"])), entity=row["entity_id"]
        )


def _narrowed(visit: Visit, found: pl.DataFrame) -> pl.DataFrame:
    """By letter and by a part of the name or identifier; at first those that are not A."""
    asked = [letter for letter in (links.asked("grade") or "CB") if letter in _LETTERS]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.session_state["grades_letters"] = asked
        letters = st.pills(
            visit.say("grades.which_grade"),
            _LETTERS,
            key="grades_letters",
            selection_mode="multi",
            format_func=visit.label,
            on_change=_keep,
        )
        st.session_state["grades_text"] = links.asked("q") or ""
        text = st.text_input(visit.say("grades.which_name"), key="grades_text", width=320, on_change=_keep)
    fits = found.filter(pl.col("grade").is_in(letters)) if letters else found
    if not text:
        return fits
    wanted = text.strip().upper()
    return fits.filter(
        pl.col("entity_id").str.contains(wanted, literal=True)
        | pl.col("name").str.to_uppercase().str.contains(wanted, literal=True)
    )


def _keep() -> None:
    letters = "".join(letter for letter in _LETTERS if letter in st.session_state["grades_letters"])
    links.keep(grade=letters if letters != "CB" else None, q=st.session_state["grades_text"])
