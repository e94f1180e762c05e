"""What was worked: decisions about hits with who and why, all that grades ever counted, acts by account, papers that left."""

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, literal, null, select, union_all

from fxwatch.register.acts import Kind
from fxwatch.register.frames import frame
from fxwatch.register.tables import acts, breaches, decisions, notices

if TYPE_CHECKING:
    import polars as pl

# By which acts somebody has looked at an entity, whatever they found.
LOOKS = (
    *(Kind.NOTICE_ISSUED, Kind.NOTICE_JOINED, Kind.HIT_DISMISSED, Kind.BREACH_RECORDED, Kind.BREACH_CHANGED),
    *(Kind.INQUIRY_OPENED, Kind.INQUIRY_ANSWERED, Kind.INQUIRY_CLOSED, Kind.NOTE_ADDED),
)
PAPERS = (Kind.FILE_PRODUCED, Kind.LETTER_PRODUCED)


def decisions_made(connection: Connection) -> "pl.DataFrame":
    """Every decision ever made about a hit, in the order of the acts.

    Returns:
        hit_id, act, kind (of the act), decision (`noticed`, `dismissed`, `open`), notice, rule, entity_id, raised_on, day,
        by, why.
    """
    import polars as pl

    names = ("hit_id", "act", "decision", "notice", "rule", "entity_id", "raised_on", "day", "by")
    statement = (
        select(*(decisions.c[n] for n in names), acts.c.kind, acts.c.why)
        .select_from(decisions.join(acts, acts.c.number == decisions.c.act))
        .order_by(decisions.c.act, decisions.c.hit_id)
    )
    schema: dict[str, Any] = dict.fromkeys((*names, "kind", "why"), pl.String)
    return frame(connection, statement, schema | {"act": pl.Int64, "raised_on": pl.Date, "day": pl.Date})


def ever_counted(connection: Connection) -> "pl.DataFrame":
    """Every notice and every version of a breach, whatever became of it, in the order of the acts.

    Returns:
        entity_id, kind (`breach`, `notice`), number (of the notice or breach), act, day, recorded_on, replaced_on,
        rescinded_on, rescinded_act.
    """
    import polars as pl

    ends = ("rescinded_on", "rescinded_act")
    every = union_all(
        select(
            *(notices.c.entity_id, literal("notice").label("kind"), notices.c.notice.label("number"), notices.c.act),
            *(notices.c.day, notices.c.day.label("recorded_on"), null().label("replaced_on")),
            *(notices.c[n] for n in ends),
        ),
        select(
            *(breaches.c.entity_id, literal("breach"), breaches.c.breach_no, breaches.c.act),
            *(breaches.c.day, breaches.c.recorded_on, breaches.c.replaced_on),
            *(breaches.c[n] for n in ends),
        ),
    ).subquery()
    days = dict.fromkeys(("day", "recorded_on", "replaced_on", "rescinded_on"), pl.Date)
    schema: dict[str, Any] = dict.fromkeys(every.c.keys(), pl.String) | {"act": pl.Int64, "rescinded_act": pl.Int64}
    return frame(connection, select(every).order_by(every.c.act), schema | days)


def acts_counted(connection: Connection, first: date | None = None, last: date | None = None) -> "pl.DataFrame":
    """How many acts of each kind each account made: by, kind, acts; `first` and `last` bound the day of the act."""
    import polars as pl

    statement = select(acts.c.by, acts.c.kind, func.count()).group_by(acts.c.by, acts.c.kind)
    if first is not None:
        statement = statement.where(acts.c.day >= first.isoformat())
    if last is not None:
        statement = statement.where(acts.c.day <= last.isoformat())
    schema: dict[str, Any] = {"by": pl.String, "kind": pl.String, "acts": pl.Int64}
    return frame(connection, statement.order_by(acts.c.by, acts.c.kind), schema)


def looked_at(connection: Connection, first: date) -> "pl.DataFrame":
    """The entities that somebody has looked at since a day, by an act of `LOOKS`: entity_id, looked_on (the last day), kind, by."""
    import polars as pl

    names = ("entity_id", "day", "kind", "by")
    statement = (
        select(*(acts.c[n] for n in names))
        .where(acts.c.kind.in_([str(k) for k in LOOKS]), acts.c.day >= first.isoformat(), acts.c.entity_id.is_not(None))
        .order_by(acts.c.day, acts.c.number)
    )
    schema: dict[str, Any] = dict.fromkeys(names, pl.String)
    found = frame(connection, statement, schema | {"day": pl.Date})
    return found.unique("entity_id", keep="last", maintain_order=True).rename({"day": "looked_on"})


def papers_frame(
    connection: Connection, *, digest: str | None = None, entity_id: str | None = None, subject: str | None = None
) -> "pl.DataFrame":
    """The papers that were produced, oldest first.

    Args:
        connection: where to ask.
        digest: only papers whose digest begins with this.
        entity_id: only papers about this entity.
        subject: only papers about this (`notice:N1`).

    Returns:
        act, at, day, kind (`file_produced`, `letter_produced`), subject, entity_id, language, form, digest, by, why.
    """
    import polars as pl

    names = ("number", "at", "day", "kind", "subject", "entity_id", "by", "why", "payload")
    statement = select(*(acts.c[n] for n in names)).where(acts.c.kind.in_([str(k) for k in PAPERS]))
    if entity_id is not None:
        statement = statement.where(acts.c.entity_id == entity_id)
    if subject is not None:
        statement = statement.where(acts.c.subject == subject)
    schema: dict[str, Any] = dict.fromkeys(names, pl.String)
    found = frame(
        connection,
        statement.order_by(acts.c.number),
        schema | {"number": pl.Int64, "at": pl.Datetime("us"), "day": pl.Date},
    )
    payloads = [json.loads(text) for text in found["payload"]]
    told = {n: pl.Series(n, [p[n] for p in payloads], dtype=pl.String) for n in ("language", "form", "digest")}
    found = found.with_columns(**told).rename({"number": "act"})
    if digest is not None:
        found = found.filter(pl.col("digest").str.starts_with(digest.lower()))
    return found.select(
        *("act", "at", "day", "kind", "subject", "entity_id", "language", "form", "digest", "by", "why")
    )
