"""How many have each grade: today, at the end of each month, by province and by section of industry."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards import words
from dashboards.parts import empty, figures, pictures, recall, tables
from dashboards.parts.pictures import Series
from dashboards.screens.grades import groups
from dashboards.screens.grades.when import When
from dashboards.visit import Visit
from fxwatch.reading.spread import by_month
from fxwatch.terms import Grade

BARS = 12  # groups in a picture; the table has all
LETTERS = (Grade.A.value, Grade.B.value, Grade.C.value)
_BELOW_A = (Grade.C, Grade.B)


def show(visit: Visit, when: When) -> None:
    """Figures, then the months, then provinces and industries beside one another."""
    counts = recall.remembered(visit, by_month, *when.asked)
    if counts.is_empty():
        empty.say(visit, "grades.empty_then")
        return
    chosen = groups.choose(visit, counts)
    _figures(visit, chosen)
    _months(visit, chosen)
    left, right = st.columns(2, gap="large")
    on_the_day = chosen.filter(pl.col("day") == when.on)
    with left:
        _by(visit, on_the_day, "region")
    with right:
        _by(visit, on_the_day, "section")


def _figures(visit: Visit, counts: pl.DataFrame) -> None:
    """Each grade with its number, and how that changed since the end of the month before."""
    totals = counts.group_by("day", "grade").agg(pl.col("entities").sum()).sort("day")
    everybody = int(totals.filter(pl.col("day") == pl.col("day").max())["entities"].sum())
    columns = st.columns(4)
    columns[0].metric(visit.say("grades.on_the_roll"), figures.count(everybody), border=True, height="stretch")
    for column, grade in zip(columns[1:], LETTERS, strict=True):
        row = totals.filter(grade=grade)["entities"].to_list()
        column.metric(
            visit.label(grade), figures.count(row[-1]), border=True, height="stretch",
            delta=_signed(row[-1] - row[-2]), delta_color="normal" if grade == Grade.A else "inverse",
            delta_description=visit.say("grades.since_month_end"),
        )  # fmt: skip


def _signed(number: int) -> str:
    return f"{number:+,}" if number else "0"


def _months(visit: Visit, counts: pl.DataFrame) -> None:
    st.subheader(visit.say("grades.months"), anchor=False)
    st.caption(visit.say("grades.months_hint"))
    wide = (
        counts.group_by("day", "grade")
        .agg(pl.col("entities").sum())
        .pivot("grade", index="day", values="entities")
        .sort("day")
    )
    labels = [figures.month(day, visit.language) for day in wide["day"]]
    drawn = [Series(visit.label(grade), grade, wide[grade].to_list()) for grade in _BELOW_A]
    option = pictures.stacked_bars(labels, drawn, visit.language, kind="count")
    pictures.draw(visit, option, key="grades_months", about=visit.say("grades.months_about"), height=300)
    with st.expander(visit.say("parts.as_table")):
        shown = wide.sort("day", descending=True).select("day", *LETTERS)
        tables.show(visit, shown, key="grades_months_table", export="grades-by-month")


def _by(visit: Visit, counts: pl.DataFrame, by: str) -> None:
    """The groups with the most entities below A, as bars; all of them as a table."""
    st.subheader(visit.say(f"grades.by_{by}"), anchor=False)
    wide = (
        counts.group_by(by, "grade").agg(pl.col("entities").sum()).pivot("grade", index=by, values="entities")
        .with_columns(below=pl.col("B") + pl.col("C"))
        .sort("C", "below", by, descending=[True, True, False])
    )  # fmt: skip
    top = wide.filter(pl.col("below") > 0).head(BARS)
    if top.is_empty():
        st.info(visit.say("grades.all_a"))
    else:
        _bars(visit, top, by)
    with st.expander(visit.say("parts.as_table")):
        share = pl.col("below") / (pl.col("below") + pl.col("A"))
        shown = wide.with_columns(groups.named(visit, by)).select(by, *LETTERS, share_below_a=share)
        tables.show(visit, shown, key=f"grades_{by}_table", export=f"grades-by-{by}", config=_percent(visit))


def _bars(visit: Visit, top: pl.DataFrame, by: str) -> None:
    names = top.select(groups.named(visit, by))[by].to_list()
    drawn = [Series(visit.label(grade), grade, top[grade].to_list()) for grade in _BELOW_A]
    option = pictures.stacked_bars(names, drawn, visit.language, kind="count", horizontal=True)
    pictures.draw(visit, option, key=f"grades_by_{by}", about=visit.say(f"grades.by_{by}"), height=60 + 26 * len(names))


def _percent(visit: Visit) -> dict[str, Any]:
    header = words.heading("share_below_a", visit.language)
    return {"share_below_a": st.column_config.NumberColumn(header, format="percent", width="small")}
