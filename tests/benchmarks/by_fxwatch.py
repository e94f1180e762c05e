"""fxwatch: the article's rules from the warehouse to hits with flow ids; then a whole run, published, and the six monitors."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import polars as pl

import fxwatch
from fxwatch import batch
from fxwatch.engines.local import find_all
from fxwatch.rulebook import rules
from fxwatch.sums import LINES
from fxwatch.terms import Direction
from fxwatch.warehouse.findings import flow_ids_behind
from fxwatch.warehouse.frames import flow_frame, input_frames
from tests.benchmarks.answers import ALL, ARTICLE, STREAKS, Answers
from tests.benchmarks.watch import Watch

_LINE = {name: ALL if name == "all" else number for number, name in enumerate(LINES["article"].categories)}
_WAY = {way.value: number for number, way in enumerate(Direction)}


def texts(con: duckdb.DuckDBPyConnection, evidence: pl.DataFrame) -> pl.DataFrame:
    """Columns finding, flow_ids, sorted."""
    return flow_ids_behind(con, evidence).group_by("finding").agg(flow_ids=pl.col("flow_id").sort())


class Side:
    """One competitor: `hits` and `whole` are timed, both give answers."""

    def __init__(self, ground: Path) -> None:
        self.home = fxwatch.open(ground / "home")
        self.book = {name: rules()[name]() for name in ARTICLE}

    def hits(self, watch: Watch) -> Answers:
        """The three rules, from the published snapshot to hits with the sorted texts of their flows."""
        con = self.home.snapshot().con
        flows, inputs = watch.time("read", lambda: (flow_frame(con), input_frames(con)))
        given = {**inputs, "first_loaded_day": None}
        found = watch.time("rules", lambda: find_all(self.book, flows, given))
        ids = watch.time("texts", lambda: texts(con, found.evidence))
        hits = watch.time("texts", lambda: found.hits.join(ids, on="finding"))
        return {name: _numbered(hits.filter(rule=name)) for name in ARTICLE}

    def streaks(self, watch: Watch) -> Answers:
        """The streaks alone, once the flows are there: `hits` has two rules at work at a time."""
        con = self.home.snapshot().con
        flows, given = flow_frame(con), {**input_frames(con), "first_loaded_day": None}
        watch.time(STREAKS, lambda: find_all({STREAKS: self.book[STREAKS]}, flows, given))
        return {}

    def whole(self, watch: Watch) -> Answers:
        """A run of the three rules, published, then the monitors over it; the rest of the rule book stands aside."""
        in_force = batch.in_force
        with patch.object(batch, "in_force", lambda parameters: _article(in_force(parameters))):
            watch.time("run and publish", lambda: self.home.run(full=True))
        return watch.time("monitors", self._monitors)

    def _monitors(self) -> Answers:
        names = ("top_items", "top_entities", "trends", "surges", "concentration", "balance")
        found = {name: self.home.monitor(name) for name in names}
        people = self.home.snapshot().con.sql("SELECT entity, entity_id FROM roll").pl()
        return {name: _in_form(name, frame, people) for name, frame in found.items()}


def _article(book: dict[str, Any]) -> dict[str, Any]:
    return {name: rule for name, rule in book.items() if name in ARTICLE}


def _numbered(hits: pl.DataFrame) -> pl.DataFrame:
    return hits.with_columns(pl.col("direction", "item").to_physical().cast(pl.Int64))


def _in_form(name: str, frame: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    cents = {
        "amount_usd": "amount",
        "contribution": "contribution",
        "previous": "previous",
        "same_last_year": "same_last_year",
    }
    cents |= {c: c for c in ("receipts", "payments", "settled", "purchased")}
    made = [(pl.col(c).fill_null(0) * 100).cast(pl.Int64).alias(new) for c, new in cents.items() if c in frame.columns]
    if "item" in frame.columns:
        made.append(pl.col("item").replace_strict(_LINE, return_dtype=pl.Int64))
    if "direction" in frame.columns:
        made.append(pl.col("direction").replace_strict(_WAY, return_dtype=pl.Int64))
    if "period" in frame.columns:
        made.append((pl.col("period") + "-01").str.to_date().alias("month"))
    if "top3_share" in frame.columns:
        made += [pl.col("top3_share").alias("top3"), pl.col("top10_share").alias("top10")]
        frame = frame.filter(pl.col("hhi").is_not_null())
    found = frame.with_columns(made)
    return found.join(people, on="entity_id") if "entity_id" in found.columns else found
