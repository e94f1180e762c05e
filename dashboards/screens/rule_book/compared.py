"""What would be found beside what is found: a picture, its steps, and behind each step the hits, grades and near misses."""

import polars as pl
import streamlit as st

from dashboards.parts import figures, links, pictures, tables
from dashboards.parts.pictures import Series
from dashboards.visit import Visit
from fxwatch.comparing import NOW, Compared

_LISTS = ("changes", "moves", "near")
_SHOWN = {
    "changes": ["kind", "name", "direction", "item", "raised_on", "value", "unit", "limit_value", "status"],
    "moves": ["name", "grade", "grade_after", "provisional_grade", "provisional_after"],
    "near": ["name", "near", "months", "newest", "value", "unit"],
}


def show(visit: Visit, compared: Compared, key: str) -> None:
    """Show a comparison.

    Args:
        visit: whose.
        compared: what to show.
        key: prefix of the widgets' keys.
    """
    steps = compared.steps
    labels = [spoken(visit, step) for step in steps["step"]]
    kept = (steps["hits"] - steps["new"]).to_list()
    drawn = [
        Series(visit.say("rule_book.found_now_too"), "quiet", kept),
        Series(visit.say("rule_book.found_new"), "new", steps["new"].to_list()),
    ]
    about = visit.say("rule_book.compared_about", what=compared.swept)
    pictures.draw(visit, pictures.stacked_bars(labels, drawn, visit.language, kind="count"), key=f"{key}_picture", about=about)  # fmt: skip
    st.caption(compared.say(visit.language))
    table = steps.with_columns(step=pl.Series(labels))
    if not compared.about:
        table = table.drop("near", "near_entities")
    tables.show(visit, table, key=f"{key}_steps", export=f"compared-{compared.swept}")
    _behind(visit, compared, key)


def spoken(visit: Visit, step: str) -> str:
    """A step as people read it: a number with thousands, a word by its name."""
    return figures.count(int(step)) if step.isdigit() else visit.label(step)


def _behind(visit: Visit, compared: Compared, key: str) -> None:
    tried = [step for step in compared.steps["step"] if step != NOW]
    step = tried[0]
    if len(tried) > 1:
        step = st.select_slider(
            visit.say("rule_book.at_step"), tried, format_func=lambda one: spoken(visit, one), key=f"{key}_step"
        )
    lists = _LISTS if compared.about else _LISTS[:-1]  # shadows know no near misses
    for name, tab in zip(lists, st.tabs([visit.say(f"rule_book.list_{name}") for name in lists]), strict=True):
        with tab:
            rows = getattr(compared, name).filter(step=step).drop("step")
            if rows.is_empty():
                st.caption(visit.say(f"rule_book.no_{name}"))
                continue
            _list(visit, name, rows, key)


def _list(visit: Visit, name: str, rows: pl.DataFrame, key: str) -> None:
    filled = [column for column in _SHOWN[name] if rows[column].null_count() < rows.height]
    picked = tables.show(visit, rows, key=f"{key}_{name}", columns=filled, select="one", export=f"compared-{name}")
    if not picked:
        st.caption(visit.say("rule_book.pick_a_row"))
        return
    row = rows.row(picked[0], named=True)
    with st.container(horizontal=True, gap="medium"):
        links.to(visit, "entity", f"{figures.plain(row['name'])} ↗", entity=row["entity_id"])
        if row.get("kind") == "lost":  # a new one is on no list yet
            links.to(visit, "review", visit.say("rule_book.to_hit"), hit=row["hit_id"])
