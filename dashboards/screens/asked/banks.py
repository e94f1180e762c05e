"""Bank by bank: how many payments were checked, as a table and, over the months, as small pictures; the worst first."""

from collections.abc import Mapping

import polars as pl
import streamlit as st

from dashboards.parts import figures, periods, pictures, tables
from dashboards.parts.pictures import Option, Series
from dashboards.visit import Visit
from fxwatch.periods import Period
from fxwatch.reading.asked import counted

PICTURES, A_ROW = 8, 4
_CALLED: Mapping[str, str] = {"payments": "watched_payments", "asked": "asked_that_day", "share": "share_checked"}


def worst_first(told: pl.DataFrame) -> pl.DataFrame:
    """The counts by bank, those who checked the smallest share first; of equal shares the more payments unchecked."""
    return told.sort("share", "unasked", "bank", descending=[False, True, False])


def show(visit: Visit, told: pl.DataFrame, days: pl.DataFrame, read: Period, period: Period) -> None:
    """The pictures, then the table.

    Args:
        visit: whose.
        told: of the period, by bank: as `counted` gives it.
        days: what was read, of the same banks.
        read: from when to when.
        period: what the reader looks at.
    """
    ordered = worst_first(told)
    st.subheader(visit.say("asked.over_months"), anchor=False)
    if ordered.height > PICTURES:
        st.caption(visit.say("asked.worst", count=PICTURES, all=figures.count(ordered.height)))
    months = counted(days, "bank", "month")
    _pictures(visit, ordered.head(PICTURES), months, [part.start for part in read.parts("month")])
    with st.expander(visit.say("parts.as_table")):
        by_month = _named(visit, months.sort("month", "bank", descending=[True, False]))
        tables.show(visit, by_month.select("month", pl.exclude("month")), key="asked_months", export="asked-by-month")
    named = periods.named(period.label, visit.language)
    st.subheader(visit.say("asked.by_bank", period=named), anchor=False)
    tables.show(visit, _named(visit, ordered), key="asked_banks", export=f"asked-by-bank-{period.label}")


def _named(visit: Visit, told: pl.DataFrame) -> pl.DataFrame:
    return told.rename(dict(_CALLED)).with_columns(pl.col("bank").replace("unknown", visit.label("unknown")))


def _pictures(visit: Visit, ordered: pl.DataFrame, months: pl.DataFrame, axis: list[object]) -> None:
    """One small picture a bank; all have the same axes, so that they can be compared."""
    dense = pl.DataFrame({"month": axis}, schema={"month": pl.Date})
    labels = [figures.month(month, visit.language) for month in dense["month"]]
    rows = ordered.rows(named=True)
    for start in range(0, len(rows), A_ROW):
        columns = st.columns(A_ROW if len(rows) > 1 else 1)
        for column, row in zip(columns, rows[start : start + A_ROW], strict=False):
            shares = dense.join(months.filter(bank=row["bank"]), on="month", how="left").sort("month")["share"]
            with column.container(border=True, gap="small"):
                _picture(visit, row, _option(visit, labels, shares.to_list()))


def _picture(visit: Visit, row: dict[str, object], option: Option) -> None:
    bank = visit.label(str(row["bank"]))
    share = figures.share(row["share"])  # type: ignore[arg-type]
    st.markdown(f"**{figures.plain(bank)}** · {share}")
    pictures.draw(
        visit, option, key=f"asked_{row['bank']}", about=visit.say("asked.picture_about", bank=bank), height=140
    )


def _option(visit: Visit, labels: list[str], shares: list[float | None]) -> Option:
    """Every share on an axis from nothing to all; a month without such a payment is a gap."""
    option = pictures.lines(
        labels, [Series(visit.say("columns.share_checked"), "new", shares)], visit.language, kind="share"
    )
    option["yAxis"] |= {"min": 0, "max": 100, "interval": 50, "name": ""}
    option["yAxis"]["axisLabel"] |= {"formatter": "{value} %"}
    option["grid"] |= {"top": 12, "right": 12}
    return option
