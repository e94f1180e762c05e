"""The truth, drawn before any flow: who misbehaves, how strongly, in which way and when."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fxwatch.sample.bureau import Bureau
from fxwatch.sample.days import Days
from fxwatch.sample.entities import Entities
from fxwatch.sample.patterns import KIND, KINDS, PAYMENT, Kind, Planter, plant_ring
from fxwatch.sample.placing import Places
from fxwatch.sample.trades import TRADES, Floats

MISBEHAVING_SHARE = 0.033
RING = (5, 7)
MOST_EPISODES = 7
STOPS_AFTER_NOTICE = 0.5
BLAMED_AT_RANDOM = 0.006

# What an entity does for which nothing else has a place: it needs five days, and nothing before them.
ANYWHERE = "split_below_document_limit"

# Small flows of an entity before it turns to what is foreign to it.
HABIT = 26


@dataclass(frozen=True)
class Episode:
    """One planted pattern of one entity. `start` is the number of a working day, `ring` the first pattern of a ring."""

    pattern: int
    entity: int
    kind: str
    start: int
    intensity: float
    honest: bool
    ring: int = -1


@dataclass
class Truth:
    """What nobody in the made-up world knows: the latent numbers and the episodes they led to."""

    propensity: Floats
    misbehaves: npt.NDArray[np.bool_]
    intensity: Floats
    drivers: dict[str, Floats]
    onset: dict[int, int] = field(default_factory=dict)
    stopped: dict[int, int] = field(default_factory=dict)
    episodes: list[Episode] = field(default_factory=list)
    reserved: set[int] = field(default_factory=set)


def draw_truth(rng: np.random.Generator, entities: Entities, days: Days, bureau: Bureau) -> Truth:
    """Who misbehaves and when, what the honest do that looks alike, and what the bureau makes of it.

    Entities change with their story: a dormant one has no flows for a year, a new one is registered late.
    """
    truth = _propensities(rng, entities, days)
    guilty = np.flatnonzero(truth.misbehaves)
    places = Places(days)
    deck = _deck(rng, days, rings=len(guilty) > RING[1] + 2)
    dealt = {entity: _deal(rng, entity, entities, deck) for entity in rng.permutation(guilty).tolist()}
    # Who sleeps for a year or is new is known before anybody looks for accomplices.
    begins = {
        entity: _fit(rng, kinds[0], entity, truth, entities, days) for entity, kinds in dealt.items() if kinds[0].once
    }
    for entity, kinds in dealt.items():
        _misbehave(rng, entity, kinds, begins.get(entity), truth, entities, places, bureau)
    _honest_lookalikes(rng, truth, entities, places, bureau)
    honest = np.flatnonzero(~truth.misbehaves)
    weight = entities.activity[honest] / entities.activity[honest].sum()
    bureau.err(rng.choice(honest, round(BLAMED_AT_RANDOM * len(entities)), p=weight).tolist())
    return truth


def plant(truth: Truth, planter: Planter) -> None:
    """Draw the flows of every episode."""
    rings: dict[int, list[int]] = {}
    for episode in truth.episodes:
        if episode.ring >= 0:
            rings.setdefault(episode.ring, []).append(episode.entity)
    for episode in truth.episodes:
        planter.pattern = episode.pattern
        if episode.ring == episode.pattern:
            plant_ring(planter, rings[episode.ring], episode.start)
        elif episode.ring < 0:
            KIND[episode.kind].plant(planter, episode.entity, episode.start, episode.intensity)
            planter.pattern = -1
            if episode.kind == "dormant_then_active":
                _ordinary(planter, episode.entity, [planter.between(0, 10)])
            elif episode.kind == "new_item_large":
                # It must be known to do other things: within the two years before, and before the first window that counts.
                two_years = planter.days.number_of(max(0, planter.days.working_day(episode.start) - 690))
                days = [planter.between(two_years, episode.start - 21) for _ in range(HABIT)]
                _ordinary(planter, episode.entity, days)


def _ordinary(planter: Planter, entity: int, days: list[int]) -> None:
    """Small flows of everyday business that a pattern needs before it."""
    item = planter.item(entity, PAYMENT)
    for day in days:
        planter.flow(entity, PAYMENT, item, day, planter.usd(900, 9_000), planter.counterparty())


def _propensities(rng: np.random.Generator, entities: Entities, days: Days) -> Truth:
    drivers = {
        "size": entities.size,
        "age_years": (days.count - entities.registered) / 365.25,
        "trade_risk": np.array([t.risk for t in TRADES])[entities.trade],
        "growth": np.log(entities.growth) / 0.35,
        "risky_economies": entities.risky.astype(float),
        "unobserved": rng.normal(size=len(entities)),
    }
    log_odds = (
        -0.35 * drivers["size"]
        + 1.0 * (drivers["age_years"] < 3)
        + drivers["trade_risk"]
        + 0.35 * drivers["growth"]
        + 0.7 * drivers["risky_economies"]
        + 0.9 * drivers["unobserved"]
    )
    count = max(2, round(MISBEHAVING_SHARE * len(entities)))
    # The smallest of such keys are a sample without replacement, weighted by the odds.
    chosen = np.argsort(np.log(rng.random(len(entities))) / -np.exp(log_odds))[:count]
    misbehaves = np.zeros(len(entities), dtype=bool)
    misbehaves[chosen] = True
    odds = np.exp(log_odds) * _intercept(log_odds, count)
    intensity = np.where(misbehaves, rng.beta(2.0, 2.0, len(entities)), 0.0)
    entities.roundness[chosen] += 0.2 * intensity[chosen]
    entities.vagueness[chosen] = 0.25 * intensity[chosen]
    entities.end[chosen] = days.count - 1
    return Truth(odds / (1 + odds), misbehaves, intensity, drivers)


def _intercept(log_odds: Floats, count: int) -> float:
    """The factor on the odds with which so many are expected to misbehave."""
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        expected = (1 / (1 + np.exp(-log_odds - middle))).sum()
        low, high = (middle, high) if expected < count else (low, middle)
    return float(np.exp(low))


def _deck(rng: np.random.Generator, days: Days, *, rings: bool) -> Iterator[Kind]:
    """Kinds without end; each comes once before any comes again."""
    months = int(days.month[-1]) + 1
    kinds = [k for k in KINDS if k.months <= months and (rings or k.rule != "fan_in")]
    while True:
        for number in rng.permutation(len(kinds)).tolist():
            yield kinds[number]


def _deal(rng: np.random.Generator, entity: int, entities: Entities, deck: Iterator[Kind]) -> list[Kind]:
    """One to three kinds for an entity; one that happens once comes first."""
    transport = bool(entities.transport[entity])
    kinds = [
        next(k for k in deck if k.for_transport or not transport)
        for _ in range(1 + int(rng.random() < 0.3) + int(rng.random() < 0.06))
    ]
    return sorted(kinds, key=lambda k: not k.once)


def _misbehave(
    rng: np.random.Generator,
    entity: int,
    kinds: list[Kind],
    begins: int | None,
    truth: Truth,
    entities: Entities,
    places: Places,
    bureau: Bureau,
) -> None:
    """The episodes of an entity, one after the other; `begins`: the working day on which the first must begin."""
    days, transport = places.days, bool(entities.transport[entity])
    start = begins
    if start is None:
        low = max(days.number_of(int(entities.begin[entity])), places.earliest(kinds[0]))
        start = low + int(max(0, len(days.working) - low - kinds[0].span) * 0.8 * rng.random())
    for n in range(MOST_EPISODES):
        kind = kinds[0] if n == 0 else kinds[int(rng.integers(0, len(kinds)))]
        if kind.once and n > 0:
            kind = KIND["pass_through" if not transport else "fan_out_new_payees"]
        # What is foreign to a business takes years of business.
        is_known = entity not in truth.reserved or kind.rule != "new_item_large"
        found = places.find(kind, entity, start, either_way=n == 0) if is_known else None
        if found is None and n == 0:
            kind = KIND[ANYWHERE]
            found = places.find(kind, entity, start, either_way=True)
        if found is None:
            continue
        if days.working_day(found) > truth.stopped.get(entity, days.count):
            break
        truth.onset.setdefault(entity, days.working_day(found))
        if kind.rule == "related_party_large" and entities.investor[entity] < 0:
            entities.investor[entity] = int(rng.choice(np.unique(entities.investor[entities.investor >= 0])))
        _happens(rng, entity, kind, found, truth, places, bureau)
        start = found + 3 + round(rng.exponential(75 - 50 * float(truth.intensity[entity])))


def _happens(
    rng: np.random.Generator, entity: int, kind: Kind, start: int, truth: Truth, places: Places, bureau: Bureau
) -> None:
    """One episode, with accomplices where the kind needs them, and the bureau's look at it."""
    days, intensity = places.days, float(truth.intensity[entity])
    members = [entity]
    ring = -1
    if kind.rule == "fan_in":
        others = [
            e for e in np.flatnonzero(truth.misbehaves).tolist()
            if e != entity and e not in truth.reserved and places.fits(kind, e, start)
        ]  # fmt: skip
        if len(others) < RING[0] - 1:
            return
        ring = len(truth.episodes)
        members += rng.choice(others, min(len(others), int(rng.integers(RING[0], RING[1] + 1))), replace=False).tolist()
    for member in members:
        places.take(kind, member, start)
        episode = Episode(len(truth.episodes), member, kind.rule, start, intensity, False, ring)
        truth.episodes.append(episode)
        noticed = bureau.look(member, episode.pattern, kind.rule, start, intensity)
        if noticed is not None and rng.random() < STOPS_AFTER_NOTICE:
            truth.stopped.setdefault(member, (noticed - days.first).days)
        truth.onset.setdefault(member, days.working_day(start))


