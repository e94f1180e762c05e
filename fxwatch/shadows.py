"""Shadows: a version of a parameter, or a whole rule, that runs beside what is in force; what it finds is nobody's work.

A shadow is begun and ended by acts. While it runs, every run looks with it too and keeps what it finds apart (`batch`); after a
month, or whenever, both are compared. It comes into force as any version does, by `rules set` ahead of its date.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.comparing import FOUND, Compared, Comparison
from fxwatch.engines.local import undated
from fxwatch.errors import NotFound, RequestError
from fxwatch.register import Kind
from fxwatch.review.checks import begins_in_time, reason
from fxwatch.review.intents import Intent, put
from fxwatch.rule import Dated, EarlyWarning, Version
from fxwatch.rulebook import SEVERITY, dated_params, parameter_named, parse_value, rules
from fxwatch.terms import Role
from fxwatch.warehouse.findings import ids_of_rule, shadow_hits

if TYPE_CHECKING:
    import duckdb

    from fxwatch.home import Home
    from fxwatch.register import Act


@dataclass(frozen=True)
class Shadow:
    """What runs in shadow: a version of a parameter, or a whole rule (parameter and value None).

    `ended_from`: since when it no longer does: a whole rule's hits raised from that day on are work.
    """

    name: str
    rule: str
    parameter: str | None
    value: str | None
    valid_from: date
    ended_from: date | None

    @property
    def beside(self) -> str:
        """What the rule is called while a run looks with the shadow's version: no rule of the book has such a name."""
        return f"{self.rule}~{self.name}"

    def of(self, rule: EarlyWarning) -> EarlyWarning:
        """The rule as the shadow has it: with its version from its day on."""
        if self.parameter is None or self.value is None:
            return rule
        value = parse_value(self.rule, self.parameter, self.value)
        before = tuple(v for v in rule.dated(self.parameter).versions if v.valid_from < self.valid_from)
        return replace(rule, **{self.parameter: Dated((*before, Version(self.valid_from, value)))})


def standing(home: "Home") -> list[Shadow]:
    """The shadows that matter to a run of today: those that run, and whole rules whose earlier hits stay apart."""
    found = home.register.shadows().filter(pl.col("valid_from") <= home.today())
    found = found.filter((pl.col("status") == "running") | pl.col("parameter").is_null())
    names = ("shadow", "rule", "parameter", "value", "valid_from", "ended_from")
    known = rules()
    return [Shadow(*row) for row in found.select(names).iter_rows() if row[1] in known]


def kept_apart(con: "duckdb.DuckDBPyConnection", shadow: Shadow, hits: pl.DataFrame) -> pl.DataFrame:
    """The hits that a whole rule in shadow keeps from the work: all but those on record, or in the place of such a one.

    Args:
        con: the warehouse, with the hits of earlier runs.
        shadow: of a whole rule.
        hits: of this run, of every rule.
    """
    own = hits.filter(pl.col("rule") == shadow.rule)
    if shadow.ended_from is not None:
        own = own.filter(pl.col("raised_on") < shadow.ended_from)
    known = ids_of_rule(con, shadow.rule).with_columns(undated().alias("key"))
    moved = own.select("hit_id", "first_day", "last_day", key=undated()).join(
        known.select("key", since="first_day", until="last_day"), on="key"
    )
    moved = moved.filter((pl.col("first_day") <= pl.col("until")) & (pl.col("since") <= pl.col("last_day")))
    # A declaration has no days in its id: its key is itself, which is known or not.
    return own.join(known, on="hit_id", how="anti").join(moved, on="hit_id", how="anti")


def begin(
    home: "Home", what: str, value: str | None = None, *, valid_from: date, basis: str, by: str | None = None
) -> "Act":
    """Let a version of a parameter, or a whole rule, run in shadow; or propose it where four eyes are required.

    Args:
        home: where.
        what: `RULE.PARAM`, or `RULE` for a whole rule.
        value: of the parameter, in words; None for a whole rule.
        valid_from: hits raised from this day on are its; never a past day, except in a simulation home.
        basis: what it rests on.
        by: the account; without it the operating-system user's.

    Returns:
        The act: `shadow_begun`, or `proposed`.

    Raises:
        NotFound: no such rule or parameter.
        RequestError: the value does not fit or is missing, the basis is empty, the day is past, or the same runs already.
        Forbidden: the account is no approver.
    """
    rule, dot, parameter = what.partition(".")
    text = _value(rule, parameter, value) if dot else None
    if not dot:
        _check_whole(rule, value)
    if not basis.strip():
        raise RequestError("A shadow needs a basis: the decision or plan it rests on.", "影子运行须注明依据。")
    actor, today = home.actor(by), home.today()
    begins_in_time(home, valid_from, today)
    content = {"rule": rule, "parameter": parameter or None, "value": text, "valid_from": valid_from.isoformat()}
    on_what = f"{what}={text}" if text else what
    intent = Intent(
        does=Kind.SHADOW_BEGUN,
        on_what=on_what,
        content={**content, "basis": basis},
        by=actor,
        role=Role.APPROVER,
        day=today,
        why=basis,
    )
    with home.register.writing("a shadow") as writing:
        for row in writing.running_shadows(rule):
            if (row["parameter"], row["value"]) == (parameter or None, text):
                raise RequestError(
                    f"{on_what} runs in shadow already, as {row['shadow']} since {row['valid_from']}. See: fxwatch rules shadow list",
                    f"{on_what} 已在影子运行：{row['shadow']}，自 {row['valid_from']} 起。见 fxwatch rules shadow list。",
                )
        return put(writing, intent)


