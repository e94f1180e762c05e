"""A large home to measure doors on: invented entities and flows of 24 months, a run, and some thousands of acts.

`python -m tests.benchmarks.big_home --flows 20000000 --entities 200000 --home DIR`. The flows are those of the sample's everyday
trade, half a year and a group of banks at a time, with its quarantined rows; nothing is planted. What is left out beside the
sample is what does not change the work of a screen: misconduct and its truth.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

import fxwatch
from fxwatch.home import make_home
from fxwatch.sample.bureau import PROVISIONS
from fxwatch.sample.calibration import Calibration, read_calibration
from fxwatch.sample.composition import compose
from fxwatch.sample.days import Days
from fxwatch.sample.declarations import bank_codes, declare
from fxwatch.sample.entities import Entities, invent_entities, roll, strangers
from fxwatch.sample.patterns import Planter
from fxwatch.sample.trade import Counterparties, invent_counterparties

LAST_DAY, MONTHS, HALF = date(2026, 10, 31), 24, 6
BANKS = 40  # in a group; no two files have a bank and a day in common
AT_A_TIME = 2_500_000  # flows in one file
POLICY = """
name = "spring"
title = "Spring"
title_zh = "春季"
rules = ["large_transport_transfer", "large_daily_total", "consecutive_days"]
consolidate = "entity_rule_month"
from = 2026-04-01
why = "what was found in spring"
why_zh = "春季发现"
"""
POLICY_UP_TO = date(2026, 4, 30)
BY_HAND = 400
BREACHES = 1_000  # one in so many entities, twice


def make(folder: Path, flows: int, entities: int, seed: int) -> None:
    """Invent, load and run; then let the bureau work a little."""
    home = fxwatch.open(make_home(folder, simulation=True).path)
    home.change_setting("today", LAST_DAY.isoformat())
    home.change_setting("keep_snapshots", "1")
    with tempfile.TemporaryDirectory(dir=folder.parent) as files:
        for number, (kind, rows) in enumerate(_files(flows, entities, seed)):
            file = Path(files) / f"{number}-{kind}.parquet"
            rows.write_parquet(file)
            with _told(f"{kind} {number}, {rows.height:,} rows"):
                home.load(kind, file)
            file.unlink()
    with _told("run"):
        print(home.run().say("en"))
    with _told("policy"):
        (folder / "policy.toml").write_text(POLICY, "utf-8")
        home.adopt_policy(folder / "policy.toml")
        print(f"{home.auto_notices('spring', through=POLICY_UP_TO, backdate=True).height:,} notices")
    with _told("by hand"):
        decide(home, seed)
    home.register.close()


def decide(home: "fxwatch.session.Session", seed: int) -> None:
    """What regulators do in some weeks: notices, dismissals that explain further hits, assignments."""
    hits = home.hits(status="open").sample(fraction=1, seed=seed, shuffle=True)["hit_id"]
    some = min(BY_HAND, hits.len() // 8)
    noticed, dismissed, assigned, known = (hits.slice(n * some, some).to_list() for n in range(4))
    home.issue_notices(noticed, why="to be explained")
    home.dismiss(dismissed, why="contract and invoice seen")
    home.dismiss(known[: some // 8], why="known project", explains_until=LAST_DAY)
    home.assign(assigned, to=home.actor(None))


def _files(flows: int, entities: int, seed: int) -> Iterator[tuple[str, pl.DataFrame]]:
    rng, calibration = np.random.default_rng(seed), read_calibration()
    everything = Days(LAST_DAY, MONTHS, calibration)
    people = invent_entities(rng, entities, BANKS, everything, calibration)
    yield "entities", roll(rng, people, everything)
    counterparties = invent_counterparties(rng, people, flows)
    halves = MONTHS // HALF
    files = halves * max(1, round(flows / halves / AT_A_TIME))
    for number in range(files):
        half, group = divmod(number, files // halves)
        days = Days(_month_end(half), HALF, calibration)
        yield "flows", _flows(rng, flows // files, people, counterparties, days, group, calibration)
    yield "breaches", _breaches(rng, people)


def _flows(
    rng: np.random.Generator,
    count: int,
    people: Entities,
    counterparties: Counterparties,
    days: Days,
    group: int,
    calibration: Calibration,
) -> pl.DataFrame:
    there = replace(people, begin=np.zeros(len(people), dtype=np.int64), end=np.full(len(people), days.count - 1))
    planter = Planter(rng, days, there, len(counterparties.economy))
    rows = compose(rng, count, planter, there, counterparties, days, calibration)
    banks = bank_codes(BANKS * (group + 1))[BANKS * group :]
    sent, _, _ = declare(rng, rows, there, counterparties.economy, banks, days, strangers(50, len(people)))
    return sent.drop("reported")


def _breaches(rng: np.random.Generator, people: Entities) -> pl.DataFrame:
    count = max(5, 2 * len(people) // BREACHES)
    chosen, days = rng.integers(0, len(people), count), rng.integers(0, 600, count)
    return pl.DataFrame(
        {
            "breach_no": [f"W{n + 1:05d}" for n in range(count)],
            "entity_id": people.key.gather(chosen),
            "day": [LAST_DAY - timedelta(days=int(n)) for n in days],
            "provision": [PROVISIONS[n % len(PROVISIONS)][0] for n in range(count)],
        }
    )


def _month_end(half: int) -> date:
    """The last day of one of the half years, the oldest first."""
    months = LAST_DAY.year * 12 + LAST_DAY.month - (MONTHS // HALF - 1 - half) * HALF
    return pl.select(pl.date((months - 1) // 12, (months - 1) % 12 + 1, 1).dt.month_end()).item()


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Say how long something took."""
    began = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - began:.1f} s", flush=True)


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.big_home", description=__doc__)
    asked.add_argument("--flows", type=int, default=20_000_000)
    asked.add_argument("--entities", type=int, default=200_000)
    asked.add_argument("--home", type=Path, required=True)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    if options.home.exists():
        shutil.rmtree(options.home)
    make(options.home, options.flows, options.entities, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
