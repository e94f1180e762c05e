"""Stretches of days: of a rule that tests windows of days, those in which a change can have made a difference, and no others.

A test at the end of a day looks back so many days at most (`reach`). So a flow that comes or goes bears on the tests of its own day
and of so many days after it; and where it makes the windows of two episodes begin with the same day's flows, on one that is raised as many
days later. An episode, days in a row on which the test holds, is found anew where one of its days is among these, or
lies beside them: so a stretch goes on until it cuts no episode on record, and begins with one that came right before; and two
between which a key has no active day are one. To have the
first of its tests right, the flows of `reach` days before it are looked at, too, and of as many again where there is a day among
these, so that the last day before it is told right: whether an episode was under way.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from fxwatch.episodes import SPAN, places
from fxwatch.keys import Ints
from fxwatch.windows import numbers

# Before and after all days.
NEVER, ALWAYS = -(1 << 20), 1 << 21

STRETCH: dict[str, pl.DataType | type[pl.DataType]] = {
    "stretch": pl.Int32,
    "entity": pl.Int32,
    "begin": pl.Int64,  # the first day whose flows are looked at
    "since": pl.Int64,  # the first and the last day on which what is found is judged anew
    "until": pl.Int64,
}


@dataclass(frozen=True)
class Episode:
    """One on record: of which of an entity's keys, its first and its last day, as numbers."""

    key: tuple[str | None, ...]
    first: int
    last: int


def stretches(
    changed: pl.DataFrame,
    episodes: Mapping[int, Sequence[Episode]],
    active: Callable[[list[int]], Sequence[Ints]],
    reach: int,
    whole: Iterable[int] = (),
) -> pl.DataFrame:
    """The stretches of each entity, none of which looks at flows of another.

    Args:
        changed: columns entity, day: the days of flows that came, went or changed.
        episodes: what is on record of each entity.
        active: given entities, the active days of their first keys, of their second, and so on: as `episodes.places` of the
            entity, in order; a day may be there several times.
        reach: how many days before a day its test looks at.
        whole: entities of which all days are one stretch.

    Returns:
        The columns of `STRETCH`; days are numbers.
    """
    everything = set(whole)
    days: dict[int, list[int]] = defaultdict(list)
    rows = changed.select("entity", "day").unique().sort("entity", "day")
    for entity, day in zip(rows["entity"].to_list(), numbers(rows["day"]).tolist(), strict=True):
        days[entity].append(day)
    found = [(entity, NEVER, NEVER, ALWAYS) for entity in sorted(everything)]
    # Who changed on one day alone has one stretch, whatever lies between.
    beside = active([entity for entity, its in days.items() if len(its) > 1 and entity not in everything])
    for entity, its in days.items():
        if entity not in everything:
            own = _of_entity(its, episodes.get(entity, ()), _Between(entity, beside), reach)
            found.extend((entity, since - 2 * reach, since, until) for since, until in own)
    numbered = [(n, *row) for n, row in enumerate(found)]
    return pl.DataFrame(numbered, schema=STRETCH, orient="row")


def _of_entity(
    days: Sequence[int], episodes: Sequence[Episode], between: "_Between", reach: int
) -> list[tuple[int, int]]:
    """First and last day of each stretch."""
    found: list[
        tuple[int, int, int, int]
    ] = []  # first and last day of the tests that may differ, and those of the stretch
    for day in days:
        made = (day, day + 2 * reach, *_widened(day, day + 2 * reach, episodes))
        while found and (made[2] - 2 * reach <= found[-1][3] or between.adjoin(found[-1][3], made[2])):
            first, last, _, _ = found.pop()
            last = max(last, made[1])
            made = (first, last, *_widened(first, last, episodes))
        found.append(made)
    return [(since, until) for _, _, since, until in found]


@dataclass(frozen=True)
class _Between:
    """The active days of an entity's keys, among those of all."""

    entity: int
    active: Sequence[Ints]

    def adjoin(self, until: int, since: int) -> bool:
        """Whether the last active day of a key in a stretch and its first in the next follow each other: both may be one episode."""
        own = self.entity * SPAN
        for days in self.active:
            after = int(np.searchsorted(days, own + until, side="right"))
            if after in (0, len(days)) or days[after - 1] < own or days[after] >= own + SPAN:
                continue
            if days[after] >= own + since:
                return True
        return False


