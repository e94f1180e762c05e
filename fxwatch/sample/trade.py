"""Ordinary trade: the flows of everyday business, sized and mixed as the calibration says."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from fxwatch.sample.calibration import Calibration
from fxwatch.sample.days import Days
from fxwatch.sample.entities import Entities
from fxwatch.sample.patterns import ADVANCE, ON_DELIVERY, OTHER, PAYMENT, RECEIPT, REFUND, ROW, Planter
from fxwatch.sample.trades import (
    CODE_ITEM,
    CODES,
    DIRECTIONS,
    ECONOMY,
    ECONOMY_WEIGHT,
    ITEMS,
    RISKY,
    TRADES,
    VAGUE,
    Floats,
    Ints,
)
from fxwatch.terms import Item

# Counterparties that everybody deals with; each entity has its own beside them.
SHARED = 300
SHARED_SHARE = 0.25

# Part of the spread of an amount that lies between entities: by size, and by habit.
SIZE_LN, HABIT_LN = 0.7, 0.6

# No amount is further from the middle than this many standard deviations.
FURTHEST = 3.2


@dataclass
class Counterparties:
    """Whom the entities trade with: numbers, the first `SHARED` known to all, then each entity's own."""

    economy: Ints
    start: Ints
    pool: Ints


def invent_counterparties(rng: np.random.Generator, entities: Entities, flows: int) -> Counterparties:
    """As many as the entities' flows call for, each in an economy that suits its entity."""
    expected = entities.activity / entities.activity.sum() * flows
    pool = (2 + np.rint(1.1 * expected**0.7)).astype(np.int64)
    start = SHARED + np.concatenate([[0], np.cumsum(2 * pool)[:-1]])
    owner = np.repeat(np.arange(len(entities)), 2 * pool)
    share = ECONOMY_WEIGHT / ECONOMY_WEIGHT.sum()
    own = rng.choice(len(ECONOMY), len(owner), p=share)
    dice = rng.random(len(owner))
    own = np.where((entities.investor[owner] >= 0) & (dice < 0.3), entities.investor[owner], own)
    own = np.where(entities.risky[owner] & (dice > 0.8), rng.choice(RISKY, len(owner)), own)
    return Counterparties(np.concatenate([rng.choice(len(ECONOMY), SHARED, p=share), own]), start, pool)


