"""Inquiries, objections, proposals, assignments, shadows and policies as they stood at a moment."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Integer, RowMapping, Table, func, select
from sqlalchemy.sql.elements import ColumnElement

from fxwatch.register.frames import frame, in_lists
from fxwatch.register.store import stamp
from fxwatch.register.tables import (
    acts,
    adopted_policies,
    assignments,
    inquiries,
    mentions,
    objections,
    proposals,
    shadows,
)

if TYPE_CHECKING:
    import polars as pl

# What becomes known later than the row itself: its moment first.
_ANSWERED = ("answered_at", "answer", "answered_on", "answered_by", "answered_act")
_CLOSED = ("closed_at", "finding", "closed_on", "closed_by", "closed_act")
_DECIDED = ("decided_at", "outcome", "decided_on", "decided_by", "decided_why", "decided_act")
_ENDED = ("ended_at", "ended_on", "ended_by", "ended_why", "ended_act")
_LATER: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "inquiries": (_ANSWERED, _CLOSED),
    "objections": (_DECIDED,),
    "proposals": (_DECIDED,),
    "policies": (_ENDED,),
    "shadows": ((*_ENDED, "ended_from", "promoted_act"),),
}
_DAY, _MOMENT = 10, 26  # characters


def inquiries_frame(connection: Connection, known_at: datetime | None = None) -> "pl.DataFrame":
    """Every inquiry as known at a moment, oldest first.

    Returns:
        The columns of the table `inquiries` without `number`; `status` (`open`, `answered`, `closed`); `hits` (list).
    """
    import polars as pl

    found = _listed(connection, inquiries, known_at).with_columns(
        status=pl.when(pl.col("closed_at").is_not_null())
        .then(pl.lit("closed"))
        .when(pl.col("answered_at").is_not_null())
        .then(pl.lit("answered"))
        .otherwise(pl.lit("open"))
    )
    return _with_hits(connection, inquiries, found)


def objections_frame(connection: Connection, known_at: datetime | None = None) -> "pl.DataFrame":
    """Every objection as known at a moment: the table `objections` without `number`; `status` (`lodged`, or its outcome)."""
    import polars as pl

    return _listed(connection, objections, known_at).with_columns(status=pl.coalesce("outcome", pl.lit("lodged")))


def proposals_frame(connection: Connection, known_at: datetime | None = None) -> "pl.DataFrame":
    """Every proposal as known at a moment: the table `proposals` without `number`; `status` (`waiting`, or its outcome); `hits`."""
    import polars as pl

    found = _listed(connection, proposals, known_at).with_columns(status=pl.coalesce("outcome", pl.lit("waiting")))
    return _with_hits(connection, proposals, found)


def policies_frame(connection: Connection, known_at: datetime | None = None) -> "pl.DataFrame":
    """Every policy ever adopted as known at a moment: the table `policies`; `status` (`standing`, `ended`)."""
    import polars as pl

    ended = pl.when(pl.col("ended_at").is_null()).then(pl.lit("standing")).otherwise(pl.lit("ended"))
    return _listed(connection, adopted_policies, known_at).with_columns(status=ended)


def shadows_frame(connection: Connection, known_at: datetime | None = None) -> "pl.DataFrame":
    """Every shadow as known at a moment: the table `shadows` without `number`; `status` (`running`, `ended`, `promoted`)."""
    import polars as pl

    status = (
        pl.when(pl.col("ended_at").is_null())
        .then(pl.lit("running"))
        .when(pl.col("promoted_act").is_null())
        .then(pl.lit("ended"))
        .otherwise(pl.lit("promoted"))
    )
    return _listed(connection, shadows, known_at).with_columns(status=status)


def work_frame(connection: Connection, known_at: datetime | None = None) -> "pl.DataFrame":
    """What is under way about hits: hit_id, proposal, proposed_by, assigned_to, due_on; one row each, by hit."""
    import polars as pl

    waits: ColumnElement[bool] = proposals.c.decided_at.is_(None)
    if known_at is not None:
        waits = waits | (proposals.c.decided_at > stamp(known_at))
    statement = (
        select(mentions.c.hit_id, proposals.c.proposal, proposals.c.by)
        .select_from(mentions.join(proposals, proposals.c.act == mentions.c.act))
        .where(_known(proposals, known_at), waits)
    )
    waiting = frame(connection, statement, dict.fromkeys(("hit_id", "proposal", "proposed_by"), pl.String))
    columns = ("hit_id", "assigned_to", "due_on")
    given = frame(
        connection,
        select(*(assignments.c[n] for n in columns)).where(_known(assignments, known_at)).order_by(assignments.c.act),
        _schema(assignments, columns),
    )
    work = waiting.unique("hit_id").join(given.unique("hit_id", keep="last"), on="hit_id", how="full", coalesce=True)
    return work.sort("hit_id")


def proposed(connection: Connection, hit_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The waiting proposals about some hits: the row of `proposals` for each hit that has one."""
    found: dict[str, dict[str, Any]] = {}
    for some in in_lists(hit_ids):
        statement = (
            select(mentions.c.hit_id, *proposals.c)
            .select_from(mentions.join(proposals, proposals.c.act == mentions.c.act))
            .where(mentions.c.hit_id.in_(some), proposals.c.outcome.is_(None))
        )
        found |= {row["hit_id"]: dict(row) for row in connection.execute(statement).mappings()}
    return found


