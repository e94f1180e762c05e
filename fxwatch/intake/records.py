"""Numbered records of other authorities: what a row of action A, C or D does to the record of its number.

Other than a declaration, a record may come again with other content as `A`: that is a new version from now on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.equivalents import LARGEST_USD_CENTS, SCALE
from fxwatch.intake.directory import EntityNumbers
from fxwatch.intake.entities import admit
from fxwatch.intake.judging import ADD, CHANGE, DELETE, NO_ACTION
from fxwatch.intake.ledger import Load
from fxwatch.intake.reasons import SOUND, Reason
from fxwatch.intake.rows import Rows
from fxwatch.warehouse import loading, records

if TYPE_CHECKING:
    import duckdb

    from fxwatch.home import Home

# The column whose month chooses the table.
_DAYS = {"settlements": "day", "filings": "filed_on"}
_WRITTEN = ["version", "is_deleted", "entity", "rate_month", "amount_usd", "line", "load_id", "known_from"]


@dataclass(frozen=True, slots=True)
class _Version:
    """What one version of a record says, its number, and its equivalent with the month of the table."""

    content: tuple[Any, ...]
    rate_month: date | None
    amount_usd: int | None
    version: int
    is_deleted: bool


class Records:
    """The records of one kind: judged against what stands, written with the number of their version."""

    def __init__(self, home: "Home", con: "duckdb.DuckDBPyConnection", kind: str, compared: list[str]) -> None:
        self._home = home
        self._kind = kind
        self._key = records.KEYS[kind]
        self._compared = compared
        rates = loading.rates_now(con).select("currency", "month", pl.col("usd_per_unit").to_physical())
        self._rates = {(currency, month): int(rate) for currency, month, rate in rates.iter_rows()}
        self._numbers = EntityNumbers(home.kept, con)
        self._admitted: list[pl.Series] = []

    def take(self, read: pl.DataFrame, rows: Rows, load: Load, refuse: Callable[[pl.DataFrame], None]) -> None:
        """Judge rows, write the versions they make, count all.

        Args:
            read: one row each: the key, `key_text` (the key in one; null where the row has none), `action`, the columns
                compared, `reason` (of the content), `rate_month`, `amount_usd`.
            rows: what they were read from.
            load: the load under way.
            refuse: puts the rows into quarantine whose `reason` is not `SOUND`.
        """
        read = read.with_row_index("at")
        keyed = read.filter(pl.col("key_text").is_not_null())
        before = self._standing(records.standing(load.con, self._kind, keyed.select(self._key).unique()))
        # The plain case, and nearly every row: a number that comes once and never came before.
        is_known = pl.col("key_text").is_in(pl.Series(list(before), dtype=pl.String).implode())
        is_plain = pl.col("key_text").is_unique() & ~is_known & (pl.col("action") == ADD)
        plain = read.select(is_plain.fill_null(value=False)).to_series()
        new = read.filter(plain & (pl.col("reason") == SOUND)).with_columns(
            version=pl.lit(1, dtype=pl.Int32), is_deleted=pl.lit(value=False)
        )
        odd = read.filter(~plain)
        later, reasons = self._in_order(odd, before, load)
        read = read.with_columns(read["reason"].scatter(odd["at"].to_list(), reasons))
        sound = read.filter(pl.col("reason") == SOUND)
        # First the quarantine: what is taken resolves what the rows before it may wait for.
        refuse(read)
        self._write(pl.concat([new, later]).sort("at"), rows, load)
        load.count("accepted", len(new) + len(later))
        load.count("duplicate", len(sound) - len(new) - len(later))
        load.take(sound["at"].to_list())

    def finish(self, load: Load) -> None:
        """Enrol the entities that were admitted by their identifiers alone."""
        if self._admitted and self._home.settings.admit_unknown:
            admit(self._home, pl.concat(self._admitted), source=f"{load.file}, load {load.load_id}")

    def _in_order(self, rows: pl.DataFrame, before: dict[str, _Version], load: Load) -> tuple[pl.DataFrame, pl.Series]:
        """Rows whose number stands or comes more than once, one after the other: the versions they make, and their reasons."""
        waits = self._waiting(rows, load)
        made: list[dict[str, Any]] = []
        reasons: list[int] = []
        for row in rows.iter_rows(named=True):
            key = row["key_text"]
            reason, version = self._judged(row, before.get(key), is_waiting=key in waits)
            reasons.append(int(reason))
            if version is not None:
                before[key] = version
                said = dict(zip(self._compared, version.content, strict=True))
                made.append({**row, **said, **{name: getattr(version, name) for name in _Version.__slots__[1:]}})
            elif reason != SOUND:
                waits.add(key)
        schema: dict[str, Any] = {**rows.schema, "version": pl.Int32, "is_deleted": pl.Boolean}
        return pl.DataFrame(made, schema=schema), pl.Series(reasons, dtype=pl.UInt8)

    def _judged(self, row: dict[str, Any], before: _Version | None, *, is_waiting: bool) -> tuple[int, _Version | None]:
        """Why a row is not taken, or the version that it makes; neither where it says what is on record."""
        action, reason = row["action"], row["reason"]
        if row["key_text"] is None or action == NO_ACTION:
            return reason, None
        if before is None:
            if action != ADD:
                return (Reason.KEY_IN_QUARANTINE if is_waiting else Reason.UNKNOWN_KEY), None
            return reason, self._version(row, None) if reason == SOUND else None
        if action == DELETE:
            deleted = replace(before, version=before.version + 1, is_deleted=True)
            return SOUND, None if before.is_deleted else deleted
        is_same = reason == SOUND and before.content == tuple(row[name] for name in self._compared)
        if before.is_deleted:
            return (SOUND if is_same and action == ADD else Reason.DELETED_KEY), None
        if reason != SOUND or is_same:
            return reason, None
        version = self._version(row, before)
        is_too_large = version.amount_usd is not None and version.amount_usd > LARGEST_USD_CENTS
        return (Reason.BAD_AMOUNT, None) if is_too_large else (SOUND, version)

    def _version(self, row: dict[str, Any], before: _Version | None) -> _Version:
        """The version that a row makes. It keeps the month of its table unless day or currency changes (spec section 5)."""
        content = tuple(row[name] for name in self._compared)
        month, usd = row["rate_month"], row["amount_usd"]
        if before is not None and before.rate_month is not None and month is not None:
            at = [self._compared.index(name) for name in ("currency", _DAYS[self._kind])]
            if all(before.content[i] == content[i] for i in at):
                month = before.rate_month
                usd = (row["amount"] * self._rates[row["currency"], month] + SCALE // 2) // SCALE
        return _Version(content, month, usd, before.version + 1 if before else 1, is_deleted=False)

    def _standing(self, found: pl.DataFrame) -> dict[str, _Version]:
        """What stands, by key in one. Entities are compared by their identifiers."""
        key = found.select(keys_as_text(self._key)).to_series()
        return {
            text: _Version(
                tuple(row[name] for name in self._compared),
                *(row[name] for name in ("rate_month", "amount_usd", "version", "is_deleted")),
            )
            for text, row in zip(key, found.iter_rows(named=True), strict=True)
        }

    def _waiting(self, rows: pl.DataFrame, load: Load) -> set[str | None]:
        """The keys that wait in quarantine from before; rows that are judged again do not wait for themselves."""
        asked = rows.filter(pl.col("action").is_in([CHANGE, DELETE]))["key_text"].drop_nulls()
        if not len(asked) or not loading.is_waiting(load.con, self._kind):
            return set()
        found = records.waiting_numbers(load.con, self._kind, asked)
        if load.origin is not None:
            found = found.filter(~pl.col("quarantine_id").is_in(load.origin["quarantine_id"].implode()))
        else:
            found = found.filter(pl.col("load_id").ne_missing(load.again))
        return set(found["declaration_no"])

    def _write(self, versions: pl.DataFrame, rows: Rows, load: Load) -> None:
        if not len(versions):
            return
        at = versions["at"].to_list()
        made = self._numbered(versions).with_columns(
            line=rows.line[at], load_id=pl.lit(load.load_id, dtype=pl.Int32), known_from=pl.lit(load.moment)
        )
        content = [name for name in self._compared if name != "entity_id"]
        records.add(load.con, self._kind, made.select(*self._key, *content, *_WRITTEN))
        if loading.is_waiting(load.con, self._kind):
            taken = load.places(rows)[at].with_columns(
                declaration_no=versions["key_text"], leg=pl.lit(None, dtype=pl.String)
            )
            loading.resolve(load.con, self._kind, taken)

    def _numbered(self, versions: pl.DataFrame) -> pl.DataFrame:
        """Entities by their numbers; those that have none are numbered in the order in which they come."""
        self._admitted.append(versions["entity_id"].unique())
        return versions.with_columns(self._numbers.of(versions["entity_id"]))


def keys_as_text(key: list[str]) -> pl.Expr:
    """A key in one, as the quarantine shows it; null where a part is missing."""
    return pl.concat_str(key, separator=" ")
