"""What is under way: inquiries, objections, approvals, policies, and how old the open hits are."""

from bisect import bisect_right
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from fxwatch.errors import RequestError
from fxwatch.identifiers import entity_key
from fxwatch.policies import Policy, policy_from
from fxwatch.procedure import REGISTER_PARAMETERS
from fxwatch.reading import calendar
from fxwatch.reading import hits as reading
from fxwatch.terms import Language, Status

if TYPE_CHECKING:
    from fxwatch.home import Home

GROUPS = {"rule": "rule", "entity": "entity_id", "account": "assigned_to"}
_WORK: dict[str, Any] = {
    "hit_id": pl.String, "rule": pl.String, "entity_id": pl.String, "raised_on": pl.Date, "found_on": pl.Date, "age_days": pl.Int64,
    "assigned_to": pl.String, "due_on": pl.Date, "overdue": pl.Boolean, "proposal": pl.String,
}  # fmt: skip


def inquiries(
    home: "Home", *, entity: str | None = None, overdue: bool = False, known_at: datetime | None = None
) -> pl.DataFrame:
    """The inquiries, oldest first; `overdue`: open, unanswered, and their due day is past.

    Returns:
        inquiry, entity_id, status (`open`, `answered`, `closed`), question, due_on, overdue, day, by, answer, answered_on,
        answered_by, finding, closed_on, closed_by, hits, act.
    """
    late = (pl.col("status") == "open") & (pl.col("due_on") < home.today())
    found = _of(home, home.register.inquiries(known_at), entity).with_columns(overdue=late)
    return (found.filter("overdue") if overdue else found).select(
        *("inquiry", "entity_id", "status", "question", "due_on", "overdue", "day", "by", "answer", "answered_on"),
        *("answered_by", "finding", "closed_on", "closed_by", "hits", "act"),
    )


def objections(
    home: "Home", *, entity: str | None = None, overdue: bool = False, known_at: datetime | None = None
) -> pl.DataFrame:
    """The objections, oldest first; `overdue`: undecided, and the last day for the decision is past.

    Returns:
        objection, notice, entity_id, status (`lodged`, `upheld`, `rejected`), day, by, why, last_day, late_because, decide_by,
        overdue, proposal (of a decision that waits for approval), decided_on, decided_by, decided_why, act.
    """
    late = (pl.col("status") == "lodged") & (pl.col("decide_by") < home.today())
    waiting = home.register.proposals(known_at).filter(status="waiting").select("proposal", "on_what")
    found = _of(home, home.register.objections(known_at), entity)
    found = found.with_columns(overdue=late, on_what=pl.lit("objection:") + pl.col("objection"))
    found = found.join(waiting, on="on_what", how="left", maintain_order="left")
    return (found.filter("overdue") if overdue else found).select(
        *("objection", "notice", "entity_id", "status", "day", "by", "why", "last_day", "late_because", "decide_by"),
        *("overdue", "proposal", "decided_on", "decided_by", "decided_why", "act"),
    )


def approvals(home: "Home", *, everything: bool = False, known_at: datetime | None = None) -> pl.DataFrame:
    """What waits for another account's approval, oldest first; `everything`: also what was approved or refused.

    Returns:
        proposal, status (`waiting`, `approved`, `refused`), does (the kind of act), on_what, entity_id, by, day, why, policy,
        hits, decided_on, decided_by, decided_why, act.
    """
    found = home.register.proposals(known_at)
    return (found if everything else found.filter(status="waiting")).select(
        *("proposal", "status", "does", "on_what", "entity_id", "by", "day", "why", "policy", "hits"),
        *("decided_on", "decided_by", "decided_why", "act"),
    )


def policies(home: "Home", language: Language = "en", known_at: datetime | None = None) -> pl.DataFrame:
    """The built-in policy and those that the bureau adopted, ended ones included.

    Returns:
        name, title, status (`built-in`, `standing`, `ended`), rules, consolidate, minimum_usd, except_entities, valid_from, why,
        day (of the adoption), by, ended_on, ended_by, ended_why, act.
    """
    schema: dict[str, Any] = {
        "name": pl.String, "title": pl.String, "status": pl.String, "rules": pl.List(pl.String), "consolidate": pl.String,
        "minimum_usd": pl.Decimal(24, 2), "except_entities": pl.List(pl.String), "valid_from": pl.Date, "why": pl.String, "day": pl.Date,
        "by": pl.String, "ended_on": pl.Date, "ended_by": pl.String, "ended_why": pl.String, "act": pl.Int64,
    }  # fmt: skip
    rows = [_told(Policy.monthly(), {"status": "built-in"}, language)]
    for row in home.register.policies(known_at).iter_rows(named=True):
        rows.append(_told(policy_from(row["content"]), row, language))
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _told(policy: Policy, row: dict[str, Any], language: Language) -> dict[str, Any]:
    kept = policy.content()
    words = {name: kept[f"{name}_zh" if language == "zh" else name] for name in ("title", "why")}
    return {**row, **kept, **words, "rules": list(policy.rules), "except_entities": list(policy.except_entities)}


def notes(home: "Home", subject: str | None = None, entity: str | None = None) -> pl.DataFrame:
    """The notes, oldest first: act, day, by, subject, entity_id, note. `subject`: as the note's act names it, or its plain name."""
    found = _of(home, home.register.acts(), entity).filter(kind="note_added")
    if subject is not None:
        # `N1` for `notice:N1`; the name of a hit has colons of its own.
        plain = pl.col("subject").str.replace(r"^[a-z]+:", "")
        found = found.filter((pl.col("subject") == subject) | (plain == subject))
    return found.select(pl.col("number").alias("act"), "day", "by", "subject", "entity_id", note="why")