def _widened(first: int, last: int, episodes: Sequence[Episode]) -> tuple[int, int]:
    """A stretch that begins with the last episode of each key that came before, and begins and ends where it cuts none."""
    since, until = first, last
    before: dict[tuple[str | None, ...], int] = {}
    after: dict[tuple[str | None, ...], int] = {}
    for one in episodes:
        if one.first < first:
            before[one.key] = max(one.first, before.get(one.key, NEVER))
        if one.last > last:
            after[one.key] = min(one.last, after.get(one.key, ALWAYS))
    since, until = min([since, *before.values()]), max([until, *after.values()])
    while True:
        nearer = min((one.first for one in episodes if one.last >= since), default=since)
        further = max((one.last for one in episodes if one.first <= until), default=until)
        if nearer >= since and further <= until:
            return since, until
        since, until = min(since, nearer), max(until, further)


def around(changed: pl.DataFrame, reach: int) -> pl.DataFrame:
    """A stretch around each changed day (entity, day), with so many days before and after it: the columns of `STRETCH`."""
    days = changed.select("entity", "day").unique().sort("entity", "day")
    day = numbers(days["day"])
    ends = {"begin": day - reach, "since": day - reach, "until": day + reach}
    found = days.select("entity").with_columns(
        stretch=pl.int_range(pl.len(), dtype=pl.Int32), **{n: pl.Series(d) for n, d in ends.items()}
    )
    return found.select(pl.col(name).cast(dtype) for name, dtype in STRETCH.items())


def taken(flows: pl.DataFrame, stretches: pl.DataFrame) -> pl.DataFrame:
    """The flows that are looked at in each stretch, with its number in column `stretch`. Of stretches of one length that overlap,
    each flow is taken once.
    """
    ordered = stretches.sort("entity", "begin")
    flows = _between_ends(flows, ordered)
    begins = places(ordered["entity"], np.maximum(ordered["begin"].to_numpy(), 0))
    at = places(flows["entity"], numbers(flows["day"]))
    which = np.searchsorted(begins, at, side="right") - 1
    known = np.maximum(which, 0)
    ends = places(ordered["entity"], np.minimum(ordered["until"].to_numpy(), ALWAYS))
    is_in = (which >= 0) & (at <= ends[known]) if len(ordered) else np.zeros(len(at), dtype=np.bool_)
    numbered = flows.with_columns(
        stretch=pl.Series(ordered["stretch"].to_numpy()[known] if len(ordered) else known, dtype=pl.Int32)
    )
    return numbered.filter(pl.Series(is_in))


def _between_ends(flows: pl.DataFrame, ordered: pl.DataFrame) -> pl.DataFrame:
    """The flows from the first day of their entity's first stretch to the last of its last: told by one look into a table, so that
    few are left to be searched for.
    """
    # Numbers of entities are small: a table by number is the fastest way to look them up.
    size = 1 + max(int(frame["entity"].to_numpy().max(initial=0)) for frame in (flows, ordered))
    first, last = np.full(size, ALWAYS, np.int32), np.full(size, NEVER, np.int32)
    whose = ordered["entity"].to_numpy()
    np.minimum.at(first, whose, ordered["begin"].to_numpy().clip(NEVER, ALWAYS).astype(np.int32))
    np.maximum.at(last, whose, ordered["until"].to_numpy().clip(NEVER, ALWAYS).astype(np.int32))
    entity, day = flows["entity"].to_numpy(), flows["day"].to_physical().to_numpy()
    return flows.filter(pl.Series((day >= first[entity]) & (day <= last[entity])))


def told_right(rows: pl.DataFrame, stretches: pl.DataFrame, reach: int, active: pl.Expr) -> pl.DataFrame:
    """What `taken` gave without the flows of days that nothing asks for.

    The last active day before a stretch tells whether an episode was under way. Where it lies within `reach` of the stretch, the
    flows of its own window are there; where it lies further back, it told nothing that goes on, and is left out.

    Args:
        rows: what `taken` gave.
        stretches: the same.
        reach: how many days before a day its test looks at.
        active: which flows make a day active.
    """
    dated = rows.join(stretches.select("stretch", "since"), on="stretch", maintain_order="left")
    day = pl.col("day").to_physical().cast(pl.Int64)
    near = (day < pl.col("since")) & (day >= pl.col("since") - reach)
    told = dated.filter(near & active)["stretch"].unique()
    is_asked = (day >= pl.col("since") - reach) | pl.col("stretch").is_in(told.implode())
    return dated.filter(is_asked).drop("since")
