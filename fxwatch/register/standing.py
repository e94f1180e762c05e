"""Notices, decisions, breaches and parameters as they stood at a moment."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Table, func, literal, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from fxwatch.register.frames import frame, in_lists
from fxwatch.register.store import stamp
from fxwatch.register.tables import breaches, decisions, notices, parameters

if TYPE_CHECKING:
    import polars as pl


class Counts(NamedTuple):
    """What a grade counts of one entity in a window."""

    breaches: int
    notices: int


def notices_frame(
    connection: Connection, known_at: datetime | None = None, entity_id: str | None = None
) -> "pl.DataFrame":
    """Every notice as known at a moment, oldest first.

    Returns:
        notice, entity_id, day, at, by, why, policy, act, status (`standing`, `rescinded`), rescinded_on, rescinded_at,
        rescinded_by, rescinded_why, rescinded_act, and what it names: rules, hits, months (`rule:2026-03`), lists.
    """
    import polars as pl

    names = ("notice", "entity_id", "day", "at", "by", "why", "policy", "act", *_RESCISSION)
    statement = select(*(notices.c[n] for n in names)).where(_known(notices, known_at)).order_by(notices.c.number)
    named = select(decisions.c.notice, decisions.c.hit_id, decisions.c.rule, decisions.c.raised_on).where(
        decisions.c.decision == "noticed", _known(decisions, known_at)
    )
    if entity_id is not None:
        statement = statement.where(notices.c.entity_id == entity_id)
        named = named.where(decisions.c.entity_id == entity_id)
    found = _rescindable(frame(connection, statement, _typed(names)), known_at)
    hits = frame(
        connection, named, {"notice": pl.String, "hit_id": pl.String, "rule": pl.String, "raised_on": pl.String}
    )
    covers = hits.group_by("notice").agg(
        rules=pl.col("rule").unique().sort(),
        hits=pl.col("hit_id").sort(),
        months=pl.concat_str("rule", pl.lit(":"), pl.col("raised_on").str.head(7)).unique().sort(),
    )
    return found.join(covers, on="notice", how="left", maintain_order="left")


def breaches_frame(
    connection: Connection, known_at: datetime | None = None, entity_id: str | None = None
) -> "pl.DataFrame":
    """Every breach in the version that stood at a moment, by day.

    Returns:
        breach_no, version, entity_id, day, provision, description, reference, recorded_on, at, by, act, status
        (`standing`, `rescinded`), rescinded_on, rescinded_at, rescinded_by, rescinded_why, rescinded_act.
    """
    names = (
        *("breach_no", "version", "entity_id", "day", "provision", "description", "reference"),
        *("recorded_on", "at", "by", "act", *_RESCISSION),
    )
    statement = select(*(breaches.c[n] for n in names)).where(
        _known(breaches, known_at), _not_yet(breaches.c.replaced_at, known_at)
    )
    if entity_id is not None:
        statement = statement.where(breaches.c.entity_id == entity_id)
    statement = statement.order_by(breaches.c.day, breaches.c.breach_no)
    return _rescindable(frame(connection, statement, _typed(names)), known_at)


def breach_versions(connection: Connection, entity_id: str) -> list[dict[str, Any]]:
    """Every version ever of an entity's breaches, with recorded_on, replaced_on and rescinded_on as days."""
    rows = connection.execute(
        select(breaches).where(breaches.c.entity_id == entity_id).order_by(breaches.c.act)
    ).mappings()
    days = ("day", "recorded_on", "replaced_on", "rescinded_on")
    return [{**row, **{n: date.fromisoformat(row[n]) for n in days if row[n]}} for row in rows]


def decisions_frame(connection: Connection, known_at: datetime | None = None) -> "pl.DataFrame":
    """The newest decision about each hit that has one, by hit.

    Returns:
        hit_id, decision (`noticed`, `dismissed`, or `open` after a rescission), notice, day, at, by, act, rule,
        entity_id, raised_on, explains_until, digest; the last five as the act copied them.
    """
    names = (
        *("hit_id", "decision", "notice", "day", "at", "by", "act"),
        *("rule", "entity_id", "raised_on", "explains_until", "digest"),
    )
    newest = (
        select(decisions.c.hit_id, func.max(decisions.c.act).label("act"))
        .where(_known(decisions, known_at))
        .group_by(decisions.c.hit_id)
        .subquery()
    )
    is_newest = (decisions.c.hit_id == newest.c.hit_id) & (decisions.c.act == newest.c.act)
    statement = select(*(decisions.c[n] for n in names)).select_from(decisions.join(newest, is_newest))
    return frame(connection, statement.order_by(decisions.c.hit_id), _typed(names))


