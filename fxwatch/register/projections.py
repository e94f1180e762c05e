"""What each kind of act changes in the tables beside the chain. The same code makes them again when they are verified."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, func, select, update

from fxwatch.register.acts import Act, Kind
from fxwatch.register.case_projections import CASE_CHANGES
from fxwatch.register.key_projections import KEY_CHANGES
from fxwatch.register.store import stamp
from fxwatch.register.tables import accounts, breaches, decisions, notices, parameters


def project(connection: Connection, act: Act) -> None:
    """Bring the tables up to an act."""
    change = _CHANGES.get(act.kind) or CASE_CHANGES.get(act.kind) or KEY_CHANGES.get(act.kind)
    if change is not None:
        change(connection, act)


def _account(connection: Connection, act: Act) -> None:
    row = {
        "name": act.payload["name"],
        "roles": ";".join(act.payload["roles"]),
        "institution": act.payload["institution"],
        "is_active": act.payload["is_active"],
        "act": act.number,
    }
    connection.execute(accounts.delete().where(accounts.c.name == row["name"]))
    connection.execute(accounts.insert(), row)


def _parameter(connection: Connection, act: Act) -> None:
    row = {name: act.payload[name] for name in ("name", "value", "valid_from", "basis")}
    connection.execute(parameters.insert(), {**row, "act": act.number, **_signed(act)})


def _issued(connection: Connection, act: Act) -> None:
    row = {name: act.payload[name] for name in ("number", "notice", "policy")}
    connection.execute(
        notices.insert(), {**row, "entity_id": act.entity_id, "why": act.why, "act": act.number, **_signed(act)}
    )
    _named(connection, act)


def _named(connection: Connection, act: Act) -> None:
    """The hits that a notice names, by its own act or by one that joined them."""
    rows = [_decision(act, hit, "noticed", notice=act.payload["notice"]) for hit in act.payload["hits"]]
    connection.execute(decisions.insert(), rows)


def _dismissed(connection: Connection, act: Act) -> None:
    row = _decision(act, act.payload["hit"], "dismissed", explains_until=act.payload["explains_until"])
    connection.execute(decisions.insert(), row)


def _notice_rescinded(connection: Connection, act: Act) -> None:
    notice = act.payload["notice"]
    connection.execute(update(notices).where(notices.c.notice == notice).values(**_rescinded(act)))
    named = select(decisions).where(decisions.c.notice == notice, decisions.c.decision == "noticed")
    hits = connection.execute(named.order_by(decisions.c.hit_id)).mappings().all()
    connection.execute(decisions.insert(), [_decision(act, dict(hit), act.payload["to"]) for hit in hits])


def _breach(connection: Connection, act: Act) -> None:
    number = act.payload["breach_no"]
    version = connection.execute(
        select(func.coalesce(func.max(breaches.c.version), 0)).where(breaches.c.breach_no == number)
    ).scalar_one()
    replaced = update(breaches).where(breaches.c.breach_no == number, breaches.c.version == version)
    connection.execute(replaced.values(replaced_on=act.day.isoformat(), replaced_at=stamp(act.at)))
    row = {
        name: act.payload[name] for name in ("breach_no", "entity_id", "day", "provision", "description", "reference")
    }
    connection.execute(
        breaches.insert(),
        {
            **row,
            "version": version + 1,
            "recorded_on": act.day.isoformat(),
            "at": stamp(act.at),
            "by": act.by,
            "act": act.number,
        },
    )


def _breach_rescinded(connection: Connection, act: Act) -> None:
    stands = (breaches.c.breach_no == act.payload["breach_no"]) & breaches.c.replaced_at.is_(None)
    connection.execute(update(breaches).where(stands).values(**_rescinded(act)))


def _decision(
    act: Act, hit: Mapping[str, Any], decision: str, *, notice: str | None = None, explains_until: str | None = None
) -> dict[str, Any]:
    copied = {name: hit[name] for name in ("hit_id", "rule", "entity_id", "raised_on", "digest")}
    made = {"act": act.number, "decision": decision, "notice": notice, "explains_until": explains_until}
    return copied | made | _signed(act)


def _signed(act: Act) -> dict[str, str]:
    return {"day": act.day.isoformat(), "at": stamp(act.at), "by": act.by}


def _rescinded(act: Act) -> dict[str, Any]:
    return {
        "rescinded_on": act.day.isoformat(),
        "rescinded_at": stamp(act.at),
        "rescinded_by": act.by,
        "rescinded_why": act.why,
        "rescinded_act": act.number,
    }


_CHANGES: dict[Kind, Callable[[Connection, Act], None]] = {
    Kind.ACCOUNT_CHANGED: _account,
    Kind.PARAMETER_SET: _parameter,
    Kind.NOTICE_ISSUED: _issued,
    Kind.NOTICE_JOINED: _named,
    Kind.NOTICE_RESCINDED: _notice_rescinded,
    Kind.HIT_DISMISSED: _dismissed,
    Kind.BREACH_RECORDED: _breach,
    Kind.BREACH_CHANGED: _breach,
    Kind.BREACH_RESCINDED: _breach_rescinded,
}
