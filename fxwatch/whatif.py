"""What if a parameter had another value: what would be found, who would move, how much work it would be. Writes nothing.

A rule that can say what it would find under each of many limits is asked once, at the loosest. Others with a limit are asked at
the loosest about all flows, and from limit to limit about the partitions alone in which they still found something.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.batch import Progress, looked_at
from fxwatch.comparing import FOUND, TERMS, Compared, Comparison
from fxwatch.engines.local import bare, findings_of, in_partitions_of
from fxwatch.errors import RequestError
from fxwatch.naming import UNIT_SCALE, named
from fxwatch.rule import Dated, EarlyWarning
from fxwatch.rulebook import SEVERITY, in_force, parameter_named, parse_value

if TYPE_CHECKING:
    from fxwatch.home import Home

MOST_STEPS = 100
NEAR = Decimal("0.9")  # of a limit: what lies between it and the limit is a near miss
_WORDS = {**FOUND, "object": pl.String, "flows": pl.List(pl.Int64)}
_RANGE = re.compile(r"(?P<low>[0-9.]+)\.\.(?P<high>[0-9.]+):(?P<step>[0-9.]+)")


@dataclass(frozen=True)
class Asked:
    """What is tried: each parameter with its values in words; `swept` is the one that has several, else the first."""

    values: Mapping[str, tuple[str, ...]]
    swept: str

    @property
    def steps(self) -> tuple[str, ...]:
        """The values of the parameter that is swept, in the order in which they are tried."""
        return self.values[self.swept]

    def at(self, step: str) -> dict[str, str]:
        """Every parameter's value in one step."""
        return {name: step if name == self.swept else values[0] for name, values in self.values.items()}


def asked_for(assignments: Sequence[str]) -> Asked:
    """Read `RULE.PARAM=VALUE`: a value, several as `10,12`, or a sweep as `500000..1500000:100000`.

    Raises:
        NotFound: there is no such parameter.
        RequestError: a value does not fit, nothing would change by it, or more than one parameter has several values.
    """
    values: dict[str, tuple[str, ...]] = {}
    for assignment in assignments:
        name, sign, text = assignment.replace(" ", "").partition("=")
        if not sign or not text:
            raise RequestError(
                f"{assignment!r} tries nothing. Write it like large_daily_total.limit_usd=800000, or =500000..1500000:100000.",
                f"{assignment!r} 不是试算条件。请写成 large_daily_total.limit_usd=800000，或 =500000..1500000:100000。",
            )
        parse = parameter_named(name)
        if name.endswith(f".{SEVERITY}") or (name.partition(".")[0] in ("grade", "register") and name not in TERMS):
            raise RequestError(
                f"{name} changes neither hits nor grades. What-if tries parameters of rules, {' and '.join(TERMS)}.",
                f"{name} 不影响命中与等级。可试算各预警指标的参数以及 {'、'.join(TERMS)}。",
            )
        values[name] = tuple(str(parse(one)) for one in _each(text))
    several = [name for name, tried in values.items() if len(tried) > 1]
    if len(several) > 1 or not values:
        raise RequestError(
            "Name at least one parameter, and give several values to one of them at most.",
            "请至少指定一个参数，且至多一个参数可取多个值。",
        )
    return Asked(values, several[0] if several else next(iter(values)))


def _each(text: str) -> list[str]:
    """The values that a text names."""
    sweep = _RANGE.fullmatch(text)
    if sweep is None:
        found = list(dict.fromkeys(text.split(",")))
        count: Decimal | int = len(found)
    else:
        try:
            low, high, step = (Decimal(sweep[part]) for part in ("low", "high", "step"))
        except ArithmeticError as fault:
            raise _no_sweep(text) from fault
        if step <= 0 or high < low:
            raise _no_sweep(text)
        count = (high - low) // step + 1
        found = [f"{low + step * n:f}" for n in range(min(int(count), MOST_STEPS))]
    if count > MOST_STEPS:
        raise RequestError(
            f"{text} has {int(count):,} steps; at most {MOST_STEPS} are tried at a time.",
            f"{text} 共 {int(count):,} 步，一次至多试算 {MOST_STEPS} 步。",
        )
    return found


def _no_sweep(text: str) -> RequestError:
    return RequestError(
        f"{text} is no sweep. Write LOW..HIGH:STEP, like 500000..1500000:100000.",
        f"{text} 不是有效的区间。请写成 LOW..HIGH:STEP，如 500000..1500000:100000。",
    )


