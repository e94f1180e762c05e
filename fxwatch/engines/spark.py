"""The engine on Spark: spreads whole entities, or whole counterparties, over a cluster; the rules run there as they run here.

The flows come from an export (see `exported`) on a disk that every worker sees; what the workers find comes home and goes on
as a local run's findings do. Spark shuffles, retries and places; nothing here schedules.
"""

import importlib
import inspect
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pyarrow as pa

from fxwatch import __version__
from fxwatch.engines.exported import Manifest, as_framed, read_manifest
from fxwatch.engines.local import Findings, Looked, find_all, together
from fxwatch.errors import FxwatchError, HouseError, RequestError
from fxwatch.flows import EXTRA_COLUMNS, FLOW_COLUMNS
from fxwatch.inputs import of_days
from fxwatch.rule import EarlyWarning

FLOWS_IN_A_BUCKET = 500_000  # some 100 MB of a worker's memory while its rules look
BUCKETS_A_CORE = 3  # so that a core that was given little takes more
JAVA = 17
SHIPPED = "indicators."  # the rules that every worker has
MARK = "fxwatch cannot run here:"  # begins what a worker says to those who read it at home
_LOOPBACK = ("127.0.0.1", "localhost")
_MASTER = re.compile(r"local(\[(\d+|\*)(,\d+)?\])?|spark://.+|yarn|k8s://.+")
_SPARK_TYPES = {"Int64": "long", "Int32": "int", "Int8": "byte", "Date": "date", "String": "string"}
_TABLES = tuple(table.name for table in fields(Findings))
_SENT_HOME = ", ".join(["bucket long", "flows long", "amount_usd long", *(f"{table} binary" for table in _TABLES)])


