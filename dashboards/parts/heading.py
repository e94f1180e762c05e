"""The head of a screen: its title, and beside it what the reader chooses first."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboards.visit import Visit


@contextmanager
def beside(visit: Visit, key: str) -> Iterator[None]:
    """Show the title that a key such as `grades.title` names; what the block shows stands beside it.

    Args:
        visit: whose.
        key: of the title in the catalogue.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.title(visit.say(key), anchor=False, width="content")
        yield


def show(visit: Visit, key: str) -> None:
    """Show a title with nothing beside it."""
    with beside(visit, key):
        pass
