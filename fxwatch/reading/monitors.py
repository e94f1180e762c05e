"""Monitors: what was asked in words, the sums it needs, the table that answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import NotFound, RequestError
from fxwatch.facts import facts
from fxwatch.identifiers import entity_key
from fxwatch.periods import MONTHS_OF, Asked, Period, holding, month_shifted, parse_day, parse_period
from fxwatch.reading.traits import region, section
from fxwatch.rule import Monitor
from fxwatch.rulebook import monitors
from fxwatch.sums import LINES
from fxwatch.terms import Bpm6, Item, Scope
from fxwatch.warehouse.settling import settled_as_sums
from fxwatch.warehouse.summing import days_loaded, sums_in, who

if TYPE_CHECKING:
    import duckdb

    from fxwatch.home import Home

UNKNOWN = "unknown"
BOTH_SCOPES = "both"
FEW = 1_000  # entities that are looked up by themselves
LINE_OF = {"article": "item", "bpm6": "bpm6"}


@dataclass(frozen=True)
class Dimension:
    """What monitors can be asked by and filtered on."""

    column: str  # of the warehouse's sums: `entity` where it is a trait of entities
    group: str  # the column of the sums, or of `_people`, that groups them
    fits: Callable[[str], pl.Expr]  # which rows have a value, of the sums or of `_people`

    def has(self, value: str) -> pl.Expr:
        """Which rows have a value; `unknown` stands for what is missing."""
        return pl.col(self.group).is_null() if value.lower() == UNKNOWN else self.fits(value)


def _same(column: str) -> Callable[[str], pl.Expr]:
    return lambda value: pl.col(column) == value


def _same_upper(column: str) -> Callable[[str], pl.Expr]:
    return lambda value: pl.col(column) == value.upper()


def _item(value: str) -> pl.Expr:
    """An item of the article, or a head of BPM6: both under either scheme."""
    if value.lower() in list(Item):
        return pl.col("item") == value.lower()
    return pl.col("bpm6") == _one_of("item", "项目", value, list(Bpm6), also=list(Item))


def _industry(value: str) -> pl.Expr:
    """A section by its letter; a division, group or class by its digits."""
    if value.isdigit():
        return pl.col("industry").str.starts_with(value)
    return pl.col("section") == _one_of(
        "section of industry", "行业门类", value, [row["section"] for row in facts("industries.csv")]
    )


def _area(value: str) -> pl.Expr:
    return pl.col("area").str.starts_with(value)


def _identified(value: str) -> pl.Expr:
    """The identifier as it is kept, or as its key: the organisation code."""
    return pl.col("entity_id").is_in([value, entity_key(value, verify=False) or value, entity_key(value) or value])


def _scope(value: str) -> pl.Expr:
    return pl.col("scope") == _one_of("scope", "范围", value, list(Scope))


# What `--by` and `--where` may name; `entity` is for `--where` alone.
DIMENSIONS = {
    "item": Dimension("item", "item", _item),
    "industry": Dimension("entity", "section", _industry),
    "area": Dimension("entity", "region", _area),
    "economy": Dimension("economy", "economy", _same_upper("economy")),
    "bank": Dimension("bank", "bank", _same("bank")),
    "scope": Dimension("scope", "scope", _scope),
    "entity": Dimension("entity", "entity_id", _identified),
}
BY = [name for name in DIMENSIONS if name != "entity"]


def monitor(
    home: "Home",
    name: str,
    *,
    period: str | None = None,
    as_of: date | str | None = None,
    every: str | None = None,
    top: int | None = None,
    by: str | None = None,
    where: Sequence[str] = (),
    scheme: str = "article",
    scope: str = BOTH_SCOPES,
) -> pl.DataFrame:
    """A monitor's table from the published snapshot: see `monitor_in`."""
    snapshot = home.snapshot()
    people = home.kept.get("people", snapshot.name, lambda: _people(snapshot.con))
    return monitor_in(
        *(snapshot.con, name),
        period=period,
        as_of=as_of,
        every=every,
        top=top,
        by=by,
        where=where,
        scheme=scheme,
        scope=scope,
        people=people,
    )


