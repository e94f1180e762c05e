"""What entities are told apart by: the section of their industry and the province of their area."""

from functools import cache

import polars as pl

from fxwatch.facts import facts
from fxwatch.terms import Language

AREA_DIGITS = 2


def section() -> pl.Expr:
    """The letter of the section of `industry`, which holds a letter or two to four digits; null where it says nothing."""
    letter = pl.col("industry").str.extract(r"^([A-T])$", 1)
    division = pl.col("industry").str.extract(r"^(\d{2})", 1)
    return pl.coalesce(letter, division.replace_strict(_sections(), default=None, return_dtype=pl.String))


def section_of(industry: str) -> str | None:
    """The letter of the section of one industry.

    >>> section_of("5521"), section_of("G"), section_of("00")
    ('G', 'G', None)
    """
    return industry if industry in section_names("en") else _sections().get(industry[:2])


def region() -> pl.Expr:
    """The first two digits of `area`, which stand for a province; null where there are none."""
    return pl.col("area").str.slice(0, AREA_DIGITS).replace("", None)


@cache
def section_names(language: Language) -> dict[str, str]:
    """The sections of industry by their letters."""
    return {row["section"]: row[language] for row in facts("industries.csv")}


@cache
def region_names(language: Language) -> dict[str, str]:
    """The provinces by their two digits."""
    name = "name" if language == "zh" else "name_en"
    return {row["area"]: row[name] for row in facts("areas.csv") if len(row["area"]) == AREA_DIGITS}


@cache
def economy_names(language: Language) -> dict[str, str]:
    """Countries and regions by their three letters."""
    return {row["economy"]: row[f"name_{language}"] for row in facts("economies.csv")}


@cache
def area_names(language: Language) -> dict[str, str]:
    """Provinces, cities and districts by their six digits."""
    name = "name" if language == "zh" else "name_en"
    return {row["area"]: row[name] for row in facts("areas.csv") if len(row["area"]) > AREA_DIGITS}


@cache
def _sections() -> dict[str, str]:
    return {
        f"{division:02d}": row["section"]
        for row in facts("industries.csv")
        for division in range(int(row["first_division"]), int(row["last_division"]) + 1)
    }
