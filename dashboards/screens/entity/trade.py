"""The entity's money in pictures with their tables: by month, item, economy, counterparty; settled against received."""

import polars as pl
import streamlit as st

from dashboards.parts import empty, figures, pictures, recall, tables
from dashboards.parts.pictures import Option, Series
from dashboards.visit import Visit
from fxwatch.reading import portrait, traits

SIDES = (("receipts_usd", "receipt"), ("payments_usd", "payment"))
SHOWN = 12  # rows in a picture; the table has all
BY = (*portrait.BY, "settled")
HEIGHT, ROW = 320, 26


def show(visit: Visit, key: str) -> None:
    """Show the part: what to sum by, the picture, the table."""
    by = st.segmented_control(
        visit.say("entity.sum_by"),
        list(BY),
        format_func=lambda name: visit.say(f"entity.by_{name}"),
        default="month",
        required=True,
        key="entity_by",
        label_visibility="collapsed",
    )
    if by == "settled":
        _settled(visit, recall.remembered(visit, portrait.settled_of, key, of="snapshot"))
        return
    sums = recall.remembered(visit, portrait.sums_of, key, by or "month", of="snapshot")
    if sums.is_empty():
        empty.say(visit, "entity.no_flows", "entity.no_flows_next")
    elif by == "month":
        months(visit, sums, key="entity_by_month", is_open=True)
    else:
        _ranked(visit, _named(visit, sums, str(by)), str(by))


def months(visit: Visit, sums: pl.DataFrame, *, key: str, is_open: bool = False) -> None:
    """Receipts and payments by month as bars with their difference as a line, and the table."""
    about = visit.say("entity.months_about", first=_month(visit, sums, 0), last=_month(visit, sums, -1))
    pictures.draw(visit, _months_option(visit, sums), key=f"{key}_picture", about=about, height=HEIGHT)
    with st.expander(visit.say("parts.as_table"), expanded=is_open):
        tables.show(visit, sums.reverse(), key=key, export="entity-months", config=_months_only(visit))


def _months_option(visit: Visit, sums: pl.DataFrame) -> Option:
    labels = [figures.month(m, visit.language) for m in sums["month"]]
    columns = [Series(visit.say(f"entity.{name}"), colour, sums[name].to_list()) for name, colour in SIDES]
    net = Series(visit.say("entity.net_usd"), "net", sums["net_usd"].to_list())
    option = pictures.bars(labels, [*columns, net], visit.language)
    option["series"][-1] |= {"type": "line", "symbol": "circle", "symbolSize": 5, "lineStyle": {"width": 2}}
    return option


def _ranked(visit: Visit, sums: pl.DataFrame, by: str) -> None:
    """The largest as bars, all of them as a table."""
    largest = sums.sort(pl.col("receipts_usd") + pl.col("payments_usd"), descending=True, maintain_order=True)
    drawn = largest.head(SHOWN)
    columns = [Series(visit.say(f"entity.{name}"), colour, drawn[name].to_list()) for name, colour in SIDES]
    option = pictures.stacked_bars(drawn[by].to_list(), columns, visit.language, horizontal=True)
    about = visit.say("entity.ranked_about", by=visit.say(f"entity.by_{by}"), count=drawn.height)
    height = max(180, 70 + ROW * drawn.height)
    pictures.draw(visit, option, key=f"entity_by_{by}_picture", about=about, height=height)
    if sums.height > SHOWN:
        st.caption(visit.say("entity.largest_of", shown=SHOWN, count=sums.height))
    tables.show(visit, sums, key=f"entity_by_{by}", export=f"entity-{by}")


def _settled(visit: Visit, found: pl.DataFrame) -> None:
    """What was received and settled into CNY, what was paid and bought with CNY."""
    if found.is_empty():
        empty.say(visit, "entity.no_flows", "entity.no_flows_next")
        return
    st.caption(visit.say("entity.settled_means"))
    labels = [figures.month(m, visit.language) for m in found["month"]]
    for column, (whole, colour), part in zip(
        st.columns(2, gap="medium"), SIDES, ("settled_usd", "purchased_usd"), strict=True
    ):
        with column:
            series = [
                Series(visit.say(f"entity.{whole}"), "quiet", found[whole].to_list()),
                Series(visit.say(f"entity.{part}"), colour, found[part].to_list()),
            ]
            about = visit.say(f"entity.{part}_about", first=_month(visit, found, 0), last=_month(visit, found, -1))
            option = pictures.bars(labels, series, visit.language)
            pictures.draw(visit, option, key=f"entity_{part}", about=about, height=HEIGHT)
    tables.show(visit, found.reverse(), key="entity_settled", export="entity-settled", config=_months_only(visit))


def _named(visit: Visit, sums: pl.DataFrame, by: str) -> pl.DataFrame:
    """Items and economies by their names; whose name is missing is said to be unknown."""
    names = traits.economy_names(visit.language) if by == "economy" else {}
    if by == "counterparty":
        names = {portrait.UNKNOWN: visit.say("entity.no_counterparty")}
    spoken = [names.get(word) or (visit.label(word) if by != "counterparty" else word) for word in sums[by]]
    return sums.with_columns(pl.Series(by, spoken, dtype=pl.String))


def _month(visit: Visit, sums: pl.DataFrame, row: int) -> str:
    return figures.month(sums["month"][row], visit.language)


def _months_only(visit: Visit) -> dict[str, object]:
    written = "YYYY年M月" if visit.language == "zh" else "MMM YYYY"
    heading = visit.say("columns.month")
    return {"month": st.column_config.DateColumn(heading, format=written, width="small")}
