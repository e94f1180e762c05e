"""How long the features of many entities take: 200,000 entities and 5 million flows by default, from the flow frame to the rows.

`python -m tests.benchmarks --part risk [--flows N] [--entities N]`. Told are seconds by the clock, processor time, and both over those of one
group-by of the same flows by entity, which neighbours on the machine disturb alike.
"""

import time
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from fxwatch.flows import DIRECTION, ITEM
from fxwatch.risk.features import Known, features

DAY = date(2026, 3, 31)


def invented(flows: int, entities: int) -> Known:
    """Flows of two years, spread over entities as a heavy tail; no roll, no hits, no acts."""
    rng = np.random.default_rng(1)
    entity = np.minimum(rng.pareto(1.1, flows) * entities / 20, entities - 1).astype(np.int32)
    entity[: min(flows, entities)] = np.arange(min(flows, entities), dtype=np.int32)
    age = rng.integers(0, 725, flows)
    frame = pl.DataFrame(
        {
            "flow": np.arange(flows), "declaration": np.arange(flows), "entity": entity,
            "direction": pl.Series(rng.integers(0, 2, flows), dtype=pl.UInt8).cat.to(DIRECTION),
            "item": pl.Series(rng.integers(0, 14, flows), dtype=pl.UInt8).cat.to(ITEM),
            "day": pl.Series((np.datetime64(DAY) - age.astype("timedelta64[D]")).astype("datetime64[D]")),
            "amount_usd": np.exp(rng.normal(14, 2, flows)).astype(np.int64) + 1,
            "settled_usd": np.zeros(flows, dtype=np.int64),
            "payment_type": pl.Series(rng.integers(0, 4, flows), dtype=pl.UInt8).cat.to(pl.Enum(["A", "P", "R", "O"])),
            "economy": pl.Series(rng.integers(0, 5, flows), dtype=pl.UInt8).cat.to(pl.Enum(["HKG", "USA", "JPN", "SGP", "DEU"])),
            "counterparty": pl.Series(entity.astype(np.uint64) * 32 + rng.integers(0, 30, flows).astype(np.uint64)),
            "invoice": pl.Series(rng.integers(0, 10**9, flows).astype(np.uint64)),
            "is_vague": rng.random(flows) < 0.01, "is_round": rng.random(flows) < 0.1,
        }
    ).with_columns(known_on=pl.col("day"), gone_on=pl.lit(None, pl.Date))  # fmt: skip
    calendar = pl.DataFrame({"day": pl.date_range(date(2023, 1, 1), date(2026, 12, 31), eager=True)})
    roll = pl.DataFrame({"entity": np.arange(entities, dtype=np.int32)}).with_columns(
        industry=pl.lit("5411"), registered_on=pl.lit(date(2015, 1, 1)), investor_economies=pl.lit("HKG"),
        known_on=pl.lit(None, pl.Date), gone_on=pl.lit(None, pl.Date),
    )  # fmt: skip
    hits = {"hit_id": pl.String, "rule": pl.String, "entity": pl.Int32, "raised_on": pl.Date, "known_on": pl.Date}
    decisions = {"hit_id": pl.String, "entity": pl.Int32, "decision": pl.String, "day": pl.Date}
    acts = {"entity": pl.Int32, "kind": pl.String, "day": pl.Date, "known_on": pl.Date, "ended_on": pl.Date}
    return Known(
        frame, roll, pl.DataFrame(schema=hits), pl.DataFrame(schema=decisions), pl.DataFrame(schema=acts),
        calendar.with_columns(is_workday=pl.col("day").dt.weekday() < 6),
    )  # fmt: skip


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock, and of the processors."""
    clock, processors = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processors


def measure(flows: int, entities: int) -> None:
    """Print the figures."""
    known = invented(flows, entities)
    plain = timed(
        lambda: known.flows.group_by("entity").agg(pl.len(), pl.sum("amount_usd"), pl.n_unique("counterparty"))
    )
    made = timed(lambda: features(known, [DAY]))
    print(f"one group-by: {plain[0]:.2f} s by the clock, {plain[1]:.2f} s of processors")
    print(
        f"features of {entities:,} entities from {flows:,} flows: {made[0]:.2f} s by the clock, {made[1]:.2f} s of processors"
    )
    print(f"ratio: {made[0] / plain[0]:.1f} by the clock, {made[1] / plain[1]:.1f} of processors")
