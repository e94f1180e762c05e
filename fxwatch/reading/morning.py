"""The questions of a morning: what is new, who would move, what waits, how fresh it is. The money is in `pulse`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.reading import cases
from fxwatch.reading.grades import grades
from fxwatch.reading.hits import hits_of
from fxwatch.reading.names import with_names
from fxwatch.rulebook import rules
from fxwatch.terms import Grade, Status
from fxwatch.warehouse import journal
from fxwatch.warehouse.findings import hits_after
from fxwatch.warehouse.loading import waiting_reasons
from fxwatch.warehouse.summing import days_loaded

if TYPE_CHECKING:
    from fxwatch.home import Home

_BADNESS = {grade.value: place for place, grade in enumerate((Grade.A, Grade.B, Grade.C))}


@dataclass(frozen=True)
class Freshness:
    """How far what is shown reaches.

    Attributes:
        first_day: of the flows that monitors look at; None where there are none.
        newest_day: the last of them.
        run: the newest run as a row of table `runs`; None before the first.
        run_before: the moment (UTC) of the run before it; None where it is the first.
        loads_since: how many files came in since that run: no rule has seen them.
        quarantine: kind, reason, rows, oldest (moment) of the rows that wait, the most frequent first.
    """

    first_day: date | None
    newest_day: date | None
    run: dict[str, Any] | None
    run_before: datetime | None
    loads_since: int
    quarantine: pl.DataFrame


def freshness(home: "Home") -> Freshness:
    """How far what is shown reaches: newest flow, newest run, what waits in quarantine."""
    con = home.snapshot().con
    days, runs, loads = days_loaded(con), journal.runs(con), journal.loads(con)
    run = runs.row(0, named=True) if len(runs) else None
    since = loads.filter(pl.col("load_id") > (run["last_load"] if run else 0))
    return Freshness(
        first_day=days.start if days else None,
        newest_day=days.end if days else None,
        run=run,
        run_before=runs["ended_at"][1] if len(runs) > 1 else None,
        loads_since=len(since),
        quarantine=waiting_reasons(con),
    )


def new_hits(home: "Home", after: datetime | None) -> pl.DataFrame:
    """The hits that were first published after a moment, by rule; every rule has a row.

    Args:
        home: where.
        after: the moment (UTC): of a run, or of somebody's last visit; None for all hits.

    Returns:
        rule, hits (all but withdrawn ones), open_hits, entities (with one of these hits); the most first.
    """
    found = hits_of(home)
    if after is not None:
        new = hits_after(home.snapshot().con, after).alias("hit_id").to_frame()
        found = found.join(new, on="hit_id", how="semi")
    standing = found.filter(pl.col("status") != Status.WITHDRAWN)
    counts = standing.group_by("rule").agg(
        hits=pl.len().cast(pl.Int64),
        open_hits=(pl.col("status") == Status.OPEN).sum().cast(pl.Int64),
        entities=pl.col("entity_id").n_unique().cast(pl.Int64),
    )
    every = pl.DataFrame({"rule": list(rules())}, schema={"rule": pl.String})
    rows = every.join(counts, on="rule", how="left", maintain_order="left").with_columns(
        pl.exclude("rule").fill_null(0)
    )
    return rows.sort("hits", descending=True, maintain_order=True)


def found_after(home: "Home", after: datetime) -> pl.Series:
    """The ids of the hits that were first published after a moment (UTC)."""
    return hits_after(home.snapshot().con, after)


def movers(home: "Home") -> pl.DataFrame:
    """The entities whose grade would be another if the open hits became notices: see `fxwatch.reading.grades.grades`.

    Returns:
        entity_id, name, grade, provisional_grade, breaches, notices, open_hits; the worst provisional grade first, then
        the longest way, then the most open hits.
    """
    found = grades(home).filter(pl.col("grade") != pl.col("provisional_grade"))
    named = with_names(home, found)
    way = [pl.col(column).replace_strict(_BADNESS, return_dtype=pl.Int8) for column in ("provisional_grade", "grade")]
    ordered = named.sort(way[0], way[0] - way[1], "open_hits", "entity_id", descending=[True, True, True, False])
    return ordered.select("entity_id", "name", "grade", "provisional_grade", "breaches", "notices", "open_hits")


@dataclass(frozen=True)
class Waiting:
    """What waits for somebody.

    Attributes:
        all: open hits by age, one row: the columns of `fxwatch.reading.cases.aged`.
        by_rule: the same for each rule.
        mine: the same of the hits assigned to the account.
        approvals: how many acts wait for another account's approval.
        inquiries, late_inquiries: open ones, and those of them whose answer is overdue.
        objections, late_objections: undecided ones, and those of them whose decision is overdue.
    """

    all: dict[str, Any]
    by_rule: pl.DataFrame
    mine: dict[str, Any]
    approvals: int
    inquiries: int
    late_inquiries: int
    objections: int
    late_objections: int


def waiting(home: "Home", account: str) -> Waiting:
    """What waits for somebody: open hits, approvals, inquiries and objections."""
    hits = cases.worklist(home).hits
    asked = cases.inquiries(home).filter(pl.col("status") != "closed")
    lodged = cases.objections(home).filter(status="lodged")
    return Waiting(
        all=cases.aged(hits).row(0, named=True),
        by_rule=cases.aged(hits, "rule"),
        mine=cases.aged(hits.filter(pl.col("assigned_to") == account)).row(0, named=True),
        approvals=len(cases.approvals(home)),
        inquiries=len(asked),
        late_inquiries=int(asked["overdue"].sum()),
        objections=len(lodged),
        late_objections=int(lodged["overdue"].sum()),
    )
