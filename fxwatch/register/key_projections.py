"""What acts about keys change in the tables beside the chain: keys of banks, and those that sign answers."""

from collections.abc import Callable

from sqlalchemy import Connection, update

from fxwatch.register.acts import Act, Kind
from fxwatch.register.store import stamp
from fxwatch.register.tables import keys, signing_keys


def _added(connection: Connection, act: Act) -> None:
    names = ("number", "key", "bank", "name", "scope", "per_second", "expires_on", "digest")
    signed = {"day": act.day.isoformat(), "at": stamp(act.at), "by": act.by, "act": act.number}
    connection.execute(keys.insert(), {name: act.payload[name] for name in names} | signed)


def _revoked(connection: Connection, act: Act) -> None:
    ended = {
        "revoked_on": act.day.isoformat(),
        "revoked_at": stamp(act.at),
        "revoked_by": act.by,
        "revoked_why": act.why,
        "revoked_act": act.number,
    }
    connection.execute(update(keys).where(keys.c.key == act.payload["key"]).values(**ended))


def _signs(connection: Connection, act: Act) -> None:
    row = {"key_id": act.payload["key_id"], "public": act.payload["public"], "valid_from": stamp(act.at)}
    connection.execute(signing_keys.insert(), {**row, "act": act.number})


def _retired(connection: Connection, act: Act) -> None:
    which = signing_keys.c.key_id == act.payload["key_id"]
    connection.execute(update(signing_keys).where(which).values(valid_to=act.payload["valid_to"]))


KEY_CHANGES: dict[Kind, Callable[[Connection, Act], None]] = {
    Kind.KEY_ADDED: _added,
    Kind.KEY_REVOKED: _revoked,
    Kind.SIGNING_KEY_ADDED: _signs,
    Kind.SIGNING_KEY_RETIRED: _retired,
}
