"""Widths and heights with which the tables of grades fit a screen of 1280."""

from typing import Any, Literal

import streamlit as st

from dashboards import words
from dashboards.visit import Visit

_FEW = 10  # rows that a table shows at once by itself
_WIDTHS = {"name": 260, "reason": 420, "grade": 100, "provisional_grade": 120, "section": 220}


def narrow(visit: Visit) -> dict[str, Any]:
    """Column configuration by name; the grades of a move are called before and after."""
    columns = st.column_config
    told = {
        name: columns.TextColumn(words.heading(name, visit.language), width=width) for name, width in _WIDTHS.items()
    }
    return told | {name: columns.TextColumn(visit.say(f"grades.{name}"), width=64) for name in ("before", "after")}


def tall(rows: int, most: int) -> int | Literal["auto"]:
    """The height of a table: that of its rows, up to `most` pixels."""
    return "auto" if rows <= _FEW else min(most, 33 * (rows + 1) + 4)