def what_if(
    home: "Home",
    *assignments: str,
    first: date | None = None,
    last: date | None = None,
    progress: Progress | None = None,
) -> Compared:
    """What would be found, and who would move, if parameters had other values, throughout time.

    Args:
        home: where.
        assignments: `RULE.PARAM=VALUE`: one value, several (`10,12`) or a sweep (`500000..1500000:100000`) of one parameter.
        first, last: only hits raised in these days are looked at; outside of them everything stays as it is.
        progress: told (looks done, looks to do).

    Returns:
        See `comparing.Compared`; its first step, `in_force`, is what the parameters in force find today.

    Raises:
        NotFound: there is no such parameter.
        RequestError: a value does not fit, or the period ends before it begins.
    """
    asked = asked_for(assignments)
    rules = in_force(home.register.parameters())
    of = dict.fromkeys(name.partition(".")[0] for name in asked.values)
    changed = {name: rules[name] for name in of if name in rules}
    comparison = Comparison(home, list(changed), first, last)
    steps = [(step, asked.at(step)) for step in asked.steps]
    base, *found = _Trial(home, changed, progress or (lambda done, total: None)).found([values for _, values in steps])
    terms = [{name: values[name] for name in TERMS if name in values} for _, values in steps]
    return comparison.told(
        about=asked.values,
        swept=asked.swept,
        base=base if changed else comparison.published,
        no_near=_without_near_misses(changed.values(), home.today()),
        steps=[
            (step, frame if changed else comparison.published, grading)
            for (step, _), frame, grading in zip(steps, found, terms, strict=True)
        ],
    )


class _Trial:
    """The flows, and what rules with other parameters find in them."""

    def __init__(self, home: "Home", rules: Mapping[str, EarlyWarning], progress: Progress) -> None:
        self._rules, self._progress, self._today = rules, progress, home.today()
        self._con = home.snapshot().con
        self._flows, self._inputs = looked_at(self._con, rules.values()) if rules else (pl.DataFrame(), {})

    def found(self, steps: Sequence[Mapping[str, str]]) -> list[pl.DataFrame]:
        """What is found now, then in each step: the columns of `comparing.FOUND`, near misses among them."""
        frames: list[list[pl.DataFrame]] = [[pl.DataFrame(schema=FOUND)] for _ in range(len(steps) + 1)]
        plans = [_Plan(rule, [_with(rule, step) for step in steps], self._today) for rule in self._rules.values()]
        total, done = sum(len(plan.looks) for plan in plans), 0
        self._progress(done, total)
        for plan in plans:
            answers: dict[EarlyWarning, pl.DataFrame] = {}
            for rule, limits in plan.looks.items():
                answers |= self._look(rule, limits)
                done += 1
                self._progress(done, total)
            for step, frame in zip(frames, plan.told(answers), strict=True):
                step.append(frame.select(FOUND.keys()))
        return [pl.concat(step) for step in frames]

    def _look(self, rule: EarlyWarning, limits: Sequence[Any]) -> dict[EarlyWarning, pl.DataFrame]:
        """What a rule finds, and what it would find under each of some limits that are stricter than its own."""
        asked = [rule, *(_at(rule, limit) for limit in limits)]
        found = findings_of(rule, self._flows, self._inputs)
        if type(rule).under_each is EarlyWarning.under_each:
            parts = [found, *under_stricter(asked, found, self._flows, self._inputs)]
            whole = self._named(rule, pl.concat(parts))  # texts are read once for all of them
            starts = accumulate((part.height for part in parts), initial=0)
            told = [whole.slice(start, part.height) for start, part in zip(starts, parts, strict=False)]
        else:
            found = self._named(rule, found)
            told = [found, *(rule.under_each(found, self._flows.lazy(), limits) if limits else [])]
        return {of: _in_words(of, part) for of, part in zip(asked, told, strict=True)}

    def _named(self, rule: EarlyWarning, found: pl.DataFrame) -> pl.DataFrame:
        """Findings with the columns hit_id, entity_id, and object in words."""
        names = named(self._con, bare(rule.name(), found), self._inputs).hits
        return found.drop("object").hstack(names.select("hit_id", "entity_id", "object"))


class _Plan:
    """How the variants of one rule are answered with as few looks as is exact.

    Variants that differ in nothing but one value of the threshold share a look, at a tenth below the lowest of them, so that
    near misses come with it. A variant whose threshold has dates has a look of its own; its near misses are those of today's limit.

    Attributes:
        looks: the rules to be asked, each with the limits that it is to answer for beside its own.
    """

    def __init__(self, rule: EarlyWarning, steps: Sequence[EarlyWarning], today: date) -> None:
        self._variants, self._today = [rule, *steps], today
        self.looks: dict[EarlyWarning, list[Any]] = {}
        for apart, limits in self._limits().items():
            loosest, *others = sorted(limits)
            self.looks[_at(apart, loosest)] = others
        self.looks |= {variant: [] for variant in self._variants if not _is_plain(variant)}

    def _limits(self) -> dict[EarlyWarning, set[Any]]:
        """The limits that are asked of variants that are equal but for them."""
        found: dict[EarlyWarning, set[Any]] = defaultdict(set)
        for variant in self._variants:
            if variant.threshold:
                limit = self._limit(variant)
                found[_at(variant, None)] |= {limit, near_from(_unit(variant), limit)}
        return found

    def _limit(self, variant: EarlyWarning) -> Any:
        return variant.dated(variant.threshold).on(self._today)

    def told(self, answers: Mapping[EarlyWarning, pl.DataFrame]) -> list[pl.DataFrame]:
        """For each variant what it finds, and its near misses."""
        return [self._told(variant, answers) for variant in self._variants]

    def _told(self, variant: EarlyWarning, answers: Mapping[EarlyWarning, pl.DataFrame]) -> pl.DataFrame:
        found = answers[variant]
        if not variant.threshold:
            return found
        limit = self._limit(variant)
        near = answers[_at(variant, near_from(_unit(variant), limit))]
        for more in (answers[_at(variant, limit)], found):
            near = beyond(variant, near, more)
        return pl.concat([found, near.with_columns(is_near=pl.lit(True))])


