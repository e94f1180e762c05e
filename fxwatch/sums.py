"""The sums frame: what every monitor adds up, declared once, and the steps that monitors share.

One row is a partial sum of classified flows in scope. Any rows may be summed early or late, and frames of different
entities may be put one below the other: every monitor says the same.

| column | type | meaning |
|---|---|---|
| `since` | Date | first day of the days summed, which never cross the end of a month or an edge of the asked period |
| `direction` | Enum | `receipt`, `payment` |
| `line` | Enum | item of the article, or head of BPM6: see `LINES` |
| `group` | String or Enum | the group of `--by`, `unknown` where it is missing; only if asked |
| `entity` | Int32 | number of the entity (`Asked.roll` has its identifier and name) |
| `economy` | String | of the counterparty; null where unknown |
| `amount_usd` | Int64 | USD equivalent in **cents** |
| `flows` | Int64 | number of flows |
| `settled_usd` | Int64 | the part of `amount_usd` settled against or bought with CNY, in **cents** |

A monitor names what it needs of `since`, `entity` and `economy` in `Monitor.columns`; more columns are welcome. To one that
does not name `since` all days of the period are one, and its first day stands for them.
"""

from decimal import Decimal
from typing import Any

import polars as pl
from polars import selectors as cs

from fxwatch.flows import DIRECTION
from fxwatch.periods import MONTHS_OF, Asked, later
from fxwatch.terms import Bpm6, Direction, Item

ALL = "all"
# The order is that of ties and of rows; `all` stands for the sum of all items and is never in a sums frame.
LINES = {"article": pl.Enum([*(i.value for i in Item), ALL]), "bpm6": pl.Enum([*(b.value for b in Bpm6), ALL])}

SUMS: dict[str, pl.DataType | type[pl.DataType]] = {
    "since": pl.Date,
    "direction": DIRECTION,
    "line": LINES["article"],
    "group": pl.String,
    "entity": pl.Int32,
    "economy": pl.String,
    "amount_usd": pl.Int64,
    "flows": pl.Int64,
    "settled_usd": pl.Int64,
}

DIGITS = 12
_USD = pl.Decimal(24, 2)


def among(asked: Asked, *names: str) -> list[str]:
    """The columns that stand apart: `group` where groups are asked, then the names given."""
    return ["group", *names] if asked.by else list(names)


def in_period(asked: Asked) -> pl.Expr:
    """Whether a row lies in the asked period."""
    days = asked.days
    return pl.col("since").is_between(days.start, days.end) if days else pl.lit(False)


def starts(every: str) -> pl.Expr:
    """The first day of the month or quarter that a row belongs to."""
    return pl.col("since").dt.truncate(f"{MONTHS_OF[every]}mo")


def ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """One count of cents over another as a fraction; null over zero."""
    return pl.when(whole != 0).then(part / whole).round(DIGITS)


def at_least(part: pl.Expr, share: Any, whole: pl.Expr) -> pl.Expr:
    """Whether `part` is at least `share` of `whole`: exact, so that what lies on the limit counts."""
    numerator, denominator = Decimal(str(share)).as_integer_ratio()
    wide = (part.cast(pl.Int128), whole.cast(pl.Int128))
    return wide[0] * pl.lit(denominator, pl.Int128) >= wide[1] * pl.lit(numerator, pl.Int128)


def with_all(frame: pl.LazyFrame, *apart: str) -> pl.LazyFrame:
    """The frame and, below it, its amounts over all lines."""
    rest = [name for name in frame.collect_schema().names() if name not in (*apart, "line")]
    over_all = frame.group_by(apart).agg(pl.col(rest).sum()).with_columns(line=pl.lit(ALL, _line(frame)))
    return pl.concat([frame, over_all.select(frame.collect_schema().names())])


def first(frame: pl.DataFrame, count: int, apart: list[str], *, by: str = "amount_usd", ties: str) -> pl.DataFrame:
    """The first rows of each group with their `rank`: the larger first, then by `ties`."""
    ordered = frame.sort(*apart, by, ties, descending=[*(False for _ in apart), True, False])
    return ordered.with_columns(rank=pl.int_range(1, pl.len() + 1).over(apart)).filter(pl.col("rank") <= count)


