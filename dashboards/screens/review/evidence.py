"""What lies behind a hit: its flows as a picture and as a table."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts import figures, pictures, tables
from dashboards.visit import Visit
from fxwatch.reading.dossier import per_day
from fxwatch.reading.hits import flows_behind
from fxwatch.terms import BOTH

_BARS = 16  # single flows that a picture can hold beside their total
_ROW, _ROWS = 35, 9
_COLUMNS = (
    *("flow_id", "day", "amount_usd", "item", "counterparty", "economy", "currency", "amount", "payment_type"),
    *("contract_no", "invoice_no", "bank", "remark"),
)


def show(visit: Visit, hit: dict[str, Any]) -> None:
    """Show the flows behind a hit as they stand, the picture first."""
    flows = flows_behind(visit.home, [hit["hit_id"]])
    standing = flows.filter(pl.col("state") == "standing").sort("day", "flow_id")
    if not standing.is_empty():
        _picture(visit, hit, standing)
    columns = list(_COLUMNS)
    if hit["direction"] == BOTH:
        columns.insert(3, "direction")
    if standing.height < flows.height:
        columns.insert(1, "state")
    height = _ROW * (min(flows.height, _ROWS) + 1) + 3
    tables.show(visit, flows.sort("day", "flow_id"), key="review_flows", columns=columns, height=height, export="flows")


def _picture(visit: Visit, hit: dict[str, Any], flows: pl.DataFrame) -> None:
    days = per_day(flows)
    if hit["unit"] == "days":
        _streak(visit, hit, days)
    elif hit["unit"] == "USD":
        # One day's flows stand side by side with their sum; of many days each day is one bar.
        labels, amounts = _single(flows) if days.height == 1 else _daily(visit, days)
        _against_limit(visit, hit, labels, amounts)
    else:
        labels, amounts = _daily(visit, days)
        _bars(visit, hit, labels, amounts)


def _streak(visit: Visit, hit: dict[str, Any], days: pl.DataFrame) -> None:
    colour = "net" if hit["direction"] == BOTH else hit["direction"]
    option = pictures.calendar(days["day"].to_list(), days["amount_usd"].to_list(), visit.language, colour=colour)
    about = visit.say(
        "review.about_streak",
        count=days.height,
        first=figures.day(hit["first_day"], visit.language),
        last=figures.day(hit["last_day"], visit.language),
    )
    pictures.draw(visit, option, key="review_streak", about=about, height=176)
    st.caption(about)


def _against_limit(visit: Visit, hit: dict[str, Any], labels: list[str], amounts: list[Decimal]) -> None:
    if len(amounts) > _BARS:
        rest = sum(amounts[_BARS:], Decimal(0))
        labels = [*labels[:_BARS], visit.say("review.others", count=len(amounts) - _BARS)]
        amounts = [*amounts[:_BARS], rest]
    total = sum(amounts, Decimal(0))
    if len(amounts) > 1:
        # The sum stands first: at the other end the limit has its name.
        labels, amounts = [visit.say("review.together"), *labels], [total, *amounts]
    option = pictures.limit_bars(labels, amounts, hit["limit_value"], visit.language, colour=_colour(hit))
    about = visit.say("review.about_limit", total=figures.exact(total), limit=figures.exact(hit["limit_value"]))
    pictures.draw(visit, option, key="review_limit", about=about, height=210)
    st.caption(about)


def _bars(visit: Visit, hit: dict[str, Any], labels: list[str], amounts: list[Decimal]) -> None:
    series = [pictures.Series(visit.say("review.day_sum"), _colour(hit), amounts)]
    about = visit.say("review.about_days", count=len(labels))
    pictures.draw(
        visit, pictures.bars(labels, series, visit.language), key="review_days", about=about, height=210
    )  # fmt: skip
    st.caption(about)


def _single(flows: pl.DataFrame) -> tuple[list[str], list[Decimal]]:
    largest = flows.sort("amount_usd", "flow_id", descending=[True, False])
    return [f"…{flow[-8:]}" for flow in largest["flow_id"]], largest["amount_usd"].to_list()


def _daily(visit: Visit, days: pl.DataFrame) -> tuple[list[str], list[Decimal]]:
    return [_short(visit, day) for day in days["day"]], days["amount_usd"].to_list()


def _short(visit: Visit, day: date) -> str:
    return f"{day.month}月{day.day}日" if visit.language == "zh" else f"{day:%d %b}"


def _colour(hit: dict[str, Any]) -> str:
    return "net" if hit["direction"] == BOTH else str(hit["direction"])
