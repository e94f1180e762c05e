"""The same rules on Spark find the same: hits, evidence and what could not be computed, whatever the cluster goes through."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import fxwatch
from fxwatch.engines.exported import export_flows
from fxwatch.engines.spark import Spark
from fxwatch.errors import RequestError
from fxwatch.home import make_home
from fxwatch.sample import invent
from fxwatch.warehouse.findings import flow_ids_of
from tests.spark.cluster import Cluster, below, cluster

pytestmark = pytest.mark.slow
pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'fxwatch[spark]'")
if not shutil.which("java") and not os.environ.get("JAVA_HOME"):
    pytest.skip("Java is not installed (apt-get install openjdk-17-jre-headless)", allow_module_level=True)

FLOWS = 6_000
RUN_FACTS = ("run_id", "found_at")
BIG = 5_000_000


def loaded(folder: Path, flows: int, seed: int) -> Any:
    """A home with an invented sample and a calendar that lacks a year."""
    home = fxwatch.open(make_home(folder / "home", simulation=True).path)
    home.change_setting("today", "2026-10-31")
    sample = invent(flows=flows, seed=seed)
    for kind in ("entities", "flows"):
        rows = getattr(sample, kind)
        rows.drop("reported", strict=False).write_csv(folder / f"{kind}.csv")
        home.load(kind, folder / f"{kind}.csv")
    return home


def without_2025(home: Any) -> None:
    """Take the calendar of a year out of a home that nobody reads yet: no file can do that."""
    with home.writing("test") as warehouse:
        warehouse.con.execute("DELETE FROM calendar WHERE date_part('year', day) = 2025")
        warehouse.publish()


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Path, pl.DataFrame]]:
    """A home that ran on this machine, what it found; and a copy made before, to run elsewhere, with its export."""
    folder = tmp_path_factory.mktemp("spark")
    home = loaded(folder, FLOWS, seed=int.from_bytes(os.urandom(2), "big"))
    without_2025(home)
    export_flows(home, folder / "export")
    home.register.close()
    shutil.copytree(folder / "home", folder / "fresh")
    home = fxwatch.open(folder / "home")
    home.run()
    yield home, folder, found(home)
    home.register.close()


def found(home: Any) -> dict[str, pl.DataFrame]:
    """All that a run leaves, in an order of its own."""
    con = home.snapshot().con
    hits = home.hits()
    tables = {
        "hits": hits.drop(RUN_FACTS, strict=False).sort("hit_id"),
        "flow ids": flow_ids_of(con, hits["hit_id"].to_list())
        .with_columns(pl.col("flow_ids").list.sort())
        .sort("hit_id"),
    }
    for name in ("not_computed", "skipped", "sums", "channel_sums"):
        rows: pl.DataFrame = con.sql(f"SELECT * FROM {name} ORDER BY ALL").pl()
        tables[name] = rows
    return tables


def same(ours: dict[str, pl.DataFrame], theirs: dict[str, pl.DataFrame]) -> None:
    assert ours["hits"].height
    for name, table in ours.items():
        assert table.equals(theirs[name]), name


def fresh(folder: Path, name: str) -> Any:
    shutil.copytree(folder / "fresh", folder / name)
    return fxwatch.open(folder / name)


def test_in_local_mode_from_the_command_line(homes: Any) -> None:
    _, folder, ours = homes
    home = fresh(folder, "local")
    words = ["run", "--engine", "spark", "--master", "local[2]", "--flows", str(folder / "export")]
    done = subprocess.run(
        [sys.executable, "-m", "fxwatch", "--home", str(home.path), *words], capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr  # a year of the calendar is missing
    assert done.stderr.startswith("Days in 2025 were not computed")
    assert len(done.stderr.splitlines()) == 1, "Spark's own words are not among ours"
    same(ours, found(home))
    assert ours["not_computed"].height
    runs = home.snapshot().con.sql("SELECT engine, flows FROM runs").pl()
    assert runs["engine"].to_list() == ["spark"]
    home.register.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster"), workers=2) as started:
        yield started


def test_on_a_cluster(homes: Any, running: Cluster) -> None:
    _, folder, ours = homes
    home = fresh(folder, "cluster")
    home.run(engine=Spark(running.url, folder / "export", {"spark.executor.memory": "900m"}, workers_within=300))
    same(ours, found(home))
    home.register.close()


def test_a_worker_killed_in_mid_run_costs_time_alone(homes: Any, running: Cluster) -> None:
    _, folder, ours = homes
    home = fresh(folder, "killed")
    killed: list[float] = []

    def kill() -> None:
        """Once the worker has begun on the rules: when Python runs below it."""
        until = time.monotonic() + 240
        while time.monotonic() < until:
            if any("pyspark" in words_of(pid) for pid in below(running.workers[1].pid)):
                running.kill(1)
                killed.append(time.monotonic())
                return
            time.sleep(0.02)

    killer = threading.Thread(target=kill)
    killer.start()
    home.run(engine=Spark(running.url, folder / "export", {"spark.executor.memory": "900m"}, workers_within=300))
    done = time.monotonic()
    killer.join()
    assert killed, "nobody was killed"
    assert killed[0] < done
    same(ours, found(home))
    home.register.close()
    running.add_worker("worker-again")


def words_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def test_a_master_without_workers_is_not_waited_for_long(homes: Any, tmp_path: Path) -> None:
    _, folder, _ = homes
    home = fresh(folder, "alone")
    with cluster(tmp_path, workers=0) as lonely, pytest.raises(RequestError, match="gave no worker within 3 s"):
        home.run(engine=Spark(lonely.url, folder / "export", workers_within=3))
    assert home.snapshot().con.execute("SELECT count(*) FROM runs").fetchall()[0][0] == 0
    home.register.close()


def test_a_worker_of_another_version_is_named(homes: Any, running: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    _, folder, _ = homes
    home = fresh(folder, "version")
    from fxwatch.engines import spark

    monkeypatch.setattr(spark, "__version__", "9.9.9")
    with pytest.raises(
        RequestError, match=r"has fxwatch \S+, this home has 9\.9\.9\. Install the same on every worker"
    ):
        home.run(engine=Spark(running.url, folder / "export", {"spark.executor.memory": "900m"}, workers_within=300))
    home.register.close()


def test_a_file_exchanged_for_another_of_its_size_is_noticed(homes: Any) -> None:
    """Its sum of amounts differs from what was written."""
    from fxwatch.errors import HouseError

    _, folder, _ = homes
    home = fresh(folder, "exchanged")
    shutil.copytree(folder / "export", folder / "exchanged-export")
    manifest = (folder / "exchanged-export" / "_manifest.json").read_text("utf-8")
    import json

    known = json.loads(manifest)
    known["amount_usd"] += 1
    (folder / "exchanged-export" / "_manifest.json").write_text(json.dumps(known), "utf-8")
    with pytest.raises(HouseError, match="or their amounts differ"):
        home.run(engine=Spark("local[2]", folder / "exchanged-export"))
    assert home.snapshot().con.execute("SELECT count(*) FROM runs").fetchall()[0][0] == 0
    home.register.close()


def test_five_million_flows_find_the_same(tmp_path: Path) -> None:
    """Some minutes and some gigabytes."""
    from tests.benchmarks import ground

    ground.make(tmp_path / "ground", BIG)
    home = fxwatch.open(tmp_path / "ground" / "home")
    export_flows(home, tmp_path / "export")
    home.register.close()
    shutil.copytree(tmp_path / "ground" / "home", tmp_path / "elsewhere")
    ours, theirs = fxwatch.open(tmp_path / "ground" / "home"), fxwatch.open(tmp_path / "elsewhere")
    ours.run()
    theirs.run(engine=Spark("local[2]", tmp_path / "export", {"spark.driver.memory": "4g"}))
    same(found(ours), found(theirs))
    for home in (ours, theirs):
        home.register.close()
