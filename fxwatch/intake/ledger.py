"""One load under way: its number and moment, its counts, and the rows that it puts into quarantine."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import polars as pl

from fxwatch.intake.columns import Column
from fxwatch.intake.reasons import Reason
from fxwatch.intake.report import LoadReport
from fxwatch.intake.rows import Rows
from fxwatch.intake.wording import escaped
from fxwatch.warehouse import loading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

OUTCOMES = ("accepted", "out_of_scope", "duplicate")


@dataclass(frozen=True)
class Refusal:
    """A row that is not taken: its position among the rows, its key as text, and why."""

    position: int
    reason: Reason
    sentence: str
    sentence_zh: str
    declaration_no: str | None = None
    leg: str | None = None
    is_resolved: bool = False


@dataclass
class Load:
    """A load under way.

    Attributes:
        con: the writing connection, inside the load's transaction.
        load_id: its number.
        kind: of the file; `retry` where the quarantine is judged again.
        file: name for the record.
        moment: from when its rows are known.
        counts: rows by outcome so far.
        reasons: quarantined rows by reason so far.
        origin: where rows that come from the quarantine came from, parallel to the rows under way: `quarantine_id`,
            `load_id`, `line`; None where rows come from a file.
        again: the load of the same bytes whose quarantined rows are judged again; None for new bytes.
    """

    con: "duckdb.DuckDBPyConnection"
    load_id: int
    kind: str
    file: str
    moment: datetime
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*OUTCOMES, "quarantined"), 0))
    reasons: dict[Reason, int] = field(default_factory=dict)
    origin: pl.DataFrame | None = None
    again: int | None = None

    def count(self, outcome: str, rows: int) -> None:
        """Add rows to an outcome."""
        self.counts[outcome] += rows

    def refuse(self, kind: str, rows: Rows, refusals: "Sequence[Refusal]") -> None:
        """Put rows into quarantine; rows that came from there stay where they are, with what is now wrong with them."""
        self.count("quarantined", len(refusals))
        for refusal in refusals:
            self.reasons[refusal.reason] = self.reasons.get(refusal.reason, 0) + 1
        if not refusals:
            return
        positions = [refusal.position for refusal in refusals]
        told: dict[str, Any] = {
            "reason": [refusal.reason.name for refusal in refusals],
            "sentence": [escaped(refusal.sentence) for refusal in refusals],
            "sentence_zh": [escaped(refusal.sentence_zh) for refusal in refusals],
            "status": ["resolved" if refusal.is_resolved else "waiting" for refusal in refusals],
        }
        if self.origin is not None:
            loading.settle(self.con, pl.DataFrame({"quarantine_id": self.origin["quarantine_id"][positions], **told}))
            return
        first = loading.next_number(self.con, "quarantine")
        frame = pl.DataFrame(
            {
                "quarantine_id": pl.int_range(first, first + len(refusals), dtype=pl.Int64, eager=True),
                "line": rows.line[positions],
                "declaration_no": pl.Series([refusal.declaration_no for refusal in refusals], dtype=pl.String),
                "leg": pl.Series([refusal.leg for refusal in refusals], dtype=pl.String),
                "raw": rows.raw(positions),
                **told,
            }
        ).with_columns(
            kind=pl.lit(kind),
            load_id=pl.lit(self.load_id, dtype=pl.Int32),
            file=pl.lit(self.file),
            known_from=pl.lit(self.moment),
        )
        loading.add_quarantined(self.con, frame)

    def take(self, positions: "Sequence[int]") -> None:
        """Rows that came from the quarantine were taken, or are on record already: they wait no longer."""
        if self.origin is not None and len(positions):
            settled = self.origin[list(positions)].select("quarantine_id", status=pl.lit("resolved"))
            empty = [pl.lit(None, dtype=pl.String).alias(name) for name in ("reason", "sentence", "sentence_zh")]
            loading.settle(self.con, settled.with_columns(empty))

    def places(self, rows: Rows) -> pl.DataFrame:
        """Where rows stand in the order of all that ever came: `load_id`, `line`."""
        if self.origin is not None:
            return self.origin.select("load_id", "line")
        return pl.DataFrame({"line": rows.line}).select(pl.lit(self.load_id, dtype=pl.Int32).alias("load_id"), "line")

    def report(self, *, encoding: str | None, extra_columns: list[str]) -> LoadReport:
        """The counts so far."""
        return LoadReport(
            load_id=self.load_id,
            kind=self.kind,
            file=self.file,
            encoding=encoding,
            extra_columns=extra_columns,
            read=sum(self.counts.values()),
            **self.counts,
            reasons={reason.name: self.reasons[reason] for reason in sorted(self.reasons)},
        )


class Intake(Protocol):
    """A kind of file: its columns, and what is done with its rows."""

    kind: str
    columns: "ClassVar[Mapping[str, Column]]"

    def take(self, rows: Rows, load: Load) -> None:
        """Judge rows, write those that are taken, put the others into quarantine, count all."""

    def finish(self, load: Load) -> None:
        """Everything was read: write what is written once."""
