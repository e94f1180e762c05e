"""The door from Python: `home = fxwatch.open("…")`, then everything the command line can do, tables as Polars frames."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fxwatch.casework import Casework

if TYPE_CHECKING:
    import polars as pl

    from fxwatch.attention.explaining import Explained
    from fxwatch.attention.training import Trained
    from fxwatch.batch import Progress, RunReport
    from fxwatch.check import Answer
    from fxwatch.comparing import Compared
    from fxwatch.engines.exported import Manifest
    from fxwatch.engines.local import Engine
    from fxwatch.intake import LoadReport
    from fxwatch.register import Act
    from fxwatch.reporting import Paper
    from fxwatch.terms import Language
    from fxwatch.upkeep import Backup, Diagnosis, Upgraded


class Session(Casework):
    """An open home. Reading looks at the published snapshot; the write lock lives inside `load`, `retry` and `run` alone."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(Path(path))

    def load(self, kind: str, path: Path | str, *, by: str | None = None, encoding: str | None = None) -> "LoadReport":
        """Load a file of one of `fxwatch.intake.KINDS`: see `fxwatch.intake.load`."""
        from fxwatch.intake import load

        return load(self, kind, Path(path), by=by, encoding=encoding)

    def run(
        self, *, by: str | None = None, memory: int | None = None, full: bool = False, engine: "Engine | None" = None
    ) -> "RunReport":
        """Compute every rule and the partial sums, and publish: see `fxwatch.batch.run`."""
        from fxwatch.batch import run

        return run(self, by=by, memory=memory, full=full, engine=engine)

    def export_flows(self, folder: Path | str) -> "Manifest":
        """Write the flows as Parquet, for a cluster: see `fxwatch.engines.exported.export_flows`."""
        from fxwatch.engines.exported import export_flows

        return export_flows(self, Path(folder))

    def hits(self, **asked: Any) -> "pl.DataFrame":
        """Hits with their status: see `fxwatch.reading.hits.hits_of`."""
        from fxwatch.reading.hits import hits_of

        return hits_of(self, **asked)

    def monitor(self, name: str, **asked: Any) -> "pl.DataFrame":
        """A monitor's table: see `fxwatch.reading.monitors.monitor`."""
        from fxwatch.reading.monitors import monitor

        return monitor(self, name, **asked)

    def sdmx(self, name: str, **asked: Any) -> "pl.DataFrame":
        """A monitor's figures as SDMX-CSV has them, in heads of BPM6: see `fxwatch.reporting.sdmx.observations`."""
        from fxwatch.reporting.sdmx import observations

        return observations(self, name, **asked)

    def codes(self) -> "pl.DataFrame":
        """What cannot be mapped, by code: see `fxwatch.reading.codes.unmapped`."""
        from fxwatch.reading.codes import unmapped

        return unmapped(self)

    def what_if(
        self,
        *assignments: str,
        first: date | None = None,
        last: date | None = None,
        progress: "Progress | None" = None,
    ) -> "Compared":
        """What would be found if parameters had other values (`RULE.PARAM=VALUE`): see `fxwatch.whatif.what_if`."""
        from fxwatch.whatif import what_if

        return what_if(self, *assignments, first=first, last=last, progress=progress)

    def reconcile(self, what: str, **asked: Any) -> "pl.DataFrame":
        """What was declared against `settlements`, `filings`, `contracts` or `totals`: see `fxwatch.reconcile.reconcile`."""
        from fxwatch.reconcile import reconcile

        return reconcile(self, what, **asked)

    def shadows(self) -> "pl.DataFrame":
        """What runs, or ever ran, in shadow: see `fxwatch.shadows.listed`."""
        from fxwatch.shadows import listed

        return listed(self)

    def begin_shadow(
        self, what: str, value: str | None = None, *, valid_from: date, basis: str, by: str | None = None
    ) -> "Act":
        """Let a version of a parameter, or a whole rule, run in shadow: see `fxwatch.shadows.begin`."""
        from fxwatch.shadows import begin

        return begin(self, what, value, valid_from=valid_from, basis=basis, by=by)

    def end_shadow(self, shadow: str, *, why: str, valid_from: date | None = None, by: str | None = None) -> "Act":
        """End a shadow: see `fxwatch.shadows.end`."""
        from fxwatch.shadows import end

        return end(self, shadow, why=why, valid_from=valid_from, by=by)

    def compare_shadow(self, shadow: str, *, first: date | None = None, last: date | None = None) -> "Compared":
        """What a shadow found beside what is in force: see `fxwatch.shadows.compare`."""
        from fxwatch.shadows import compare

        return compare(self, shadow, first=first, last=last)

    def grades(self, on: date | None = None, known_at: datetime | None = None) -> "pl.DataFrame":
        """Every entity's grade: see `fxwatch.reading.grades.grades`."""
        from fxwatch.reading.grades import grades

        return grades(self, on=on, known_at=known_at)

    def grade(self, entity_id: str, on: date | None = None) -> dict[str, Any]:
        """One entity's grade with its reasons, for the regulator: see `fxwatch.reading.grades.grade_of`."""
        from fxwatch.reading.grades import grade_of

        return grade_of(self, entity_id, on=on)

    def check(self, entity_id: str, *, bank: str, on: date | None = None, by: str | None = None) -> "Answer":
        """The bank's question; its record is kept before it is answered: see `fxwatch.check.check`."""
        from fxwatch.check import check

        return check(self, entity_id, bank, on=on, by=by)

    def receipt(self, number: int) -> dict[str, Any]:
        """What a bank was told under a receipt, word for word: see `fxwatch.banks.receipts.receipt`."""
        from fxwatch.banks.receipts import receipt

        return receipt(self, number)

    def questions(self, **asked: Any) -> "pl.DataFrame":
        """What banks asked (`bank`, `entity`, `first`, `last`): see `fxwatch.reading.asked.questions`."""
        from fxwatch.reading.asked import questions

        return questions(self, **asked)

    def unasked(self, **asked: Any) -> "pl.DataFrame":
        """Payments by B and C entities that no question stands for: see `fxwatch.reading.asked.unasked`."""
        from fxwatch.reading.asked import unasked

        return unasked(self, **asked)

    def checked(self, **asked: Any) -> "pl.DataFrame":
        """How many of its payments each bank checked: see `fxwatch.reading.asked.checked`."""
        from fxwatch.reading.asked import checked

        return checked(self, **asked)

    def file(self, entity_id: str, out: Path | str, **more: Any) -> "Paper":
        """Write an entity's file; its digest is put on record: see `fxwatch.reporting.produce_file`."""
        from fxwatch.reporting import produce_file

        return produce_file(self, entity_id, out, **more)

    def letter(self, notice: str, out: Path | str, **more: Any) -> "Paper":
        """Write a notice's letter; its digest is put on record: see `fxwatch.reporting.produce_letter`."""
        from fxwatch.reporting import produce_letter

        return produce_letter(self, notice, out, **more)

    def report_work(self, by: str = "rule", *, first: date | None = None, last: date | None = None) -> "pl.DataFrame":
        """From hits to notices to breaches, by rule, month or account: see `fxwatch.reporting.work_table`."""
        from fxwatch.reporting import work_table

        return work_table(self, by, first=first, last=last)

    def train_risk(self, **asked: Any) -> "Trained":
        """Train and judge the risk models, and put the better one in force: see `fxwatch.attention.training.train`."""
        from fxwatch.attention.training import train

        return train(self, **asked)

    def score_risk(self, *, by: str | None = None) -> "pl.DataFrame":
        """Score every entity with the model in force, and publish: see `fxwatch.attention.scores.score`."""
        from fxwatch.attention.scores import score

        return score(self, by=by)

    def risk(self) -> "pl.DataFrame":
        """The scores as they were published, the likeliest first: see `fxwatch.attention.scores.kept`."""
        from fxwatch.attention.scores import kept

        return kept(self)

    def explain_risk(self, entity_id: str, language: "Language" = "en") -> "Explained":
        """Why an entity has its score: see `fxwatch.attention.explaining.explain`."""
        from fxwatch.attention.explaining import explain

        return explain(self, entity_id, language)

    def backup(self, place: Path | str, *, by: str | None = None, why: str = "") -> "Backup":
        """Copy the home while it is in use: see `fxwatch.upkeep.back_up`. `fxwatch.upkeep.restore` makes a home of it."""
        from fxwatch.upkeep import back_up

        return back_up(self, Path(place), by=by, why=why)

    def doctor(self, *, deep: bool = False) -> "Diagnosis":
        """What is damaged, missing, left over or out of step: see `fxwatch.upkeep.examine`."""
        from fxwatch.upkeep import examine

        return examine(self.path, deep=deep)

    def repair(self, *, deep: bool = False, by: str | None = None) -> list[tuple[str, str]]:
        """Mend what can be mended without a backup: see `fxwatch.upkeep.repair`."""
        from fxwatch.upkeep import repair

        return repair(self, deep=deep, by=by)

    def upgrade(self, *, by: str | None = None) -> "Upgraded":
        """Bring an older home up to this version: see `fxwatch.upkeep.upgrade`."""
        from fxwatch.upkeep import upgrade

        return upgrade(self, by=by)
