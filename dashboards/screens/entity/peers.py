"""Where the entity stands among its peers: by size and hits with quartiles and rank, and by its mix of items."""

from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts import empty, figures, pictures, recall, tables
from dashboards.parts.pictures import Series
from dashboards.visit import Visit
from fxwatch.reading import peers, portrait, traits

ROW = 46
MIX = ("item", "own_share", "peers_share", "share_of_item")
SEEN = 6  # items in the picture; the table has all
_MONEY = ("turnover_usd", "receipts_usd", "payments_usd")


def show(visit: Visit, key: str) -> None:
    """Show the part."""
    entry = portrait.entry_of(visit.home, key)
    industry = (entry or {})["industry"]
    group = recall.remembered(visit, peers.group_of, industry, of="snapshot")
    if group is None:
        why = "entity.no_industry_known" if not industry else "entity.few_peers"
        empty.say(visit, why, "entity.few_peers_next")
        return
    found = peers.standing(group, key)
    st.markdown(_among(visit, found))
    _measures(visit, found)
    st.subheader(visit.say("entity.mix"))
    _items(visit, found.items)


def _among(visit: Visit, found: peers.Standing) -> str:
    """Who the peers are, in a sentence."""
    letter = traits.section_of(found.code) or ""
    return visit.say(
        f"entity.among_{found.level}",
        count=found.peers,
        peers=figures.count(found.peers),
        code=found.code,
        section=figures.plain(traits.section_names(visit.language).get(letter, letter)),
        first=figures.month(found.months.start, visit.language),
        last=figures.month(found.months.end, visit.language),
    )


def _measures(visit: Visit, found: peers.Standing) -> None:
    rows = [_measure(visit, row, found.peers) for row in found.measures.iter_rows(named=True)]
    below = st.column_config.ProgressColumn(
        visit.say("columns.below"), format="percent", min_value=0, max_value=1, help=visit.say("entity.below_help")
    )
    tables.show(visit, pl.DataFrame(rows), key="entity_peers", export="entity-peers", config={"below": below})
    if found.measures["rank"].null_count():
        st.caption(visit.say("entity.moved_nothing"))


def _measure(visit: Visit, row: dict[str, Any], peers_count: int) -> dict[str, object]:
    """A row as it is read: amounts in full, counts whole, the place as `12 of 48`."""
    name, rank = str(row["measure"]), row["rank"]

    def written(value: object) -> str:
        if not isinstance(value, Decimal):
            return "–"
        return figures.exact(value) if name in _MONEY else figures.count(int(value))

    place = visit.say("entity.place", rank=figures.count(int(rank)), peers=figures.count(peers_count)) if rank else "–"
    return {
        "measure": visit.say(f"entity.measure_{name}"),
        **{column: written(row[column]) for column in ("own", "first_quartile", "median", "third_quartile")},
        "place": place,
        "below": row["below"],
    }


def _items(visit: Visit, items: pl.DataFrame) -> None:
    spoken = pl.Series("item", [visit.label(item) for item in items["item"]], dtype=pl.String)
    named = items.with_columns(spoken).rename({"share": "own_share"})
    weight = pl.max_horizontal(pl.col("own_share", "peers_share").fill_null(0))
    largest = named.with_columns(weight=weight).filter(pl.col("weight") > 0).top_k(SEEN, by="weight")["item"]
    drawn = named.filter(pl.col("item").is_in(largest.implode()))
    series = [
        Series(visit.say("entity.own_share"), "net", [v or 0 for v in drawn["own_share"]]),
        Series(visit.say("entity.peers_share"), "quiet", [v or 0 for v in drawn["peers_share"]]),
    ]
    left, right = st.columns([3, 4], gap="medium")
    with left:
        option = pictures.bars(drawn["item"].to_list(), series, visit.language, kind="share", horizontal=True)
        pictures.draw(
            visit, option, key="entity_mix_picture", about=visit.say("entity.mix_about"), height=90 + ROW * drawn.height
        )
    with right:
        tables.show(visit, named, key="entity_mix", columns=MIX, export="entity-mix")
