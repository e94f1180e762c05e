"""Comparing what is found with what would be found: hits, entities, grades that would move, work, near misses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.engines.local import undated
from fxwatch.errors import RequestError
from fxwatch.reading import hits as reading
from fxwatch.reading.grades import grades
from fxwatch.reading.names import with_names
from fxwatch.reading.statuses import with_status
from fxwatch.terms import Grade, Language, Status
from fxwatch.warehouse.findings import supersessions
from fxwatch.warehouse.summing import days_loaded

if TYPE_CHECKING:
    from fxwatch.home import Home

NOW = "in_force"
# The parameters of grading that may be tried.
TERMS = ("grade.window", "grade.max_notices_for_b")
# What is compared: a finding a row. `is_near` marks those that the limit just leaves out.
FOUND: dict[str, pl.DataType | type[pl.DataType]] = {
    "hit_id": pl.String,
    "rule": pl.String,
    "entity_id": pl.String,
    "direction": pl.String,
    "item": pl.String,
    "first_day": pl.Date,
    "last_day": pl.Date,
    "raised_on": pl.Date,
    "value": pl.Decimal(24, 6),
    "unit": pl.String,
    "limit_value": pl.Decimal(24, 6),
    "auto_notice": pl.Boolean,
    "is_near": pl.Boolean,
}
_RATE = pl.Decimal(12, 1)
STEPS: dict[str, pl.DataType | type[pl.DataType]] = {
    "step": pl.String,
    "hits": pl.Int64,
    "entities": pl.Int64,
    "both": pl.Int64,
    "new": pl.Int64,
    "lost": pl.Int64,
    "open_hits": pl.Int64,
    "work_per_month": _RATE,
    "worse": pl.Int64,
    "better": pl.Int64,
    "near": pl.Int64,
    "near_entities": pl.Int64,
}
_OPEN = ("entity_id", "rule", "raised_on", "status", "auto_notice")
_BADNESS = {Grade.UNKNOWN.value: 0, Grade.A.value: 1, Grade.B.value: 2, Grade.C.value: 3}
_MONTH = 30.4375  # days, on average


@dataclass(frozen=True)
class Compared:
    """What is found now and what would be found.

    Attributes:
        about: what was tried: each parameter with its values in words; empty where a shadow is compared.
        swept: the parameter that a step gives a value.
        first, last: hits raised in these days are compared.
        months: how many calendar months these days touch.
        decided_per_month: how many hits of the rules compared the bureau decided a month, over the last year at most; None
            where it has decided none.
        steps: the columns of `STEPS`: `step` (`in_force`, then the values tried), hits and entities, both (hits that are found now as well), new
            and lost hits, open_hits, work_per_month (hits raised a month that ask for a decision), entities whose provisional grade would be
            worse or better, near misses (see `near`) and their entities.
        changes: step, kind (`new`, `lost`), hit_id, rule, entity_id, name, direction, item, first_day, last_day, raised_on,
            value, unit, limit_value, status: a row for each hit that is not in both.
        moves: step, entity_id, name, grade, grade_after, provisional_grade, provisional_after.
        near: step, entity_id, name, near (hits that lie within 10 % below the limit), months (in which they lie), newest (the
            day of the last), value (the largest), unit; who returns most often first.
        no_near: the rules that have no near misses, each with the reason in English and in Chinese.
    """

    about: Mapping[str, tuple[str, ...]]
    swept: str
    first: date | None
    last: date | None
    months: int
    decided_per_month: Decimal | None
    steps: pl.DataFrame
    changes: pl.DataFrame
    moves: pl.DataFrame
    near: pl.DataFrame
    no_near: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def say(self, language: Language) -> str:
        """What the table leaves unsaid."""
        decided = self.decided_per_month
        if language == "zh":
            told = f"触发日自{self.first or '最早一日'}至{self.last or '今天'}，共 {self.months} 个月。"
            told += f"这些指标的命中，近一年每月处理 {decided:,} 项。" if decided is not None else "尚无处理记录。"
            return told + "".join(f"{rule} 不计接近限额者：{why}。" for rule, (_, why) in self.no_near.items())
        months = "1 month" if self.months == 1 else f"{self.months} months"
        told = f"Hits raised from {self.first or 'the beginning'} to {self.last or 'today'}: {months}. "
        if decided is None:
            told += "None of these rules' hits was decided yet."
        else:
            told += f"Of these rules' hits {decided:,} a month were decided in the last year."
        return told + "".join(f" {rule} has no near misses: {why}." for rule, (why, _) in self.no_near.items())


@dataclass(frozen=True)
class Comparison:
    """Compares findings of some rules over the days in which they were raised; reads the register and the snapshot once.

    Raises:
        RequestError: the period ends before it begins.
    """

    home: "Home"
    rules: Sequence[str]
    first: date | None
    last: date | None
    _known: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise RequestError(
                f"The period ends on {self.last}, before it begins on {self.first}.",
                f"期间止于 {self.last}，早于起始日 {self.first}。",
            )

    @cached_property
    def published(self) -> pl.DataFrame:
        """The standing hits of these rules (of all where none is named) as published: the columns of `FOUND`."""
        hits = reading.hits_of(self.home).filter(pl.col("status") != Status.WITHDRAWN)
        hits = hits.filter(pl.col("rule").is_in(self.rules)) if self.rules else hits
        return hits.with_columns(is_near=pl.lit(False)).select(pl.col(n).cast(t) for n, t in FOUND.items())

    def told(
        self,
        *,
        about: Mapping[str, tuple[str, ...]],
        swept: str,
        base: pl.DataFrame,
        steps: Sequence[tuple[str, pl.DataFrame, Mapping[str, str]]],
        no_near: Mapping[str, tuple[str, str]] | None = None,
    ) -> Compared:
        """Compare.

        Args:
            about, swept, no_near: as in `Compared`.
            base: what is found now: the columns of `FOUND`.
            steps: what each step is called, what would be found in it, and the terms of grading that it tries.
        """
        now = self._judged(base)
        graded = self._graded(now, {})
        told = [self._step(NOW, now, now, graded, graded)]
        for name, found, terms in steps:
            then = self._judged(found)
            told.append(self._step(name, now, then, graded, self._graded(then, terms)))
        rows, changes, moves, near = zip(*told, strict=True)
        return Compared(
            about=about,
            swept=swept,
            first=self.first,
            last=self.last,
            months=self._months,
            decided_per_month=self._decided_per_month(),
            steps=pl.DataFrame(rows, schema=STEPS, orient="row"),
            changes=_named(self.home, pl.concat(changes)),
            moves=_named(self.home, pl.concat(moves)),
            near=_named(self.home, pl.concat(near)),
            no_near=no_near or {},
        )

    def _judged(self, found: pl.DataFrame) -> pl.DataFrame:
        """Findings of the period with the status that they would have: decisions, and what they cover, go on."""
        within = found.filter(self._within())
        judged = within.with_columns(digest=pl.lit(None, pl.String), is_gone=pl.lit(False))
        return with_status(judged, self._decisions, self._superseded(within)).drop("digest", "is_gone")

    def _within(self) -> pl.Expr:
        raised, within = pl.col("raised_on"), pl.lit(True)
        within = within if self.first is None else within & (raised >= self.first)
        return within if self.last is None else within & (raised <= self.last)

    @cached_property
    def _decisions(self) -> pl.DataFrame:
        return self.home.register.decisions()

    @cached_property
    def _decided(self) -> pl.DataFrame:
        """Published hits about which something was decided, with the key that they keep when their first day moves."""
        hits = reading.hits_of(self.home).filter(pl.col("status").is_in([Status.NOTICED, Status.DISMISSED]))
        return hits.select(key=undated(), before="hit_id", since="first_day", until="last_day")

    def _superseded(self, found: pl.DataFrame) -> dict[str, list[str]]:
        """Which decided hits each finding would take the place of: of the same key, on days that overlap."""
        taken = {hit: list(before) for hit, before in supersessions(self.home.snapshot().con).items()}
        rows = found.select("hit_id", "first_day", "last_day", key=undated()).join(self._decided, on="key")
        rows = rows.filter(
            (pl.col("hit_id") != pl.col("before"))
            & (pl.col("first_day") <= pl.col("until"))
            & (pl.col("since") <= pl.col("last_day"))
        )
        for hit, before in rows.select("hit_id", "before").iter_rows():
            taken.setdefault(hit, []).append(before)
        return taken

    @cached_property
    def _elsewhere(self) -> pl.DataFrame:
        """The open hits that are not compared: of other rules, or raised on other days."""
        hits = reading.hits_of(self.home, status=Status.OPEN)
        compared = self._within() & (pl.col("rule").is_in(self.rules) if self.rules else pl.lit(True))
        return hits.filter(~compared).select(_OPEN)

    def _graded(self, then: pl.DataFrame, terms: Mapping[str, str]) -> pl.DataFrame:
        would_be = then.filter((pl.col("status") == Status.OPEN) & ~pl.col("is_near")).select(_OPEN)
        found = grades(self.home, open_hits=pl.concat([self._elsewhere, would_be]), terms=terms)
        return found.select("entity_id", "grade", "provisional_grade")

    def _step(
        self, name: str, now: pl.DataFrame, then: pl.DataFrame, graded: pl.DataFrame, graded_then: pl.DataFrame
    ) -> tuple[tuple[Any, ...], pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        before, near, hits = (
            now.filter(~pl.col("is_near")),
            then.filter(pl.col("is_near")),
            then.filter(~pl.col("is_near")),
        )
        new, lost = hits.join(before, on="hit_id", how="anti"), before.join(hits, on="hit_id", how="anti")
        changes = pl.concat([new.with_columns(kind=pl.lit("new")), lost.with_columns(kind=pl.lit("lost"))])
        moves = graded.join(graded_then, on="entity_id", suffix="_then").filter(
            (pl.col("provisional_grade") != pl.col("provisional_grade_then"))
            | (pl.col("grade") != pl.col("grade_then"))
        )
        way = pl.col("provisional_grade_then", "provisional_grade").replace_strict(_BADNESS, return_dtype=pl.Int8)
        ways = moves.select(way)
        work = hits.filter(pl.col("status") != Status.EXPLAINED).height / self._months
        row = (
            name,
            hits.height,
            hits["entity_id"].n_unique(),
            hits.height - new.height,
            new.height,
            lost.height,
            hits.filter(pl.col("status") == Status.OPEN).height,
            _rate(work),
            (ways["provisional_grade_then"] > ways["provisional_grade"]).sum(),
            (ways["provisional_grade_then"] < ways["provisional_grade"]).sum(),
            near.height,
            near["entity_id"].n_unique(),
        )
        return row, _changed(name, changes), _moved(name, moves), _returning(name, near)

    @cached_property
    def _months(self) -> int:
        """The calendar months that the period touches, as far as anything is loaded."""
        loaded, today = days_loaded(self.home.snapshot().con), self.home.today()
        first = max(filter(None, (self.first, loaded.start if loaded else None)), default=today)
        last = max(first, min(self.last or today, today))
        return (last.year - first.year) * 12 + last.month - first.month + 1

    def _decided_per_month(self) -> Decimal | None:
        """Hits of these rules decided a month over the last year, or since the first decision where that is later."""
        made, today = self.home.register.decisions_made(), self.home.today()
        made = made.filter(pl.col("decision") != Status.OPEN, pl.col("rule").is_in(self.rules) if self.rules else True)
        made = made.filter(pl.col("day") > today.replace(day=1, year=today.year - 1)).unique("hit_id")
        if made.is_empty():
            return None
        days: int = made.select((pl.lit(today) - pl.col("day").min()).dt.total_days()).item() + 1
        return _rate(made.height / max(1.0, days / _MONTH))


def _rate(per_month: float) -> Decimal:
    return Decimal(str(round(per_month, 1)))


def _named(home: "Home", rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the entity's name behind its identifier."""
    at = rows.columns.index("entity_id") + 1
    return with_names(home, rows).select(*rows.columns[:at], "name", *rows.columns[at:])


