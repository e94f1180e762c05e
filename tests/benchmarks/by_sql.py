"""Plain SQL on DuckDB, as a competent author would write it: typed tables, one query a step, what is used twice kept."""

from pathlib import Path

import duckdb
import polars as pl

from tests.benchmarks import plain_sql
from tests.benchmarks.answers import ALL, ARTICLE, Answers
from tests.benchmarks.ground import YEAR
from tests.benchmarks.plain_sql import DUCKDB
from tests.benchmarks.watch import Watch

ITEMS = 14


class Side:
    def __init__(self, ground: Path) -> None:
        self.con = duckdb.connect(str(ground / "plain.duckdb"))
        self.con.execute(f"SET threads = {pl.thread_pool_size()}")
        self.con.execute("SET preserve_insertion_order = false")
        self.con.execute(f"CREATE OR REPLACE TABLE items AS SELECT unnest(list_append(range({ITEMS}), {ALL})) AS item")

    def hits(self, watch: Watch) -> Answers:
        self._find(watch, "TEMP TABLE")
        texts = {name: plain_sql.with_texts(name, DUCKDB) for name in ARTICLE}
        return {name: watch.time("texts", lambda name=name: self.con.sql(texts[name]).pl()) for name in ARTICLE}

    def whole(self, watch: Watch) -> Answers:
        """Hits, the flows behind them and partial sums into tables; the monitors from these; all of it on the disk."""
        self._find(watch, "TABLE")
        for name in ARTICLE:
            behind = f"SELECT {plain_sql.KEYS[name]}, flow FROM ({plain_sql.FLOWS_BEHIND[name]})"
            self._keep(watch, "flows behind hits", f"TABLE {name}_flows", behind)
        self._keep(watch, "sums", "TABLE sums", plain_sql.sums(DUCKDB))
        self._keep(watch, "sums", "TABLE channels", plain_sql.channels(DUCKDB))
        found = {}
        for name, query in plain_sql.monitors(DUCKDB, YEAR).items():
            self._keep(watch, "monitors", f"TABLE {name}", query)
            found[name] = watch.time("monitors", lambda name=name: self.con.sql(f"FROM {name}").pl())
        watch.time("publish", lambda: self.con.execute("CHECKPOINT"))
        return found

    def _find(self, watch: Watch, table: str) -> None:
        for name, query in plain_sql.rules(DUCKDB).items():
            self.con.execute(f"DROP TABLE IF EXISTS temp.{name}")
            self._keep(watch, name, f"{table} {name}", query)

    def _keep(self, watch: Watch, part: str, table: str, query: str) -> None:
        watch.time(part, lambda: self.con.execute(f"CREATE OR REPLACE {table} AS {query}"))