@dataclass(frozen=True)
class Spark:
    """Runs rules on a Spark cluster, or on this machine with `local[N]`.

    Attributes:
        master: the master's URL: `local[4]`, `spark://HOST:7077`, `yarn` or `k8s://…`.
        folder: the export of flows, under a path that every worker sees.
        conf: Spark's own settings, in place of those made here.
        reached_within: seconds for a master to be there at all.
        workers_within: seconds until its first worker gives this run a core.
    """

    master: str
    folder: Path
    conf: Mapping[str, str] = field(default_factory=dict)
    reached_within: float = 5.0
    workers_within: float = 60.0

    name = "spark"

    def look(self, rules: Mapping[str, EarlyWarning], inputs: Mapping[str, Any], load: int, mark: str) -> Looked:
        """Run rules over the export; see `engines.local.Engine`.

        Raises:
            RequestError: an export of another load; no Spark, Java, master or worker; a worker without this fxwatch.
            HouseError: the job failed, or fewer flows came to the rules than the export holds.
        """
        manifest = self.fitting(load, mark)
        given = {**inputs, **of_days(manifest.first_day, manifest.last_day)}
        parts: list[Findings] = []
        if manifest.flows:
            with _session(self) as (session, log):
                for partition in sorted({rule.partition for rule in rules.values()}):
                    chosen = {name: rule for name, rule in rules.items() if rule.partition == partition}
                    buckets = max(
                        BUCKETS_A_CORE * session.sparkContext.defaultParallelism,
                        -(-manifest.flows // FLOWS_IN_A_BUCKET),
                    )
                    share = Share(chosen, given, partition, buckets)
                    found = _found(session, self.folder, manifest, share, log)
                    self._check_whole(manifest, found)
                    parts += [Findings(**{table: _unpacked(row[table]) for table in _TABLES}) for row in found]
                    if partition == "entity":
                        parts += _without_flows(share, {row["bucket"] for row in found})
        return Looked(manifest.flows, manifest.first_day, manifest.last_day, together(parts))

    def fitting(self, load: int, mark: str) -> Manifest:
        """The export's manifest, if it holds the flows of this warehouse up to this load.

        Raises:
            RequestError: it does not, or it is no whole export.
        """
        manifest, again = read_manifest(self.folder), f"fxwatch export flows {self.folder}"
        if manifest.load != load:
            raise RequestError(
                f"The export in {self.folder} holds the flows up to load {manifest.load}; the home has load {load}. Export again: {again}",
                f"{self.folder} 中的导出截至第 {manifest.load} 次导入，本库已有第 {load} 次导入。请重新导出：{again}",
            )
        if manifest.warehouse != mark:
            raise RequestError(
                f"The export in {self.folder} is of another home. Export again: {again}",
                f"{self.folder} 中的导出来自另一个库。请重新导出：{again}",
            )
        return manifest

    def _check_whole(self, manifest: Manifest, found: Sequence[Any]) -> None:
        flows, amount = sum(row["flows"] for row in found), sum(row["amount_usd"] for row in found)
        if (flows, amount) != (manifest.flows, manifest.amount_usd):
            raise HouseError(
                f"The export in {self.folder} is damaged: {manifest.flows:,} flows were written, {flows:,} came to the rules, or their amounts differ. Nothing was kept. Export again: fxwatch export flows {self.folder}",
                f"{self.folder} 中的导出已损坏：写出 {manifest.flows:,} 笔，参与计算的为 {flows:,} 笔，或金额不符。没有保留任何结果。请重新导出：fxwatch export flows {self.folder}",
            )


@dataclass(frozen=True)
class Share:
    """What every worker is sent: the rules, what they are given beside flows, and how all is spread."""

    rules: Mapping[str, EarlyWarning]
    given: Mapping[str, Any]
    partition: str
    buckets: int

    def __reduce__(self) -> tuple[Any, ...]:
        """Rules from a folder of the bureau's own travel as their text: no worker has their files."""
        told = {
            name: (
                type(rule).__module__,
                type(rule).__qualname__,
                {f.name: getattr(rule, f.name) for f in fields(rule)},
            )
            for name, rule in self.rules.items()
        }
        return _received, (_texts(self.rules), told, dict(self.given), self.partition, self.buckets)

    def of(self, bucket: int, flows: pl.DataFrame) -> Findings:
        """What the rules find in a bucket. An entity that other authorities know and that has no flows is in one bucket, too."""
        given = {name: self._part(value, bucket) for name, value in self.given.items()}
        return find_all(self.rules, flows, given, at_once=1).with_amounts(flows)

    def _part(self, value: Any, bucket: int) -> Any:
        if self.partition != "entity" or not isinstance(value, pl.DataFrame) or "entity" not in value.columns:
            return value
        return value.filter(pl.col("entity") % self.buckets == bucket)


def _texts(rules: Mapping[str, EarlyWarning]) -> dict[str, str]:
    """Module and text of the rules that do not come with fxwatch."""
    names = {type(rule).__module__ for rule in rules.values()}
    return {name: inspect.getsource(sys.modules[name]) for name in sorted(names) if not name.startswith(SHIPPED)}


def _received(
    texts: dict[str, str],
    told: dict[str, tuple[str, str, dict[str, Any]]],
    given: dict[str, Any],
    partition: str,
    buckets: int,
) -> Share:
    for module, text in texts.items():
        if module not in sys.modules:
            sys.modules[module] = made = ModuleType(module)
            exec(compile(text, f"{module}.py", "exec"), made.__dict__)
    rules = {
        name: getattr(sys.modules.get(module) or importlib.import_module(module), kind)(**parameters)
        for name, (module, kind, parameters) in told.items()
    }
    return Share(rules, given, partition, buckets)


def look_at(table: pa.Table, share: Share) -> pa.Table:
    """On a worker: the findings in a bucket of flows, one row of the columns of `_SENT_HOME`."""
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # a table has columns
    bucket, flows = int(frame["bucket"][0]), as_framed(frame)
    found = share.of(bucket, flows)
    amount, packed = int(flows["amount_usd"].sum()), {name: [_packed(getattr(found, name))] for name in _TABLES}
    types = {"bucket": pa.int64(), "flows": pa.int64(), "amount_usd": pa.int64(), **dict.fromkeys(_TABLES, pa.binary())}
    row = {"bucket": [bucket], "flows": [flows.height], "amount_usd": [amount], **packed}
    return pa.table(row, pa.schema(types))


def _found(session: Any, folder: Path, manifest: Manifest, share: Share, log: Path) -> list[Any]:
    """What the workers send home: a row a bucket."""
    from pyspark.sql import functions as sql

    columns = list(dict.fromkeys([*FLOW_COLUMNS, *(c for rule in share.rules.values() for c in rule.columns)]))
    whole = sql.col("entity")
    if share.partition != "entity":
        columns = list(dict.fromkeys([*columns, share.partition]))
        whole = sql.coalesce(sql.col(share.partition), sql.col("flow"))  # what names none need not stay together
    session.conf.set("spark.sql.shuffle.partitions", str(share.buckets))
    sent = session.sparkContext.broadcast(share)
    try:
        told = ", ".join(f"{name} {_SPARK_TYPES[kind]}" for name, kind in manifest.columns.items())
        files = [f"file://{folder.absolute() / file['path']}" for file in manifest.files]
        flows = session.read.schema(told).parquet(*files).select(*columns)
        spread = flows.withColumn("bucket", sql.pmod(whole, sql.lit(share.buckets))).groupBy("bucket")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # about pandas, which takes no part
            found: list[Any] = spread.applyInArrow(_work(sent), _SENT_HOME).collect()
    except Exception as fault:  # Spark's own, Java's and Arrow's: whatever it is, one sentence tells it
        raise _told(fault, log) from fault
    sent.unpersist()
    return found


def _without_flows(share: Share, seen: set[int]) -> list[Findings]:
    """What rules find of entities whose buckets had no flows at all, from other authorities' data alone."""
    nothing = pl.DataFrame(schema={**FLOW_COLUMNS, **EXTRA_COLUMNS})
    return [share.of(bucket, nothing) for bucket in range(share.buckets) if bucket not in seen]


def _work(sent: Any) -> Callable[[pa.Table], pa.Table]:
    """What a worker does with a bucket. It travels by value, so that a worker without fxwatch can say so."""
    wanted, mark = {"fxwatch": __version__, "polars": pl.__version__}, MARK

    def work(bucket: pa.Table) -> pa.Table:
        import importlib
        import platform

        place = platform.node()
        for name, version in wanted.items():
            try:
                found = importlib.import_module(name).__version__
            except ImportError:
                found = "none"
            if found != version:
                raise RuntimeError(f"{mark} the worker on {place} has {name} {found}, this home has {version}.")
        return importlib.import_module("fxwatch.engines.spark").look_at(bucket, sent.value)

    return work


def _packed(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_ipc(out, compression="zstd")
    return out.getvalue()


def _unpacked(packed: bytes) -> pl.DataFrame:
    return pl.read_ipc(io.BytesIO(packed))


@contextmanager
def _session(asked: Spark) -> Iterator[tuple[Any, Path]]:
    """A session on the master, and the file that Spark logs to: it goes with the session unless something failed."""
    if not _MASTER.fullmatch(asked.master):
        raise RequestError(
            f"{asked.master!r} is no master. Write local[4], spark://HOST:7077, yarn or k8s://HOST:PORT.",
            f"{asked.master!r} 不是有效的主节点地址。可写 local[4]、spark://HOST:7077、yarn 或 k8s://HOST:PORT。",
        )
    try:
        from pyspark.sql import SparkSession
    except ImportError as fault:
        raise RequestError(
            "Spark is not installed here. Install it with: pip install 'fxwatch[spark]'",
            "未安装 Spark。请安装：pip install 'fxwatch[spark]'",
        ) from fault
    _need_java()
    _need_master(asked)
    handle, name = tempfile.mkstemp(prefix="fxwatch-spark-", suffix=".log")
    log, kept = Path(name), False
    try:
        with _said_to(handle), _named_locally(asked):
            builder = SparkSession.builder.master(asked.master).appName("fxwatch")
            for key, value in {**_settings(asked), **asked.conf}.items():
                builder = builder.config(key, value)
            try:
                session = builder.getOrCreate()
            except Exception as fault:  # as above
                raise _told(fault, log) from fault
        try:
            _need_worker(asked, session)
            yield session, log
        finally:
            with suppress(Exception):  # a session that broke cannot be closed either
                session.stop()
    except HouseError:
        kept = True  # its sentence names the log
        raise
    finally:
        os.close(handle)
        if not kept:
            log.unlink(missing_ok=True)


def _settings(asked: Spark) -> dict[str, str]:
    made = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # Small buckets joined into one task would leave cores without work.
        "spark.sql.adaptive.coalescePartitions.enabled": "false",
        # Spark runs a task a core; Polars would start as many threads in each.
        "spark.executorEnv.POLARS_MAX_THREADS": "1",
    }
    if _is_here(asked.master):
        made |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        made |= {"spark.pyspark.python": sys.executable, "spark.executorEnv.PYTHONPATH": _import_path()}
    return made


def _is_here(master: str) -> bool:
    return master.startswith("local") or any(host in _LOOPBACK for host, _ in _hosts(master))


@contextmanager
def _named_locally(asked: Spark) -> Iterator[None]:
    """A Spark of this machine alone listens on no other address; it takes that from its environment."""
    name = "SPARK_LOCAL_IP"
    made = name not in os.environ and _is_here(asked.master)
    if made:
        os.environ[name] = _LOOPBACK[0]
    try:
        yield
    finally:
        if made:
            del os.environ[name]


def _import_path() -> str:
    """Where workers on this machine find what this process can import."""
    return os.pathsep.join(dict.fromkeys(path for path in sys.path if path and Path(path).is_dir()))


def _hosts(master: str) -> list[tuple[str, int]]:
    """Host and port of each master of a standalone cluster."""
    if not master.startswith("spark://"):
        return []
    found = [place.rpartition(":") for place in master.removeprefix("spark://").split(",")]
    return [(host, int(port) if port.isdigit() else 7077) for host, _, port in found]


def _need_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    told = subprocess.run([java, "-version"], capture_output=True, text=True).stderr if java else ""
    version = re.search(r'version "(\d+)', told)
    if version is None or int(version[1]) < JAVA:
        found = f"Java {version[1]}" if version else "none"
        raise RequestError(
            f"Spark needs Java {JAVA} or newer; found {found}{f' in JAVA_HOME {home}' if home else ' on the PATH'}. Install it, or name it in JAVA_HOME.",
            f"Spark 需要 Java {JAVA} 或更新版本，{f'JAVA_HOME {home} 中' if home else 'PATH 中'}{f'只有 {found}' if version else '没有'}。请安装，或在 JAVA_HOME 中指明。",
        )


def _need_master(asked: Spark) -> None:
    """Spark itself would try for a minute, and fail in many words."""
    places = _hosts(asked.master)
    for host, port in places:
        with suppress(OSError), socket.create_connection((host, port), timeout=asked.reached_within):
            return
    if places:
        raise RequestError(
            f"No master answers at {asked.master}. Start it, or correct the address.",
            f"{asked.master} 没有主节点应答。请启动主节点，或更正地址。",
        )


def _need_worker(asked: Spark, session: Any) -> None:
    """Spark itself would wait for ever."""
    if asked.master.startswith("local"):
        return
    until = time.monotonic() + asked.workers_within
    while session.sparkContext._jsc.sc().getExecutorMemoryStatus().size() < 2:  # this process is the first
        if time.monotonic() > until:
            raise RequestError(
                f"{asked.master} gave no worker within {asked.workers_within:.0f} s: none is there, or all are taken. Start one, or try later.",
                f"{asked.master} 在 {asked.workers_within:.0f} 秒内没有分配工作节点：没有工作节点，或均被占用。请启动一个，或稍后再试。",
            )
        time.sleep(0.1)


@contextmanager
def _said_to(handle: int) -> Iterator[None]:
    """What is started meanwhile writes its warnings there and not among our sentences."""
    sys.stderr.flush()
    kept = os.dup(2)
    os.dup2(handle, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _told(fault: Exception, log: Path) -> FxwatchError:
    text = str(fault)
    if MARK in text:
        said = text.partition(MARK)[2].strip().splitlines()[0]
        return RequestError(
            f"The rules cannot run on the cluster: {said} Install the same on every worker (README: Spark).",
            f"指标无法在集群上运行：{said} 请在每个工作节点安装相同版本（见 README：Spark）。",
        )
    if "PYTHON_VERSION_MISMATCH" in text:
        ours = f"{sys.version_info.major}.{sys.version_info.minor}"
        return RequestError(
            f"The workers run another Python than {ours}, which runs here. Name one in PYSPARK_PYTHON that has fxwatch.",
            f"工作节点的 Python 与本机的 {ours} 不同。请在 PYSPARK_PYTHON 中指明已安装 fxwatch 的 Python。",
        )
    lines = [line.strip(" :") for line in text.splitlines()]
    line = next((line for line in lines if line and "error occurred while calling" not in line), type(fault).__name__)
    return HouseError(
        f"Spark could not do the job: {line} Nothing was kept. All that it said: {log}",
        f"Spark 未能完成：{line} 没有保留任何结果。详见 {log}",
    )
