"""A desk to try the regulator's work at: a real register, and hits written down as a table instead of a warehouse."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fxwatch.reading import hits as reading
from fxwatch.register import Register
from fxwatch.settings import Settings

HIT: dict[str, Any] = {
    "hit_id": pl.String,
    "rule": pl.String,
    "entity_id": pl.String,
    "raised_on": pl.Date,
    "auto_notice": pl.Boolean,
    "is_gone": pl.Boolean,
    "digest": pl.String,
}
SHOWN = ["hit_id", "rule", "entity_id", "raised_on", "auto_notice", "digest", "status", "notice", "evidence_changed"]


class Desk:
    """Stands in for a home: the register is real, the hits are those of `sees`."""

    def __init__(self, path: Path, today: date, *, simulation: bool) -> None:
        self.register = Register.create(path / "register.sqlite", simulation=simulation, operator="operator")
        self.settings = Settings(verify_ids=False)
        self.pinned = today
        self.found = pl.DataFrame(schema=HIT)
        self.supersedes: dict[str, list[str]] = {}

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
                )
                for hit, entity, rule, raised, *more in rows
            ],
            schema=HIT,
            orient="row",
        )

    def hits_of(self, _home: Any, **asked: Any) -> pl.DataFrame:
        hits = reading.with_status(self.found, self.register.decisions(asked.get("known_at")), self.supersedes)
        keep = pl.lit(True)
        for name, column in (("status", "status"), ("entity", "entity_id"), ("rule", "rule")):
            if asked.get(name) is not None:
                keep &= pl.col(column) == asked[name]
        if asked.get("last") is not None:
            keep &= pl.col("raised_on") <= asked["last"]
        if asked.get("ids") is not None:
            keep &= pl.col("hit_id").is_in(asked["ids"])
        return hits.filter(keep).select(SHOWN)

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

    def statuses(self) -> dict[str, str]:
        hits = self.hits_of(self)
        return dict(zip(hits["hit_id"], hits["status"], strict=True))

    def notices(self, known_at: datetime | None = None) -> dict[str, list[str]]:
        """The standing notices and the hits they name."""
        standing = self.register.notices(known_at).filter(pl.col("status") == "standing")
        return dict(zip(standing["notice"], standing["hits"].to_list(), strict=True))


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
    return desk
