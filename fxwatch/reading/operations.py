"""What the house has done: loads, runs, the rule book and the settings in force."""

from typing import TYPE_CHECKING

import polars as pl

from fxwatch.rulebook import table
from fxwatch.settings import setting_fields, without_password
from fxwatch.terms import Language
from fxwatch.warehouse import journal

if TYPE_CHECKING:
    from fxwatch.home import Home


def loads(home: "Home") -> pl.DataFrame:
    """The loads, newest first: columns of table `loads`."""
    return journal.loads(home.snapshot().con)


def runs(home: "Home") -> pl.DataFrame:
    """The runs, newest first: columns of table `runs`."""
    return journal.runs(home.snapshot().con)


def totals(home: "Home") -> pl.DataFrame:
    """Columns direction, flows, amount_usd: all classified flows in scope."""
    return journal.totals(home.snapshot().con)


def rule_book(home: "Home", language: Language) -> pl.DataFrame:
    """Every rule and parameter with its versions: one row a version."""
    return table(home.register.parameters(), language)


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
