"""Late flows, changes and deletions in a sample in which every rule finds something: a run of what changed ends where one of everything does."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fxwatch.rulebook import rules
from fxwatch.sample import Sample, invent
from fxwatch.sample.declarations import COLUMNS
from fxwatch.session import Session
from tests.benchmarks.recall import loaded
from tests.test_increment import same_as_full, scope


class World:
    """A home with most of a sample in it, and what is still to come."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.rng = np.random.default_rng(seed)
        self.folder = folder
        sample = invent(16_000, seed, months=36)
        is_late = sample.flows["declaration_no"].hash(seed) % 25 == 0
        self.late = sample.flows.filter(is_late)
        self.known = sample.flows.filter(~is_late)
        self.home = loaded(Sample(**{**vars(sample), "flows": self.known}), folder)
        self.people = sample.entities

    def load(self, kind: str, rows: pl.DataFrame) -> None:
        file = self.folder / f"{kind}.csv"
        rows.write_csv(file)
        self.home.load(kind, file)

    def day(self) -> pl.DataFrame:
        """Some of what is late, changes that take all they say from other flows, and deletions."""
        late = self.late.sample(40, seed=int(self.rng.integers(1 << 30)))
        old = self.known.filter(action="A").sample(90, seed=int(self.rng.integers(1 << 30)))
        other = self.known.filter(action="A").sample(90, seed=int(self.rng.integers(1 << 30)))
        changed = other.with_columns(old["declaration_no"], old["leg"], action=pl.lit("C"))
        # Some keep most of what they said: their day, their counterparty or their amount alone is another.
        for place, name in enumerate(("day", "counterparty", "amount", "entity_id", "contract_no"), 1):
            alone = old.with_columns(other[name], action=pl.lit("C"))
            is_mine = pl.int_range(pl.len()) % 8 == place
            changed = pl.concat([changed.filter(~is_mine), alone.filter(is_mine)])
        gone = self.known.filter(action="A").sample(20, seed=int(self.rng.integers(1 << 30)))
        return pl.concat([late, changed, gone.with_columns(action=pl.lit("D"))]).select(COLUMNS)

    def roll(self) -> pl.DataFrame:
        """A few entities of whom the roll says something else."""
        some = self.people.sample(4, seed=int(self.rng.integers(1 << 30)))
        told = some.with_columns(
            pl.lit("2025-01-15").alias("registered_on"), pl.lit("true").alias("transport_enterprise")
        )
        return told.select(self.people.columns)


def found(home: Session) -> set[str]:
    return set(home.hits()["rule"])


@pytest.mark.parametrize("seed", [3, *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 12))])
def test_days_of_changes_end_where_a_run_of_everything_does(tmp_path: Path, seed: int) -> None:
    world = World(seed, tmp_path)
    home = world.home
    assert len(found(home)) >= len(rules()) - 4
    for turn in range(2):
        world.load("flows", world.day())
        if turn:
            world.load("entities", world.roll())
        home.run()
        assert scope(home).endswith(("group)", "groups)"))
        same_as_full(home, tmp_path)
    home.register.close()