def _changed(step: str, changes: pl.DataFrame) -> pl.DataFrame:
    columns = ["hit_id", "rule", "entity_id", "direction", "item", "first_day", "last_day", "raised_on"]
    told = changes.select(pl.lit(step).alias("step"), "kind", *columns, "value", "unit", "limit_value", "status")
    return told.sort("kind", "rule", "raised_on", "hit_id", descending=[True, False, True, False])


def _moved(step: str, moves: pl.DataFrame) -> pl.DataFrame:
    return moves.select(
        pl.lit(step).alias("step"),
        *("entity_id", "grade"),
        pl.col("grade_then").alias("grade_after"),
        "provisional_grade",
        pl.col("provisional_grade_then").alias("provisional_after"),
    ).sort("provisional_after", "provisional_grade", "entity_id", descending=[True, False, False])


def _returning(step: str, near: pl.DataFrame) -> pl.DataFrame:
    """Entities with near misses, who returns most often first."""
    month = pl.col("raised_on").dt.truncate("1mo")
    told = near.group_by("entity_id", "rule").agg(
        near=pl.len().cast(pl.Int64),
        months=month.n_unique().cast(pl.Int64),
        newest=pl.col("raised_on").max(),
        value=pl.col("value").max(),
        unit=pl.col("unit").first(),
    )
    told = told.select(pl.lit(step).alias("step"), *told.columns)
    return told.sort("near", "months", "newest", "entity_id", descending=[True, True, True, False])
