"""What every competitor answers, in one form, and whether two answers are the same.

Hits: a table a rule, with the columns of `HITS`. Monitors, as of the newest flow's day, year to date, by month: a table each, with
the columns of `MONITORS`; money in whole cents, directions and items by their positions, `all` items 99.
"""

from pathlib import Path

import polars as pl
import polars.selectors as cs

ARTICLE = ("large_transport_transfer", "large_daily_total", "consecutive_days")
STREAKS = "consecutive_days"
HITS = {
    "large_transport_transfer": ("entity", "direction", "first_day", "value", "flow_ids"),
    "large_daily_total": ("entity", "direction", "first_day", "value", "flow_ids"),
    "consecutive_days": ("entity", "item", "first_day", "last_day", "raised_on", "value", "flow_ids"),
}
ALL = 99
MONITORS = {
    "top_items": ("direction", "rank", "item", "amount", "flows", "entities"),
    "top_entities": ("direction", "item", "rank", "entity", "amount", "flows"),
    "trends": ("direction", "item", "month", "amount", "previous", "same_last_year"),
    "surges": ("direction", "item", "month", "basis", "rank", "entity", "contribution"),
    "concentration": ("direction", "item", "over", "top3", "top10", "hhi"),
    "balance": ("month", "receipts", "payments", "settled", "purchased"),
}
Answers = dict[str, pl.DataFrame]
CLOSE = 1e-9


def in_form(answers: Answers) -> Answers:
    """Tables with their columns in order, whole numbers as Int64, rows sorted."""
    found = {}
    for name, frame in answers.items():
        columns = (HITS | MONITORS)[name]
        typed = frame.select(columns).with_columns(cs.integer().cast(pl.Int64), cs.datetime().cast(pl.Date))
        typed = typed.with_columns(cs.decimal().cast(pl.Int64))
        found[name] = typed.sort([c for c in columns if c != "flow_ids" and not typed.schema[c].is_float()])
    return found


def save(answers: Answers, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in in_form(answers).items():
        frame.write_parquet(folder / f"{name}.parquet")


def differences(one: Path, other: Path) -> list[str]:
    """Names of the tables that differ between two folders of answers; fractions may differ in their last digits."""
    names = [path.stem for path in sorted(one.glob("*.parquet"))]
    assert set(names) == set(HITS | MONITORS), names
    return [name for name in names if not _same(*(pl.read_parquet(f / f"{name}.parquet") for f in (one, other)))]


def _same(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    if one.schema != other.schema or one.height != other.height:
        return False
    floats = one.select(cs.float()).columns
    near = all(((one[c] - other[c]).abs() < CLOSE).all() for c in floats)
    return near and one.drop(floats).equals(other.drop(floats))
