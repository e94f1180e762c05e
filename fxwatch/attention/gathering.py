"""Everything that features are made from, out of a home: flows and hits of the warehouse, the roll and the acts of the register."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.risk.features import HISTORY_DAYS, Known
from fxwatch.warehouse.frames import calendar_frame
from fxwatch.warehouse.known import FRESH_DAYS, entity_numbers, known_flows, known_hits

if TYPE_CHECKING:
    from fxwatch.home import Home

_SHANGHAI = timedelta(hours=8)


def gather(home: "Home", first: date, *, con: Any = None) -> Known:
    """What is known for as-of days from `first` on. Of all entities: some features of one hang on what the others do.

    Args:
        home: where.
        first: the earliest as-of day that will be asked for.
        con: the writer's connection; without it, the published snapshot's.
    """
    con = home.snapshot().con if con is None else con
    numbers = entity_numbers(con)
    return Known(
        flows=known_flows(con, first - timedelta(days=HISTORY_DAYS)),
        entities=_entities(home, numbers),
        hits=known_hits(con),
        decisions=_decisions(home, numbers),
        acts=acts_of(home, numbers),
        calendar=calendar_frame(con),
    )


def _entities(home: "Home", numbers: pl.DataFrame) -> pl.DataFrame:
    day = [(pl.col(c) + _SHANGHAI).dt.date() for c in ("known_from", "known_to")]
    versions = home.register.roll_versions().join(numbers, on="entity_id").sort("entity", "version")
    return versions.with_columns(
        known_on=pl.when(pl.col("entity") == pl.col("entity").shift(1)).then(day[0]), gone_on=day[1]
    )


def _decisions(home: "Home", numbers: pl.DataFrame) -> pl.DataFrame:
    made = home.register.decisions_made().join(numbers, on="entity_id", maintain_order="left")
    return made.select("hit_id", "entity", "decision", "day")


def acts_of(home: "Home", numbers: pl.DataFrame) -> pl.DataFrame:
    """Notices and breaches: entity, kind, day, known_on, ended_on. What was recorded long after its day came as a history."""
    ever = home.register.ever_counted().join(numbers, on="entity_id", maintain_order="left")
    is_history = pl.col("recorded_on") > pl.col("day") + timedelta(days=FRESH_DAYS)
    # A version of a breach that another replaced speaks no more; the one that replaced it does.
    return ever.filter(pl.col("replaced_on").is_null()).select(
        "entity",
        "kind",
        "day",
        known_on=pl.when(is_history).then("day").otherwise("recorded_on"),
        ended_on="rescinded_on",
    )