def waiting_on(connection: Connection, on_what: str) -> list[dict[str, Any]]:
    """The waiting proposals on a subject, oldest first; `content` is what the act would keep."""
    statement = (
        select(*proposals.c, acts.c.payload)
        .select_from(proposals.join(acts, acts.c.number == proposals.c.act))
        .where(proposals.c.on_what == on_what, proposals.c.outcome.is_(None))
        .order_by(proposals.c.number)
    )
    return [_with_content(row) for row in connection.execute(statement).mappings()]


def proposal(connection: Connection, name: str) -> dict[str, Any] | None:
    """One proposal, as columns of the table; `content` is what the act would keep."""
    statement = select(*proposals.c, acts.c.payload).select_from(proposals.join(acts, acts.c.number == proposals.c.act))
    row = connection.execute(statement.where(proposals.c.proposal == name)).mappings().first()
    return _with_content(row) if row else None


def inquiry(connection: Connection, name: str) -> dict[str, Any] | None:
    """One inquiry, as columns of the table."""
    return _one(connection, inquiries, inquiries.c.inquiry == name)


def objection(connection: Connection, name: str) -> dict[str, Any] | None:
    """One objection, by its own number or by that of its notice, as columns of the table."""
    return _one(connection, objections, (objections.c.objection == name) | (objections.c.notice == name))


def shadow(connection: Connection, name: str) -> dict[str, Any] | None:
    """One shadow, as columns of the table."""
    return _one(connection, shadows, shadows.c.shadow == name)


def running_shadows(connection: Connection, rule: str) -> list[dict[str, Any]]:
    """The shadows of a rule that no act has ended, oldest first, as columns of the table."""
    statement = select(shadows).where(shadows.c.rule == rule, shadows.c.ended_at.is_(None)).order_by(shadows.c.number)
    return [dict(row) for row in connection.execute(statement).mappings()]


def policy(connection: Connection, name: str) -> dict[str, Any] | None:
    """The policy of a name that stands, as columns of the table."""
    return _one(connection, adopted_policies, (adopted_policies.c.name == name) & adopted_policies.c.ended_at.is_(None))


def last_number(connection: Connection, table: Table) -> int:
    """The newest number of a table whose rows are numbered."""
    return int(connection.execute(select(func.coalesce(func.max(table.c.number), 0))).scalar_one())


def _one(connection: Connection, table: Table, which: ColumnElement[bool]) -> dict[str, Any] | None:
    row = connection.execute(select(table).where(which)).mappings().first()
    return dict(row) if row else None


def _with_content(row: RowMapping) -> dict[str, Any]:
    return {**{k: v for k, v in row.items() if k != "payload"}, "content": json.loads(row["payload"])["content"]}


def _listed(connection: Connection, table: Table, known_at: datetime | None) -> "pl.DataFrame":
    """The rows known at a moment, without what became known about them later."""
    import polars as pl

    names = tuple(c.name for c in table.columns if c.name != "number")
    statement = select(*(table.c[n] for n in names)).where(_known(table, known_at)).order_by(table.c.act)
    found = frame(connection, statement, _schema(table, names))
    if known_at is None:
        return found
    for moment, *columns in _LATER[table.name]:
        is_known = (pl.col(moment) <= known_at).fill_null(value=False)
        # The moment itself comes last: the others are judged by it.
        found = found.with_columns(pl.when(is_known).then(n).alias(n) for n in columns)
        found = found.with_columns(pl.when(is_known).then(moment).alias(moment))
    return found


def _with_hits(connection: Connection, table: Table, found: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    statement = select(mentions.c.act, mentions.c.hit_id).join(table, table.c.act == mentions.c.act)
    named = frame(connection, statement, {"act": pl.Int64, "hit_id": pl.String})
    lists = named.group_by("act").agg(hits=pl.col("hit_id").sort())
    empty = pl.lit([], dtype=pl.List(pl.String))
    return found.join(lists, on="act", how="left", maintain_order="left").with_columns(pl.col("hits").fill_null(empty))


def _known(table: Table, known_at: datetime | None) -> ColumnElement[bool]:
    return table.c.at <= (stamp(known_at) if known_at else "9999")


def _schema(table: Table, names: Iterable[str]) -> dict[str, Any]:
    """The Polars type of each column; days and moments are told by the length of their text."""
    import polars as pl

    def of(name: str) -> Any:
        kind = table.c[name].type
        if isinstance(kind, Integer):
            return pl.Int64
        length = getattr(kind, "length", None)
        return pl.Date if length == _DAY else pl.Datetime("us") if length == _MOMENT else pl.String

    return {name: of(name) for name in names}
