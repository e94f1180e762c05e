"""What a rule is: early-warning indicators that find, monitors that measure, parameters with dates.

A rule is a frozen dataclass. Its fields are its parameters; everything else is a fact of the class.
`LargeDailyTotal()` is the rule with its defaults, `LargeDailyTotal(limit_usd=300_000)` a what-if, and a field
may hold a `Dated` value, whose version in force depends on the day on which the condition is tested.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Self

import polars as pl

from fxwatch.flows import CENTS_PER_USD, DIRECTION, HIT_DIRECTION, ITEM, packable, packed
from fxwatch.terms import BOTH, Language, label

BEGINNING = date(1, 1, 1)
END = date(9999, 12, 31)
MILLION = 1_000_000


@dataclass(frozen=True)
class Version:
    """One version of a parameter: in force from `valid_from` (inclusive) until the next one begins."""

    valid_from: date
    value: Any
    basis: str = ""


@dataclass(frozen=True)
class Dated:
    """The versions of one parameter, sorted by `valid_from`; the first begins at the beginning of time."""

    versions: tuple[Version, ...]

    def on(self, day: date) -> Any:
        """The value in force on a day."""
        return self.versions[bisect_right([v.valid_from for v in self.versions], day) - 1].value


@dataclass(frozen=True)
class Param:
    """A parameter as the rule declares it."""

    name: str
    default: Any
    unit: str
    meaning: str
    meaning_zh: str
    choices: tuple[str, ...]


def param(default: Any, *, unit: str, meaning: str, meaning_zh: str, choices: tuple[str, ...] = ()) -> Any:
    """A dataclass field with its unit and its meaning. `choices` names the words a text may be."""
    notes = {"unit": unit, "meaning": meaning, "meaning_zh": meaning_zh, "choices": choices}
    return field(default=default, metadata=notes)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What early warnings and monitors share: they are named by their module and describe themselves."""

    title: ClassVar[str]
    title_zh: ClassVar[str]
    basis: ClassVar[str]
    about_zh: ClassVar[str] = ""  # the docstring in Chinese: 为何重要：and 不含：begin its second and third lines
    basis_zh: ClassVar[str] = ""  # for letters in Chinese; where it is empty they quote `basis`

    @classmethod
    def name(cls) -> str:
        """The module's name: the rule's code everywhere."""
        return cls.__module__.rsplit(".", 1)[-1]

    @classmethod
    def params(cls) -> tuple[Param, ...]:
        """The parameters in the order of their declaration."""
        return tuple(Param(f.name, f.default if f.default is not MISSING else None, **f.metadata) for f in fields(cls))

    def dated(self, name: str) -> Dated:
        """A parameter as its versions, one version where it has no dates."""
        value = getattr(self, name)
        return value if isinstance(value, Dated) else Dated((Version(BEGINNING, value),))

    def on(self, name: str, day: pl.Expr) -> pl.Expr:
        """The parameter in force on a day, as an expression; a limit in USD comes in cents.

        >>> from datetime import date
        >>> @dataclass(frozen=True, kw_only=True)
        ... class Example(Rule):
        ...     limit_usd: int = param(5, unit="USD", meaning="", meaning_zh="")
        >>> pl.select(Example().on("limit_usd", pl.lit(date(2025, 1, 1)))).item()
        500
        """
        first, *later = self.dated(name).versions
        chosen = pl.lit(in_small_units(name, first.value))
        for version in later:
            chosen = (
                pl.when(day >= version.valid_from).then(pl.lit(in_small_units(name, version.value))).otherwise(chosen)
            )
        return chosen

    def unchanging(self) -> list[tuple[date, date, Self]]:
        """The stretches of days in which no parameter changes: first day, the day after the last, and the rule with plain values.

        A rule of several steps is easier to get right where its numbers stand still: it is asked once for each stretch,
        and of the tests that it makes those count whose day lies in the stretch.
        """
        names = [p.name for p in self.params()]
        days = sorted({version.valid_from for name in names for version in self.dated(name).versions} | {BEGINNING})
        return [
            (first, until, type(self)(**{name: self.dated(name).on(first) for name in names}))
            for first, until in zip(days, [*days[1:], END], strict=True)
        ]

    def cents(self, name: str) -> int:
        """A limit in USD in whole cents; of a rule without dates alone."""
        return int(in_small_units(name, getattr(self, name)))

    def millionths(self, name: str) -> int:
        """A ratio in whole millionths; of a rule without dates alone."""
        return int(Decimal(str(getattr(self, name))) * MILLION)

    def highest(self, name: str) -> Any:
        """The highest of all versions of a parameter, as `on` gives it."""
        return max(in_small_units(name, version.value) for version in self.dated(name).versions)

    def lowest(self, name: str) -> Any:
        """The lowest of all versions of a parameter, as `on` gives it: what lies below needs no date to be passed over."""
        return min(in_small_units(name, version.value) for version in self.dated(name).versions)


