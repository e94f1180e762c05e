"""PySpark on this machine: the same queries in Spark SQL over Parquet, with what is used twice cached."""

import logging
import warnings
from pathlib import Path
from typing import Any

import polars as pl

from tests.benchmarks import plain_sql
from tests.benchmarks.answers import ALL, ARTICLE, Answers
from tests.benchmarks.by_sql import ITEMS
from tests.benchmarks.ground import YEAR
from tests.benchmarks.plain_sql import SPARK
from tests.benchmarks.watch import Watch

MEMORY = "6g"


class Side:
    def __init__(self, ground: Path) -> None:
        from pyspark.sql import SparkSession

        warnings.simplefilter("ignore", FutureWarning)
        logging.getLogger("py4j").setLevel(logging.ERROR)
        cores = pl.thread_pool_size()
        self.out = ground / "spark-out"
        made = SparkSession.builder.master(f"local[{cores}]").config("spark.driver.memory", MEMORY)
        for name, value in (
            ("spark.ui.enabled", "false"),
            ("spark.driver.host", "127.0.0.1"),
            ("spark.driver.bindAddress", "127.0.0.1"),
            ("spark.sql.shuffle.partitions", str(4 * cores)),
            ("spark.sql.execution.arrow.pyspark.enabled", "true"),
            ("spark.sql.ansi.enabled", "false"),
        ):
            made = made.config(name, value)
        self.session: Any = made.getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")
        self._view("flows", self.session.read.parquet(str(ground / "flows")))
        self._view("people", self.session.read.parquet(str(ground / "people.parquet")))
        self._view("calendar", self.session.read.parquet(str(ground / "calendar.parquet")))
        self._view("items", self.session.createDataFrame([(n,) for n in (*range(ITEMS), ALL)], "item int"))

    def hits(self, watch: Watch) -> Answers:
        self._find(watch)
        texts = {name: plain_sql.with_texts(name, SPARK) for name in ARTICLE}
        return {name: watch.time("texts", lambda name=name: self._told(texts[name])) for name in ARTICLE}

    def whole(self, watch: Watch) -> Answers:
        self._find(watch)
        for name in ARTICLE:
            behind = f"SELECT {plain_sql.KEYS[name]}, flow FROM ({plain_sql.FLOWS_BEHIND[name]})"
            watch.time("flows behind hits", lambda name=name, behind=behind: self._write(f"{name}_flows", behind))
        for name, query in (("sums", plain_sql.sums(SPARK)), ("channels", plain_sql.channels(SPARK))):
            watch.time("sums", lambda name=name, query=query: self._write(name, query))
            self._view(name, self.session.read.parquet(str(self.out / name)))
        found = {}
        for name, query in plain_sql.monitors(SPARK, YEAR).items():
            watch.time("monitors", lambda name=name, query=query: self._write(name, query))
            self._view(name, self.session.read.parquet(str(self.out / name)))
            found[name] = watch.time("monitors", lambda name=name: self._told(f"SELECT * FROM {name}"))
        return found

    def _find(self, watch: Watch) -> None:
        for name, query in plain_sql.rules(SPARK).items():
            watch.time(name, lambda name=name, query=query: self._write(name, query))
            self._view(name, self.session.read.parquet(str(self.out / name)))

    def _write(self, name: str, query: str) -> None:
        self.session.sql(query).write.mode("overwrite").parquet(str(self.out / name))

    def _told(self, query: str) -> pl.DataFrame:
        found = pl.from_arrow(self.session.sql(query).toArrow())
        assert isinstance(found, pl.DataFrame)
        return found

    def _view(self, name: str, frame: Any) -> None:
        frame.createOrReplaceTempView(name)