def decided(connection: Connection, hit_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The newest decision about each of some hits, as columns of the table; hits without one are left out."""
    found: dict[str, dict[str, Any]] = {}
    for some in in_lists(hit_ids):
        statement = select(decisions).where(decisions.c.hit_id.in_(some)).order_by(decisions.c.act)
        found |= {row["hit_id"]: dict(row) for row in connection.execute(statement).mappings()}
    return found


def covered_frame(connection: Connection, known_at: datetime | None = None) -> "pl.DataFrame":
    """For which months standing notices were given: notice, entity_id, rule, month (its first day), one row each."""
    import polars as pl

    month = func.substr(decisions.c.raised_on, 1, 7)
    statement = (
        select(notices.c.notice, notices.c.number, notices.c.entity_id, decisions.c.rule, month)
        .select_from(notices.join(decisions, decisions.c.notice == notices.c.notice))
        .where(_stands(notices, known_at), decisions.c.decision == "noticed", _known(decisions, known_at))
        .distinct()
    )
    schema = {"notice": pl.String, "number": pl.Int64, "entity_id": pl.String, "rule": pl.String, "month": pl.String}
    found = frame(connection, statement, schema).with_columns((pl.col("month") + "-01").str.to_date("%Y-%m-%d"))
    # Several by hand in one month: the first one speaks for it.
    return found.sort("number").unique(["entity_id", "rule", "month"], keep="first", maintain_order=True).drop("number")


def counted_frame(connection: Connection, known_at: datetime | None = None) -> "pl.DataFrame":
    """What grades count: entity_id, kind (`breach`, `notice`), day; one row for each that stands."""
    import polars as pl

    statement = union_all(
        select(notices.c.entity_id, literal("notice"), notices.c.day).where(_stands(notices, known_at)),
        select(breaches.c.entity_id, literal("breach"), breaches.c.day).where(
            _stands(breaches, known_at), _not_yet(breaches.c.replaced_at, known_at)
        ),
    ).subquery()
    return frame(connection, select(statement), {"entity_id": pl.String, "kind": pl.String, "day": pl.Date})


def counts(connection: Connection, entity_id: str, first: date, last: date, known_at: datetime | None = None) -> Counts:
    """How many standing breaches and notices of one entity bear a day from `first` to `last`."""

    def count(table: Table, *more: ColumnElement[bool]) -> int:
        within = table.c.day.between(first.isoformat(), last.isoformat())
        statement = select(func.count()).select_from(table)
        return connection.execute(
            statement.where(table.c.entity_id == entity_id, within, _stands(table, known_at), *more)
        ).scalar_one()

    return Counts(breaches=count(breaches, _not_yet(breaches.c.replaced_at, known_at)), notices=count(notices))


def all_counts(connection: Connection, first: date, last: date) -> dict[str, Counts]:
    """`counts` of every entity for which anything counts."""

    def each(table: Table, *more: ColumnElement[bool]) -> dict[str, int]:
        within = table.c.day.between(first.isoformat(), last.isoformat())
        statement = select(table.c.entity_id, func.count()).where(within, _stands(table, None), *more)
        return {row[0]: row[1] for row in connection.execute(statement.group_by(table.c.entity_id))}

    by_kind = each(breaches, _not_yet(breaches.c.replaced_at, None)), each(notices)
    return {entity: Counts(*(kind.get(entity, 0) for kind in by_kind)) for entity in by_kind[0].keys() | by_kind[1]}


def notice(connection: Connection, number: str) -> dict[str, Any] | None:
    """One notice, as columns of the table."""
    row = connection.execute(select(notices).where(notices.c.notice == number)).mappings().first()
    return dict(row) if row else None


def breach(connection: Connection, breach_no: str) -> dict[str, Any] | None:
    """The version of one breach that stands or was rescinded last, as columns of the table."""
    statement = select(breaches).where(breaches.c.breach_no == breach_no, breaches.c.replaced_at.is_(None))
    row = connection.execute(statement).mappings().first()
    return dict(row) if row else None


def parameters_frame(connection: Connection, known_at: datetime | None = None) -> "pl.DataFrame":
    """Every version of every parameter in the order in which they were set: of two with one day the later one speaks.

    Returns:
        name (`rule.param`, `grade.window`), value (text), valid_from, basis, day, at, by, act.
    """
    names = ("name", "value", "valid_from", "basis", "day", "at", "by", "act")
    statement = select(*(parameters.c[n] for n in names)).where(_known(parameters, known_at)).order_by(parameters.c.act)
    return frame(connection, statement, _typed(names))


def parameter(connection: Connection, name: str, on: date, known_at: datetime | None = None) -> str | None:
    """The value of a parameter in force on a day; None where the default is."""
    return connection.execute(
        select(parameters.c.value)
        .where(parameters.c.name == name, parameters.c.valid_from <= on.isoformat(), _known(parameters, known_at))
        .order_by(parameters.c.valid_from.desc(), parameters.c.act.desc())
        .limit(1)
    ).scalar_one_or_none()


_RESCISSION = ("rescinded_on", "rescinded_at", "rescinded_by", "rescinded_why", "rescinded_act")


def _rescindable(found: "pl.DataFrame", known_at: datetime | None) -> "pl.DataFrame":
    """Say what stands, and hide rescissions that were not known yet."""
    import polars as pl

    is_known = pl.col("rescinded_at").is_not_null() if known_at is None else pl.col("rescinded_at") <= known_at
    is_known = is_known.fill_null(value=False)
    return found.with_columns(
        status=pl.when(is_known).then(pl.lit("rescinded")).otherwise(pl.lit("standing")),
        **{name: pl.when(is_known).then(name) for name in _RESCISSION},
    )


def _known(table: Table, known_at: datetime | None) -> ColumnElement[bool]:
    return literal(True) if known_at is None else table.c.at <= stamp(known_at)


def _not_yet(ended_at: Any, known_at: datetime | None) -> ColumnElement[bool]:
    ended: ColumnElement[bool] = ended_at.is_(None)
    return ended if known_at is None else ended | (ended_at > stamp(known_at))


def _stands(table: Table, known_at: datetime | None) -> ColumnElement[bool]:
    return _known(table, known_at) & _not_yet(table.c.rescinded_at, known_at)


def _typed(names: Iterable[str]) -> dict[str, Any]:
    import polars as pl

    days = {"day", "raised_on", "explains_until", "rescinded_on", "recorded_on", "valid_from"}
    numbers = {"act", "rescinded_act", "version"}
    return {
        n: pl.Date if n in days else pl.Int64 if n in numbers else pl.Datetime("us") if n.endswith("at") else pl.String
        for n in names
    }
