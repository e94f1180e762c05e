"""Invents a calibrated sample: entities, flows, what a made-up bureau did, and the truth behind it.

The truth comes first: who misbehaves, how strongly, in which way and when. Flows follow from it, and so, with noise, do
the bureau's notices and breaches, which never look at the rules. The truth is for judging rules and models; it is
written beside the files and never loaded.

>>> sample = invent(flows=1_000, seed=1)
>>> sample.entities.columns[:2]
['entity_id', 'name']
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from fxwatch.errors import RequestError
from fxwatch.sample.authorities import Others, invent_others
from fxwatch.sample.bureau import Bureau
from fxwatch.sample.calibration import read_calibration
from fxwatch.sample.composition import compose
from fxwatch.sample.days import Days
from fxwatch.sample.declarations import bank_codes, declare
from fxwatch.sample.entities import invent_entities, roll, strangers
from fxwatch.sample.files import Written, write
from fxwatch.sample.misconduct import draw_truth, plant
from fxwatch.sample.patterns import Planter
from fxwatch.sample.records import breaches, bureau_truth, entity_truth, later_acts, notices, pattern_truth
from fxwatch.sample.trade import invent_counterparties

__all__ = ["Sample", "Written", "invent", "write"]

# Bump this when the same seed gives another sample.
VERSION = "3"

FEWEST_FLOWS = 1_000
FLOWS_PER_ENTITY = 40

Progress = Callable[[str, int, int], None]
STAGES = ("entities", "patterns", "flows", "declarations", "others", "truth")


@dataclass(frozen=True)
class Sample:
    """An invented sample.

    Args:
        seed, first_day, last_day: what it was made with, and what it spans.
        entities: the roll, columns of an entities file, texts.
        flows: rows of flows files in the order in which they were reported, texts; `reported` is the day they came.
        breaches: rows of a breaches file, texts.
        others: rows of files of settlements, filings and totals, texts.
        notices: entity_id, day, rule, why: what the made-up bureau would issue notices on.
        truth: who misbehaves (`entities`), every planted pattern with its declarations and settlements (`patterns`), what the bureau
            did and about which pattern (`bureau`), what a load must do with rows that are not simply accepted
            (`outcomes`), and for each entity and month's end whether the bureau acted in the six months after (`labels`).
    """

    seed: int
    first_day: date
    last_day: date
    entities: pl.DataFrame
    flows: pl.DataFrame
    breaches: pl.DataFrame
    others: Others
    notices: pl.DataFrame
    truth: dict[str, pl.DataFrame]


def invent(
    flows: int = 60_000,
    seed: int = 20261031,
    *,
    last_day: date = date(2026, 10, 31),
    months: int = 24,
    progress: Progress | None = None,
) -> Sample:
    """Invent a sample with so many declared flows; the same arguments give the same sample.

    Args:
        flows: rows that are declared for the first time; changes, deletions and repeats come on top.
        seed: of every random draw.
        last_day: the last day of the sample.
        months: how many calendar months it spans, the last day's included.
        progress: is told the stage, its number and how many there are.

    Raises:
        RequestError: too few flows or months, or days that the shipped calendar does not cover.
    """
    if flows < FEWEST_FLOWS or seed < 0:
        raise RequestError(
            f"A sample needs at least {FEWEST_FLOWS} flows and a seed of 0 or more; found {flows} and {seed}.",
            f"样本至少需要 {FEWEST_FLOWS} 笔，种子不得为负；实为 {flows} 与 {seed}。",
        )
    tell = _teller(progress)
    draws = [np.random.default_rng([seed, part]) for part in range(9)]
    calibration = read_calibration()
    days = Days(last_day, months, calibration)
    tell("entities")
    banks = bank_codes(24 + flows // 1_000_000)
    entities = invent_entities(draws[0], max(60, flows // FLOWS_PER_ENTITY), len(banks), days, calibration)
    bureau = Bureau(draws[1], days)
    truth = draw_truth(draws[2], entities, days, bureau)
    counterparties = invent_counterparties(draws[3], entities, flows)
    tell("patterns")
    planter = Planter(draws[4], days, entities, len(counterparties.economy))
    plant(truth, planter)
    economies = np.concatenate([counterparties.economy, np.array(planter.economies, dtype=np.int64)])
    tell("flows")
    rows = compose(draws[5], flows, planter, entities, counterparties, days, calibration)
    tell("declarations")
    sent, planted, outcomes = declare(draws[6], rows, entities, economies, banks, days, strangers(50, len(entities)))
    sent = sent.with_columns(reported=pl.Series(days.days).gather(sent["reported"]))
    tell("others")
    kinds = {episode.pattern: episode.kind for episode in truth.episodes}
    kind = pl.col("pattern").replace_strict(kinds, default=None, return_dtype=pl.String)
    planted_as = planted.select("declaration_no", "pattern", kind=kind)
    others = invent_others(draws[8], sent, outcomes, planted_as, days.first, days.last)
    tell("truth")
    return Sample(
        seed=seed,
        first_day=days.first,
        last_day=days.last,
        entities=roll(draws[7], entities, days),
        flows=sent,
        breaches=breaches(bureau, entities),
        others=others,
        notices=notices(bureau, entities),
        truth={
            "entities": entity_truth(truth, entities, days),
            "patterns": pattern_truth(truth, entities, planted, others.planted, days),
            "bureau": bureau_truth(bureau, truth, entities),
            "outcomes": outcomes,
            "labels": later_acts(bureau, entities, days),
        },
    )


def _teller(progress: Progress | None) -> Callable[[str], None]:
    return lambda stage: progress(stage, STAGES.index(stage) + 1, len(STAGES)) if progress else None