class Worklist(NamedTuple):
    """Open hits with their ages and due days.

    Attributes:
        hits: hit_id, rule, entity_id, raised_on, found_on, age_days, assigned_to, due_on (null where it cannot be counted),
            overdue, proposal; what is due first comes first.
        uncovered: the years that the calendar would have to cover for the due days that are missing.
    """

    hits: pl.DataFrame
    uncovered: list[int]


def worklist(home: "Home", *, account: str | None = None, overdue: bool = False, since: str = "found_on") -> Worklist:
    """The open hits, each with its age and the day by which it is to be decided.

    A hit is due on the day that its assignment names, else `register.due_days` working days after it was found.

    Args:
        home: where.
        account: only hits assigned to this account.
        overdue: only those whose due day is past.
        since: `found_on` or `raised_on`: from when the age is counted, in days.
    """
    if since not in ("found_on", "raised_on"):
        raise RequestError(
            f"An age is counted since found_on or raised_on, not {since!r}.",
            f"账龄只能自 found_on 或 raised_on 起算，不能是 {since!r}。",
        )
    hits = reading.hits_of(home, status=Status.OPEN)
    if account is not None:
        hits = hits.filter(pl.col("assigned_to") == account)
    hits, uncovered = with_terms(home, hits, since)
    hits = (hits.filter("overdue") if overdue else hits).sort("due_on", "hit_id", nulls_last=True)
    return Worklist(hits.select(pl.col(name).cast(dtype) for name, dtype in _WORK.items()), uncovered)


def with_terms(home: "Home", hits: pl.DataFrame, since: str = "found_on") -> tuple[pl.DataFrame, list[int]]:
    """Open hits with `due_on` (also by the general term), `age_days` and `overdue`; and the years the calendar lacks for it."""
    today = home.today()
    terms = _terms(home, hits.filter(pl.col("due_on").is_null())["found_on"].unique().to_list())
    due = {day: found for day, found in terms.items() if isinstance(found, date)}
    days = pl.DataFrame(list(due.items()), schema={"found_on": pl.Date, "by_term": pl.Date}, orient="row")
    hits = hits.join(days, on="found_on", how="left", maintain_order="left").with_columns(
        due_on=pl.coalesce("due_on", "by_term"), age_days=(pl.lit(today) - pl.col(since)).dt.total_days()
    )
    hits = hits.with_columns(overdue=(pl.col("due_on") < today).fill_null(value=False))
    return hits, sorted({found for found in terms.values() if isinstance(found, int)})


def _terms(home: "Home", days: list[date]) -> dict[date, date | int]:
    """The general due day of hits found on each day; a year where the calendar does not cover it."""
    name = "register.due_days"
    entered = home.register.parameters().filter(name=name).sort("valid_from", "act")
    since, values = entered["valid_from"].to_list(), entered["value"].to_list()
    working = calendar.working_days(home)

    def term(day: date) -> int:
        at = bisect_right(since, day)
        return int(values[at - 1] if at else REGISTER_PARAMETERS[name].default)

    return {day: working.try_after(day, term(day)) for day in days}


def ageing(home: "Home", by: str | None = None, *, since: str = "found_on") -> pl.DataFrame:
    """Open hits by age: how many since at most 7, 30, 90 days and longer, and how many are overdue.

    Args:
        home: where.
        by: `rule`, `entity` or `account` (that they are assigned to; empty for nobody's); without it, all together.
        since: as for `worklist`.

    Returns:
        The group's column (none without `by`), open_hits, days_0_7, days_8_30, days_31_90, days_over_90, oldest_days,
        first_due, overdue, without_due (whose due day the calendar does not reach); the most overdue first.

    Raises:
        RequestError: no such group.
    """
    return aged(worklist(home, since=since).hits, by)


def aged(hits: pl.DataFrame, by: str | None = None) -> pl.DataFrame:
    """The table of `ageing` from the hits of a worklist."""
    if by is not None and by not in GROUPS:
        raise RequestError(
            f"Ages are grouped by {', '.join(GROUPS)}; not by {by!r}.",
            f"账龄可按 {'、'.join(GROUPS)} 分组，不能按 {by!r}。",
        )
    age = pl.col("age_days")
    sums = {
        "open_hits": pl.len(),
        "days_0_7": (age <= 7).sum(),
        "days_8_30": age.is_between(8, 30).sum(),
        "days_31_90": age.is_between(31, 90).sum(),
        "days_over_90": (age > 90).sum(),
    }
    counts = [
        *(expression.cast(pl.Int64).alias(name) for name, expression in sums.items()),
        age.max().alias("oldest_days"),
        pl.col("due_on").min().alias("first_due"),
        pl.col("overdue").sum().cast(pl.Int64),
        pl.col("due_on").null_count().cast(pl.Int64).alias("without_due"),
    ]
    if by is None:
        return hits.select(counts)
    group = GROUPS[by]
    found = hits.with_columns(pl.col(group).fill_null("")).group_by(group).agg(counts)
    return found.sort("overdue", "open_hits", group, descending=[True, True, False])


def _of(home: "Home", found: pl.DataFrame, entity: str | None) -> pl.DataFrame:
    if entity is None:
        return found
    return found.filter(pl.col("entity_id") == (entity_key(entity, verify=False) or entity))
