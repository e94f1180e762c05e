"""The stages of long work: which one is under way, and what each took."""

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

# Told: stages done, stages in all, and the one under way.
Told = Callable[[int, int, str], Any]

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_FORGET_PEAK = "5"


@dataclass
class Stage:
    """One stage of work.

    Attributes:
        name: what is done.
        seconds: by the clock.
        processor_seconds: of all processors together, the kernel's part included.
        peak_mib: the most memory that the whole process held while it lasted; where the system cannot tell this for a
            stage alone, the most it ever held so far.
        rows: that were worked on; None where nothing is counted.
    """

    name: str
    seconds: float = 0.0
    processor_seconds: float = 0.0
    peak_mib: float = 0.0
    rows: int | None = None


@dataclass
class Stages:
    """Stages one after the other, each measured and told as it begins."""

    count: int = 0
    told: Told | None = None
    done: list[Stage] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, rows: int | None = None) -> Iterator[Stage]:
        """Measure a block; the block may set `rows`. A stage of a name that was there before is added to it."""
        self._tell(name)
        stage = Stage(name, rows=rows)
        forget_peak()
        clock, processors = time.perf_counter(), time.process_time()
        yield stage
        stage.seconds, stage.processor_seconds = time.perf_counter() - clock, time.process_time() - processors
        stage.peak_mib = peak_mib()
        self._add(stage)

    def end(self) -> None:
        """Say that all is done."""
        self.count = len(self.done)
        self._tell(self.done[-1].name if self.done else "")

    def _tell(self, name: str) -> None:
        if self.told is not None:
            self.told(len(self.done), max(self.count, len(self.done)), name)

    def _add(self, stage: Stage) -> None:
        same = next((known for known in self.done if known.name == stage.name), None)
        if same is None:
            self.done.append(stage)
            return
        same.seconds += stage.seconds
        same.processor_seconds += stage.processor_seconds
        same.peak_mib = max(same.peak_mib, stage.peak_mib)
        same.rows = stage.rows if same.rows is None else same.rows + (stage.rows or 0)


def profile_of(stages: Sequence[Stage]) -> "pl.DataFrame":
    """The stages as a table: stage, seconds, processor_seconds, peak_mib, rows; the last row adds them up."""
    import polars as pl

    schema = {
        "stage": pl.String,
        "seconds": pl.Float64,
        "processor_seconds": pl.Float64,
        "peak_mib": pl.Float64,
        "rows": pl.Int64,
    }
    rows = [(s.name, s.seconds, s.processor_seconds, s.peak_mib, s.rows) for s in stages]
    whole = (
        "all",
        sum(s.seconds for s in stages),
        sum(s.processor_seconds for s in stages),
        max((s.peak_mib for s in stages), default=0.0),
        None,
    )
    frame = pl.DataFrame([*rows, whole], schema=schema, orient="row")
    return frame.with_columns(pl.col("seconds", "processor_seconds").round(3), pl.col("peak_mib").round(0))


def peak_mib() -> float:
    """The most memory that this process held since `forget_peak`, in MiB; since its start where Linux does not tell."""
    try:
        found = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(found.split()[1]) / 1024
    except (OSError, StopIteration):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def forget_peak() -> None:
    """Begin to measure `peak_mib` anew, where the system lets a process do that."""
    if os.access(_CLEAR, os.W_OK):
        try:
            _CLEAR.write_text(_FORGET_PEAK)
        except OSError:
            return
