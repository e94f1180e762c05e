"""The policies by which notices may be issued many at once; adopting and ending one are commands."""

import polars as pl
import streamlit as st

from dashboards.parts import recall, tables
from dashboards.visit import Visit
from fxwatch.reading import book, cases

_SHOWN = ["title", "state", "rules", "consolidate", "minimum_usd", "except_entities", "valid_from", "why", "day", "by", "ended_on", "ended_why"]  # fmt: skip


def show(visit: Visit) -> None:
    """A table of all, ended ones included."""
    st.caption(visit.say("rule_book.policies_hint"))
    found = recall.remembered(visit, cases.policies, visit.language)
    states = {word: visit.say(f"rule_book.policy_{word}") for word in ("built-in", "standing", "ended")}
    ways = {word: visit.say(f"rule_book.by_{word}") for word in ("entity_rule_month", "entity_month", "hit")}
    titles = {name: told.title for name, told in book.rule_pages(visit.language).items()}
    told = found.with_columns(
        state=found["status"].replace(states),
        rules=found["rules"].list.eval(pl.element().replace(titles)),
        consolidate=found["consolidate"].replace(ways),
    )
    tables.show(visit, told.select(_SHOWN), key="rule_book_policies", export="policies")