def trade(
    rng: np.random.Generator,
    count: int,
    entities: Entities,
    counterparties: Counterparties,
    days: Days,
    calibration: Calibration,
    planter: Planter,
) -> pl.DataFrame:
    """So many flows of everyday business.

    Returns:
        One row a flow, columns of `patterns.ROW`.
    """
    cell = np.repeat(np.arange(2 * len(ITEMS)), _cell_counts(count, calibration))
    direction, item = np.divmod(cell, len(ITEMS))
    entity = _entities_of(rng, cell, entities, planter)
    tilt = rng.random(count) ** (1 / entities.growth[entity])
    day = days.draw(entities.begin[entity], entities.end[entity], tilt)
    years = np.array([d.year - days.first.year for d in days.days])
    usd = _amounts(rng, cell, years[day], entity, entities, calibration, _planted_usd(planter.frame(), years))
    counterparty = _counterparties_of(rng, entity, direction, counterparties)
    private = counterparty >= SHARED
    # A contract runs for some eight months; with a counterparty that all share, each entity has its own.
    first_contract, first_invoice = planter.contracts + 1, planter.invoices + 1
    pair = np.where(private, counterparty, len(counterparties.economy) + entity * SHARED + counterparty)
    contract = np.where(rng.random(count) < 0.12, -1, first_contract + 4 * pair + day // 240)
    invoice = np.where(rng.random(count) < 0.08, -1, first_invoice + np.arange(count))
    return pl.DataFrame(
        {
            "entity": entity,
            "direction": direction,
            "code": _codes(rng, item, entities.vagueness[entity]),
            "day": day,
            "usd": usd,
            "currency": np.full(count, -1),
            "counterparty": counterparty,
            "payment_type": _payment_types(rng, direction),
            "contract": contract,
            "invoice": invoice,
            "pattern": np.full(count, -1),
            "filed": np.full(count, -1),
        }
    ).cast(ROW)  # type: ignore[arg-type]


def refund(rng: np.random.Generator, paid: pl.DataFrame, days: Days) -> pl.DataFrame:
    """An honest refund, whole or in part, of each of these payments, some weeks later."""
    later = days.later(paid["day"].to_numpy().astype(np.int64), rng.integers(4, 80, len(paid)))
    return paid.with_columns(
        direction=pl.lit(RECEIPT, pl.Int8),
        payment_type=pl.lit(REFUND, pl.Int8),
        usd=paid["usd"] * pl.Series(rng.uniform(0.2, 1.0, len(paid))),
        day=pl.Series(np.minimum(later, days.working[-1]), dtype=pl.Int32),
    )


def _cell_counts(count: int, calibration: Calibration) -> Ints:
    """How many flows each direction and item gets, so that count times mean amount follows the shares."""
    weight = [
        calibration.direction_share[d]
        * calibration.share[d, i]
        / (calibration.median_usd[i] * _mean_factor(calibration.amount_ln_sd[d]))
        for d in DIRECTIONS
        for i in ITEMS
    ]
    exact = np.array(weight) / sum(weight) * count
    counts = exact.astype(np.int64)
    counts[np.argsort(counts - exact, kind="stable")[: count - int(counts.sum())]] += 1
    return counts


def _mean_factor(sd: float) -> float:
    """Mean over median of a lognormal that is cut at `FURTHEST`."""
    z = np.linspace(-FURTHEST, FURTHEST, 2001)
    density = np.exp(-(z**2) / 2)
    return float((np.exp(sd * z) * density).sum() / density.sum())


def _entities_of(rng: np.random.Generator, cell: Ints, entities: Entities, planter: Planter) -> Ints:
    """An entity for each row: the busy ones and those whose trade draws the item, each with its own leanings."""
    drawn = np.array([t.drawn.ravel() for t in TRADES])
    chosen = np.empty(len(cell), dtype=np.int64)
    starts = np.searchsorted(cell, np.arange(2 * len(ITEMS) + 1))
    # An entity with flows in a fifth of the time has a fifth of the flows.
    busy = entities.activity * np.maximum(entities.end - entities.begin + 1, 1) / (entities.end.max() + 1)
    for c in range(2 * len(ITEMS)):
        leaning = np.exp(1.1 * rng.normal(size=len(entities)))
        weight = busy * drawn[entities.trade, c] * leaning
        weight[[e for e, items in planter.closed.items() if ITEMS[c % len(ITEMS)] in items]] = 0.0
        until = np.cumsum(weight)
        rows = slice(starts[c], starts[c + 1])
        chosen[rows] = np.searchsorted(until, rng.random(starts[c + 1] - starts[c]) * until[-1], side="right")
    return np.minimum(chosen, len(entities) - 1)


def _amounts(
    rng: np.random.Generator,
    cell: Ints,
    year: Ints,
    entity: Ints,
    entities: Entities,
    calibration: Calibration,
    planted: Floats,
) -> Floats:
    """USD for each row, lognormal, then scaled so that with what is planted each item has its share of its direction, year by year."""
    sd = np.repeat([calibration.amount_ln_sd[d] for d in DIRECTIONS], len(ITEMS))
    median = np.array([calibration.median_usd[i] for _ in DIRECTIONS for i in ITEMS])
    size = entities.size[entity]
    within = np.sqrt(sd**2 - SIZE_LN**2 - HABIT_LN**2)
    spread = (
        SIZE_LN * (size - size.mean()) + HABIT_LN * entities.offset[entity] + within[cell] * rng.normal(size=len(cell))
    )
    usd = median[cell] * np.exp(np.clip(spread, -FURTHEST * sd[cell], FURTHEST * sd[cell]))
    found = np.zeros_like(planted)
    np.add.at(found, (year, cell), usd)
    share = np.array([calibration.direction_share[d] * calibration.share[d, i] for d in DIRECTIONS for i in ITEMS])
    # In a small sample one huge flow may be an item's whole share; it is tamed, not multiplied away.
    wanted = share * (found + planted).sum(axis=1, keepdims=True)
    factor = np.clip((wanted - planted) / np.maximum(found, 1.0), 0.25, 4.0)
    return np.asarray(np.maximum(usd * factor[year, cell], 5.0))


def _planted_usd(planted: pl.DataFrame, years: Ints) -> Floats:
    """What is planted by year, and by direction and item."""
    cell = planted["direction"].to_numpy() * len(ITEMS) + CODE_ITEM[planted["code"].to_numpy()]
    found = np.zeros((int(years[-1]) + 1, 2 * len(ITEMS)))
    np.add.at(found, (years[planted["day"].to_numpy()], cell), planted["usd"].to_numpy())
    return found


def _counterparties_of(rng: np.random.Generator, entity: Ints, direction: Ints, counterparties: Counterparties) -> Ints:
    """One of everybody's, or one of the entity's own; customers and suppliers are not the same."""
    zipf = np.cumsum(1 / (np.arange(SHARED) + 10.0))
    everybody = np.searchsorted(zipf, rng.random(len(entity)) * zipf[-1], side="right")
    place = (counterparties.pool[entity] * rng.random(len(entity)) ** 1.7).astype(np.int64)
    own = counterparties.start[entity] + 2 * place + direction
    return np.where(rng.random(len(entity)) < SHARED_SHARE, np.minimum(everybody, SHARED - 1), own)


def _codes(rng: np.random.Generator, item: Ints, vagueness: Floats) -> Ints:
    """A code of the item; where an entity is vague, sometimes one that says little."""
    dice = rng.random(len(item))
    code = np.empty(len(item), dtype=np.int64)
    first = 0
    for number, name in enumerate(ITEMS):
        weight = np.array(list(CODES[name].values()))
        rows = item == number
        code[rows] = first + np.searchsorted(np.cumsum(weight / weight.sum())[:-1], dice[rows], side="right")
        first += len(weight)
    vague = (item == ITEMS.index(Item.OTHER_BUSINESS)) & (rng.random(len(item)) < vagueness)
    return np.where(vague, VAGUE[0], code)


def _payment_types(rng: np.random.Generator, direction: Ints) -> Ints:
    dice = rng.random(len(direction))
    other = np.where(direction == PAYMENT, 0.16, 0.25)
    return np.select([dice < other, dice < other + 0.13], [OTHER, ADVANCE], ON_DELIVERY)
