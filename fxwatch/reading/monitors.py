"""Monitors: what was asked in words, the sums it needs, the table that answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import polars as pl

from fxwatch.errors import HouseError, NotFound, RequestError
from fxwatch.facts import facts
from fxwatch.periods import MONTHS_OF, Asked, Period, holding, month_shifted, parse_day, parse_period
from fxwatch.rule import Monitor
from fxwatch.sums import LINES
from fxwatch.terms import Bpm6, Item, Scope
from fxwatch.warehouse.summing import days_loaded, sums_in, who

if TYPE_CHECKING:
    import duckdb

    from fxwatch.home import Home

UNKNOWN = "unknown"
BOTH_SCOPES = "both"
AREA_DIGITS = 2
LINE_OF = {"article": "item", "bpm6": "bpm6"}


@dataclass(frozen=True)
class Dimension:
    """What monitors can be asked by and filtered on."""

    column: str  # of the warehouse's sums
    group: str | None  # the column of `who` that groups entities, where the dimension is a trait of theirs
    fits: Callable[[str, str], pl.Expr]  # (column, value) -> which rows have the value


def _same(column: str, value: str) -> pl.Expr:
    return pl.col(column).is_null() if value == UNKNOWN else pl.col(column) == value


def _same_upper(column: str, value: str) -> pl.Expr:
    return _same(column, value if value == UNKNOWN else value.upper())


def _begins(column: str, value: str) -> pl.Expr:
    return pl.col(column).is_null() if value == UNKNOWN else pl.col(column).str.starts_with(value)


def _industry(column: str, value: str) -> pl.Expr:
    """A section by its letter, or a division, group or class by its digits."""
    return _begins("industry", value) if value.isdigit() else _same_upper(column, value)


def _identified(column: str, value: str) -> pl.Expr:
    """The identifier as it is kept, or the organisation code within a longer or hyphened one."""
    plain = value.upper().replace("-", "")
    return pl.col(column).is_in([value, plain, plain[8:17] if len(plain) == 18 else plain])


def _item(column: str, value: str) -> pl.Expr:
    if value.lower() in list(Item):
        return pl.col("item") == value.lower()
    head = value if value in list(Bpm6) else value.upper()
    if head not in list(Bpm6):
        raise _not_one_of("item", "项目", value, [*Item, *Bpm6])
    return pl.col("bpm6") == head


# What `--by` and `--where` may name; `entity` is for `--where` alone.
DIMENSIONS = {
    "item": Dimension("item", None, _item),
    "industry": Dimension("entity", "section", _industry),
    "area": Dimension("entity", "region", _begins),
    "economy": Dimension("economy", None, _same_upper),
    "bank": Dimension("bank", None, _same),
    "entity": Dimension("entity", "entity_id", _identified),
}
BY = [name for name in DIMENSIONS if name != "entity"]


@cache
def monitors() -> dict[str, type[Monitor]]:
    """The monitors by name: whatever lies in `indicators/monitoring`.

    Raises:
        HouseError: a file there does not hold exactly one monitor.
    """
    folder = import_module("indicators.monitoring")
    found = {}
    for module in sorted(m.name for m in iter_modules(folder.__path__)):
        room = import_module(f"{folder.__name__}.{module}")
        here = [c for c in vars(room).values() if isinstance(c, type) and issubclass(c, Monitor) and c.__module__ == room.__name__]
        if len(here) != 1:
            raise HouseError(
                f"{room.__file__} should hold one monitor, found {len(here)}.", f"{room.__file__} 应恰有一个监管指标,实有 {len(here)} 个。"
            )
        found[module] = here[0]
    return found


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
    con = home.snapshot().con
    return monitor_in(con, name, period=period, as_of=as_of, every=every, top=top, by=by, where=where, scheme=scheme, scope=scope)


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

    Returns:
        The columns that the monitor's `measure` names. Without flows a table has no rows.

    Raises:
        NotFound: there is no such monitor.
        RequestError: another word is not understood; the sentence names the words that are.
    """
    chosen = tuned(name, every=every, top=top)
    _check_word("scheme", "口径", scheme, list(LINE_OF))
    _check_word("scope", "范围", scope, [*Scope, BOTH_SCOPES])
    if by is not None:
        _check_word("dimension", "维度", by, BY)
    wanted = _wanted(where)
    loaded = days_loaded(con)
    last = parse_day(as_of) if as_of else loaded.end if loaded else date.today()  # noqa: DTZ011  no flows: any day will do
    people = _people(con)
    asked = Asked(
        period=parse_period(period or "ytd", last),
        as_of=last,
        first_day=loaded.start if loaded else None,
        by=by,
        scheme=scheme,
        lines=_lines(wanted, scheme),
        roll=people.lazy().select("entity", "entity_id", "name"),
    )
    columns = ["direction", LINE_OF[scheme], *chosen.columns, *(["scope"] if scope != BOTH_SCOPES else [])]
    columns += [DIMENSIONS[dimension].column for dimension in (*wanted, *([by] if by else []))]
    columns += ["item", "bpm6"] if "item" in wanted else []
    stretches = _stretches(asked, loaded, chosen) if loaded else []
    sums = sums_in(con, stretches, list(dict.fromkeys(columns))).lazy()
    if scope != BOTH_SCOPES:
        sums = sums.filter(pl.col("scope") == scope)
    return chosen.measure(_grouped(_narrowed(sums, wanted, people), by, scheme, people), asked)


