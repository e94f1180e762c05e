"""What a decision would do to a grade, said before it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.grading import grade, window
from fxwatch.policies import dated, monthly
from fxwatch.procedure import needs_approval
from fxwatch.reading import hits as reading
from fxwatch.reading.grades import parameter
from fxwatch.terms import Grade, Status

if TYPE_CHECKING:
    from fxwatch.home import Home


@dataclass(frozen=True)
class Consequence:
    """What becomes of one entity's grade.

    `provisional` and `provisional_after` add what policy `monthly` would issue on the hits that are left open. `hits`: how many
    of those asked about are the entity's. `waits`: whether another account must approve, so that nothing counts before that day.
    """

    entity_id: str
    name: str
    hits: int
    breaches: int
    notices: int
    notices_after: int
    grade: Grade
    grade_after: Grade
    provisional: Grade
    provisional_after: Grade
    waits: bool

    @property
    def moves(self) -> bool:
        """Whether the grade becomes another."""
        return self.grade != self.grade_after


def if_noticed(home: "Home", hit_ids: Sequence[str]) -> list[Consequence]:
    """What a notice of today on these hits would do: one notice an entity, in the order of the hits."""
    return [_if_noticed(home, entity, ids) for entity, ids in _by_entity(home, hit_ids).items()]


def if_dismissed(home: "Home", hit_ids: Sequence[str], explains_until: date | None = None) -> list[Consequence]:
    """What a dismissal of these hits would do: no grade changes by it, provisional grades may.

    With `explains_until`, the further hits of the same rule and entity that it would explain are left out as well.
    """
    found = _by_entity(home, hit_ids)
    return [_if_dismissed(home, entity, ids, explains_until) for entity, ids in found.items()]


def if_rescinded(home: "Home", entity_id: str, notice: str, to: str = "dismissed") -> Consequence | None:
    """What it would do to take an entity's notice back; None where none of that number stands.

    `to`: what its hits become, `dismissed` or `open`.
    """
    known = _Known(home, entity_id)
    stands = known.standing.filter(pl.col("notice") == notice)
    if stands.is_empty():
        return None
    first, last = known.window
    hits = known.hits.filter(pl.col("notice") == notice) if to == "open" else known.hits.clear()
    return known.told(
        hits=stands["hits"].list.len().fill_null(0)[0],
        more=-1 if first <= stands["day"][0] <= last else 0,
        left=pl.concat([known.open, hits.with_columns(status=pl.lit(Status.OPEN.value))]),
        covered=known.covered.filter(pl.col("notice") != notice),
        waits=known.waits,
    )


class _Known:
    """What is known today of one entity, read once."""

    def __init__(self, home: "Home", entity_id: str) -> None:
        self.today, self.entity_id = home.today(), entity_id
        self.window = window(self.today, parameter(home, "grade.window", self.today))
        self.most = int(parameter(home, "grade.max_notices_for_b", self.today))
        self.waits = needs_approval(home.register.parameter, self.today)
        self.counts = home.register.counts(entity_id, *self.window)
        self.hits = reading.hits_of(home, entity=entity_id, last=self.today)
        self.open = self.hits.filter(pl.col("status") == Status.OPEN)
        self.standing = home.register.notices(entity_id=entity_id).filter(pl.col("status") == "standing")
        self.covered = _covered(self.standing)
        entry = home.register.enrolled(entity_id)
        self.name, self.is_known = entry["name"] if entry else "", entry is not None

    def told(self, *, hits: int, more: int, left: pl.DataFrame, covered: pl.DataFrame, waits: bool) -> Consequence:
        """The grades now, and with so many notices more, these hits left open and these months covered."""
        breaches, now = self.counts.breaches, self.counts.notices
        return Consequence(
            entity_id=self.entity_id,
            name=self.name,
            hits=hits,
            breaches=breaches,
            notices=now,
            notices_after=now + more,
            grade=self._grade(now),
            grade_after=self._grade(now + more),
            provisional=self._grade(now + self._expected(self.open, self.covered)),
            provisional_after=self._grade(now + more + self._expected(left, covered)),
            waits=waits,
        )

    def _grade(self, notices: int) -> Grade:
        return grade(self.counts.breaches, notices, self.most) if self.is_known else Grade.UNKNOWN

    def _expected(self, hits: pl.DataFrame, covered: pl.DataFrame) -> int:
        """How many notices policy `monthly` would issue that count."""
        plan = monthly(hits, covered, self.today)
        first = self.window[0]
        return plan.filter(pl.col("notice").is_null() & (dated(pl.col("month"), self.today) >= first)).height


def _if_noticed(home: "Home", entity_id: str, hit_ids: list[str]) -> Consequence:
    known = _Known(home, entity_id)
    named = known.hits.filter(pl.col("hit_id").is_in(hit_ids))
    more = named.select(
        notice=pl.lit(""), entity_id="entity_id", rule="rule", month=pl.col("raised_on").dt.truncate("1mo")
    )
    return known.told(
        hits=len(hit_ids),
        more=1,
        left=known.open.filter(~pl.col("hit_id").is_in(hit_ids)),
        covered=pl.concat([known.covered, more]),
        waits=known.waits,
    )


def _if_dismissed(home: "Home", entity_id: str, hit_ids: list[str], explains_until: date | None) -> Consequence:
    known = _Known(home, entity_id)
    goes = pl.col("hit_id").is_in(hit_ids)
    if explains_until is not None:
        for rule, since in known.hits.filter(goes).select("rule", "raised_on").iter_rows():
            goes |= (pl.col("rule") == rule) & pl.col("raised_on").is_between(since, explains_until)
    return known.told(hits=len(hit_ids), more=0, left=known.open.filter(~goes), covered=known.covered, waits=False)


def _covered(standing: pl.DataFrame) -> pl.DataFrame:
    """For which rule and month a notice stands: notice, entity_id, rule, month, the first notice before later ones."""
    each = standing.select("notice", "entity_id", "months").explode("months").drop_nulls("months")
    parts = pl.col("months").str.splitn(":", 2)
    return each.select(
        "notice",
        "entity_id",
        rule=parts.struct[0],
        month=(parts.struct[1] + "-01").str.to_date("%Y-%m-%d"),
    )


def _by_entity(home: "Home", hit_ids: Sequence[str]) -> dict[str, list[str]]:
    found = dict(reading.hits_of(home, ids=list(hit_ids)).select("hit_id", "entity_id").iter_rows())
    kept: dict[str, list[str]] = {}
    for hit_id in hit_ids:
        if hit_id in found:
            kept.setdefault(found[hit_id], []).append(hit_id)
    return kept
