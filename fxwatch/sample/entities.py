"""The invented entities: who they are, how large, how old, what they trade in, and their identifiers."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from fxwatch.facts import facts
from fxwatch.sample.calibration import Calibration
from fxwatch.sample.days import Days
from fxwatch.sample.names import entity_names
from fxwatch.sample.trades import ECONOMY, INVESTORS, NEIGHBOURS, TRADES, Floats, Ints

# Flows abroad come from the coast above all: the weight of a province among entities.
PROVINCE_WEIGHT = {
    "12": 9,
    "31": 8,
    "44": 8,
    "11": 6,
    "32": 6,
    "33": 5,
    "37": 5,
    "35": 3,
    "21": 3,
    "13": 2,
    "50": 2,
    "51": 2,
    "46": 2,
}

_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = np.array([pow(3, n, 31) for n in range(17)])

# Prime and coprime to both number spaces, so that running numbers become unlike codes and none comes twice.
_STEP = 48_271


@dataclass
class Entities:
    """The entities as arrays: one place each, and the numbers from which flows are drawn.

    `registered` counts days from the sample's first day (negative: before it); `begin` and `end` are the days between
    which an entity has flows; `investor` is the number of an economy, -1 for none.
    """

    key: pl.Series
    credit_code: pl.Series
    name: pl.Series
    trade: Ints
    area: pl.Series
    size: Floats
    activity: Floats
    growth: Floats
    registered: Ints
    begin: Ints
    end: Ints
    investor: Ints
    risky: npt.NDArray[np.bool_]
    transport: npt.NDArray[np.bool_]
    offset: Floats
    roundness: Floats
    settling: Floats
    vagueness: Floats
    banks: Ints
    declares_credit_code: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.trade)


def invent_entities(rng: np.random.Generator, count: int, banks: int, days: Days, calibration: Calibration) -> Entities:
    """The entities, before anybody misbehaves."""
    weight = np.array([t.weight for t in TRADES])
    trade = rng.choice(len(TRADES), count, p=weight / weight.sum())
    size = rng.normal(size=count)
    activity = np.exp(calibration.flows_per_entity_ln_sd * (0.8 * size + 0.6 * rng.normal(size=count)))
    registered = -np.rint(rng.gamma(1.6, 2200.0, count)).astype(np.int64)
    young = rng.random(count) < 0.05
    registered[young] = rng.integers(0, int(days.count * 0.7), int(young.sum()))
    begin = np.maximum(0, registered + rng.integers(5, 60, count))
    late, gone = rng.random(count) < 0.06, rng.random(count) < 0.06
    begin[late] = np.maximum(begin[late], rng.integers(0, days.count // 2, int(late.sum())))
    end = np.full(count, days.count - 1)
    end[gone] = np.maximum(begin[gone] + 30, rng.integers(days.count // 2, days.count, int(gone.sum())))
    area = _areas(rng, count)
    key = _organisation_codes(np.arange(count), days.first.year + registered / 365.25 > 2015.8)
    investor = _investors(rng, count)
    return Entities(
        key=key,
        credit_code=credit_codes(area, key),
        name=pl.Series("name", entity_names(trade, _rank_within(trade))),
        trade=trade,
        area=area,
        size=size,
        activity=activity,
        growth=np.exp(0.35 * rng.normal(size=count)),
        registered=registered,
        begin=np.minimum(begin, days.count - 1),
        end=np.minimum(end, days.count - 1),
        investor=investor,
        risky=rng.random(count) < 0.08,
        transport=np.array([t.is_transport for t in TRADES])[trade],
        offset=rng.normal(size=count),
        roundness=rng.beta(1.5, 5.0, count),
        settling=rng.beta(1.2, 1.2, count),
        vagueness=np.zeros(count),
        banks=rng.choice(banks, (count, 2), p=_bank_weights(banks)),
        declares_credit_code=rng.random(count) < 0.15,
    )


def roll(rng: np.random.Generator, entities: Entities, days: Days) -> pl.DataFrame:
    """The entities as the bureau's roll: the columns of an entities file, every cell a text."""
    count = len(entities)
    industry = np.array([t.industry for t in TRADES])[entities.trade]
    # Rolls are kept at different depths: a class, a division, a section's letter, nothing.
    depth = rng.choice(4, count, p=[0.9, 0.05, 0.03, 0.02])
    shallow = np.array([i[:2] for i in industry])
    letters = np.array([_section(i) for i in industry])
    industry = np.select([depth == 0, depth == 1, depth == 2], [industry, shallow, letters], "")
    # Where the industry does not say it, the roll does; and some forwarders are held to be no transport enterprises.
    said = np.where(entities.transport & (depth > 1), "true", "")
    said = np.where(
        (np.array([t.industry for t in TRADES])[entities.trade] == "5821") & (rng.random(count) < 0.05), "false", said
    )
    written = rng.random(count)
    key, credit = entities.key, entities.credit_code
    hyphenated = pl.select(pl.lit(key).str.slice(0, 8) + "-" + pl.lit(key).str.slice(8)).to_series()
    registered = [(days.first + timedelta(days=d)).isoformat() for d in entities.registered.tolist()]
    unknown = rng.random(count) < 0.01
    return pl.DataFrame(
        {
            "entity_id": np.select(
                [written < 0.2, written < 0.22], [credit.to_numpy(), hyphenated.to_numpy()], key.to_numpy()
            ),
            "name": entities.name,
            "industry": industry,
            "economic_type": _economic_types(rng, entities.investor),
            "area": entities.area,
            "registered_on": np.where(unknown & (entities.registered < 0), "", np.array(registered)),
            "investor_economies": _investor_texts(rng, entities.investor),
            "transport_enterprise": said,
        },
        schema_overrides=dict.fromkeys(
            ("entity_id", "industry", "economic_type", "registered_on", "transport_enterprise"), pl.String
        ),
    )


