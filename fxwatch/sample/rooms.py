"""Room around what is planted: everyday flows of the entity that would hide it happen on other days."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from fxwatch.sample.days import Days
from fxwatch.sample.entities import Entities
from fxwatch.sample.trades import CODE_ITEM, Ints


@dataclass(frozen=True)
class Room:
    """Days on which the everyday flows of an entity come to little.

    Args:
        entity: whose.
        first, last: day numbers, both included.
        direction: of the flows that count; -1: both.
        items: numbers of the items that count; empty: all.
        least_usd: smaller flows do not count.
        spare_usd: what those that count may come to together.
    """

    entity: int
    first: int
    last: int
    direction: int = -1
    items: frozenset[int] = frozenset()
    least_usd: float = 0.0
    spare_usd: float = 0.0


def make_room(
    rng: np.random.Generator, rows: pl.DataFrame, rooms: Iterable[Room], entities: Entities, days: Days
) -> pl.Series:
    """The day of each row, so that every room has its room; the largest move first, to other days of the entity's life.

    Args:
        rng: of the new days.
        rows: columns of `patterns.ROW` and `declaration`; what is planted (`pattern` of 0 or more) stays where it is.
    """
    by_entity: dict[int, list[Room]] = {}
    for room in rooms:
        by_entity.setdefault(room.entity, []).append(room)
    drawn = _Drawn(rows)
    for entity, wanted in by_entity.items():
        mine = drawn.everyday_of(entity)
        moved = {d for room in wanted for d in drawn.too_much(mine, room)}
        life = days.working[(days.working >= entities.begin[entity]) & (days.working <= entities.end[entity])]
        for declaration in sorted(moved):
            legs = mine[drawn.declaration[mine] == declaration]
            free = life
            for room in wanted:
                if drawn.counts(legs, room).any():
                    free = free[(free < room.first) | (free > room.last)]
            if len(free):
                drawn.day[legs] = rng.choice(free)
    return pl.Series("day", drawn.day, dtype=pl.Int32)


class _Drawn:
    """Drawn rows as arrays."""

    def __init__(self, rows: pl.DataFrame) -> None:
        names = ("entity", "direction", "day", "usd", "declaration", "code")
        self.entity, self.direction, self.day, self.usd, self.declaration, code = (
            rows[name].to_numpy().copy() for name in names
        )
        self.item = CODE_ITEM[code]
        everyday = np.flatnonzero((rows["pattern"] < 0).to_numpy())
        self._everyday = everyday[np.argsort(self.entity[everyday], kind="stable")]
        self._owner = self.entity[self._everyday]

    def everyday_of(self, entity: int) -> Ints:
        """The places of an entity's everyday rows."""
        first, last = np.searchsorted(self._owner, [entity, entity + 1])
        return self._everyday[first:last]

    def counts(self, places: Ints, room: Room) -> npt.NDArray[np.bool_]:
        """Whether the rows are of the kind that a room is made of, whatever their day."""
        fits = self.usd[places] >= room.least_usd
        if room.direction >= 0:
            fits &= self.direction[places] == room.direction
        if room.items:
            fits &= np.isin(self.item[places], list(room.items))
        return fits

    def too_much(self, places: Ints, room: Room) -> list[int]:
        """The declarations that a room has no place for."""
        inside = places[self.counts(places, room)]
        inside = inside[(self.day[inside] >= room.first) & (self.day[inside] <= room.last)]
        inside = inside[np.argsort(self.usd[inside], kind="stable")]
        found: list[int] = self.declaration[inside[np.cumsum(self.usd[inside]) > room.spare_usd]].tolist()
        return found
