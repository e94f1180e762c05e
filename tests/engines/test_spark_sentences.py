"""What keeps a run from Spark is said in one sentence, before anything is waited for."""

import importlib.util
import pickle
import subprocess
import sys
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from fxwatch.engines import spark
from fxwatch.engines.local import find_all, together
from fxwatch.engines.spark import Spark
from fxwatch.errors import HouseError, RequestError
from fxwatch.rulebook import rules
from tests.tables import calendar, flows, roll

NOWHERE = Path("/nowhere")


def refused(asked: Spark) -> str:
    with pytest.raises(RequestError) as refusal, spark._session(asked):
        pass
    return refusal.value.english


def test_a_word_that_is_no_master() -> None:
    assert "'mesos://x' is no master" in refused(Spark("mesos://x", NOWHERE))
    assert "'local[]' is no master" in refused(Spark("local[]", NOWHERE))


def test_pyspark_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    assert "pip install 'fxwatch[spark]'" in refused(Spark("local[1]", NOWHERE))


@pytest.mark.parametrize(
    ("said", "told"), [(None, "found none on the PATH"), ("11.0.2", "found Java 11"), ("1.8.0", "found Java 1")]
)
def test_java_is_missing_or_old(said: str | None, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    if said:
        java = tmp_path / "java"
        java.write_text(f"#!/bin/sh\necho 'openjdk version \"{said}\"' >&2\n")
        java.chmod(0o755)
    with pytest.raises(RequestError, match="Spark needs Java 17 or newer; ") as refusal:
        spark._need_java()
    assert told in refusal.value.english


def test_java_home_speaks_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(RequestError, match=f"found none in JAVA_HOME {tmp_path}"):
        spark._need_java()


def test_no_master_answers() -> None:
    with pytest.raises(RequestError, match=r"No master answers at spark://127\.0\.0\.1:9"):
        spark._need_master(Spark("spark://127.0.0.1:9", NOWHERE))


def test_any_of_several_masters_will_do() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        spark._need_master(Spark(f"spark://127.0.0.1:9,127.0.0.1:{listening.getsockname()[1]}", NOWHERE))


def test_a_worker_of_another_version_is_told_from_one_that_fails() -> None:
    said = f"Job aborted\n RuntimeError: {spark.MARK} the worker on w3 has polars 1.0, this home has 2.1.\n at …"
    fault = spark._told(Exception(said), NOWHERE)
    assert isinstance(fault, RequestError)
    assert "the worker on w3 has polars 1.0, this home has 2.1. Install" in fault.english
    other = spark._told(Exception("An error occurred while calling o1.x.\n: disk full"), NOWHERE)
    assert isinstance(other, HouseError)
    assert "Spark could not do the job: disk full Nothing was kept." in other.english


def test_the_findings_of_buckets_put_together_are_those_of_the_whole() -> None:
    book = {name: rule() for name, rule in rules().items() if rule.severity == "article"}
    drawn = flows("""
        flow  entity item       direction day                    usd
        ship  SEA    transport  payment   2026-03-02             500000.01
        day   LAW    royalties  payment   2026-03-03             1000000.01
        row   LAW    consulting receipt   2026-03-02..2026-03-13 1
        far   SUN    consulting receipt   2027-03-02             1
    """)
    given = {"calendar": calendar(2026), "roll": roll("SEA"), "first_loaded_day": drawn["day"].min()}
    whole = find_all(book, drawn, given)
    share = spark.Share(book, given, "entity", 5)
    buckets = [drawn.filter(pl.col("entity") % 5 == n) for n in range(5) if (drawn["entity"] % 5 == n).any()]
    assert len(buckets) > 1
    sent = [spark.look_at(as_sent(bucket), share).to_pylist()[0] for bucket in buckets]
    assert [row["flows"] for row in sent] == [bucket.height for bucket in buckets]
    assert [row["amount_usd"] for row in sent] == [bucket["amount_usd"].sum() for bucket in buckets]
    parts = [spark.Findings(**{name: spark._unpacked(row[name]) for name in spark._TABLES}) for row in sent]
    joined = together(parts)
    facts = ["rule", "entity", "first_day", "value", "flow_count"]
    assert joined.hits.select(facts).sort(facts).equals(whole.hits.select(facts).sort(facts))
    assert joined.not_computed.equals(whole.not_computed)
    assert joined.not_computed.height == 1
    behind = [
        f.evidence.join(f.hits, on="finding").select("rule", "flow").sort("rule", "flow") for f in (joined, whole)
    ]
    assert behind[0].equals(behind[1])


def test_each_bucket_is_given_the_entities_that_are_its_own() -> None:
    """An entity with settlements and without flows would come up in every bucket otherwise, or in none."""
    given = {"settlements": pl.DataFrame({"entity": [1, 2, 7]}), "calendar": calendar(2026), "first_loaded_day": None}
    by_entity, by_counterparty = (spark.Share({}, given, how, 5) for how in ("entity", "counterparty"))
    assert [by_entity._part(given["settlements"], n)["entity"].to_list() for n in range(3)] == [[], [1], [2, 7]]
    assert by_counterparty._part(given["settlements"], 0).height == 3
    assert by_entity._part(given["calendar"], 0) is given["calendar"]


RULE = '''"""loud: an example."""
from dataclasses import dataclass
from typing import ClassVar
import polars as pl
from fxwatch.rule import EarlyWarning, finding

@dataclass(frozen=True, kw_only=True)
class Loud(EarlyWarning):
    title: ClassVar[str] = "Loud"
    key: ClassVar[tuple[str, ...]] = ("entity", "day")

    def find(self, flows: pl.LazyFrame) -> pl.LazyFrame:
        limit = pl.lit(100)
        return flows.filter(pl.col("amount_usd") > limit).select(*finding(value="amount_usd", limit=limit, first_day="day"), "day")
'''
AFAR = """
import pickle, sys
from pathlib import Path
import polars as pl
share = pickle.loads(Path(sys.argv[1]).read_bytes())
print(share.of(0, pl.read_parquet(sys.argv[2])).hits["value"].to_list())
"""


def test_a_rule_of_the_bureaus_own_works_on_a_worker_that_has_not_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "bureau.added.loud"
    (tmp_path / "loud.py").write_text(RULE)
    spec = importlib.util.spec_from_file_location(name, tmp_path / "loud.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    share = spark.Share({"loud": module.Loud()}, {}, "entity", 1)
    (tmp_path / "share").write_bytes(pickle.dumps(share))
    drawn = flows("""
        flow  usd
        low   1
        above 1.01
    """)
    drawn.drop("id").write_parquet(tmp_path / "flows.parquet")
    words = [sys.executable, "-c", AFAR, str(tmp_path / "share"), str(tmp_path / "flows.parquet")]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.stdout.strip() == "[101]", done.stderr


def as_sent(bucket: pl.DataFrame) -> pa.Table:
    return (
        bucket.with_columns(pl.col("direction", "item").to_physical().cast(pl.Int8), bucket=pl.col("entity") % 5)
        .drop("id")
        .to_arrow()
    )


def test_this_machine_needs_nothing_of_spark() -> None:
    """Neither Spark's package nor this engine is loaded by a local run."""
    loaded = "import sys, fxwatch.batch, fxwatch.cli.running; print([m for m in sys.modules if 'spark' in m])"
    assert subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True).stdout.strip() == "[]"
