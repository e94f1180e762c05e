"""The entity's flows, the newest first: by pages, narrowed by direction and item; all of them as a file."""

import polars as pl
import streamlit as st

from dashboards import words
from dashboards.parts import empty, export, figures, recall, tables
from dashboards.visit import Visit
from fxwatch.reading import portrait, traits
from fxwatch.terms import Direction, Item

PAGE, ITEM = 100, 150
COLUMNS = (
    "day", "direction", "item", "amount_usd", "counterparty", "economy", "currency", "amount", "settled_usd", "code",
    "contract_no", "invoice_no", "state", "flow_id",
)  # fmt: skip
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(visit: Visit, key: str) -> None:
    """Show the part."""
    states = recall.remembered(visit, portrait.states_of, key, of="snapshot")
    if not sum(states.values()):
        empty.say(visit, "entity.no_flows", "entity.no_flows_next")
        return
    spoken = [visit.say(f"entity.flows_{state}", count=n, flows=figures.count(n)) for state, n in states.items() if n]
    st.caption(" · ".join(spoken))
    _page(visit, key)
    _files(visit, key)


@st.fragment
def _page(visit: Visit, key: str) -> None:
    direction, item, number = _asked(visit)
    rows = recall.remembered(
        visit, portrait.newest_flows, key, PAGE + 1, (number - 1) * PAGE, direction, item, of="snapshot"
    )
    if rows.is_empty():
        empty.say(visit, "entity.no_such_flows")
        return
    config = {"item": st.column_config.TextColumn(visit.say("columns.item"), width=ITEM)}
    named = pl.col("economy").replace(traits.economy_names(visit.language))
    tables.show(
        visit,
        rows.head(PAGE).with_columns(named),
        key=f"entity_flows_{number}",
        columns=COLUMNS,
        height=560,
        config=config,
    )
    first = (number - 1) * PAGE + 1
    last = first + min(rows.height, PAGE) - 1
    more = visit.say("entity.flows_more") if rows.height > PAGE else ""
    st.caption(f"{visit.say('entity.flows_shown', first=figures.count(first), last=figures.count(last))} {more}")


def _asked(visit: Visit) -> tuple[str | None, str | None, int]:
    """Direction, item and page as they are chosen."""
    left, middle, right, _ = st.columns([1, 1, 1, 2])
    direction = left.selectbox(
        visit.say("columns.direction"), [d.value for d in Direction], index=None, format_func=visit.label,
        key="entity_flows_direction", placeholder=visit.say("entity.every"),
    )  # fmt: skip
    item = middle.selectbox(
        visit.say("columns.item"), [i.value for i in Item], index=None, format_func=visit.label,
        key="entity_flows_item", placeholder=visit.say("entity.every"),
    )  # fmt: skip
    number = right.number_input(visit.say("entity.page"), min_value=1, step=1, key="entity_flows_number")
    return direction, item, int(number)


def _files(visit: Visit, key: str) -> None:
    """All flows in all columns, read when the file is asked for."""

    def whole() -> pl.DataFrame:
        frame = portrait.flows_of(visit.home, key)
        return frame.rename({name: words.heading(name, visit.language) for name in frame.columns})

    stem = f"{key}-flows-{visit.home.today():%Y%m%d}"
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            visit.say("entity.flows_csv"), lambda: export.csv_for_excel(whole()), f"{stem}.csv", "text/csv",
            key="entity_flows_csv", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            visit.say("entity.flows_xlsx"), lambda: export.xlsx(whole()), f"{stem}.xlsx", _SHEET,
            key="entity_flows_xlsx", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
