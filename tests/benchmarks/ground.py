"""The ground that all competitors stand on: invented flows, loaded into a home as a bank's files are, and taken out plain.

Heavy-tailed entities, working days of 24 months, 13 items, five currencies, twenty economies; made and loaded some days at a
time, so that a hundred million need no more memory than five. What the others begin with is what stands in the home:

    home/           the warehouse, for fxwatch
    flows/*.parquet, people.parquet, calendar.parquet   typed and compact, a file a month
    plain.duckdb    the same in three tables
"""

import json
import shutil
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

import fxwatch
from fxwatch.facts import fact_file
from fxwatch.home import make_home
from fxwatch.warehouse.frames import extent
from tests.benchmarks import competitor
from tests.benchmarks.invented import (
    AMOUNT_LN_SD,
    BANKS,
    FIRST,
    FLOWS_PER_ENTITY,
    FLOWS_PER_ENTITY_LN_SD,
    LAST,
    MAIN_BANK,
    MAIN_ITEM,
    MEDIAN_CENTS,
    SECOND_ITEM,
    TRANSPORT_ENTERPRISES,
)

TODAY = "2026-01-31"
AT_A_TIME = 2_500_000
# One code for each item, in the order of items.
CODES = [
    "222011",
    "224010",
    "228021",
    "231010",
    "227020",
    "223010",
    "225010",
    "226010",
    "227010",
    "228024",
    "229010",
    "228990",
    "232000",
]
CURRENCIES = {"USD": (0.6, 1.0), "CNY": (0.2, 7.1), "EUR": (0.1, 0.92), "HKD": (0.06, 7.8), "GBP": (0.04, 0.79)}
ECONOMIES = [
    "HKG",
    "USA",
    "SGP",
    "JPN",
    "DEU",
    "GBR",
    "KOR",
    "NLD",
    "FRA",
    "AUS",
    "CHE",
    "IRL",
    "CAN",
    "MYS",
    "THA",
    "IND",
    "VNM",
    "ARE",
    "ITA",
    "BRA",
]
SETTLED = 0.4
FLOWS = "flow, declaration, declaration_no, leg, entity, direction, item, day, amount_usd, coalesce(settled_usd, 0) AS settled_usd, economy"


