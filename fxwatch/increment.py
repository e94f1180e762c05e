"""What of a run must be computed again: the groups of flows in which something changed since the last run, and no others.

A rule says within which key it is self-contained (`EarlyWarning.within`, else its partition): what it finds about the flows of
one key depends on these flows, on its parameters and on the inputs that it names. So a key none of whose flows came, went or
changed has the findings that it had. Where that cannot be told, all of a rule is computed again.
"""

import hashlib
import inspect
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.engines.local import Findings, together
from fxwatch.engines.memory import shares_for
from fxwatch.facts import fact_file
from fxwatch.looking import like, look_again
from fxwatch.rule import Dated, EarlyWarning
from fxwatch.rulebook import inputs_of
from fxwatch.shadows import Shadow
from fxwatch.stages import Stages
from fxwatch.terms import Language
from fxwatch.touched import ROLL, columns_of_touched, is_known, within_of
from fxwatch.warehouse import changing
from fxwatch.warehouse.changing import LastRun

if TYPE_CHECKING:
    import duckdb

Look = Callable[[Mapping[str, EarlyWarning]], Findings]
# Why all of a rule, or of a run, was computed: English, Chinese.
REASONS = {
    "first": ("it is the first run", "首次运行"),
    "asked": ("it was asked for", "按要求"),
    "elsewhere": ("another engine computes everything", "由其他引擎全部计算"),
    "shadows": ("a shadow runs, or ended", "影子运行中或已结束"),
    "much": ("the flows of whom it touches take more memory than a run may", "所涉主体的记录超出运行可用的内存"),
    "program": ("the program or its facts changed", "程序或其资料有变"),
    "rule": ("the rule or its parameters changed", "指标或其参数有变"),
    "partition": ("flows of counterparties changed", "交易对手的记录有变"),
    "roll": ("the roll changed", "名录有变"),
    "calendar": ("the calendar changed", "工作日历有变"),
    "settlements": ("settlements changed", "结售汇有变"),
    "filings": ("filings changed", "备案有变"),
    "first_loaded_day": ("the first day on record changed", "最早日期有变"),
    "last_quarter_end": ("another quarter is complete", "又有一季度完结"),
}


@dataclass(frozen=True)
class Scope:
    """What a run computed again, and why.

    Attributes:
        why: a word of `REASONS` where everything was; empty else.
        flows: how many flows changed since the last run.
        rules: of each rule that was looked at again: a word of `REASONS` (or the name of an input) where all of it was, else
            how many keys.
    """

    why: str = ""
    flows: int = 0
    rules: Mapping[str, str | int] = field(default_factory=dict)

    def text(self) -> str:
        """As it is kept with the run."""
        return json.dumps({"why": self.why, "flows": self.flows, "rules": dict(self.rules)})


def told(text: str | None, language: Language) -> str:
    """What a run computed again and why, in a sentence, out of what is kept with it; empty where nothing is."""
    if not text:
        return ""
    scope = Scope(**json.loads(text))
    zh = language == "zh"
    if scope.why:
        reason = _reason(scope.why)[zh]
        return f"全部：{reason}" if zh else f"everything: {reason}"
    if not scope.rules:
        return "无变动，沿用上次结果" if zh else "nothing changed"
    parts = [
        (f"{rule}（全部：{_reason(what)[1]}）" if zh else f"{rule} (all: {_reason(what)[0]})")
        if isinstance(what, str)
        else (f"{rule}（{what:,} 组）" if zh else f"{rule} ({what:,} group{'' if what == 1 else 's'})")
        for rule, what in sorted(scope.rules.items())
    ]
    if zh:
        return f"{scope.flows:,} 笔变动：{'、'.join(parts)}"
    return f"{scope.flows:,} flow{'' if scope.flows == 1 else 's'} changed: {', '.join(parts)}"


def _reason(word: str) -> tuple[str, str]:
    return REASONS.get(word, (f"{word} changed", f"{word} 有变"))


@dataclass(frozen=True)
class Again:
    """What was found again.

    Attributes:
        findings: of the rules and keys that were looked at; not yet named.
        judged: ids of the hits on record that these findings take the place of.
        not_computed: the whole table as it is now.
        skipped: the whole table as it is now.
        scope: what was computed again, and why.
        inputs: what rules were told beside the flows.
        moved: whether the roll says anything else than at the last run.
    """

    findings: Findings
    judged: pl.Series
    not_computed: pl.DataFrame
    skipped: pl.DataFrame
    scope: Scope
    inputs: Mapping[str, Any]
    moved: bool


@dataclass(frozen=True)
class Basis:
    """What a run rests on beside the flows and the roll, and why all of it is computed, where it is."""

    digests: Mapping[str, Any]
    why: str

    def text(self) -> str:
        """As it is kept with the run."""
        return json.dumps(self.digests)

    def scope(self, again: Again | None) -> str:
        """What the run computed, as it is kept with it."""
        return (again.scope if again else Scope(self.why)).text()


