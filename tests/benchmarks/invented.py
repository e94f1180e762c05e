"""Flows by the million, straight into a warehouse: heavy-tailed entities, working days of two years, thirteen items."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from fxwatch.facts import fact_file
from fxwatch.terms import Item

FIRST, LAST = date(2024, 1, 1), date(2025, 12, 31)
BANKS = 200
# As the sample is calibrated: see data/sample_calibration.csv and fxwatch.sample.
FLOWS_PER_ENTITY = 40
FLOWS_PER_ENTITY_LN_SD = 1.828
AMOUNT_LN_SD = 2.2
MEDIAN_CENTS = 600_000
TRANSPORT_ENTERPRISES = 0.1
MAIN_ITEM = 0.7
SECOND_ITEM = 0.2
MAIN_BANK = 0.85


def invent(path: Path, flows: int, seed: int = 1) -> None:
    """Make a warehouse with so many flows."""
    con = duckdb.connect(str(path))
    con.execute(files("fxwatch.warehouse").joinpath("schema.sql").read_text("utf-8"))
    rng = np.random.default_rng(seed)
    entities = max(1, flows // FLOWS_PER_ENTITY)
    calendar = pl.read_csv(fact_file("calendar.csv")).select(
        pl.col("day").str.to_date(), is_workday=pl.col("is_workday") == 1
    )
    con.register("days", calendar.to_arrow())
    con.execute("INSERT INTO calendar SELECT day, is_workday, 1, TIMESTAMP '2026-01-01' FROM days")
    is_transport = rng.random(entities) < TRANSPORT_ENTERPRISES
    con.register("people", pl.DataFrame({"entity": np.arange(entities), "is_transport": is_transport}).to_arrow())
    con.execute("INSERT INTO entity_numbers SELECT entity, 'E' || entity FROM people")
    con.execute(
        "INSERT INTO roll BY NAME SELECT entity, 'E' || entity AS entity_id, 'Entity ' || entity AS name, "
        "is_transport AS transport_enterprise, DATE '2020-01-01' AS on_record_since FROM people"
    )
    working = calendar.filter("is_workday", pl.col("day").is_between(FIRST, LAST))["day"]
    con.register("invented", _flows(rng, flows, entities, working).to_arrow())
    con.execute(
        "INSERT INTO recent_flows BY NAME SELECT *, 1 AS version, 0 AS state, 'C' AS party_type, '228021' AS code, 0 AS bpm6, 'USD' AS currency, "
        "amount_usd AS amount, 0 AS settled, 0 AS settled_usd, 'CP' || flow % 1000 AS counterparty, (md5_number_lower('CP' || flow % 1000) >> 1)::BIGINT AS counterparty_number, 'HKG' AS economy, 'O' AS payment_type, "
        "0 AS scope, 1 AS load_id, flow AS line, TIMESTAMP '2026-01-01' AS known_from FROM invented"
    )
    con.close()


def flows_of(flows: int, seed: int = 1) -> tuple[pl.DataFrame, int]:
    """So many flows, and of how many entities they are: columns as in `recent_flows`, as far as they differ from row to row."""
    calendar = pl.read_csv(fact_file("calendar.csv")).select(
        pl.col("day").str.to_date(), is_workday=pl.col("is_workday") == 1
    )
    working = calendar.filter("is_workday", pl.col("day").is_between(FIRST, LAST))["day"]
    entities = max(1, flows // FLOWS_PER_ENTITY)
    return _flows(np.random.default_rng(seed), flows, entities, working), entities


def _flows(rng: np.random.Generator, count: int, entities: int, working: pl.Series) -> pl.DataFrame:
    weight = rng.lognormal(0, FLOWS_PER_ENTITY_LN_SD, entities)
    entity = rng.choice(entities, count, p=weight / weight.sum())
    items = len(Item) - 1
    share = np.array([4, 1, 3, *[0.6] * (items - 3)])
    kinds = [rng.choice(items, entities, p=share / share.sum())[entity] for _ in range(2)]
    dice = rng.random(count)
    other = np.where(dice < MAIN_ITEM + SECOND_ITEM, kinds[1], rng.integers(0, items, count))
    banks = [rng.integers(0, BANKS, entities)[entity] for _ in range(2)]
    frame = pl.DataFrame(
        {
            "flow": np.arange(count),
            "declaration": np.arange(count),
            "leg": np.ones(count, dtype=np.uint8),
            "entity": entity.astype(np.int32),
            "direction": (rng.random(count) < rng.random(entities)[entity]).astype(np.uint8),
            "item": np.where(dice < MAIN_ITEM, kinds[0], other).astype(np.uint8),
            "day": working.gather(np.sort(rng.integers(0, working.len(), count))),
            "amount_usd": np.maximum(1, rng.lognormal(np.log(MEDIAN_CENTS), AMOUNT_LN_SD, count)).astype(np.int64),
            "bank": 100_000_000_000 + np.where(rng.random(count) < MAIN_BANK, banks[0], banks[1]),
        }
    )
    # 12 digits of the institution, 6 of the date, 4 of a sequence, as in life.
    sequence = (pl.int_range(pl.len()).over("bank", "day") % 10_000).cast(pl.String).str.zfill(4)
    number = pl.concat_str(pl.col("bank").cast(pl.String), pl.col("day").dt.strftime("%y%m%d"), sequence)
    return frame.with_columns(declaration_no=number, bank=pl.col("bank").cast(pl.String))
