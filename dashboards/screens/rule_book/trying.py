"""What if: a parameter of a rule tried on what is known, with the same function as the command line. Writes nothing."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl
import streamlit as st

from dashboards.parts import decide, figures, recall
from dashboards.screens.rule_book import compared
from dashboards.visit import Visit
from fxwatch.reading import book
from fxwatch.rulebook import SEVERITY
from fxwatch.whatif import what_if

# Of the value in force: where a sweep of money begins and ends, and its step. Of days and counts: so many to either side.
_LOW, _HIGH, _STEP = Decimal("0.5"), Decimal("1.5"), Decimal("0.1")
_BESIDE = 3


@dataclass(frozen=True)
class _Trial:
    """What somebody tried last, kept while the rule is open."""

    assignment: str
    first: date | None
    last: date | None


def show(visit: Visit, rule: str) -> None:
    """The form, and below it what the last trial found."""
    versions = recall.remembered(visit, book.versions, visit.language)
    mine = versions.filter(rule=rule, state="in_force").filter(pl.col("parameter") != SEVERITY)
    if mine.is_empty():
        return
    st.subheader(visit.say("rule_book.what_if"), anchor=False)
    st.caption(visit.say("rule_book.what_if_hint"))
    _form(visit, rule, dict(mine.select("parameter", "meaning").iter_rows()), dict(mine.select("parameter", "value").iter_rows()))  # fmt: skip
    tried: _Trial | None = st.session_state.get(f"rule_book_tried_{rule}")
    if tried is None:
        return
    with decide.guard(visit), st.spinner(visit.say("rule_book.trying")):
        found = recall.remembered(visit, what_if, tried.assignment, first=tried.first, last=tried.last)
        st.markdown(f"**{figures.plain(tried.assignment)}**")
        compared.show(visit, found, f"rule_book_tried_{rule}")


def _form(visit: Visit, rule: str, meanings: dict[str, str], now: dict[str, str]) -> None:
    key = f"rule_book_try_{rule}"
    parameter = st.selectbox(
        visit.say("rule_book.which"), list(meanings), format_func=lambda name: meanings[name], key=f"{key}_which"
    )
    choices = book.choices_of(f"{rule}.{parameter}")
    if choices:
        chosen = st.multiselect(
            visit.say("rule_book.values"), choices, list(choices), format_func=visit.label, key=f"{key}_{parameter}_of"
        )
        text = ",".join(chosen)
    else:
        text = _sweep(visit, f"{key}_{parameter}", Decimal(now[parameter]), is_money=parameter.endswith("_usd"))
    left, right = st.columns(2)
    first = left.date_input(visit.say("rule_book.raised_from"), None, key=f"{key}_first", format="YYYY-MM-DD")
    last = right.date_input(visit.say("rule_book.raised_to"), None, key=f"{key}_last", format="YYYY-MM-DD")
    if st.button(visit.say("rule_book.try"), key=f"{key}_go", disabled=not text):
        st.session_state[f"rule_book_tried_{rule}"] = _Trial(f"{rule}.{parameter}={text}", first, last)


def _sweep(visit: Visit, key: str, now: Decimal, *, is_money: bool) -> str:
    """From, to and step, as what-if reads them; to and step may be left empty for one value."""
    if is_money or now != int(now):
        usual = [now * _LOW, now * _HIGH, now * _STEP]
    else:
        usual = [max(now - _BESIDE, Decimal(1)), now + _BESIDE, Decimal(1)]
    typed = [
        place.text_input(visit.say(f"rule_book.sweep_{name}"), _written(value), key=f"{key}_{name}")
        for place, name, value in zip(st.columns(3), ("low", "high", "step"), usual, strict=True)
    ]
    low, high, step = (text.replace(",", "").replace(" ", "") for text in typed)
    return f"{low}..{high}:{step}" if high and step else low


def _written(value: Decimal) -> str:
    whole = value.normalize()
    return figures.count(int(whole)) if whole == int(whole) else f"{whole:f}"