def _fit(rng: np.random.Generator, kind: Kind, entity: int, truth: Truth, entities: Entities, days: Days) -> int:
    """Make the entity's life fit a kind that happens once; gives back the working day on which it begins."""
    working = len(days.working)
    truth.reserved.add(entity)
    if kind.rule == "dormant_then_active":
        start = int(rng.integers(days.number_of(400), working - kind.span))
        entities.begin[entity], entities.end[entity] = 0, max(0, days.working_day(start) - 385)
        entities.registered[entity] = min(int(entities.registered[entity]), -400)
    else:
        start = int(rng.integers(20, max(21, working - kind.span - 1)))
        entities.registered[entity] = max(0, days.working_day(start) - int(rng.integers(15, 60)))
        entities.begin[entity] = min(days.count - 1, int(entities.registered[entity]) + 5)
    return start


def _honest_lookalikes(
    rng: np.random.Generator, truth: Truth, entities: Entities, places: Places, bureau: Bureau
) -> None:
    days = places.days
    months = int(days.month[-1]) + 1
    for kind in KINDS:
        wanted = kind.looks_honest * len(entities)
        count = int(wanted) + int(rng.random() < wanted % 1)
        if kind.months > months:
            continue
        fitting = _honest_for(kind, truth, entities)
        if kind.once:
            fitting = np.array([e for e in fitting.tolist() if places.is_free(e)], dtype=np.int64)
        for entity in rng.choice(
            fitting, min(len(fitting), max(count, int(kind.looks_honest >= 0.004))), replace=False
        ).tolist():
            begin = days.number_of(int(entities.begin[entity]))
            last = max(begin + 1, len(days.working) - kind.span)
            for start in rng.integers(
                begin, last, 1 if kind.once or kind.looks_honest < 0.004 else int(rng.integers(1, 5))
            ).tolist():
                if kind.once:
                    start = _fit(rng, kind, entity, truth, entities, days)
                found = places.find(kind, entity, start, either_way=True)
                if found is None:
                    continue
                places.take(kind, entity, found)
                pattern = len(truth.episodes)
                truth.episodes.append(Episode(pattern, entity, kind.rule, found, 0.5 * float(rng.random()), True))
                bureau.suspect(entity, pattern, kind.rule, found)


def _honest_for(kind: Kind, truth: Truth, entities: Entities) -> npt.NDArray[np.int64]:
    """Honest entities that may well show a kind: the large ones do what is large, families of firms pay within them."""
    fits = ~truth.misbehaves & (entities.end > entities.begin + 120)
    fits[list(truth.reserved)] = False
    large = entities.size > 0.8
    if kind.rule == "large_transport_transfer":
        fits &= entities.transport & large
    elif kind.rule in ("large_daily_total", "consecutive_days"):
        fits &= ~entities.transport & large
    elif kind.rule == "related_party_large":
        fits &= (entities.investor >= 0) & (entities.size > 0)
    elif kind.rule == "high_risk_economy":
        fits &= entities.risky
    elif kind.rule == "new_entity_large":
        fits &= entities.registered >= 0
    elif not kind.for_transport:
        fits &= ~entities.transport
    return np.flatnonzero(fits)
