"""What acts about inquiries, objections, proposals, assignments, shadows and policies change in the tables beside the chain."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, update

from fxwatch.canonical import canonical
from fxwatch.register.acts import Act, Kind
from fxwatch.register.store import stamp
from fxwatch.register.tables import adopted_policies, assignments, inquiries, mentions, objections, proposals, shadows


def _inquiry_opened(connection: Connection, act: Act) -> None:
    row = {name: act.payload[name] for name in ("inquiry", "number", "question", "due_on")}
    connection.execute(inquiries.insert(), {**row, "entity_id": act.entity_id, **_signed(act)})
    _mention(connection, act, (hit["hit_id"] for hit in act.payload["hits"]))


def _inquiry_answered(connection: Connection, act: Act) -> None:
    _end(connection, inquiries, act, "inquiry", "answered", answer=act.payload["answer"])


def _inquiry_closed(connection: Connection, act: Act) -> None:
    _end(connection, inquiries, act, "inquiry", "closed", finding=act.payload["finding"])


def _objection_lodged(connection: Connection, act: Act) -> None:
    names = ("objection", "number", "notice", "last_day", "decide_by", "late_because")
    row = {name: act.payload[name] for name in names}
    connection.execute(objections.insert(), {**row, "entity_id": act.entity_id, "why": act.why, **_signed(act)})


def _objection_decided(connection: Connection, act: Act) -> None:
    _end(connection, objections, act, "objection", "decided", outcome=act.payload["outcome"], decided_why=act.why)


def _proposed(connection: Connection, act: Act) -> None:
    row = {name: act.payload[name] for name in ("proposal", "number", "does", "on_what", "role", "policy")}
    connection.execute(proposals.insert(), {**row, "entity_id": act.entity_id, "why": act.why, **_signed(act)})
    _mention(connection, act, (hit["hit_id"] for hit in act.payload["content"].get("hits", ())))


def _settled(connection: Connection, act: Act) -> None:
    _end(connection, proposals, act, "proposal", "decided", outcome=act.kind.value, decided_why=act.why)


def _assigned(connection: Connection, act: Act) -> None:
    hit = act.payload["hit"]["hit_id"]
    row = {"hit_id": hit, "assigned_to": act.payload["to"], "due_on": act.payload["due_on"]}
    connection.execute(assignments.insert(), {**row, **_signed(act)})
    _mention(connection, act, [hit])


def _noted(connection: Connection, act: Act) -> None:
    _mention(connection, act, act.payload["hits"])


def _adopted(connection: Connection, act: Act) -> None:
    row = {"name": act.payload["name"], "content": canonical(act.payload)}
    connection.execute(adopted_policies.insert(), {**row, **_signed(act)})


def _policy_ended(connection: Connection, act: Act) -> None:
    stands = (adopted_policies.c.name == act.payload["name"]) & adopted_policies.c.ended_at.is_(None)
    connection.execute(
        update(adopted_policies).where(stands).values(**_signed(act, "ended"), ended_why=act.why, ended_act=act.number)
    )


def _shadow_begun(connection: Connection, act: Act) -> None:
    names = ("shadow", "number", "rule", "parameter", "value", "valid_from", "basis")
    connection.execute(shadows.insert(), {**{name: act.payload[name] for name in names}, **_signed(act)})


def _shadow_ended(connection: Connection, act: Act) -> None:
    more = {"ended_from": act.payload["valid_from"], "promoted_act": act.payload["promoted_by"], "ended_why": act.why}
    _end(connection, shadows, act, "shadow", "ended", **more)


def _mention(connection: Connection, act: Act, hit_ids: Iterable[str]) -> None:
    rows = [{"hit_id": hit_id, "act": act.number} for hit_id in dict.fromkeys(hit_ids)]
    if rows:
        connection.execute(mentions.insert(), rows)


def _end(connection: Connection, table: Table, act: Act, key: str, what: str, **more: Any) -> None:
    """Write how something went on into its row: what, when, by whom, by which act."""
    values = {**_signed(act, what), f"{what}_act": act.number, **more}
    connection.execute(update(table).where(table.c[key] == act.payload[key]).values(**values))


def _signed(act: Act, what: str = "") -> dict[str, Any]:
    if what:
        return {f"{what}_on": act.day.isoformat(), f"{what}_at": stamp(act.at), f"{what}_by": act.by}
    return {"day": act.day.isoformat(), "at": stamp(act.at), "by": act.by, "act": act.number}


CASE_CHANGES: Mapping[Kind, Callable[[Connection, Act], None]] = {
    Kind.INQUIRY_OPENED: _inquiry_opened,
    Kind.INQUIRY_ANSWERED: _inquiry_answered,
    Kind.INQUIRY_CLOSED: _inquiry_closed,
    Kind.OBJECTION_LODGED: _objection_lodged,
    Kind.OBJECTION_DECIDED: _objection_decided,
    Kind.PROPOSED: _proposed,
    Kind.APPROVED: _settled,
    Kind.REFUSED: _settled,
    Kind.HIT_ASSIGNED: _assigned,
    Kind.NOTE_ADDED: _noted,
    Kind.SHADOW_BEGUN: _shadow_begun,
    Kind.SHADOW_ENDED: _shadow_ended,
    Kind.POLICY_ADOPTED: _adopted,
    Kind.POLICY_ENDED: _policy_ended,
}
