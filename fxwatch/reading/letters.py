"""Letters for many entities at once: the rule of grading over what counts on a day.

An entity without notice and breach is A on every day, so nobody else needs to be looked at.
"""

from datetime import date

import polars as pl

from fxwatch.grading import GRADE_PARAMETERS, grade, window


def graded(counting: pl.DataFrame, numbers: pl.DataFrame, day: date) -> pl.DataFrame:
    """The grades of the entities for which something counts on a day; all others are A.

    Args:
        counting: entity_id, kind (`breach`, `notice`) of what stands and bears a day of the window.
        numbers: `Register.parameters`.
        day: on which the grades are asked.

    Returns:
        entity_id, grade.
    """
    most = int(in_force(numbers, "grade.max_notices_for_b", day))
    is_breach = pl.col("kind") == "breach"
    counts = counting.group_by("entity_id").agg(breaches=is_breach.sum(), notices=(~is_breach).sum())
    # The rule of grading itself, asked once for each pair of counts that occurs.
    pairs = counts.select("breaches", "notices").unique()
    letters = [grade(breaches, notices, most).value for breaches, notices in pairs.iter_rows()]
    told = pairs.with_columns(grade=pl.Series(letters, dtype=pl.String))
    return counts.join(told, on=["breaches", "notices"]).select("entity_id", "grade")


def in_force(numbers: pl.DataFrame, name: str, day: date) -> str:
    """A parameter of grading on a day: of two versions of one day the later entry speaks."""
    versions = numbers.filter((pl.col("name") == name) & (pl.col("valid_from") <= day)).sort(
        "valid_from", maintain_order=True
    )
    return str(versions["value"][-1]) if len(versions) else GRADE_PARAMETERS[name].default


def window_on(numbers: pl.DataFrame, day: date) -> tuple[date, date]:
    """The first and the last day of the window of a day."""
    return window(day, in_force(numbers, "grade.window", day))
