"""The door from Python: `home = fxwatch.open("…")`, then everything the command line can do, tables as Polars frames."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fxwatch.home import Home

if TYPE_CHECKING:
    import polars as pl

    from fxwatch.batch import RunReport
    from fxwatch.check import Answer
    from fxwatch.intake import LoadReport


class Session(Home):
    """An open home. Reading looks at the published snapshot; the write lock lives inside `load`, `retry` and `run` alone."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(Path(path))

    def load(self, kind: str, path: Path | str, *, by: str | None = None, encoding: str | None = None) -> "LoadReport":
        """Load a file of a kind (`flows`, `entities`, `rates`, `calendar`, `breaches`): see `fxwatch.intake.load`."""
        from fxwatch.intake import load

        return load(self, kind, Path(path), by=by, encoding=encoding)

    def run(self, *, by: str | None = None) -> "RunReport":
        """Compute every rule and the partial sums, and publish: see `fxwatch.batch.run`."""
        from fxwatch.batch import run

        return run(self, by=by)

    def hits(self, **asked: Any) -> "pl.DataFrame":
        """Hits with their status: see `fxwatch.reading.hits.hits_of`."""
        from fxwatch.reading.hits import hits_of

        return hits_of(self, **asked)

    def monitor(self, name: str, **asked: Any) -> "pl.DataFrame":
        """A monitor's table: see `fxwatch.reading.monitors.monitor`."""
        from fxwatch.reading.monitors import monitor

        return monitor(self, name, **asked)

    def grades(self, on: date | None = None, known_at: datetime | None = None) -> "pl.DataFrame":
        """Every entity's grade: see `fxwatch.reading.grades.grades`."""
        from fxwatch.reading.grades import grades

        return grades(self, on=on, known_at=known_at)

    def grade(self, entity_id: str, on: date | None = None) -> dict[str, Any]:
        """One entity's grade with its reasons, for the regulator: see `fxwatch.reading.grades.grade_of`."""
        from fxwatch.reading.grades import grade_of

        return grade_of(self, entity_id, on=on)

    def check(self, entity_id: str, *, bank: str, on: date | None = None) -> "Answer":
        """The bank's question; its record is kept before it is answered: see `fxwatch.check.check`."""
        from fxwatch.check import check

        return check(self, entity_id, bank, on=on)
