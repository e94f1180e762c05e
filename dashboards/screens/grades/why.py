"""Why a grade changed, in words: the acts that came into the count, and those that left it."""

from typing import Any

import polars as pl

from dashboards.parts import figures
from dashboards.visit import Visit


def told(visit: Visit, moves: pl.DataFrame) -> pl.Series:
    """A sentence for each of some moves."""
    return pl.Series("reason", [sentence(visit, because) for because in moves["because"].to_list()], dtype=pl.String)


def sentence(visit: Visit, because: list[dict[str, Any]]) -> str:
    """The acts behind one move; without any, a parameter of grading changed."""
    if not because:
        return visit.say("grades.because_parameter")
    parts = [
        visit.say(
            f"grades.because_{act['how']}",
            what=visit.label(act["kind"]), number=act["number"], day=figures.day(act["day"], visit.language),
        )
        for act in because
    ]  # fmt: skip
    return (";" if visit.language == "zh" else "; ").join(parts)
