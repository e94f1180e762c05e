"""A grade that can be read across the room: its letter, its colour, its meaning, and the documents that it asks for."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from dashboards.parts.palette import COLOURS, Theme
from dashboards.visit import Visit
from fxwatch.terms import Document, Grade

_BADGES: dict[str, Literal["green", "orange", "red", "gray"]] = {"A": "green", "B": "orange", "C": "red"}


def large(visit: Visit, grade: str, *, size: int = 96) -> None:
    """The letter of a grade in its colour, `?` where it is unknown, and its meaning beneath.

    Only the letter and its meaning stand in the markup: both come from a closed list.
    """
    grade = Grade(grade).value
    theme: Theme = st.context.theme.type or "light"
    mark, _, meaning = visit.label(grade).partition(" ")
    letter, meaning = (mark, meaning) if meaning else ("?", mark)
    colour = COLOURS[theme][grade]
    st.html(
        f'<div style="display:flex;align-items:baseline;gap:0.18em;color:{colour};line-height:1.05">'
        f'<span style="font-size:{size}px;font-weight:700">{letter}</span>'
        f'<span style="font-size:{max(18, size // 4)}px;font-weight:600">{meaning}</span></div>'
    )


def badge(visit: Visit, grade: str) -> None:
    """A grade as a small mark with its letter and its colour."""
    st.badge(visit.label(grade), color=_BADGES.get(grade, "gray"))


def listed(visit: Visit, words: Sequence[str]) -> None:
    """Documents one below another, large. Only labels of a closed list stand in the markup."""
    rows = "".join(f"<li>{visit.label(Document(word))}</li>" for word in words)
    st.html(f'<ul style="font-size:1.35rem;font-weight:600;line-height:1.6;margin:0;padding-left:1.3em">{rows}</ul>')


def documents(visit: Visit, words: Sequence[str]) -> str:
    """Documents in the reader's language, in a line."""
    return ("、" if visit.language == "zh" else ", ").join(visit.label(word) for word in words)
