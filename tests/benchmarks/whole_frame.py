"""All that rules look at, by the million, as the warehouse hands it over: the flows of `invented` with what the whole rule book needs.

Counterparties, contracts, filings and settlements are drawn as the invented sample draws them: an entity has counterparties of its own and
some that everybody deals with, contracts run for months, most large payments are filed, some of what was received is settled apart.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from fxwatch.facts import fact_file
from fxwatch.flows import DIRECTION, EXTRA_COLUMNS, FLOW_COLUMNS, ITEM
from fxwatch.inputs import FILINGS, SETTLEMENTS, high_risk_economies, of_flows
from fxwatch.terms import Direction
from tests.benchmarks.invented import TRANSPORT_ENTERPRISES, flows_of

Ints = npt.NDArray[np.int64]

SHARED, SHARED_SHARE = 300, 0.25
NO_CONTRACT, NO_INVOICE, REFUNDS = 0.12, 0.08, 0.004
NUMBERED, FILED = 0.97, 0.95
SETTLED_APART = 0.1
YOUNG = 0.05
ECONOMIES = ("HKG", "USA", "SGP", "JPN", "DEU", "KOR", "GBR", "TWN", "VNM", "VGB", "MMR", "LAO")
ECONOMY_SHARE = (0.3, 0.2, 0.13, 0.12, 0.08, 0.06, 0.05, 0.04, 0.01, 0.006, 0.002, 0.002)
LIMIT = 5_000_000
# Identities are digests of their texts: as wide as 62 bits. Any odd number makes them so.
WIDE, MASK = 0x9E3779B97F4A7C15, (1 << 62) - 1


def whole_frame(flows: int, seed: int = 1) -> tuple[pl.DataFrame, dict[str, Any]]:
    """The flow frame with every further column, and the inputs of rules beside it."""
    drawn, entities = flows_of(flows, seed)
    rng = np.random.default_rng(seed + 1)
    drawn = drawn.select("flow", "declaration", "entity", "direction", "item", "day", "amount_usd", "bank")
    entity, amount = drawn["entity"].to_numpy().astype(np.int64), drawn["amount_usd"].to_numpy()
    counterparty = _counterparties(rng, entity, drawn["direction"].to_numpy(), entities)
    day = drawn["day"].to_physical().to_numpy()
    contract = np.where(rng.random(flows) < NO_CONTRACT, -1, (counterparty * entities + entity) * 4 + day // 240 % 4)
    pays = drawn["direction"].to_numpy() == list(Direction).index(Direction.PAYMENT)
    numbered = pays & (amount > LIMIT) & (rng.random(flows) < NUMBERED)
    dice = rng.random(flows)
    types = EXTRA_COLUMNS["payment_type"]
    frame = drawn.with_columns(
        pl.lit(0, pl.UInt8).alias("bpm6"),
        pl.lit(0, pl.UInt8).alias("scope"),
        pl.Series("settled_usd", np.where(dice > 0.5, amount, 0)),
        pl.Series("payment_type", np.select([dice < REFUNDS, dice < 0.15], [2, 0], 1).astype(np.uint8)),
        pl.Series(ECONOMIES).gather(pl.Series(rng.choice(len(ECONOMIES), flows, p=ECONOMY_SHARE))).alias("economy"),
        pl.Series(["228021", "228023", "228990"]).gather(pl.Series(np.searchsorted([0.6, 0.97], dice))).alias("code"),
        pl.lit("USD").alias("currency"),
        pl.col("amount_usd").alias("amount"),
        _wide("counterparty", counterparty),
        _wide("contract", contract),
        _wide("invoice", np.where(rng.random(flows) < NO_INVOICE, -1, np.arange(flows))),
        _wide("tax_filing", np.where(numbered, np.arange(flows), -1)),
    ).with_columns(
        pl.col("direction").cat.to(DIRECTION),
        pl.col("item").cat.to(ITEM),
        pl.col("payment_type").cat.to(types),
        *(pl.col(name).cat.to(EXTRA_COLUMNS[name]) for name in ("bpm6", "scope")),
    )
    frame = frame.select(pl.col(name).cast(dtype) for name, dtype in {**FLOW_COLUMNS, **EXTRA_COLUMNS}.items())
    frames = {"calendar": _calendar(), "roll": _roll(rng, entities)}
    frames |= {"filings": _filings(rng, frame), "settlements": _settlements(rng, frame)}
    return frame, {**frames, **of_flows(frame), "high_risk_economies": high_risk_economies()}


def _counterparties(rng: np.random.Generator, entity: Ints, direction: npt.NDArray[np.uint8], entities: int) -> Ints:
    pool = (2 + np.rint(1.1 * np.bincount(entity, minlength=entities) ** 0.7)).astype(np.int64)
    start = SHARED + np.concatenate([[0], np.cumsum(2 * pool)[:-1]])
    own = start[entity] + 2 * (pool[entity] * rng.random(len(entity)) ** 1.7).astype(np.int64) + direction
    zipf = np.cumsum(1 / (np.arange(SHARED) + 10.0))
    everybody = np.minimum(np.searchsorted(zipf, rng.random(len(entity)) * zipf[-1], side="right"), SHARED - 1)
    return np.where(rng.random(len(entity)) < SHARED_SHARE, everybody, own)


def _wide(name: str, number: Ints) -> pl.Series:
    wide = ((number.astype(np.uint64) * np.uint64(WIDE)) & np.uint64(MASK)).astype(np.int64)
    return pl.select(pl.when(pl.Series(number >= 0)).then(pl.Series(wide)).alias(name)).to_series()


def _calendar() -> pl.DataFrame:
    rows = pl.read_csv(fact_file("calendar.csv"))
    return rows.select(pl.col("day").str.to_date(), is_workday=pl.col("is_workday") == 1)


def _roll(rng: np.random.Generator, entities: int) -> pl.DataFrame:
    registered = np.where(rng.random(entities) < YOUNG, rng.integers(19_700, 20_400, entities), 15_000)
    number = pl.int_range(entities, dtype=pl.Int32, eager=True)
    return pl.DataFrame(
        {
            "entity": number,
            "entity_id": "E" + number.cast(pl.String),
            "name": "Entity " + number.cast(pl.String),
            "transport_enterprise": rng.random(entities) < TRANSPORT_ENTERPRISES,
            "registered_on": pl.Series(registered).cast(pl.Int32).cast(pl.Date),
            "investor_economies": pl.Series(["", "HKG", "USA;HKG"]).gather(pl.Series(rng.choice(3, entities, p=[0.7, 0.2, 0.1]))),
        }
    )  # fmt: skip


def _filings(rng: np.random.Generator, frame: pl.DataFrame) -> pl.DataFrame:
    paid = frame.lazy().filter(pl.col("direction") == "payment")
    under = paid.drop_nulls("contract").group_by("entity", "contract").agg(
        pl.col("amount_usd").sum(), pl.col("day").min(), largest=pl.col("amount_usd").max()
    )  # fmt: skip
    due = under.filter(pl.col("largest") > LIMIT).sort("entity", "contract").collect()
    due = due.filter(pl.Series(rng.random(len(due)) < FILED))
    by_contract = due.select(
        "entity", "contract", filing=pl.lit(None), filed_on=pl.col("day") - pl.duration(days=5),
        contract_usd=(pl.col("amount_usd") * pl.Series(rng.uniform(1.02, 1.3, len(due)))).cast(pl.Int64),
    )  # fmt: skip
    numbered = paid.drop_nulls("tax_filing").select(
        "entity", contract=pl.lit(None), filing="tax_filing", filed_on="day", contract_usd=pl.lit(None)
    )
    schema = {name: FILINGS[name] for name in ("entity", "contract", "filing", "filed_on", "contract_usd")}
    rows = pl.concat(
        part.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
        for part in (by_contract, numbered.collect())
    )
    rows = rows.with_row_index("number").with_columns(
        authority=pl.lit("tax"), filing_no=pl.format("F{}", "number"), contract_no=pl.lit(None), code=pl.lit("228021")
    )
    return rows.select(pl.col(name).cast(dtype) for name, dtype in FILINGS.items())


def _settlements(rng: np.random.Generator, frame: pl.DataFrame) -> pl.DataFrame:
    some = frame.filter(pl.Series(rng.random(len(frame)) < SETTLED_APART), pl.col("settled_usd") == 0)
    comes = pl.col("direction") == "receipt"
    rows = some.select(
        settlement_no=pl.format("S{}", "flow"), entity="entity",
        kind=pl.when(comes).then(pl.lit("settlement")).otherwise(pl.lit("purchase")), day="day",
        fx_group=pl.when(comes).then(pl.lit("1")).otherwise(pl.lit("3")) + "2" + (pl.col("item").to_physical() % 6 + 1).cast(pl.String),
        amount_usd="amount_usd",
    )  # fmt: skip
    return rows.select(pl.col(name).cast(dtype) for name, dtype in SETTLEMENTS.items())
