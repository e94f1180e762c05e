"""The monitoring indicators as they describe themselves; their numbers are given when they are asked."""

import streamlit as st

from dashboards.parts import links
from dashboards.screens.rule_book import page
from dashboards.visit import Visit
from fxwatch.reading import book


def show(visit: Visit) -> None:
    """A card for each, two beside one another."""
    st.caption(visit.say("rule_book.monitors_hint"))
    for number, (name, told) in enumerate(book.monitor_pages(visit.language).items()):
        if number % 2 == 0:
            beside = st.columns(2, gap="medium")
        with beside[number % 2], st.container(border=True, height="stretch"):
            st.subheader(told.title, anchor=False)
            page.describe(visit, told)
            links.to(visit, "monitors", visit.say("rule_book.to_monitor"), monitor=name)
