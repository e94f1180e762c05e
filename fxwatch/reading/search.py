"""Finding an entity by its name, a part of it, or either form of its identifier; each found with its grade now."""

from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.grading import grade, window
from fxwatch.identifiers import entity_key
from fxwatch.reading.grades import parameter
from fxwatch.warehouse.summing import who

if TYPE_CHECKING:
    from fxwatch.home import Home

FOUND: dict[str, Any] = {
    "entity_id": pl.String, "name": pl.String, "industry": pl.String, "area": pl.String, "grade": pl.String,
}  # fmt: skip


def search(home: "Home", text: str, limit: int = 20) -> pl.DataFrame:
    """The entities of the roll that a text may mean, the likeliest first.

    Args:
        home: where.
        text: an identifier of 9 or 18 characters, the beginning of one, or words that the name holds, capitals or not.
        limit: how many at most.

    Returns:
        The columns `FOUND`: an entity of that identifier alone; else those whose name holds every word, names that begin
        with the text first, shorter ones before longer ones; then those whose identifier begins with the text.
    """
    words = text.casefold().split()
    if not words:
        return pl.DataFrame(schema=FOUND)
    key = entity_key(text, verify=home.settings.verify_ids)
    entry = home.register.enrolled(key) if key else None
    if entry is not None:
        found = pl.DataFrame([{name: entry[name] for name in list(FOUND)[:-1]}], schema=_entry())
    else:
        found = _named(who(home.snapshot().con), words, limit)
    return with_grades(home, found)


def with_grades(home: "Home", rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `grade`, that of today, behind their other columns; all of them are on the roll."""
    day = home.today()
    first, last = window(day, parameter(home, "grade.window", day))
    most = int(parameter(home, "grade.max_notices_for_b", day))
    counts = [home.register.counts(entity_id, first, last) for entity_id in rows["entity_id"]]
    letters = [grade(one.breaches, one.notices, most).value for one in counts]
    return rows.with_columns(pl.Series("grade", letters, dtype=pl.String))


def _named(people: pl.DataFrame, words: list[str], limit: int) -> pl.DataFrame:
    name = pl.col("name").str.to_lowercase()
    holds = pl.all_horizontal(name.str.contains(word, literal=True) for word in words)
    code = pl.col("entity_id").str.starts_with(words[0].replace("-", "").upper()) if len(words) == 1 else pl.lit(False)
    return (
        people.lazy()
        .filter(pl.col("name").is_not_null() & (holds | code))
        .with_columns(begins=name.str.starts_with(" ".join(words)), holds=holds, length=pl.col("name").str.len_chars())
        .sort("begins", "holds", "length", "entity_id", descending=[True, True, False, False])
        .head(limit)
        .select(_entry().keys())
        .collect()
    )


def _entry() -> dict[str, Any]:
    return {name: dtype for name, dtype in FOUND.items() if name != "grade"}
