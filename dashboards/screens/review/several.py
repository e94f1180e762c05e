"""Several hits at once: whose they are, and the decision about all of them."""

from decimal import Decimal

import polars as pl
import streamlit as st

from dashboards import words
from dashboards.parts import figures, tables
from dashboards.screens.review import deciding
from dashboards.visit import Visit


def show(visit: Visit, ticked: pl.DataFrame, following: str | None) -> None:
    """Show what was ticked by entity, and the deeds that fit all of it.

    Args:
        visit: whose.
        ticked: rows of the queue.
        following: the hit to open after a decision.
    """
    by_entity = (
        ticked.with_columns(name=pl.coalesce("name", "entity_id"))
        .group_by("entity_id", maintain_order=True)
        .agg(pl.col("name").first(), hits=pl.len(), amount_usd=pl.col("amount_usd").sum())
    )
    st.markdown(
        f"##### {visit.say('review.ticked', count=ticked.height)} · "
        f"{visit.say('review.of_entities', count=by_entity.height)} · "
        f"{figures.money(sum(ticked['amount_usd'].drop_nulls(), Decimal(0)), visit.language)}"
    )
    st.caption(visit.say("review.ticked_hint"))
    tables.show(
        visit, by_entity, key="review_ticked", columns=["name", "hits", "amount_usd"],
        config={"name": st.column_config.TextColumn(words.heading("name", visit.language), width=250)},
        height=min(36 * (by_entity.height + 1) + 3, 330),
    )  # fmt: skip
    deciding.bar(visit, ticked.to_dicts(), following)