def make(folder: Path, flows: int, seed: int = 1, *, plain: bool = True) -> dict[str, Any]:
    """Make the ground in a folder unless it is there; return what it cost: seconds and bytes of each step, and the peak of memory.

    Without `plain` the home alone is made, for those who measure nobody else.
    """
    told = folder / "ground.json"
    if told.exists():
        known: dict[str, Any] = json.loads(told.read_text("utf-8"))
        return known
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made: dict[str, Any] = {"flows": flows, "seed": seed, "load_seconds": 0.0, "load_cpu": 0.0, "csv_bytes": 0, "parquet_bytes": 0}  # fmt: skip
    home = fxwatch.open(make_home(folder / "home", simulation=True).path)
    for name, value in (("today", TODAY), ("verify_ids", "false"), ("keep_snapshots", "1")):
        home.change_setting(name, value)
    rng = np.random.default_rng(seed)
    entities = max(20, flows // FLOWS_PER_ENTITY)
    people = folder / "entities.parquet"
    _people(rng, entities).write_parquet(people)
    home.load("entities", people)
    for number, rows in enumerate(_files(rng, flows, entities)):
        file = folder / "bank.parquet"
        rows.write_parquet(file)
        if not number:  # how long a row is as text
            sample = rows.head(100_000).write_csv()
            made["csv_bytes"] = len(sample.encode()) / min(100_000, rows.height)
        made["parquet_bytes"] += file.stat().st_size
        begun, used = time.perf_counter(), time.process_time()
        home.load("flows", file)
        made["load_seconds"] += time.perf_counter() - begun
        made["load_cpu"] += time.process_time() - used
        file.unlink()
    made["peak"] = competitor.peak()
    made["counted"] = extent(home.snapshot().con)[0]
    made["home_bytes"] = sum(path.stat().st_size for path in (folder / "home").rglob("*.duckdb"))
    if plain:
        made |= _take_out(home, folder)
    home.register.close()
    people.unlink()
    told.write_text(json.dumps(made, indent=1), "utf-8")
    return made


def _people(rng: np.random.Generator, entities: int) -> pl.DataFrame:
    transport = rng.random(entities) < TRANSPORT_ENTERPRISES
    return pl.DataFrame({"number": np.arange(entities), "transport": transport}).select(
        entity_id=pl.lit("E") + pl.col("number").cast(pl.String).str.zfill(8),
        name=pl.lit("Entity ") + pl.col("number").cast(pl.String),
        registered_on=pl.lit("2010-01-01"),
        transport_enterprise=pl.when("transport").then(pl.lit("true")).otherwise(pl.lit("false")),
    )


def _files(rng: np.random.Generator, count: int, entities: int) -> Iterator[pl.DataFrame]:
    """Banks' files: each holds some days of all banks."""
    weight = rng.lognormal(0, FLOWS_PER_ENTITY_LN_SD, entities)
    upto = np.cumsum(weight / weight.sum())
    items = len(CODES)
    share = np.array([4, 1, 3, *[0.6] * (items - 3)])
    kinds = [rng.choice(items, entities, p=share / share.sum()) for _ in range(2)]
    banks = [rng.integers(0, BANKS, entities) for _ in range(2)]
    pays = rng.random(entities)
    calendar = pl.read_csv(fact_file("calendar.csv")).with_columns(pl.col("day").str.to_date())
    working = calendar.filter(pl.col("is_workday") == 1, pl.col("day").is_between(FIRST, LAST))["day"].sort()
    parts = max(1, -(-count // AT_A_TIME))
    for part, days in enumerate(np.array_split(np.arange(working.len()), parts)):
        rows = count * (part + 1) // parts - count * part // parts
        yield _file(rng, rows, working[int(days[0]) : int(days[-1]) + 1], upto, kinds, banks, pays)


def _file(
    rng: np.random.Generator,
    count: int,
    days: pl.Series,
    upto: np.ndarray,
    kinds: list[np.ndarray],
    banks: list[np.ndarray],
    pays: np.ndarray,
) -> pl.DataFrame:
    entity = np.minimum(np.searchsorted(upto, rng.random(count)), len(upto) - 1)
    dice = rng.random(count)
    other = np.where(dice < MAIN_ITEM + SECOND_ITEM, kinds[1][entity], rng.integers(0, len(CODES), count))
    bank = 100_000_000_000 + np.where(rng.random(count) < MAIN_BANK, banks[0][entity], banks[1][entity])
    names, chances = list(CURRENCIES), [chance for chance, _ in CURRENCIES.values()]
    currency = rng.choice(len(names), count, p=chances)
    usd = rng.lognormal(np.log(MEDIAN_CENTS), AMOUNT_LN_SD, count).clip(1, 1e12)
    cents = np.maximum(1, usd * np.array([rate for _, rate in CURRENCIES.values()])[currency]).astype(np.int64)
    tail = 1 / np.arange(1, len(ECONOMIES) + 1)
    frame = pl.DataFrame(
        {
            "bank": bank,
            "entity": entity,
            "payment": rng.random(count) < pays[entity],
            "item": np.where(dice < MAIN_ITEM, kinds[0][entity], other),
            "day": days.gather(np.sort(rng.integers(0, days.len(), count))),
            "currency": currency,
            "cents": cents,
            "settled": rng.random(count) < SETTLED,
            "economy": rng.choice(len(ECONOMIES), count, p=tail / tail.sum()),
            "counterparty": rng.integers(0, max(20, len(upto) // 4), count),
        }
    )
    # 12 digits of the institution, 6 of the date, 4 of a sequence, as in life.
    sequence = pl.int_range(pl.len()).over("bank", "day").cast(pl.String).str.zfill(4)
    amount = (pl.col("cents").cast(pl.Decimal(20, 2)) / 100).cast(pl.Decimal(20, 2))
    return frame.select(
        declaration_no=pl.concat_str(pl.col("bank").cast(pl.String), pl.col("day").dt.strftime("%y%m%d"), sequence),
        entity_id=pl.lit("E") + pl.col("entity").cast(pl.String).str.zfill(8),
        direction=pl.when("payment").then(pl.lit("payment")).otherwise(pl.lit("receipt")),
        day="day",
        code=_named("item", CODES),
        currency=_named("currency", names),
        amount=amount,
        settled_amount=pl.when("settled").then(amount),
        economy=_named("economy", ECONOMIES),
        counterparty=pl.lit("CP") + pl.col("counterparty").cast(pl.String),
    )


def _named(column: str, names: list[str]) -> pl.Expr:
    return pl.col(column).replace_strict(range(len(names)), names, return_dtype=pl.String)


def _take_out(home: Any, folder: Path) -> dict[str, Any]:
    """Write the plain files and tables, month by month, in the order of days; return their bytes."""
    con = home.snapshot().con
    (folder / "flows").mkdir()
    for month in pl.date_range(FIRST, LAST, "1mo", eager=True):
        asked = f"date_trunc('month', day) = DATE '{month}' AND state = 0 AND item IS NOT NULL ORDER BY day, flow"
        rows: pl.DataFrame = con.sql(f"SELECT {FLOWS} FROM flows WHERE {asked}").pl()
        if rows.height:
            rows.write_parquet(folder / "flows" / f"{month:%Y-%m}.parquet")
    con.sql("SELECT entity, entity_id, transport_enterprise FROM roll").pl().write_parquet(folder / "people.parquet")
    calendar = pl.read_csv(fact_file("calendar.csv")).select(
        pl.col("day").str.to_date(), is_workday=pl.col("is_workday") == 1
    )
    calendar.sort("day").write_parquet(folder / "calendar.parquet")
    plain = duckdb.connect(str(folder / "plain.duckdb"))
    plain.execute(f"CREATE TABLE flows AS SELECT * FROM read_parquet('{folder}/flows/*.parquet')")
    for table in ("people", "calendar"):
        plain.execute(f"CREATE TABLE {table} AS SELECT * FROM read_parquet('{folder}/{table}.parquet')")
    plain.close()
    return {
        "plain_parquet_bytes": sum(path.stat().st_size for path in (folder / "flows").glob("*.parquet")),
        "plain_duckdb_bytes": (folder / "plain.duckdb").stat().st_size,
    }


AS_OF, YEAR = LAST, date(LAST.year, 1, 1)