def beyond(rule: EarlyWarning, near: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """What a looser limit would find beside: that belongs to no hit already.

    A row of days may begin earlier under a looser limit, and a pair be made otherwise: what holds the day on which a hit of the
    same key is raised, or shares a flow with a hit, is that hit.
    """
    near = near.join(found, on="hit_id", how="anti")
    flows = found.select(pl.col("flows").explode()).drop_nulls().unique()
    sharing = near.select("hit_id", "flows").explode("flows").join(flows, on="flows", how="semi")
    if not {"day", "declaration"} & set(rule.key):
        key = ["entity_id", "direction", "object", *(["item"] if "item" in rule.key else [])]
        hits = found.select(*key, since="raised_on")
        pairs = near.join(hits, on=key, nulls_equal=True)
        holding = pairs.filter(pl.col("since").is_between("raised_on", "last_day"))
        sharing = pl.concat([sharing.select("hit_id"), holding.select("hit_id")])
    return near.join(sharing, on="hit_id", how="anti")


def under_stricter(
    rules: Sequence[EarlyWarning], found: pl.DataFrame, flows: pl.DataFrame, inputs: Mapping[str, Any]
) -> Iterator[pl.DataFrame]:
    """What a rule finds under stricter and stricter limits, each asked about what is left of the one before.

    Args:
        rules: the rule with each limit, the loosest first.
        found: what the first finds.
        flows, inputs: as for `engines.local.findings_of`.

    Yields:
        What each but the first finds.
    """
    for before, rule in pairwise(rules):
        flows = in_partitions_of(before, found, flows)
        found = findings_of(rule, flows, inputs)
        yield found


def _without_near_misses(rules: Iterable[EarlyWarning], today: date) -> dict[str, tuple[str, str]]:
    """The rules that have none, with the reason in both languages."""
    told = {}
    for rule in rules:
        limit = rule.dated(rule.threshold).on(today) if rule.threshold else None
        if limit is None:
            told[rule.name()] = (rule.no_near, rule.no_near_zh)
        elif near_from(_unit(rule), limit) == limit:
            told[rule.name()] = (
                f"no whole number lies within 10 % below {rule.threshold} = {limit}",
                f"{rule.threshold} = {limit} 下方 10% 以内没有整数",
            )
    return told


def _unit(rule: EarlyWarning) -> str:
    """The unit of the threshold."""
    return next(p.unit for p in rule.params() if p.name == rule.threshold)


def near_from(unit: str, limit: Any) -> Any:
    """The limit a tenth lower, in the unit's smallest steps: what lies between the two is a near miss.

    >>> near_from("USD", 1_000_000), near_from("days", 10), near_from("days", 5)
    (900000, 9, 5)
    """
    places, rounding = {"USD": (2, ROUND_FLOOR), "ratio": (6, ROUND_CEILING)}.get(unit, (0, ROUND_CEILING))
    lower = (Decimal(str(limit)) * NEAR).quantize(Decimal(1).scaleb(-places), rounding)
    return int(lower) if lower == int(lower) else lower


def _is_plain(variant: EarlyWarning) -> bool:
    """Whether a look that others share answers for it, too."""
    return bool(variant.threshold) and not isinstance(getattr(variant, variant.threshold), Dated)


def _at(variant: EarlyWarning, limit: Any) -> EarlyWarning:
    """The variant with another value of its threshold, throughout."""
    return replace(variant, **{variant.threshold: limit})


def _with(rule: EarlyWarning, step: Mapping[str, str]) -> EarlyWarning:
    """The rule with the values of a step."""
    parts = ((name.partition("."), value) for name, value in step.items())
    own = {param: parse_value(of, param, value) for (of, _, param), value in parts if of == rule.name()}
    return replace(rule, **own)


def _in_words(rule: EarlyWarning, found: pl.DataFrame) -> pl.DataFrame:
    """Findings as they are compared: the columns of `comparing.FOUND`, values in their unit."""
    scale = pl.lit(10 ** UNIT_SCALE[rule.unit]).cast(pl.Decimal(24, 6))
    told: dict[str, Any] = {"rule": rule.name(), "unit": rule.unit, "auto_notice": rule.auto_notice, "is_near": False}
    if "flows" not in found.columns:  # it takes its evidence by a join, afterwards
        found = found.with_columns(flows=pl.lit(None, pl.List(pl.Int64)))
    exact = (pl.col("value", "limit_value").cast(pl.Decimal(24, 6)) / scale).cast(pl.Decimal(24, 6))
    return found.with_columns(exact, **{name: pl.lit(value) for name, value in told.items()}).select(
        pl.col(name).cast(dtype) for name, dtype in _WORDS.items()
    )
