"""The list of grades as people look through it: everybody with name, province and section of industry."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.reading.grades import grades
from fxwatch.reading.traits import region, section
from fxwatch.terms import Grade
from fxwatch.warehouse.summing import who

if TYPE_CHECKING:
    from fxwatch.home import Home

SHOWN = (
    *("entity_id", "name", "region", "section", "grade", "provisional_grade", "breaches", "notices", "open_hits"),
    *("full_year", "window_from", "window_to"),
)


def graded_list(home: "Home", on: date | None = None, known_at: datetime | None = None) -> pl.DataFrame:
    """The grade of every entity on the roll, the worst first: see `fxwatch.reading.grades.grades`.

    Returns:
        The columns `SHOWN`; `region` (two digits) and `section` (a letter) are null where they are not known.
    """
    # The snapshot has the roll as it stands and hands it over faster than the register.
    roll = who(home.snapshot().con) if known_at is None else home.register.roll(known_at)
    named = roll.select("entity_id", "name", region=region(), section=section())
    found = grades(home, on, known_at).join(named, on="entity_id", how="left", maintain_order="left")
    return (
        found.with_columns(pl.coalesce("name", "entity_id"))
        .select(SHOWN)
        .sort("grade", "notices", "open_hits", "entity_id", descending=[True, True, True, False])
    )


def would_move(graded: pl.DataFrame) -> pl.DataFrame:
    """Of `graded_list`, those whose grade would be another if the open hits became notices; the longest way first."""
    place = {grade.value: n for n, grade in enumerate((Grade.A, Grade.B, Grade.C))}
    to, now = (pl.col(name).replace_strict(place, return_dtype=pl.Int8) for name in ("provisional_grade", "grade"))
    return graded.filter(pl.col("grade") != pl.col("provisional_grade")).sort(
        to, to - now, "open_hits", "entity_id", descending=[True, True, True, False]
    )
