"""Dated parameters as a table: past, present and future versions, with what each rests on and who entered it."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl
import streamlit as st

from dashboards.parts import figures, recall, tables
from dashboards.screens.rule_book import amending
from dashboards.visit import Visit
from fxwatch.reading import book
from fxwatch.reading.cases import approvals

_SHOWN = ["meaning", "value", "valid_from", "valid_to", "state", "basis", "by", "at"]


def of_the_bureau(visit: Visit) -> None:
    """The parameters of grading and of the register, and the way to change them."""
    st.caption(visit.say("rule_book.bureau_hint"))
    for group in ("grade", "register"):
        show(visit, [group])
        amending.show(visit, group)


def show(visit: Visit, rules: Sequence[str]) -> None:
    """The versions of the parameters of some rules, the newest of each first."""
    versions = recall.remembered(visit, book.versions, visit.language).filter(pl.col("rule").is_in(rules))
    st.subheader(visit.say(f"rule_book.parameters_{rules[0]}") if rules[0] in ("grade", "register") else visit.say("rule_book.parameters"), anchor=False)  # fmt: skip
    if versions.is_empty():
        st.caption(visit.say("rule_book.no_parameters"))
        return
    newest_first = versions.with_row_index("row").sort(
        pl.col("row").min().over("parameter"), "valid_from", descending=[False, True], nulls_last=True
    )
    states = {state: visit.say(f"rule_book.state_{state}") for state in ("past", "in_force", "ahead")}
    told = newest_first.with_columns(
        value=pl.struct("value", "unit").map_elements(
            lambda version: spoken(visit, version["value"], version["unit"]), return_dtype=pl.String
        ),
        state=pl.col("state").replace(states),
        by=pl.col("by").fill_null(visit.say("rule_book.by_default")),
    )
    tables.show(visit, told.select(_SHOWN), key=f"rule_book_versions_{rules[0]}", export=f"parameters-{rules[0]}")
    _waiting(visit, rules)


def spoken(visit: Visit, value: str, unit: str) -> str:
    """A value with its unit as people write it: 1,000,000 USD, 10 days; a word by its name."""
    if not value.replace(".", "", 1).isdigit():
        return visit.label(value)
    number = figures.exact(Decimal(value)) if "." in value else figures.count(int(value))
    return f"{number} {visit.label(unit)}"


def _waiting(visit: Visit, rules: Sequence[str]) -> None:
    """Versions that wait for another account's approval."""
    waiting = recall.remembered(visit, approvals).filter(
        (pl.col("does") == "parameter_set") & pl.col("on_what").str.split(".").list.first().is_in(rules)
    )
    if not waiting.is_empty():
        st.info(visit.say("rule_book.waits", count=len(waiting), proposals=", ".join(waiting["proposal"])))
