"""A desk for judging flows: a warehouse in memory, a roll of two, and rows written as a table."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

import duckdb
import polars as pl

from fxwatch.intake.flows import FlowIntake
from fxwatch.intake.ledger import Load
from fxwatch.intake.report import LoadReport
from fxwatch.intake.rows import Rows
from fxwatch.kept import Kept
from fxwatch.settings import Settings
from fxwatch.warehouse import loading

LAW, SHIP, STRANGER = "100000710", "100000227", "100000729"
SOUND = {
    "declaration_no": "N1",
    "entity_id": LAW,
    "direction": "payment",
    "day": "2025-04-08",
    "code": "228021",
    "currency": "USD",
    "amount": "10.00",
}


class FlowDesk:
    """Judges flows without files. `settings` are those of a home; today is 30 June 2025."""

    def __init__(self, **settings: Any) -> None:
        self.settings = replace(Settings(), **settings)
        self.roll = [LAW, SHIP]
        self.con = duckdb.connect(config={"threads": "1"})
        self.con.execute(files("fxwatch.warehouse").joinpath("schema.sql").read_text("utf-8"))
        self._loads = 0
        self.kept = Kept()
        self.register = SimpleNamespace(on_roll=self.on_roll, roll_mark=lambda: tuple(self.roll), enrol=self._enrol)

    def on_roll(self, con: duckdb.DuckDBPyConnection | None = None) -> pl.Series:
        return pl.Series(self.roll, dtype=pl.String)

    def today(self) -> date:
        return date(2025, 6, 30)

    def rates(self, *tables: tuple[str, str, str]) -> None:
        """Tables as (month, currency, USD per unit)."""
        for month, currency, rate in tables:
            self.con.execute(
                "INSERT INTO rates VALUES (?, ?, ?::DECIMAL(24, 12), NULL, 0, ?)",
                [f"{month}-01", currency, rate, self.moment()],
            )

    def moment(self) -> datetime:
        self._loads += 1
        return datetime(2025, 7, 1) + timedelta(seconds=self._loads)

    def take(self, *rows: dict[str, Any], batch: int = 1000) -> LoadReport:
        """Judge rows as one load, in batches. A row says what differs from `SOUND`."""
        return self.take_rows(table([{**SOUND, **row} for row in rows]), batch=batch)

    def take_rows(self, rows: Rows, batch: int = 1000) -> LoadReport:
        moment = self.moment()
        load = Load(self.con, self._loads, "flows", "flows.csv", moment)
        intake = FlowIntake(self, self.con)  # type: ignore[arg-type]
        for piece in rows.slices(batch):
            intake.take(piece, load)
        intake.finish(load)
        loading.supersede(self.con, "flows", load.load_id)
        report = load.report(encoding=None, extra_columns=[])
        assert report.read == len(rows)
        return report

    def reasons(self, *rows: dict[str, Any]) -> list[str]:
        """What becomes of each row on its own: an outcome, or its reason in quarantine."""
        told = []
        for row in rows:
            report = self.take(row)
            counts = {name: getattr(report, name) for name in ("accepted", "duplicate", "out_of_scope")}
            told.append(next((name for name, count in counts.items() if count), None) or next(iter(report.reasons)))
        return told

    def standing(self, *columns: str) -> list[tuple[Any, ...]]:
        """What stands, by key."""
        return self.con.sql(f"SELECT {', '.join(columns)} FROM flows ORDER BY declaration_no, leg").fetchall()

    def history(self, *columns: str) -> list[tuple[Any, ...]]:
        """What stood before, by key and version."""
        return self.con.sql(
            f"SELECT {', '.join(columns)} FROM flow_history ORDER BY declaration_no, leg, version"
        ).fetchall()

    def waiting(self, *columns: str) -> list[tuple[Any, ...]]:
        """What waits in quarantine, in order."""
        return self.con.sql(
            f"SELECT {', '.join(columns)} FROM quarantine WHERE status = 'waiting' ORDER BY quarantine_id"
        ).fetchall()

    def sentences(self) -> list[tuple[str, str]]:
        """The sentences of what waits."""
        return [(english, chinese) for english, chinese in self.waiting("sentence", "sentence_zh")]

    def _enrol(self, entities: pl.DataFrame, *, source: str) -> None:
        assert source
        self.roll += entities["entity_id"].to_list()


def table(rows: Sequence[dict[str, Any]]) -> Rows:
    """Rows of a file whose columns are those that any row names."""
    names = list(dict.fromkeys([*SOUND, *(name for row in rows for name in row)]))
    columns = pl.DataFrame({name: pl.Series([row.get(name, "") for row in rows], dtype=pl.String) for name in names})
    return Rows(columns, pl.Series(range(2, len(rows) + 2), dtype=pl.Int64))
