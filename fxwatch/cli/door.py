"""What every command knows: the home it was asked about and the language it answers in."""

import os
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fxwatch.errors import FxwatchError, RequestError
from fxwatch.terms import Language

if TYPE_CHECKING:
    from fxwatch.session import Session


# The years that periods take, too.
FIRST_YEAR, LAST_YEAR = 1900, 2999


@dataclass
class Door:
    """The home and the language of one command."""

    path: Path
    language: Language

    @cached_property
    def home(self) -> "Session":
        """The home, opened when a command first needs it."""
        from fxwatch.session import Session

        return Session(self.path)

    def say(self, english: str, chinese: str) -> str:
        """One of two sentences."""
        return chinese if self.language == "zh" else english


def language_of(asked: str, home: Path) -> Language:
    """The language asked for, else the home's setting, else the system's.

    Raises:
        RequestError: a language that fxwatch does not speak.
    """
    if asked not in ("", "en", "zh"):
        raise RequestError(f"fxwatch speaks en and zh, not {asked}.", f"fxwatch 支持 en 和 zh，不支持 {asked}。")
    if not asked and (home / "fxwatch.toml").is_file():
        from fxwatch.settings import read_settings

        try:
            asked = read_settings(home).language
        except FxwatchError:
            asked = ""  # a settings file that cannot be read is reported by the command that needs it
    system = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if (asked or system).startswith("zh") else "en"


def day_of(text: str | None) -> date | None:
    """A day from the command line, None where none was given."""
    return None if text is None else date_of(text)


def date_of(text: str) -> date:
    """A day from the command line.

    Raises:
        RequestError: it is none.
    """
    try:
        day = date.fromisoformat(text)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueError(text)
        return day
    except ValueError as fault:
        raise RequestError(
            f"{text} is no day; write it like 2026-03-31.", f"{text} 不是日期，请写成 2026-03-31。"
        ) from fault


def moment_of(text: str | None) -> datetime | None:
    """A moment in UTC: `2026-03-31T12:00:00`, with an offset if not UTC; a day alone means its end in Asia/Shanghai.

    Raises:
        RequestError: it is none.
    """
    if text is None:
        return None
    from datetime import UTC

    from fxwatch.home import ZONE

    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time.max, ZONE).astimezone(UTC).replace(tzinfo=None)
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise RequestError(
            f"{text} is no moment; write it like 2026-03-31T18:00:00 (UTC) or 2026-03-31.",
            f"{text} 不是时刻，请写成 2026-03-31T18:00:00（UTC）或 2026-03-31。",
        ) from fault
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


Out = Annotated[
    Path | None,
    typer.Option(
        "--out", help="Write the result to FILE.csv, .excel.csv (for spreadsheets), .parquet, .xlsx or .json."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Limit = Annotated[int, typer.Option("--limit", help="Rows to show on the terminal; 0 for all.")]
By = Annotated[str | None, typer.Option("--by", help="The account that acts; without it, the operating-system user's.")]
Why = Annotated[str, typer.Option("--why", help="The reason, for the record.")]
On = Annotated[str | None, typer.Option("--on", help="The day of the act (simulation homes only).")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", help="As known at this moment (UTC), like 2026-03-31T18:00:00.")
]
