"""Dated parameters as a table: past, present and future versions, with what each rests on and who entered it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from dashboards import words
from dashboards.parts import export, figures, recall
from dashboards.screens.rule_book import amending
from dashboards.visit import Visit
from fxwatch.reading import book
from fxwatch.reading.cases import approvals


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
    # A table whose cells wrap: a basis is a sentence. Of several versions the first row says what the parameter means.
    is_first = newest_first["parameter"].is_first_distinct()
    rows = [_row(visit, row, is_first=first) for row, first in zip(newest_first.to_dicts(), is_first, strict=True)]
    st.table(pl.DataFrame(rows), border="horizontal", hide_index=True)
    told = newest_first.select(
        "rule", "parameter", "value", "unit", "valid_from", "valid_to", "state", "basis", "by", "at"
    )
    headers = {name: words.heading(name, visit.language) for name in told.columns}
    export.offer(visit, told, key=f"rule_book_versions_{rules[0]}", stem=f"parameters-{rules[0]}", headers=headers)
    _waiting(visit, rules)


def _row(visit: Visit, row: dict[str, Any], *, is_first: bool) -> dict[str, str]:
    """One version as people read it, its cells harmless as Markdown."""
    language = visit.language
    begins, ends = (figures.day(row[name], language) if row[name] else None for name in ("valid_from", "valid_to"))
    cells = {
        "meaning": row["meaning"] if is_first else "",
        "value": spoken(visit, row["value"], row["unit"]),
        "valid_from": begins or visit.say("rule_book.from_the_beginning"),
        "valid_to": ends or visit.say("rule_book.until_further_notice"),
        "state": visit.say(f"rule_book.state_{row['state']}"),
        "basis": row["basis"],
        "by": row["by"] or visit.say("rule_book.by_default"),
    }
    # Sentences wrap; figures and days stay in one piece.
    kept = {n: c if n in ("meaning", "basis") else c.replace(" ", "\N{NO-BREAK SPACE}") for n, c in cells.items()}
    return {words.heading(name, language): figures.plain(cell) for name, cell in kept.items()}


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
