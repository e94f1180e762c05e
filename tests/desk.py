"""A desk to try the regulator's work at: a real register, and hits written down as a table instead of a warehouse."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fxwatch.kept import Kept
from fxwatch.reading import calendar
from fxwatch.reading import hits as reading
from fxwatch.register import Register
from fxwatch.settings import Settings
from fxwatch.workdays import WorkingDays
from tests.postgres.server import place_of

HIT: dict[str, Any] = {
    "hit_id": pl.String,
    "rule": pl.String,
    "entity_id": pl.String,
    "raised_on": pl.Date,
    "auto_notice": pl.Boolean,
    "is_gone": pl.Boolean,
    "digest": pl.String,
    "found_on": pl.Date,
}
SHOWN = [
    *("hit_id", "rule", "entity_id", "raised_on", "found_on", "auto_notice", "digest", "status", "notice"),
    *("evidence_changed", "proposal", "proposed_by", "assigned_to", "due_on"),
]


class Desk:
    """Stands in for a home: the register is real, the hits are those of `sees`."""

    def __init__(self, path: Path, today: date, *, simulation: bool) -> None:
        self.path = path
        self.place = place_of(path / "register.sqlite")
        self.register = Register.create(self.place, simulation=simulation, operator="operator")
        self.settings = Settings(verify_ids=False)
        self.pinned = today
        self.found = pl.DataFrame(schema=HIT)
        self.supersedes: dict[str, list[str]] = {}
        self.kept = Kept()
        self.amounts: dict[str, Decimal] = {}
        self.calendar = weekdays(2023, 2026)

    @property
    def simulation(self) -> bool:
        return self.register.simulation

    def today(self) -> date:
        return self.pinned

    def actor(self, by: str | None) -> str:
        return by or "operator"

    def enrol(self, *entity_ids: str, registered_on: date | None = date(2010, 1, 1), day: date | None = None) -> None:
        rows = entries(*entity_ids, registered_on=registered_on)
        self.register.enrol(rows, source="desk", day=day or self.pinned)

    def sees(self, table: str) -> None:
        """Hits as a table: hit, entity, rule, raised; `gone` and `by_hand` (no auto_notice) may stand behind."""
        rows = [line.split() for line in table.strip().splitlines()[1:]]
        self.found = pl.DataFrame(
            [
                (
                    hit,
                    rule,
                    entity,
                    date.fromisoformat(raised),
                    "by_hand" not in more,
                    "gone" in more,
                    f"digest of {hit}",
                    date.fromisoformat(raised),
                )
                for hit, entity, rule, raised, *more in rows
            ],
            schema=HIT,
            orient="row",
        )

    def hits_of(self, home: Any, **asked: Any) -> pl.DataFrame:
        # Another process has its own register: what it asks is answered from that one.
        register, known_at = (home or self).register, asked.get("known_at")
        hits = reading.with_status(self.found, register.decisions(known_at), self.supersedes)
        hits = hits.join(register.work(known_at), on="hit_id", how="left", maintain_order="left")
        keep = pl.lit(True)
        for name, column in (("status", "status"), ("entity", "entity_id"), ("rule", "rule")):
            if asked.get(name) is not None:
                keep &= pl.col(column) == asked[name]
        if asked.get("last") is not None:
            keep &= pl.col("raised_on") <= asked["last"]
        if asked.get("ids") is not None:
            keep &= pl.col("hit_id").is_in(asked["ids"])
        about = [self.amounts.get(hit, Decimal("600000.00")) for hit in hits["hit_id"]]
        hits = hits.with_columns(pl.Series("amount_usd", about, dtype=pl.Decimal(24, 2)))
        return hits.filter(keep).select(*SHOWN, "amount_usd")

    def frozen(self, _home: Any, hit_ids: list[str]) -> dict[str, dict[str, Any]]:
        rows = self.found.filter(pl.col("hit_id").is_in(hit_ids)).iter_rows(named=True)
        return {
            row["hit_id"]: {
                **{n: row[n] for n in ("hit_id", "rule", "entity_id", "digest")},
                "raised_on": row["raised_on"].isoformat(),
                "value": "600000.00",
                "flow_ids": [f"{row['hit_id']}/1"],
                "parameters": {"limit_usd": 500_000},
                "flows": [{"flow_id": f"{row['hit_id']}/1", "rate_month": "2026-02"}],
            }
            for row in rows
        }

    def known_now(self, _home: Any) -> dict[str, Any]:
        return {"run_id": 7, "snapshot": "snapshot-9.duckdb"}

    def working_days(self, _home: Any) -> WorkingDays:
        return WorkingDays(self.calendar)

    def sets(self, name: str, value: str, valid_from: date = date(2020, 1, 1)) -> None:
        """A dated parameter, entered by the operator."""
        payload = {"name": name, "value": value, "valid_from": valid_from.isoformat(), "basis": "decision 12"}
        signed = {"by": "operator", "role": "approver", "day": self.today(), "why": "decision 12"}
        self.register.append("parameter_set", subject=name, payload=payload, **signed)

    def has(self, name: str, *roles: str) -> str:
        """An account with roles."""
        self.register.set_account(name, list(roles), by="operator", why="")
        return name

    def statuses(self) -> dict[str, str]:
        hits = self.hits_of(self)
        return dict(zip(hits["hit_id"], hits["status"], strict=True))

    def notices(self, known_at: datetime | None = None) -> dict[str, list[str]]:
        """The standing notices and the hits they name."""
        standing = self.register.notices(known_at).filter(pl.col("status") == "standing")
        return dict(zip(standing["notice"], standing["hits"].to_list(), strict=True))


def weekdays(first: int, last: int) -> pl.DataFrame:
    """A calendar of whole years in which every day from Monday to Friday is a working day."""
    days = pl.DataFrame({"day": pl.date_range(date(first, 1, 1), date(last, 12, 31), eager=True)})
    return days.with_columns(is_workday=pl.col("day").dt.weekday() < 6)


def entries(*entity_ids: str, registered_on: date | None = date(2010, 1, 1), **more: Any) -> pl.DataFrame:
    """Entries of the roll as `Register.enrol` takes them."""
    empty = dict.fromkeys(("industry", "economic_type", "area", "investor_economies"))
    return pl.DataFrame(
        [
            {
                "entity_id": e,
                "name": f"name of {e}",
                "registered_on": registered_on,
                "transport_enterprise": None,
                **empty,
                **more,
            }
            for e in entity_ids
        ],
        schema_overrides={"registered_on": pl.Date, "transport_enterprise": pl.Boolean},
    )


def desk_at(
    path: Path, monkeypatch: pytest.MonkeyPatch, today: date = date(2025, 6, 30), *, simulation: bool = True
) -> Desk:
    """A desk whose hits are read in place of the warehouse's."""
    desk = Desk(path, today, simulation=simulation)
    monkeypatch.setattr(reading, "hits_of", desk.hits_of)
    monkeypatch.setattr(reading, "frozen", desk.frozen)
    monkeypatch.setattr(reading, "known_now", desk.known_now)
    monkeypatch.setattr(calendar, "working_days", desk.working_days)
    return desk