def every_line(sums: pl.LazyFrame, asked: Asked, rows: pl.DataFrame) -> pl.DataFrame:
    """Each of the rows for every group, direction and line (and `all`): what makes a table dense."""
    lines = pl.DataFrame({"line": [*_lines(asked), ALL]}, schema={"line": LINES[asked.scheme]})
    directions = pl.DataFrame({"direction": list(Direction)}, schema={"direction": DIRECTION})
    return every_group(sums, asked, directions.join(lines, how="cross").join(rows, how="cross"))


def every_group(sums: pl.LazyFrame, asked: Asked, rows: pl.DataFrame) -> pl.DataFrame:
    """Each of the rows for every group; the rows themselves where no groups are asked."""
    if not asked.by:
        return rows
    if asked.by == "item":
        groups = pl.DataFrame({"group": _lines(asked)}, schema={"group": LINES[asked.scheme]})
    else:
        groups = sums.select("group").unique().collect(engine="streaming")
    return groups.join(rows, how="cross")


def series(sums: pl.LazyFrame, asked: Asked, every: str) -> pl.DataFrame:
    """Every line's amounts by month or quarter, beside what they are compared with.

    Returns:
        Cents: `amount_usd` (of the days asked), `previous` and `same_last_year` (of the whole base period, null before the first
        loaded day), each with the direction's total (`…_total`); `start`, `period` (its label) and `complete`.
    """
    apart = among(asked, "direction", "line")
    whole, amount = pl.col("amount_usd").sum(), pl.col("amount_usd").filter(in_period(asked)).sum()
    parts = sums.group_by(*apart, start=starts(every)).agg(whole=whole, amount_usd=amount)
    found = with_all(parts, *among(asked, "direction"), "start").collect(engine="streaming")
    rows = every_line(sums, asked, calendar(asked, every))
    rows = rows.join(found.drop("whole"), on=[*apart, "start"], how="left").with_columns(
        pl.col("amount_usd").fill_null(0)
    )
    for name, months in (("previous", MONTHS_OF[every]), ("same_last_year", 12)):
        base = found.select(*apart, pl.col("start").dt.offset_by(f"{months}mo"), pl.col("whole").alias(name))
        loaded = pl.when(f"{name}_loaded").then(pl.col(name).fill_null(0))
        rows = rows.join(base, on=[*apart, "start"], how="left").with_columns(loaded.alias(name))
    totals = pl.col("amount_usd", "previous", "same_last_year").filter(pl.col("line") == ALL).first()
    return rows.with_columns(totals.over(among(asked, "direction", "start")).name.suffix("_total"))


def table(frame: pl.DataFrame, asked: Asked, *columns: str, order: list[str]) -> pl.DataFrame:
    """The rows as people read them: sorted, money as exact decimals, the group first and named after its dimension.

    By item, a group holds one item, so the item is named once and `all` falls away.
    """
    frame = frame.sort(among(asked, *order))
    if asked.by == "item":
        frame = frame.filter(pl.col("line") == pl.col("group")) if "line" in frame.columns else frame
        frame, columns = frame.with_columns(line="group"), ("item", *(c for c in columns if c != "item"))
    elif asked.by:
        frame, columns = frame.rename({"group": asked.by}), (asked.by, *columns)
    shown = frame.rename({"line": "item"}, strict=False).select(columns)
    return shown.with_columns(cs.enum().cast(pl.String))


def usd(*names: str) -> pl.Expr:
    """Cents as exact decimals of USD."""
    return (pl.col(names).cast(_USD) / 100).cast(_USD)


def calendar(asked: Asked, every: str) -> pl.DataFrame:
    """The months or quarters to show: `start`, `period`, `complete`, and whether their bases are loaded."""
    bases = {"previous_loaded": -MONTHS_OF[every], "same_last_year_loaded": -12}
    rows = [
        {"start": part.start, "period": part.label, "complete": asked.is_complete(part)}
        | {name: asked.is_loaded(later(part, months)) for name, months in bases.items()}
        for part in asked.parts(every)
    ]
    types = {"start": pl.Date, "period": pl.String, "complete": pl.Boolean, **dict.fromkeys(bases, pl.Boolean)}
    return pl.DataFrame(rows, schema=types)


def _lines(asked: Asked) -> list[str]:
    return list(asked.lines) or [line for line in LINES[asked.scheme].categories if line != ALL]


def _line(frame: pl.LazyFrame) -> pl.DataType:
    return frame.collect_schema()["line"]
