"""A monitor's words and tables in the reader's language: titles, notes, and groups by their names."""

import polars as pl

from dashboards.parts import periods
from dashboards.screens.monitors.asked import Asked
from dashboards.visit import Visit
from fxwatch.reading.traits import economy_names, region_names, section_names
from fxwatch.rulebook import monitors
from fxwatch.terms import Scope

NOTES = ("new", "no_data", "incomplete")


def title(visit: Visit, name: str) -> str:
    """What a monitor is called."""
    monitor = monitors()[name]
    return monitor.title_zh if visit.language == "zh" else monitor.title


def headed(word: str) -> str:
    """A word at the head of something.

    >>> headed("receipts"), headed("收入")
    ('Receipts', '收入')
    """
    return word[:1].upper() + word[1:]


def note(visit: Visit, asked: Asked) -> str:
    """What the monitor shows and what it leaves out, in a line."""
    period = visit.say("monitors.kind_ytd") if asked.period == "ytd" else periods.named(asked.period, visit.language)
    return visit.say(f"monitors.note_of_{asked.name}", period=period)


def usual_top(name: str) -> int:
    """How many rows a ranking shows when nobody says otherwise."""
    return int(vars(monitors()[name]())["top_count"])


def group_names(visit: Visit, by: str) -> dict[str, str]:
    """The groups of a dimension by their names; what is missing is `unknown`."""
    names = {"industry": section_names, "area": region_names, "economy": economy_names}
    known = names[by](visit.language) if by in names else {}
    scopes = {scope.value: visit.label(scope) for scope in Scope} if by == "scope" else {}
    return {**known, **scopes, "unknown": visit.label("unknown")}


def in_words(visit: Visit, asked: Asked, table: pl.DataFrame) -> pl.DataFrame:
    """The table with notes as sentences, groups by their names and, in English, code words as people say them."""
    if asked.by and asked.by != "item":
        names = group_names(visit, asked.by)
        table = table.with_columns(pl.col(asked.by).replace(names))
    if "note" in table.columns:
        said = {note: visit.say(f"monitors.note_{note}") for note in NOTES}
        several = pl.col("note").str.split(";").list.eval(pl.element().replace(said))
        table = table.with_columns(several.list.join(visit.say("monitors.and")))
    if "basis" in table.columns:
        table = table.with_columns(
            pl.col("basis").replace({b: visit.say(f"monitors.basis_{b}") for b in ("mom", "yoy")})
        )
    return table
