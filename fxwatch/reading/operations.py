"""What the house has done: loads, runs, the rule book and the settings in force."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.errors import NotFound
from fxwatch.increment import told
from fxwatch.reading.book import with_state
from fxwatch.rule import BEGINNING
from fxwatch.rulebook import table
from fxwatch.settings import setting_fields, without_password
from fxwatch.terms import Language
from fxwatch.warehouse import journal

if TYPE_CHECKING:
    from fxwatch.home import Home


_SNAPSHOT: dict[str, pl.DataType | type[pl.DataType]] = {
    "snapshot": pl.String,
    "at": pl.Datetime("us"),
    "bytes": pl.Int64,
    "is_current": pl.Boolean,
}


_JUDGED: dict[str, pl.DataType | type[pl.DataType]] = {
    "run_id": pl.Int64,
    "rule": pl.String,
    "parameter": pl.String,
    "value": pl.String,
    "valid_from": pl.Date,
    "basis": pl.String,
}


def loads(home: "Home") -> pl.DataFrame:
    """The loads, newest first: columns of table `loads`."""
    return journal.loads(home.snapshot().con)


def runs(home: "Home") -> pl.DataFrame:
    """The runs, newest first: columns of table `runs`."""
    return journal.runs(home.snapshot().con)


def runs_told(home: "Home", language: Language = "en") -> pl.DataFrame:
    """The runs with their numbers, newest first.

    Returns:
        run_id, started_at (UTC), seconds (Float64), flows, first_day, last_day, hits, last_load, engine, fxwatch_version,
        by, fingerprint, recomputed (what it computed again, and why, in words).
    """
    seconds = (pl.col("ended_at") - pl.col("started_at")).dt.total_milliseconds() / 1000
    return (
        runs(home)
        .with_columns(seconds=seconds, recomputed=recomputed(language))
        .select(
            *("run_id", "started_at", "seconds", "flows", "first_day", "last_day", "hits"),
            *("last_load", "engine", "fxwatch_version", "by", "fingerprint", "recomputed"),
        )
    )


def recomputed(language: Language) -> pl.Expr:
    """What a run computed again, and why, in words; out of column `scope` of table `runs`."""
    return pl.col("scope").map_elements(lambda text: told(text, language), return_dtype=pl.String)


def judged_by(home: "Home", run_id: int) -> pl.DataFrame:
    """The versions of the rules' parameters by which a run judged, as its record keeps them.

    Returns:
        run_id, rule, parameter, value, valid_from (null: from the beginning of time), basis; one row a version.

    Raises:
        NotFound: there is no such run.
    """
    found = runs(home).filter(run_id=run_id)
    if found.is_empty():
        raise NotFound(
            f"There is no run {run_id}. List them with: fxwatch runs", f"没有第 {run_id} 批次。可用 fxwatch runs 列出。"
        )
    used = json.loads(found["rules"][0])
    rows = [
        (run_id, rule, name, value, None if since == str(BEGINNING) else date.fromisoformat(since), basis)
        for rule, parameters in used.items()
        for name, versions in parameters.items()
        for since, value, basis in versions
    ]
    return pl.DataFrame(rows, schema=_JUDGED, orient="row")


def last_acts(home: "Home", count: int) -> pl.DataFrame:
    """The newest acts, newest first: number, at (UTC), day, kind, by, role, subject, entity_id, why, hash."""
    found = home.register.acts(after=home.register.last_act() - count)
    return found.select("number", "at", "day", "kind", "by", "role", "subject", "entity_id", "why", "hash").reverse()


def accounts(home: "Home") -> pl.DataFrame:
    """The accounts: name, roles (a list), institution, is_active, has_password."""
    having = home.register.entrance.have_passwords()
    return home.register.accounts().with_columns(
        pl.col("roles").str.split(";"), has_password=pl.col("name").is_in(list(having))
    )


def snapshots(home: "Home") -> pl.DataFrame:
    """The published snapshots, newest first: snapshot (its file), at (UTC), bytes, is_current."""
    current = home.snapshot().path
    rows = []
    for file in current.parent.glob("snapshot-*.duckdb"):
        with suppress(FileNotFoundError):  # removed while we look
            status = file.stat()
            at = datetime.fromtimestamp(status.st_mtime, UTC).replace(tzinfo=None)
            rows.append((file.name, at, status.st_size, file == current))
    return pl.DataFrame(rows, schema=_SNAPSHOT, orient="row").sort("at", descending=True)


def totals(home: "Home") -> pl.DataFrame:
    """Columns direction, flows, amount_usd: all classified flows in scope."""
    return journal.totals(home.snapshot().con)


def rule_book(home: "Home", language: Language) -> pl.DataFrame:
    """Every rule and parameter with its versions: the columns of `rulebook.table`, `valid_to` and `state`, one row a version.

    `state` says what is in force today: `past`, `in_force`, `ahead`; empty where a rule has no parameters.
    """
    return with_state(table(home.register.parameters(), language), home.today())


def settings_in_force(home: "Home", language: Language) -> pl.DataFrame:
    """Columns setting, value, default, unit, meaning."""
    meaning = "meaning_zh" if language == "zh" else "meaning"
    rows = [
        {
            "setting": name,
            "value": _text(getattr(home.settings, name)),
            "default": _text(field.default),
            "unit": field.metadata["kind"],
            "meaning": field.metadata[meaning],
        }
        for name, field in setting_fields().items()
    ]
    return pl.DataFrame(rows)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else without_password(str(value))
