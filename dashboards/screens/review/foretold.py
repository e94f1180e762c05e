"""What a decision would do to a grade, in words and badges."""

from collections.abc import Sequence
from typing import Literal

import polars as pl
import streamlit as st

from dashboards import words
from dashboards.parts import tables
from dashboards.visit import Visit
from fxwatch.reading.consequences import Consequence

_COLOURS: dict[str, Literal["green", "orange", "red", "gray"]] = {"A": "green", "B": "orange", "C": "red"}


def badge(visit: Visit, grade: str) -> None:
    """A grade with its letter and its colour."""
    st.badge(visit.label(grade), color=_COLOURS.get(grade, "gray"))


def say(visit: Visit, one: Consequence) -> str:
    """One sentence: the grade today and after, what is counted, the provisional grade; with four eyes, from when on."""
    grades = (
        visit.say("review.grade_moves", before=visit.label(one.grade), after=visit.label(one.grade_after))
        if one.moves
        else visit.say("review.grade_stays", grade=visit.label(one.grade))
    )
    counted = visit.say(
        "review.counted" if one.notices != one.notices_after else "review.counted_same",
        before=one.notices, after=one.notices_after, breaches=one.breaches,
    )  # fmt: skip
    expected = visit.say(
        "review.provisional_moves" if one.provisional != one.provisional_after else "review.provisional_stays",
        before=visit.label(one.provisional),
        after=visit.label(one.provisional_after),
    )
    sentence = f"**{grades}** {counted} {expected}"
    return visit.say("review.from_approval", sentence=sentence) if one.waits else sentence


def show(visit: Visit, all_of_them: Sequence[Consequence], *, issuing: bool) -> None:
    """Say what would become of each entity; of several, in a table, with how many notices that would be."""
    if len(all_of_them) == 1:
        st.markdown(say(visit, all_of_them[0]))
        return
    if issuing:
        st.markdown(visit.say("review.one_each", count=len(all_of_them)))
    if any(one.waits for one in all_of_them):
        st.markdown(visit.say("review.all_wait"))
    rows = pl.DataFrame(
        {
            "name": [one.name or one.entity_id for one in all_of_them],
            "grade_today": [visit.label(one.grade) for one in all_of_them],
            "grade_after": [visit.label(one.grade_after) for one in all_of_them],
            "provisional_grade": [one.provisional.value for one in all_of_them],
            "provisional_after": [visit.label(one.provisional_after) for one in all_of_them],
        }
    )
    config = {"name": st.column_config.TextColumn(words.heading("name", visit.language), width=170)}
    tables.show(visit, rows, key="review_foretold", config=config, height=min(38 * (rows.height + 1), 230))
