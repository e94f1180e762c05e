"""The rule book as people read it: what each rule says of itself, the versions of its parameters, its hits by month."""

import inspect
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.grading import GRADE_PARAMETERS
from fxwatch.procedure import REGISTER_PARAMETERS
from fxwatch.reading.hits import hits_of
from fxwatch.rule import EarlyWarning, Rule
from fxwatch.rulebook import dated_param, monitors, rules, table
from fxwatch.terms import Language, Status

if TYPE_CHECKING:
    from fxwatch.home import Home

BUREAU = {**GRADE_PARAMETERS, **REGISTER_PARAMETERS}
# The headings of a rule's description, in its docstring and in `about_zh`; the last one only where a rule expects a number.
_HEADINGS = {
    "Why it matters": "why",
    "Leaves out": "leaves_out",
    "Expected frequency": "frequency",
    "为何重要": "why",
    "不含": "leaves_out",
    "预计频率": "frequency",
}
_HEADING = re.compile(rf"^({'|'.join(_HEADINGS)})[:：] *")


@dataclass(frozen=True)
class Page:
    """What a rule or a monitor says of itself.

    Attributes:
        name: its code everywhere.
        title: what people call it.
        finds: the sentence that says what it finds, or measures.
        why: why that matters.
        leaves_out: what it does not look at.
        frequency: how often it is expected to find something; empty where it does not say.
        basis: what it rests on.
        key: of one hit: the columns that its flows share; empty for a monitor.
        unit: of a hit's value: `USD`, `days`, `count`, `ratio`; empty for a monitor.
        severity: `article` or `supplementary`; empty for a monitor.
        auto_notice: whether the policy `monthly` may act on it.
        version: of the rule.
    """

    name: str
    title: str
    finds: str
    why: str
    leaves_out: str
    frequency: str
    basis: str
    key: tuple[str, ...] = ()
    unit: str = ""
    severity: str = ""
    auto_notice: bool = False
    version: str = ""


def rule_pages(language: Language) -> dict[str, Page]:
    """The early-warning indicators by name, those of the article first."""
    pages = {name: _page(rule, language) for name, rule in rules().items()}
    return dict(sorted(pages.items(), key=lambda entry: (entry[1].severity != "article", entry[0])))


def monitor_pages(language: Language) -> dict[str, Page]:
    """The monitoring indicators by name."""
    return {name: _page(monitor, language) for name, monitor in monitors().items()}


def described(rule: type[Rule], language: Language) -> dict[str, str]:
    """The parts of a rule's description: finds, why, leaves_out, frequency. In English where it is not told in Chinese.

    >>> class Example(Rule):
    ...     '''What is odd.
    ...
    ...     Why it matters: because it is odd,
    ...     very odd. Leaves out: nothing.
    ...     Leaves out: what is even.
    ...     '''
    >>> described(Example, "en")["why"], described(Example, "en")["leaves_out"]
    ('because it is odd, very odd. Leaves out: nothing.', 'what is even.')
    """
    text = rule.about_zh if language == "zh" and rule.about_zh else inspect.cleandoc(rule.__doc__ or "")
    parts, part = {"finds": "", "why": "", "leaves_out": "", "frequency": ""}, "finds"
    for line in text.splitlines():
        if heading := _HEADING.match(line):
            part, line = _HEADINGS[heading[1]], line[heading.end() :]
        parts[part] = f"{parts[part]} {line.strip()}".strip().replace("`", "")
    return parts


def versions(home: "Home", language: Language) -> pl.DataFrame:
    """Every version of every dated parameter, and since when and until when it is in force.

    Returns:
        rule (`grade` and `register` for those of the bureau), title, parameter, value, unit, valid_from (null: from the
        beginning of time), valid_to (null: until further notice), state (`past`, `in_force`, `ahead`), basis, meaning, by and
        at (who entered it, when in UTC; null for a default). Parameters of monitors have no dates: they are not among these.
    """
    entered = home.register.parameters().unique(["name", "valid_from"], keep="last", maintain_order=True)
    rows = table(home.register.parameters(), language).filter(
        pl.col("parameter").is_not_null() & ~pl.col("rule").is_in(list(monitors()))
    )
    rows = rows.with_columns(name=pl.col("rule") + "." + pl.col("parameter"))
    told = rows.join(
        entered.select("name", "valid_from", "by", "at"), on=["name", "valid_from"], how="left", maintain_order="left"
    )
    return with_state(told, home.today()).select(
        *("rule", "title", "parameter", "value", "unit", "valid_from", "valid_to", "state"),
        *("basis", "meaning", "by", "at"),
    )


def with_state(versions: pl.DataFrame, today: date) -> pl.DataFrame:
    """Versions in the order of their days with `valid_to` (null: until further notice) and `state` behind `valid_from`."""
    following = pl.col("valid_from").shift(-1).over("rule", "parameter") - timedelta(days=1)
    state = (
        pl.when(pl.col("parameter").is_null())
        .then(None)
        .when(pl.col("valid_to") < today)
        .then(pl.lit("past"))
        .when(pl.col("valid_from") > today)
        .then(pl.lit("ahead"))
        .otherwise(pl.lit("in_force"))
    )
    at = versions.columns.index("valid_from") + 1
    told = versions.with_columns(valid_to=following).with_columns(state=state)
    return told.select(*versions.columns[:at], "valid_to", "state", *versions.columns[at:])


def choices_of(name: str) -> tuple[str, ...]:
    """The words that a dated parameter, such as `grade.window`, may be; empty for a number."""
    if name in BUREAU:
        return BUREAU[name].choices
    rule, _, parameter = name.partition(".")
    return dated_param(rule, parameter).choices


def hits_by_month(home: "Home") -> pl.DataFrame:
    """How many hits each rule raised in each month, by what became of them.

    Returns:
        rule, month (its first day), status, hits; a row for each that occurs.
    """
    months = hits_of(home).with_columns(month=pl.col("raised_on").dt.truncate("1mo"))
    return months.group_by("rule", "month", "status").agg(hits=pl.len().cast(pl.Int64)).sort("rule", "month", "status")


def newest_hit(home: "Home", rule: str) -> str | None:
    """The standing hit of a rule that was raised last, as an example; None where there is none."""
    standing = hits_of(home, rule=rule).filter(pl.col("status") != Status.WITHDRAWN)
    newest = standing.sort("raised_on", "hit_id").tail(1)["hit_id"].to_list()
    return newest[0] if newest else None


def months_to(last: date, count: int) -> list[date]:
    """The first days of the months up to that of a day, oldest first."""
    first = pl.Series([last]).dt.truncate("1mo").dt.offset_by(f"-{count - 1}mo")[0]
    return pl.date_range(first, last, "1mo", eager=True).to_list()


def _page(rule: type[Rule], language: Language) -> Page:
    is_zh = language == "zh"
    facts: dict[str, Any] = {}
    if issubclass(rule, EarlyWarning):
        facts = {name: getattr(rule, name) for name in ("key", "unit", "severity", "auto_notice", "version")}
    told: dict[str, Any] = described(rule, language)
    return Page(
        name=rule.name(),
        title=rule.title_zh if is_zh else rule.title,
        basis=(is_zh and rule.basis_zh) or rule.basis,
        **told,
        **facts,
    )
