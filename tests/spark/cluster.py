"""A standalone cluster on this machine for the tests: one master, some workers, from the classes of PySpark's own package."""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

STARTED_WITHIN = 120.0
MEMORY = "1200M"


class Cluster:
    """A running cluster; everything listens on 127.0.0.1 alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []
        self.url = ""

    def start(self, workers: int) -> None:
        self._start("master", "org.apache.spark.deploy.master.Master", "--port", "0")
        self.url = self._said("master", r"Starting Spark master at (spark://\S+)")
        for number in range(workers):
            self.add_worker(f"worker-{number}")

    def add_worker(self, name: str) -> None:
        where = self.folder / name
        where.mkdir()
        asked = ["--port", "0", "--cores", "1", "--memory", MEMORY, "-d", str(where), self.url]
        self.workers.append(self._start(name, "org.apache.spark.deploy.worker.Worker", *asked))
        self._said(name, r"Successfully registered with master (\S+)")

    def kill(self, number: int) -> None:
        """A worker with everything below it, without a word."""
        for process in below(self.workers[number].pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.workers[number].wait()

    def stop(self) -> None:
        for process in reversed(self.processes):
            for each in below(process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            process.wait()

    def _start(self, name: str, program: str, *words: str) -> "subprocess.Popen[bytes]":
        import pyspark

        spark = Path(pyspark.__file__).parent
        environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(spark), "SPARK_NO_DAEMONIZE": "1"}
        command = [str(spark / "bin" / "spark-class"), program, "--host", "127.0.0.1", "--webui-port", "0", *words]
        # What is less than a warning is not logged by default, and that they are ready is less.
        (self.folder / "log4j2.properties").write_text(
            "rootLogger.level=info\nrootLogger.appenderRef.out.ref=out\nappender.out.type=Console\nappender.out.name=out\n"
            "appender.out.layout.type=PatternLayout\nappender.out.layout.pattern=%m%n\n"
        )
        environment["SPARK_DAEMON_JAVA_OPTS"] = f"-Dlog4j2.configurationFile=file:{self.folder}/log4j2.properties"
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def _said(self, name: str, pattern: str) -> str:
        until = time.monotonic() + STARTED_WITHIN
        log = self.folder / f"{name}.log"
        while time.monotonic() < until:
            if found := re.search(pattern, log.read_text("utf-8", "replace")):
                return found[1]
            if self.processes[-1].poll() is not None:
                break
            time.sleep(0.1)
        pytest.fail(f"the {name} did not start: {log.read_text('utf-8', 'replace')[-500:]}")


def below(pid: int) -> list[int]:
    """A process and all that it started, the lowest first."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            children.setdefault(int(status.read_text().rpartition(")")[2].split()[1]), []).append(
                int(status.parent.name)
            )
    found = [process for child in children.get(pid, []) for process in below(child)]
    return [*found, pid]


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    running = Cluster(folder)
    try:
        running.start(workers)
        yield running
    finally:
        running.stop()