def _value(rule: str, parameter: str, value: str | None) -> str:
    parse = parameter_named(f"{rule}.{parameter}")
    if rule not in rules() or parameter == SEVERITY:
        raise RequestError(
            f"{rule}.{parameter} finds no hits, so it cannot run in shadow. Name a parameter of a rule.",
            f"{rule}.{parameter} 不产生命中，无法影子运行。请指定预警指标的参数。",
        )
    if value is None:
        raise RequestError(
            f"Say which value of {rule}.{parameter} is to run in shadow.",
            f"请给出 {rule}.{parameter} 影子运行的取值。",
        )
    return str(parse(value))


def _check_whole(rule: str, value: str | None) -> None:
    if rule not in rules():
        known = ", ".join(rules())
        raise NotFound(f"There is no rule {rule}. The rules are {known}.", f"没有预警指标 {rule}。现有：{known}。")
    if value is not None:
        known = ", ".join(f"{rule}.{p.name}" for p in dated_params(rules()[rule]) if p.name != SEVERITY)
        raise RequestError(
            f"A whole rule runs in shadow without a value. Did you mean one of {known}?",
            f"整个指标的影子运行不带取值。是否指 {known} 之一？",
        )


def end(home: "Home", shadow: str, *, why: str, valid_from: date | None = None, by: str | None = None) -> "Act":
    """End a shadow, or propose it where four eyes are required. What it found stays to be compared.

    Args:
        home: where.
        shadow: its number, `S1` or `1`.
        why: for the record.
        valid_from: of a whole rule: the day from which its hits are work; today or later; without it, today.
        by: the account; without it the operating-system user's.

    Raises:
        NotFound: there is no such shadow.
        RequestError: it is ended already, there is no reason, or the day is past.
        Forbidden: the account is no approver.
    """
    actor, today, why = home.actor(by), home.today(), reason(why)
    since = valid_from or today
    begins_in_time(home, since, today)
    name = _name(shadow)
    intent = Intent(
        does=Kind.SHADOW_ENDED,
        on_what=f"shadow:{name}",
        content={"shadow": name, "valid_from": since.isoformat(), "promoted_by": None},
        by=actor,
        role=Role.APPROVER,
        day=today,
        why=why,
    )
    with home.register.writing("a shadow") as writing:
        return put(writing, intent)


def listed(home: "Home") -> pl.DataFrame:
    """What ever ran in shadow, oldest first.

    Returns:
        shadow, rule, parameter, value, valid_from, status (`running`, `ended`, `promoted`), hits (that it found as the newest
        run knew it), basis, by, day, ended_from, ended_on, ended_by, ended_why, promoted_act.
    """
    found = home.register.shadows()
    counted = shadow_hits(home.snapshot().con).group_by("shadow").agg(hits=pl.len().cast(pl.Int64))
    columns = ("shadow", "rule", "parameter", "value", "valid_from", "status", "hits", "basis", "by", "day")
    ends = ("ended_from", "ended_on", "ended_by", "ended_why", "promoted_act")
    told = found.join(counted, on="shadow", how="left", maintain_order="left").with_columns(pl.col("hits").fill_null(0))
    return told.select(*columns, *ends)


def compare(home: "Home", shadow: str, *, first: date | None = None, last: date | None = None) -> Compared:
    """What a shadow found beside what was found by what is in force.

    Args:
        home: where.
        shadow: its number, `S1` or `1`.
        first, last: hits raised in these days; without them, since the shadow's first day.

    Returns:
        See `comparing.Compared`: the steps are `in_force` and the shadow's number. Near misses are none.

    Raises:
        NotFound: there is no such shadow.
        RequestError: the period ends before it begins.
    """
    name = _name(shadow)
    row = _row(home, name)
    comparison = Comparison(home, [row["rule"]], first or row["valid_from"], last)
    found = shadow_hits(home.snapshot().con).filter(shadow=name).with_columns(is_near=pl.lit(False))
    own = found.select(pl.col(n).cast(t) for n, t in FOUND.items())
    present = comparison.published
    if row["parameter"] is None:  # a whole rule: what it adds to the hits that it raised before
        own = pl.concat([present.join(own, on="hit_id", how="anti"), own])
    return comparison.told(about={}, swept=name, base=present, steps=[(name, own, {})])


def _row(home: "Home", name: str) -> dict[str, Any]:
    found = home.register.shadows().filter(shadow=name)
    if found.is_empty():
        raise no_shadow(name)
    return found.row(0, named=True)


def no_shadow(name: str) -> NotFound:
    """What to say of a number that no shadow has."""
    return NotFound(
        f"There is no shadow {name}. List them with: fxwatch rules shadow list",
        f"没有影子运行 {name}。可用 fxwatch rules shadow list 列出。",
    )


def _name(shadow: str) -> str:
    return f"S{shadow}" if shadow.isdigit() else shadow.upper()
