"""What a screen shows when there is nothing to show: why, and what next."""

import streamlit as st

from dashboards.parts import links
from dashboards.visit import Visit


def say(visit: Visit, why_key: str, next_key: str | None = None, link: tuple[str, str] | None = None) -> None:
    """Say why there is nothing, what would fill it, and lead there.

    Args:
        visit: whose.
        why_key: key of the sentence that says why.
        next_key: key of the sentence that says what next.
        link: a screen and the key of the link's words, such as `("operations", "parts.to_operations")`.
    """
    with st.container(border=True):
        st.markdown(f"**{visit.say(why_key)}**")
        if next_key:
            st.caption(visit.say(next_key))
        if link:
            links.to(visit, link[0], visit.say(link[1]))
