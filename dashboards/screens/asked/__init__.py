"""The screen "did the banks ask?": payments by B and C entities held against what the paying banks asked, bank by bank."""

import polars as pl
import streamlit as st

from dashboards.parts import empty, figures, heading, links, recall
from dashboards.parts.recall import Of
from dashboards.screens.asked import banks, payments, when
from dashboards.visit import Visit
from fxwatch.periods import Period
from fxwatch.reading import asked, drill


def show(visit: Visit) -> None:
    """Show the screen."""
    heading.show(visit, "asked.title")
    known = recall.remembered(visit, drill.days_known, of="snapshot")
    if known is None:
        empty.say(visit, "asked.nothing_loaded", "asked.nothing_loaded_next", ("operations", "asked.to_operations"))
        return
    period = when.chosen(visit, known)
    read = when.to_read(period, known)
    of = _rests_on(visit, read)
    days = recall.remembered(visit, asked.watched_days, read.start, read.end, of=of)
    told = asked.counted(days.filter(pl.col("day").is_between(period.start, period.end)), "bank")
    bank = _controls(visit, period, known, banks.worst_first(told)["bank"].to_list())
    st.caption(visit.say("asked.what_counts", count=visit.home.settings.file_days))
    if not recall.remembered(visit, asked.ever_asked, of="questions"):
        empty.say(visit, "asked.never_asked", "asked.never_asked_next", ("operations", "asked.to_operations"))
    if told.is_empty():
        empty.say(visit, "asked.nobody_paid", "asked.nobody_paid_next", ("grades", "asked.to_grades"))
        return
    if bank:
        told, days = told.filter(bank=bank), days.filter(bank=bank)
    _figures(visit, told)
    banks.show(visit, told, days, read, period)
    payments.show(visit, period, bank, of)


def _rests_on(visit: Visit, read: Period) -> Of:
    """A bank asks on the day of the payment: once a day is over, only the register's acts change what is told of it."""
    return "register" if read.end < visit.home.today() else "questions"


def _controls(visit: Visit, period: Period, known: Period, named: list[str]) -> str | None:
    """Period and bank; both stand in the URL. Gives back the bank that is looked at alone, if any."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        when.choose(visit, period, known)
        wanted = links.asked("bank")
        st.session_state["asked_bank"] = wanted if wanted in named else None
        bank: str | None = st.selectbox(
            visit.say("columns.bank"), named, format_func=visit.label, key="asked_bank", width=240,
            placeholder=visit.say("asked.every_bank"), on_change=lambda: links.keep(bank=st.session_state["asked_bank"]),
        )  # fmt: skip
    return bank


def _figures(visit: Visit, told: pl.DataFrame) -> None:
    total = told.select(pl.col("payments", "asked", "by_file", "unasked").sum()).row(0, named=True)
    checked = (total["payments"] - total["unasked"]) / total["payments"]
    columns = st.columns(5)
    for column, (name, number) in zip(columns, total.items(), strict=False):
        column.metric(
            visit.say(f"asked.{name}"), figures.count(number), border=True, height="stretch",
            help=visit.say(f"asked.{name}_help"),
        )  # fmt: skip
    columns[4].metric(visit.say("columns.share_checked"), figures.share(checked), border=True, height="stretch")