def in_small_units(name: str, value: Any) -> Any:
    """A parameter as rules compute with it: USD in whole cents, all else as it is."""
    return int(Decimal(str(value)) * CENTS_PER_USD) if name.endswith("_usd") else value


@dataclass(frozen=True, kw_only=True)
class EarlyWarning(Rule):
    """An early-warning indicator: finds, in the flows of any set of whole entities, what deserves a look.

    Facts a rule declares beside title, title_zh and basis:

    - `because`, `because_zh`: the sentence of a hit, a format string over the hit's columns and `entity` (its name),
      `item_name`, `direction_name`, `moved` (received, paid);
    - `unit`: of `value` and `limit_value`: `USD`, `days`, `count` or `ratio`;
    - `severity`: `article` or `supplementary`; `auto_notice`: whether the policy `monthly` may act on it;
    - `key`: the columns a finding shares with the flows behind it, beside `first_day <= day <= last_day`;
    - `partition`: `entity`, or `counterparty` where whole counterparties must stay together;
    - `within`: columns of the frame, `month`, `quarter` or `payee` (the contract, else the counterparty) within which it is
      self-contained, where they are finer than the partition: what it finds about flows that share them depends on no other flows, and
      where there are none it finds nothing. A run then looks again at these alone. Where an identity is among them (counterparty,
      contract, invoice, tax_filing, payee), flows without it, or that the rule does not look at, bear on no finding;
    - `adds_legs`: whether it takes the legs of a declaration together, which may lie in several of these keys;
    - `skips_flows`: whether each flow, or each declaration, is counted by `skipped` or not whatever the others are;
    - `columns`: names of `flows.EXTRA_COLUMNS` that it needs;
    - `threshold`: the parameter that limits what is found: with a stricter value it finds something in no whole partition in which
      it found nothing before. What a tenth less of it would find beside are the near misses of a trial;
    - `no_near`, `no_near_zh`: for a rule without one, why there are no near misses;
    - `passed_over_zh`: each reason that `skipped` gives, with what it is in Chinese;
    - `unfed`: inputs, each with what follows, in English and in Chinese, where nothing of it is loaded.

    `find` may name further inputs as keyword parameters: `calendar` (day, is_workday), `roll` (see `register.roll`),
    `first_loaded_day` and the others of `rulebook.INPUTS`. It is pure: no clock, no disk, no settings.
    """

    because: ClassVar[str]
    because_zh: ClassVar[str]
    unit: ClassVar[str] = "USD"
    severity: ClassVar[str] = "supplementary"
    auto_notice: ClassVar[bool] = False
    version: ClassVar[str] = "1"
    key: ClassVar[tuple[str, ...]] = ("entity", "direction")
    partition: ClassVar[str] = "entity"
    within: ClassVar[tuple[str, ...]] = ()
    adds_legs: ClassVar[bool] = False
    skips_flows: ClassVar[bool] = False
    columns: ClassVar[tuple[str, ...]] = ()
    threshold: ClassVar[str] = ""
    no_near: ClassVar[str] = "it names no limit that could be missed narrowly"
    no_near_zh: ClassVar[str] = "该指标未声明可比照的限额"

    passed_over_zh: ClassVar[tuple[tuple[str, str], ...]] = ()
    unfed: ClassVar[tuple[tuple[str, str, str], ...]] = ()

    def looks_at(self) -> pl.Expr:
        """Which flows the rule looks at; evidence is taken from these alone."""
        return pl.lit(True)

    def find(self, flows: pl.LazyFrame, *args: Any, **inputs: Any) -> pl.LazyFrame:
        """The findings, with the columns of `FINDING` and those of `key`.

        Args:
            flows: the flow frame of `fxwatch.flows`.
            args, inputs: never given; they let a rule name the inputs that it needs.

        Returns:
            One row a finding. `value` and `limit_value` are Int64: cents for USD, millionths for a ratio, else ones.
            It may have the columns of `ALSO_FOUND` beside.
        """
        raise TypeError(f"{type(self).__name__} does not say how it finds")  # a misfit: the rule book refuses it first

    def evidence(self, found: pl.LazyFrame, flows: pl.LazyFrame) -> pl.LazyFrame:
        """The flows behind each finding: columns `finding` (its number in `found`) and `flow`.

        A finding brings them in a list column `flows`, or they are found now, after filtering, by a join on `key` and the days.
        """
        if "flows" in found.collect_schema():
            return found.select("finding", flow="flows").explode("flow")
        # `both` and empty items stand for every direction and item, so they are not among the key's columns.
        wanted = found.select("finding", *self.key, *({"first_day", "last_day"} - set(self.key)))
        if "direction" in self.key:
            wanted = wanted.with_columns(pl.col("direction").cast(DIRECTION))
        key = packed(*self.key) if packable(self.key) else pl.struct(*self.key)
        key = key if len(self.key) > 1 else pl.col(self.key[0])
        looked_at = flows.filter(self.looks_at()).select("flow", "day", on=key)
        behind = looked_at.join(wanted.select("finding", "first_day", "last_day", on=key), on="on")
        # A declaration is known by its number alone: changes may have given its legs different days.
        if not {"day", "declaration"} & set(self.key):
            behind = behind.filter(pl.col("day").is_between("first_day", "last_day"))
        return behind.select("finding", "flow")

    def reach(self, calendar: pl.DataFrame) -> int | None:
        """Of a rule of `episodes`: how many days before an active day the window of the test at its end begins at most.

        A run then looks again at the days around a change alone (see `stretches`). The rule promises that its key is the entity and
        `parts`, active on the days of the flows that it looks at and that the calendar covers; that a test depends on the flows
        of its window alone; and, where it has `parts`, that fewer flows in a window never make the test hold. None: no such promise.
        """
        return None

    def recalls(self) -> tuple[str, ...]:
        """Of a rule with `reach`: the columns, the entity among them, that flows of a window share with earlier ones on whose days, the
        last before each, the test hangs as well. None: on none.

        The rule is then shown, beside the flows of a stretch, the last one before it of each such key, with an amount of 0: it
        makes no test hold.
        """
        return ()

    def able(self, flows: pl.LazyFrame, *args: Any, **inputs: Any) -> pl.LazyFrame:
        """Of a rule with `reach`: column `entity`, of those of whom a test may hold whose window lies among these flows. A cheap look that
        may name others, and leaves none out; it may name inputs, as `find` does. Without it, whoever changed is looked at.
        """
        raise TypeError(f"{type(self).__name__} does not say who is able")  # whoever asks looks first

    def parts(self) -> list[pl.Expr]:
        """What beside the entity makes the key of a rule with `reach`."""
        return []

    def not_computed(self, flows: pl.LazyFrame, *args: Any, **inputs: Any) -> pl.LazyFrame:
        """Stretches that could not be judged: columns of `NOT_COMPUTED`. May name inputs, as `find` does.

        It is shown the flows of days in years that the calendar does not cover, and no others.
        """
        return pl.LazyFrame(schema=NOT_COMPUTED)

    def under_each(self, found: pl.DataFrame, flows: pl.LazyFrame, limits: Sequence[Any]) -> list[pl.DataFrame]:
        """What would be found under each of several values of `threshold`, none looser than its own: out of what it found.

        A rule that can say it exactly is asked once where somebody tries many limits. Others leave this as it is: they are asked
        again for each limit, about the partitions in which the looser one found something.

        Args:
            found: what `find` returned.
            flows: what it looked at.
            limits: values of the parameter in force throughout.

        Returns:
            For each limit the columns of `found`.
        """
        raise TypeError(f"{type(self).__name__} is asked again for each limit")  # whoever asks looks first

    def skipped(self, flows: pl.LazyFrame, *args: Any, **inputs: Any) -> pl.LazyFrame:
        """What was passed over because data are missing, counted: columns of `SKIPPED`. May name inputs, as `find` does.

        Counts over parts of the flows add up to the count over all.
        """
        return pl.LazyFrame(schema=SKIPPED)

    def explain(self, hit: dict[str, Any], language: Language = "en") -> str:
        """The sentence of one hit, from the hit and its own limit."""
        template = self.because_zh if language == "zh" else self.because
        words = {
            "item_name": label(hit["item"], language) if hit["item"] else "",
            "direction_name": label(hit["direction"] or BOTH, language),
            "moved": label(f"moved_{hit['direction'] or BOTH}", language),
        }
        return template.format(**{**hit, **words})


