"""Keys with which banks ask, and the public halves of those that sign what they are told."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping, select

from fxwatch.register.frames import frame
from fxwatch.register.tables import keys, signing_keys

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class BankKey:
    """One key. `per_second`: how many questions it may ask; `expires_on`: the last day on which it works.

    `digest` is the SHA-256 of its secret, which is kept nowhere.
    """

    number: int
    key: str
    bank: str
    name: str
    scope: str
    per_second: int
    expires_on: date | None
    digest: str
    revoked_at: str | None

    def works_on(self, day: date) -> bool:
        """Whether it opens the door on a day."""
        return self.revoked_at is None and (self.expires_on is None or day <= self.expires_on)


_COLUMNS = [keys.c[name] for name in BankKey.__dataclass_fields__]


def live_keys(connection: Connection) -> list[BankKey]:
    """Every key that is not revoked, expired ones included, oldest first."""
    rows = connection.execute(select(*_COLUMNS).where(keys.c.revoked_at.is_(None)).order_by(keys.c.number)).mappings()
    return [_key(row) for row in rows]


def key_by_digest(connection: Connection, digest: str) -> BankKey | None:
    """The key whose secret has a digest, revoked or not."""
    row = connection.execute(select(*_COLUMNS).where(keys.c.digest == digest)).mappings().first()
    return _key(row) if row else None


def key_by_name(connection: Connection, key: str) -> BankKey | None:
    """The key `K1`, revoked or not."""
    row = connection.execute(select(*_COLUMNS).where(keys.c.key == key)).mappings().first()
    return _key(row) if row else None


def keys_frame(connection: Connection) -> "pl.DataFrame":
    """Every key ever, oldest first: what may be seen of it.

    Returns:
        key, bank, name, scope, per_second, expires_on, day, by, revoked_on, revoked_by, revoked_why.
    """
    import polars as pl

    schema: dict[str, Any] = dict.fromkeys(("key", "bank", "name", "scope"), pl.String)
    schema |= {"per_second": pl.Int64, "expires_on": pl.Date, "day": pl.Date, "by": pl.String}
    schema |= {"revoked_on": pl.Date, "revoked_by": pl.String, "revoked_why": pl.String}
    return frame(connection, select(*(keys.c[name] for name in schema)).order_by(keys.c.number), schema)


def signing_rows(connection: Connection) -> list[dict[str, Any]]:
    """Every public key that ever signed, oldest first: key_id, public, valid_from, valid_to (moments as stored)."""
    columns = (signing_keys.c[name] for name in ("key_id", "public", "valid_from", "valid_to"))
    return [dict(row) for row in connection.execute(select(*columns).order_by(signing_keys.c.act)).mappings()]


def _key(row: RowMapping) -> BankKey:
    expires = row["expires_on"]
    return BankKey(**{**row, "expires_on": date.fromisoformat(expires) if expires else None})