def strangers(count: int, after: int) -> pl.Series:
    """Valid organisation codes of nobody on the roll."""
    return _organisation_codes(np.arange(after, after + count), np.zeros(count, dtype=bool))


def credit_codes(area: pl.Series, key: pl.Series) -> pl.Series:
    """Unified social credit codes (GB 32100) of enterprises, from the area and the organisation code."""
    bodies = pl.select("91" + pl.lit(area) + pl.lit(key)).to_series()
    places = np.full(128, -1)
    places[[ord(c) for c in _CREDIT]] = np.arange(31)
    chars = np.frombuffer("".join(bodies).encode("ascii"), dtype=np.uint8).reshape(-1, 17)
    check = (31 - places[chars] @ _CREDIT_WEIGHTS % 31) % 31
    return (
        pl.select(pl.lit(bodies) + pl.lit(_text(np.array([ord(c) for c in _CREDIT])[check][:, None])))
        .to_series()
        .alias("entity_id")
    )


def _organisation_codes(numbers: Ints, recent: npt.NDArray[np.bool_]) -> pl.Series:
    """Organisation codes (GB 11714): eight digits, or MA and six characters for the recent ones, and a check digit."""
    numbers = numbers + 1  # 000000000 is nobody
    old = numbers[:, None] * _STEP % 10**8 // 10 ** np.arange(7, -1, -1) % 10
    credit = np.array([_ORGANISATION.index(c) for c in _CREDIT])
    new = credit[numbers[:, None] * _STEP % 31**6 // 31 ** np.arange(5, -1, -1) % 31]
    prefix = np.broadcast_to([_ORGANISATION.index("M"), _ORGANISATION.index("A")], (len(numbers), 2))
    values = np.where(recent[:, None], np.hstack([prefix, new]), old)
    check = 11 - values @ np.array(_ORGANISATION_WEIGHTS) % 11
    last = np.select([check == 10, check == 11], [ord("X"), ord("0")], check + ord("0"))
    return _text(np.hstack([np.array([ord(c) for c in _ORGANISATION])[values], last[:, None]])).alias("entity_id")


def _text(chars: Ints) -> pl.Series:
    """Rows of ASCII codes as texts."""
    rows = np.ascontiguousarray(chars.astype(np.uint8))
    return pl.Series(rows.view(f"S{rows.shape[1]}").ravel().astype(str).tolist(), dtype=pl.String)


def _areas(rng: np.random.Generator, count: int) -> pl.Series:
    counties = [r["area"] for r in facts("areas.csv") if len(r["area"]) == 6 and not r["area"].endswith("00")]
    weight = np.array([float(PROVINCE_WEIGHT.get(a[:2], 1)) for a in counties])
    for province in {a[:2] for a in counties}:
        inside = np.array([a[:2] == province for a in counties])
        weight[inside] /= inside.sum()
    return pl.Series("area", counties).gather(rng.choice(len(counties), count, p=weight / weight.sum()))


def _investors(rng: np.random.Generator, count: int) -> Ints:
    kind = rng.choice(3, count, p=[0.72, 0.12, 0.16])
    return np.select([kind == 1, kind == 2], [rng.choice(NEIGHBOURS, count), rng.choice(INVESTORS, count)], -1)


def _investor_texts(rng: np.random.Generator, investor: Ints) -> list[str]:
    second = np.where(rng.random(len(investor)) < 0.1, rng.choice(NEIGHBOURS, len(investor)), -1)
    pairs = zip(investor.tolist(), second.tolist(), strict=True)
    return [";".join(dict.fromkeys(ECONOMY[n] for n in pair if pair[0] >= 0 and n >= 0)) for pair in pairs]


def _economic_types(rng: np.random.Generator, investor: Ints) -> npt.NDArray[np.str_]:
    """Registration types: 1xx domestic, 2xx Hong Kong, Macao or Taiwan invested, 3xx foreign-invested."""
    count = len(investor)
    domestic = rng.choice(["110", "150", "160", "170", "190"], count, p=[0.08, 0.42, 0.1, 0.37, 0.03])
    nearby = rng.choice(["210", "220", "230", "240"], count, p=[0.3, 0.05, 0.6, 0.05])
    foreign = rng.choice(["310", "320", "330", "340"], count, p=[0.35, 0.05, 0.55, 0.05])
    return np.select([investor < 0, np.isin(investor, NEIGHBOURS)], [domestic, nearby], foreign)


def _section(industry: str) -> str:
    rows = facts("industries.csv")
    return next((r["section"] for r in rows if r["first_division"] <= industry[:2] <= r["last_division"]), "")


def _rank_within(group: Ints) -> Ints:
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], group[order], side="left")
    ranks = np.empty(len(group), dtype=np.int64)
    ranks[order] = np.arange(len(group)) - starts
    return ranks


def _bank_weights(banks: int) -> Floats:
    weight = 1 / (np.arange(banks) + 2.0)
    return np.asarray(weight / weight.sum())