def above(found: pl.DataFrame, limit: int) -> pl.DataFrame:
    """The findings that lie above another limit, in small units, and are judged by it: for rules in which nothing else hangs on it."""
    return found.filter(pl.col("value") > limit).with_columns(limit_value=pl.lit(limit, pl.Int64))


# What `find` returns at least. `object` is the further part of a key, a text, null for none.
FINDING: dict[str, pl.DataType | type[pl.DataType]] = {
    "entity": pl.Int32,
    "direction": HIT_DIRECTION,
    "item": ITEM,
    "object": pl.String,
    "first_day": pl.Date,
    "last_day": pl.Date,
    "raised_on": pl.Date,
    "value": pl.Int64,
    "limit_value": pl.Int64,
}


# What a finding may have beside; null for none. A text in braces in `object` and `group` stands for what the flow `named_by`
# has there: {counterparty} (as it is compared), {contract}, {invoice}, {flow}: the frame has numbers for these, and the texts of
# few are read at the end. Findings that share `group` are one matter and share `group_id`. `settlements` has the numbers of the
# settlements that count, beside the flows.
ALSO_FOUND: dict[str, pl.DataType | type[pl.DataType]] = {
    "declaration": pl.Int64,
    "named_by": pl.Int64,
    "group": pl.String,
    "settlements": pl.List(pl.String),
}
PLACEHOLDERS = ("counterparty", "contract", "invoice", "flow")