def tuned(name: str, *, every: str | None = None, top: int | None = None) -> Monitor:
    """The monitor of that name with the number and the period asked for in place of its own.

    Raises:
        NotFound: there is no such monitor.
        RequestError: the monitor ranks nothing, or has no periods, or the value does not fit.
    """
    if name not in monitors():
        raise NotFound(
            f"There is no monitor {name!r}. There are {', '.join(monitors())}.", f"没有名为 {name!r} 的监管指标。可用的有:{'、'.join(monitors())}。"
        )
    chosen = monitors()[name]()
    parameters = {field.name for field in fields(chosen)}
    if every is not None:
        _check_word("length of a period", "统计周期", every, list(MONTHS_OF))
        if "every" not in parameters:
            raise RequestError(f"{name} does not go by month or quarter: leave every={every} out.", f"{name} 不按月或季列示,请去掉 every={every}。")
        chosen = replace(chosen, **{"every": every})
    if top is not None:
        if "top_count" not in parameters:
            raise RequestError(f"{name} ranks nothing: leave top={top} out.", f"{name} 不作排名,请去掉 top={top}。")
        if top < 1:
            raise RequestError(f"At least one row must be shown; found top={top}.", f"至少列出一行,实为 top={top}。")
        chosen = replace(chosen, **{"top_count": top})
    return chosen


def _wanted(where: Sequence[str]) -> dict[str, list[str]]:
    """The values wanted of each dimension."""
    wanted: dict[str, list[str]] = {}
    for condition in where:
        dimension, equals, value = (part.strip() for part in condition.partition("="))
        if not equals or not value:
            raise RequestError(
                f"{condition!r} is not a condition. Write DIM=VALUE, as in item=transport; dimensions are {', '.join(DIMENSIONS)}.",
                f"{condition!r} 不是有效的条件。请写成 维度=值,例如 item=transport;可用的维度:{'、'.join(DIMENSIONS)}。",
            )
        _check_word("dimension", "维度", dimension, list(DIMENSIONS))
        if dimension == "industry" and not value.isdigit() and value != UNKNOWN:
            _check_word("section of industry", "行业门类", value.upper(), [row["section"] for row in facts("industries.csv")])
        DIMENSIONS[dimension].fits(dimension, value)
        wanted.setdefault(dimension, []).append(value)
    return wanted


def _lines(wanted: dict[str, list[str]], scheme: str) -> tuple[str, ...]:
    """The lines of the scheme that the conditions name; none where they name others."""
    named = {value.lower() for value in wanted.get("item", ())}
    lines = tuple(line for line in LINES[scheme].categories if line.lower() in named)
    return lines if len(lines) == len(named) else ()


def _people(con: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """Columns entity, entity_id, name, industry, section (its letter), region (first digits of the area)."""
    sections = {
        f"{division:02d}": row["section"]
        for row in facts("industries.csv")
        for division in range(int(row["first_division"]), int(row["last_division"]) + 1)
    }
    industry = pl.col("industry").str.strip_prefix("-")
    letter = industry.str.extract(r"^([A-Ta-t])", 1).str.to_uppercase()
    division = industry.str.extract(r"(\d{2})", 1)
    return who(con).with_columns(
        industry=pl.col("industry").str.strip_chars_start("ABCDEFGHIJKLMNOPQRSTabcdefghijklmnopqrst"),
        section=pl.coalesce(letter, division.replace_strict(sections, default=None, return_dtype=pl.String)),
        region=pl.col("area").str.extract(r"^(\d{2})", 1),
    )


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
    return [Period(first, after - timedelta(days=1)) for first, after in zip(edges, edges[1:], strict=False)]


def _narrowed(sums: pl.LazyFrame, wanted: dict[str, list[str]], people: pl.DataFrame) -> pl.LazyFrame:
    """The rows that fit every dimension wanted."""
    for name, values in wanted.items():
        dimension = DIMENSIONS[name]
        fits = pl.any_horizontal(dimension.fits(dimension.group or dimension.column, value) for value in values)
        if dimension.group:
            sums = sums.join(people.lazy().filter(fits).select("entity"), on="entity", how="semi")
        else:
            sums = sums.filter(fits)
    return sums


def _grouped(sums: pl.LazyFrame, by: str | None, scheme: str, people: pl.DataFrame) -> pl.LazyFrame:
    """The sums frame of `fxwatch.sums`: with `line`, and `group` where it is asked."""
    line = pl.col(LINE_OF[scheme]).cast(pl.String).cast(LINES[scheme])
    sums = sums.with_columns(line=line)
    if by is None:
        return sums
    dimension = DIMENSIONS[by]
    if by == "item":
        return sums.with_columns(group="line")
    if not dimension.group:
        return sums.with_columns(group=pl.col(dimension.column).replace("", None).fill_null(UNKNOWN))
    groups = people.lazy().select("entity", group=pl.col(dimension.group).fill_null(UNKNOWN))
    return sums.join(groups, on="entity", how="left").with_columns(pl.col("group").fill_null(UNKNOWN))


def _check_word(what: str, what_zh: str, word: str, allowed: Sequence[str]) -> None:
    if word not in allowed:
        raise _not_one_of(what, what_zh, word, allowed)


def _not_one_of(what: str, what_zh: str, word: str, allowed: Sequence[str]) -> RequestError:
    return RequestError(
        f"{word!r} is not a {what}. Possible are {', '.join(allowed)}.", f"{word!r} 不是有效的{what_zh}。可用的有:{'、'.join(allowed)}。"
    )