def monitor_in(
    con: "duckdb.DuckDBPyConnection",
    name: str,
    *,
    period: str | None = None,
    as_of: date | str | None = None,
    every: str | None = None,
    top: int | None = None,
    by: str | None = None,
    where: Sequence[str] = (),
    scheme: str = "article",
    scope: str = BOTH_SCOPES,
    people: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """A monitor's table (spec section 8).

    Args:
        con: a connection to a snapshot of the warehouse.
        name: the monitor.
        period: `2025`, `2025Q3`, `2025-07`, `ytd` (the default) or `2025-01-15..2025-06-30`.
        as_of: flows after this day are left out; the newest flow's day unless given.
        every: `month` or `quarter`, for monitors that go by periods.
        top: how many to show, for monitors that rank.
        by: one of `BY`; adds a leading column of that name.
        where: `DIM=VALUE`; values of one dimension are alternatives, dimensions narrow each other.
        scheme: items of the `article` or heads of `bpm6`.
        scope: `cross_border`, `domestic` or `both`.
        people: who the entities are, where that is at hand: `_people`.

    Returns:
        The columns that the monitor's `measure` names. Without flows a table has no rows.

    Raises:
        NotFound: there is no such monitor.
        RequestError: another word is not understood; the sentence names the words that are.
    """
    chosen = tuned(name, every=every, top=top)
    scheme = _one_of("scheme", "口径", scheme, list(LINE_OF))
    scope = _one_of("scope", "范围", scope, [*Scope, BOTH_SCOPES])
    by = _one_of("dimension", "维度", by, BY) if by else None
    wanted = _wanted(where)
    loaded = days_loaded(con)
    last = parse_day(as_of) if as_of else loaded.end if loaded else date.max  # without flows any day will do
    people = _people(con) if people is None else people
    asked = Asked(
        period=parse_period(period or "ytd", last),
        as_of=last,
        first_day=loaded.start if loaded else None,
        by=by,
        scheme=scheme,
        lines=_lines(wanted, scheme),
        roll=people.lazy().select("entity", "entity_id", "name"),
    )
    seen = _Seen(con, chosen, asked, scope, wanted, people, _stretches(asked, loaded, chosen) if loaded else [])
    parts = [seen.sums(name) for name in chosen.separately] or [seen.sums()]
    return chosen.measure(pl.concat(parts, how="diagonal"), asked)


@dataclass(frozen=True)
class _Seen:
    """What a monitor looks at."""

    con: "duckdb.DuckDBPyConnection"
    chosen: Monitor
    asked: Asked
    scope: str
    wanted: dict[str, list[str]]
    people: pl.DataFrame
    stretches: list[Period]

    def sums(self, *also: str) -> pl.LazyFrame:
        """The sums frame, with further columns; of those that are needed `separately`, these alone."""
        by, line = self.asked.by, LINE_OF[self.asked.scheme]
        columns = ["direction", line, *self.chosen.columns, *also, *(["scope"] if self.scope != BOTH_SCOPES else [])]
        columns += [DIMENSIONS[dimension].column for dimension in (*self.wanted, *([by] if by else []))]
        columns += ["item", "bpm6"] if "item" in self.wanted else []
        columns = list(dict.fromkeys(columns))
        sums = sums_in(self.con, self.stretches, columns, _only(self.wanted, self.people)).lazy()
        if self.chosen.settles and self.stretches and self.asked.days:
            settled = settled_as_sums(self.con, self.asked.days).lazy()
            sums = pl.concat([sums, _fitted(settled, sums.collect_schema())])
        if "since" not in columns:
            sums = sums.with_columns(since=pl.lit(self.asked.days.start if self.asked.days else None, pl.Date))
        if self.scope != BOTH_SCOPES:
            sums = sums.filter(pl.col("scope") == self.scope)
        found = _grouped(_narrowed(sums, self.wanted, self.people), by, self.asked.scheme, self.people)
        return found.drop([name for name in self.chosen.separately if name not in also], strict=False)


def tuned(name: str, *, every: str | None = None, top: int | None = None) -> Monitor:
    """The monitor of that name with the number and the period asked for in place of its own.

    Raises:
        NotFound: there is no such monitor.
        RequestError: the monitor ranks nothing, or has no periods, or the value does not fit.
    """
    if name not in monitors():
        raise NotFound(
            f"There is no monitor {name!r}. There are {', '.join(monitors())}.",
            f"没有名为 {name!r} 的监管指标。可用的有：{'、'.join(monitors())}。",
        )
    chosen = monitors()[name]()
    parameters = {field.name for field in fields(chosen)}
    changes: dict[str, Any] = {}
    if every is not None:
        every = _one_of("length of a period", "统计周期", every, list(MONTHS_OF))
        if "every" not in parameters:
            raise RequestError(
                f"{name} does not go by month or quarter: leave every={every} out.",
                f"{name} 不按月或季列示，请去掉 every={every}。",
            )
        changes["every"] = every
    if top is not None:
        if "top_count" not in parameters:
            raise RequestError(f"{name} ranks nothing: leave top={top} out.", f"{name} 不作排名，请去掉 top={top}。")
        if top < 1:
            raise RequestError(f"At least one row must be shown; found top={top}.", f"至少列出一行，实为 top={top}。")
        changes["top_count"] = top
    return replace(chosen, **changes)


def _wanted(where: Sequence[str]) -> dict[str, list[str]]:
    """The values wanted of each dimension."""
    wanted: dict[str, list[str]] = {}
    for condition in where:
        dimension, equals, value = (part.strip() for part in condition.partition("="))
        dimension = dimension.lower()
        if not equals or not value:
            raise RequestError(
                f"{condition!r} is not a condition. Write DIM=VALUE, as in item=transport; dimensions are {', '.join(DIMENSIONS)}.",
                f"{condition!r} 不是有效的条件。请写成 维度=值，例如 item=transport；可用的维度：{'、'.join(DIMENSIONS)}。",
            )
        DIMENSIONS[_one_of("dimension", "维度", dimension, list(DIMENSIONS))].has(value)
        wanted.setdefault(dimension, []).append(value)
    return wanted


def _lines(wanted: dict[str, list[str]], scheme: str) -> tuple[str, ...]:
    """The lines of the scheme that the conditions name; none where they name others."""
    named = {value.lower() for value in wanted.get("item", ())}
    lines = tuple(line for line in LINES[scheme].categories if line.lower() in named)
    return lines if len(lines) == len(named) else ()


def _people(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """Columns entity, entity_id, name, industry, section (its letter), region (first digits of the area)."""
    return who(con).with_columns(section=section(), region=region())


def _stretches(asked: Asked, loaded: Period, chosen: Monitor) -> list[Period]:
    """The days whose sums are needed, cut at the edges of the period; nothing lies after the newest flow."""
    if not (days := asked.days):
        return []
    cuts = [days.start]
    if chosen.looks_back:
        longest = holding(days.start, "quarter").start
        cuts = [month_shifted(longest, -12), *cuts]
    # The newest flow's month is whole when everything up to its day is in: its partial sums will do.
    end = days.end if days.end < loaded.end else holding(days.end, "month").end
    edges = [*dict.fromkeys(cuts), end + timedelta(days=1)]
    return [Period(first, after - timedelta(days=1)) for first, after in pairwise(edges)]


def _only(wanted: dict[str, list[str]], people: pl.DataFrame) -> dict[str, list[Any]]:
    """What need not be read of others: the conditions on few entities, on economies and on banks, for `sums_in`."""
    only: dict[str, list[Any]] = {}
    for name, values in wanted.items():
        column = DIMENSIONS[name].column
        if column == "entity":
            numbers = people.filter(_fits(name, values))["entity"].to_list()
            if len(numbers) <= FEW and column not in only:
                only[column] = numbers
        elif name not in ("item", "scope"):
            only[column] = [None if value.lower() == UNKNOWN else value for value in values]
            only[column] = [v.upper() if v and name == "economy" else v for v in only[column]]
    return only


def _fits(name: str, values: list[str]) -> pl.Expr:
    return pl.any_horizontal(DIMENSIONS[name].has(value) for value in values)


def _narrowed(sums: pl.LazyFrame, wanted: dict[str, list[str]], people: pl.DataFrame) -> pl.LazyFrame:
    """The rows that fit every dimension wanted."""
    for name, values in wanted.items():
        fits = _fits(name, values)
        if DIMENSIONS[name].column == "entity":
            sums = sums.join(people.lazy().filter(fits).select("entity"), on="entity", how="semi")
        else:
            sums = sums.filter(fits)
    return sums


def _grouped(sums: pl.LazyFrame, by: str | None, scheme: str, people: pl.DataFrame) -> pl.LazyFrame:
    """The sums frame of `fxwatch.sums`: with `line`, and `group` where it is asked."""
    sums = sums.with_columns(line=LINE_OF[scheme])
    if by is None:
        return sums
    if by == "item":
        return sums.with_columns(group="line")
    dimension = DIMENSIONS[by]
    if dimension.column == "entity":
        sums = sums.join(people.lazy().select("entity", dimension.group), on="entity", how="left")
    return sums.with_columns(group=pl.col(dimension.group).cast(pl.String).replace("", None).fill_null(UNKNOWN))


def _fitted(rows: pl.LazyFrame, schema: pl.Schema) -> pl.LazyFrame:
    """The columns of another frame, in its types."""
    return rows.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def _one_of(what: str, what_zh: str, word: str, allowed: Sequence[str], also: Sequence[str] = ()) -> str:
    """The allowed word that is meant, capitals or not."""
    meant = {a.lower(): a for a in allowed}
    if word.lower() not in meant:
        words = [*also, *allowed]
        raise RequestError(
            f"{word!r} is not a {what}. Possible are {', '.join(words)}.",
            f"{word!r} 不是有效的{what_zh}。可用的有：{'、'.join(words)}。",
        )
    return meant[word.lower()]