def finding(
    *,
    value: pl.Expr | str,
    limit: pl.Expr | str,
    first_day: str,
    last_day: str | None = None,
    raised_on: str | None = None,
    entity: str = "entity",
    direction: str = "direction",
    item: pl.Expr | str | None = None,
    object: pl.Expr | str | None = None,
) -> list[pl.Expr]:
    """The columns of `FINDING` out of those of a frame; a finding of one day needs `first_day` alone."""
    given = {
        "entity": entity, "direction": direction, "item": item, "object": object, "first_day": first_day,
        "last_day": last_day or first_day, "raised_on": raised_on or last_day or first_day, "value": value, "limit_value": limit,
    }  # fmt: skip
    made = {
        name: pl.lit(None) if what is None else pl.col(what) if isinstance(what, str) else what
        for name, what in given.items()
    }
    return [made[name].cast(dtype).alias(name) for name, dtype in FINDING.items()]


NOT_COMPUTED: dict[str, pl.DataType | type[pl.DataType]] = {
    "entity": pl.Int32,
    "item": ITEM,
    "year": pl.Int32,
    "reason": pl.String,
}

SKIPPED: dict[str, pl.DataType | type[pl.DataType]] = {"reason": pl.String, "count": pl.Int64}


def passed_over(flows: pl.LazyFrame, counts: Mapping[str, pl.Expr]) -> pl.LazyFrame:
    """The columns of `SKIPPED`: for each reason what an expression over some flows counts."""
    counted = flows.select(what.cast(pl.Int64).alias(reason) for reason, what in counts.items())
    return counted.unpivot(variable_name="reason", value_name="count")


@dataclass(frozen=True, kw_only=True)
class Monitor(Rule):
    """A monitoring indicator: measures sums over a period and returns a table for people to look at.

    Facts a monitor declares beside title, title_zh and basis: `columns`, the columns of `sums.SUMS` that it needs beside
    direction, line and what is added up; `separately`, further columns that it never needs in one row: the frame then has
    the same sums once for each of them, the others null; `looks_back`, whether it compares with the period before and with last year;
    `settles`, whether what was settled and bought inside accounts is among the rows (`settled_usd` alone).
    """

    columns: ClassVar[tuple[str, ...]] = ()
    separately: ClassVar[tuple[str, ...]] = ()
    looks_back: ClassVar[bool] = False
    settles: ClassVar[bool] = False

    def measure(self, sums: pl.LazyFrame, asked: Any) -> pl.DataFrame:
        """The table; `periods.Asked` says what is asked, the monitors what columns they need."""
        raise TypeError(f"{type(self).__name__} does not say how it measures")