def changes_only(
    con: "duckdb.DuckDBPyConnection",
    rules: Mapping[str, EarlyWarning],
    severe: Mapping[str, Dated],
    inputs: Mapping[str, Any],
    look: Look,
    shadows: Sequence[Shadow] = (),
    *,
    stages: Stages,
    at_once: int,
    memory: int | None = None,
    why: str = "",
) -> tuple[Basis, Again | None]:
    """What the run under way rests on, and what it finds where something changed; None where all must be computed.

    Args:
        con: the writing connection, with the roll as it is now.
        rules: the rules in force, by name.
        severe: the severity of each, by dates.
        inputs: all of `rulebook.INPUTS`.
        look: looks at all flows with some rules.
        shadows: what runs in shadow, which looks at everything; what ended keeps no run from looking at changes alone.
        stages: told of each rule as it comes to its turn.
        at_once: how many rules are at work at a time.
        memory: bytes that the run may take (see `memory.shares_for`): what is touched is looked at at once, everything is not.
        why: a word of `REASONS` where all is computed in any case.
    """
    digests = basis_of(rules, severe, inputs) | {
        "shadows": [repr(shadow) for shadow in shadows if shadow.ended_from is None]
    }
    since = changing.last_run(con)
    why = why or _why_everything(since, digests)
    if why or since is None:
        return Basis(digests, why), None
    moved = changing.moved_on_the_roll(con)
    flows = changing.note_changes(con, since)
    if shares_for(changing.flows_touched(con, moved), columns_of_touched(rules.values()), memory) > 1:
        return Basis(digests, "much"), None
    apart = {shadow.rule for shadow in shadows if shadow.parameter is None}
    again = find_again(con, rules, inputs, since, digests, flows, moved, look, stages, at_once, apart)
    return Basis(digests, ""), again


def basis_of(
    rules: Mapping[str, EarlyWarning], severe: Mapping[str, Dated], inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """What findings rest on beside the flows and the roll, as digests: the program, each rule with its parameters, each input."""
    return {
        "program": _program(),
        "rules": {name: _rule_digest(rule, severe[name]) for name, rule in rules.items()},
        "inputs": {name: _digest(value) for name, value in inputs.items() if name != ROLL},
    }


def _why_everything(since: LastRun | None, digests: Mapping[str, Any]) -> str:
    if since is None or since.basis is None:
        return "first"
    if since.basis["program"] != digests["program"]:
        return "program"
    return "shadows" if digests["shadows"] or since.basis["shadows"] else ""


def find_again(
    con: "duckdb.DuckDBPyConnection",
    rules: Mapping[str, EarlyWarning],
    inputs: Mapping[str, Any],
    since: LastRun,
    basis: Mapping[str, Any],
    flows: int,
    moved: Sequence[int],
    everything: Look,
    stages: Stages,
    at_once: int,
    apart: Collection[str] = (),
) -> Again:
    """Look again at what changed since a run.

    Args:
        con: the writing connection, after `changing.note_changes`.
        rules: the rules in force, by name.
        inputs: all of `rulebook.INPUTS`, as they are now.
        since: the last run; it keeps a basis.
        basis: that of `basis_of` now.
        flows: how many changed.
        moved: entities of which the roll says something else than at the last run.
        everything: looks at all flows with some rules.
        stages: told of each rule as it comes to its turn.
        at_once: how many rules are at work at a time.
        apart: rules some of whose findings are kept apart from the hits on record.
    """
    is_changed = flows > 0
    why = {
        name: _why_all(name, rule, since.basis or {}, basis, moved, is_changed=is_changed)
        for name, rule in rules.items()
    }
    some = {name: rule for name, rule in rules.items() if not why[name]}
    found = look_again(con, some, inputs, moved, apart, stages, at_once)
    whole = {name: rule for name, rule in rules.items() if why[name]}
    gone = [rule for rule in changing.rules_with_hits(con) if rule not in rules]
    # What is on record of rules that are computed whole, or are gone, is told anew, or no more.
    told = [changing.hits_of_rules(con, list(whole)), changing.hits_of_rules(con, gone, standing=True)]
    findings = together([*found.findings, *([everything(whole)] if whole else [])])
    stays = pl.col("rule").is_in([name for name in rules if not why[name]])
    missing = pl.concat([found.not_computed.filter(stays), like(findings.not_computed, found.not_computed)])
    skipped = pl.concat([found.skipped.filter(stays), like(findings.skipped, found.skipped)])
    skipped = skipped.group_by("rule", "reason").agg(pl.col("count").sum()).filter(pl.col("count") > 0)
    scope = Scope("", flows, {**found.rules, **{name: why[name] for name in whole}})
    return Again(findings, pl.concat([*found.judged, *told]), missing, skipped, scope, inputs, bool(moved))


def _why_all(
    name: str,
    rule: EarlyWarning,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    moved: Sequence[int],
    *,
    is_changed: bool,
) -> str:
    if before["rules"].get(name) != now["rules"][name]:
        return "rule"
    named = inputs_of(rule)
    for given in named:
        if given != ROLL and before["inputs"].get(given) != now["inputs"][given]:
            return given
    tells = type(rule).skipped is not EarlyWarning.skipped
    if moved and ROLL in named and (tells or "entity" not in within_of(rule)):
        return ROLL
    # Who trades with nobody is a group as well, unless the rule says that it is none.
    is_told = rule.partition == "entity" or (bool(rule.within) and (rule.skips_flows or not tells))
    return "partition" if is_changed and not (is_told and is_known(within_of(rule))) else ""


@cache
def _program() -> str:
    """A digest of every file that computes or says what is computed with."""
    here = Path(__file__).parent
    files = [
        *here.rglob("*.py"),
        *here.rglob("*.sql"),
        *(path for path in fact_file("calendar.csv").parent.rglob("*") if path.is_file()),
    ]
    digest = hashlib.sha256(pl.__version__.encode())
    for file in sorted(files):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _rule_digest(rule: EarlyWarning, severity: Dated) -> str:
    text = Path(inspect.getfile(type(rule))).read_bytes()
    versions = repr([*((p.name, rule.dated(p.name).versions) for p in rule.params()), severity.versions])
    return hashlib.sha256(text + versions.encode()).hexdigest()


def _digest(value: Any) -> str:
    if isinstance(value, pl.DataFrame):
        rows = value.select(sorted(value.columns)).hash_rows().sort()
        return hashlib.sha256(f"{value.schema}{pl.__version__}".encode() + rows.to_numpy().tobytes()).hexdigest()
    return str(value)
