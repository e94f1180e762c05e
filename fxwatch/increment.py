"""What of a run must be computed again: the groups of flows in which something changed since the last run, and no others.

A rule says within which key it is self-contained (`EarlyWarning.within`, else its partition): what it finds about the flows of
one key depends on these flows, on its parameters and on the inputs that it names. So a key none of whose flows came, went or
changed has the findings that it had. Where that cannot be told, all of a rule is computed again.
"""

import hashlib
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.engines.local import Findings, find_all, together
from fxwatch.facts import fact_file
from fxwatch.flows import FLOW_COLUMNS
from fxwatch.rule import Dated, EarlyWarning
from fxwatch.rulebook import inputs_of
from fxwatch.shadows import Shadow
from fxwatch.terms import Language
from fxwatch.warehouse import changing
from fxwatch.warehouse.changing import LastRun, Touched
from fxwatch.warehouse.frames import flow_frame

if TYPE_CHECKING:
    import duckdb

ROLL = "roll"
_ABOUT_ENTITIES = {"settlements", "filings"}
Look = Callable[[Mapping[str, EarlyWarning]], Findings]
# Why all of a rule, or of a run, was computed: English, Chinese.
REASONS = {
    "first": ("it is the first run", "首次运行"),
    "asked": ("it was asked for", "按要求"),
    "elsewhere": ("another engine computes everything", "由其他引擎全部计算"),
    "shadows": ("a shadow runs, or ended", "影子运行中或已结束"),
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
        else (f"{rule}（{what:,} 组）" if zh else f"{rule} ({what:,} groups)")
        for rule, what in sorted(scope.rules.items())
    ]
    if zh:
        return f"{scope.flows:,} 笔变动：{'、'.join(parts)}"
    return f"{scope.flows:,} flows changed: {', '.join(parts)}"


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
    """

    findings: Findings
    judged: pl.Series
    not_computed: pl.DataFrame
    skipped: pl.DataFrame
    scope: Scope
    inputs: Mapping[str, Any]


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
        why: a word of `REASONS` where all is computed in any case.
    """
    digests = basis_of(rules, severe, inputs) | {
        "shadows": [repr(shadow) for shadow in shadows if shadow.ended_from is None]
    }
    since = changing.last_run(con)
    why = why or _why_everything(since, digests)
    if why or since is None:
        return Basis(digests, why), None
    again = find_again(con, rules, inputs, since, digests, changing.moved_on_the_roll(con), look)
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
    moved: Sequence[int],
    everything: Look,
) -> Again:
    """Look again at what changed since a run.

    Args:
        con: the writing connection. Its temporary table `changed` is filled here.
        rules: the rules in force, by name.
        inputs: all of `rulebook.INPUTS`, as they are now.
        since: the last run; it keeps a basis.
        basis: that of `basis_of` now.
        moved: entities of which the roll says something else than at the last run.
        everything: looks at all flows with some rules.
    """
    flows = changing.note_changes(con, since)
    look = _Looking(con, inputs, since, moved, is_changed=flows > 0)
    for name, rule in rules.items():
        look.at(name, rule, _why_all(name, rule, since.basis or {}, basis, moved, is_changed=flows > 0))
    return look.done(rules, flows, everything)


def within_of(rule: EarlyWarning) -> tuple[str, ...]:
    """The key within which a rule is self-contained; its whole partition unless it says more."""
    within = rule.within or (rule.partition,)
    # What else is told about entities is theirs as a whole.
    if _ABOUT_ENTITIES.intersection(inputs_of(rule)):
        return (rule.partition,)
    # What was not computed is told by entity and item, so that a finer key would not say whose it was.
    tells_what_is_missing = type(rule).not_computed is not EarlyWarning.not_computed
    return (rule.partition,) if tells_what_is_missing and not {"entity", "item"}.issuperset(within) else within


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
    return "partition" if is_changed and not FLOW_COLUMNS.keys() >= set(within_of(rule)) else ""


class _Looking:
    def __init__(
        self,
        con: "duckdb.DuckDBPyConnection",
        inputs: Mapping[str, Any],
        since: LastRun,
        moved: Sequence[int],
        *,
        is_changed: bool,
    ) -> None:
        self._con, self._inputs, self._since, self._moved = con, inputs, since, moved
        self._is_changed = is_changed
        self._found: list[Findings] = []
        self._judged: list[pl.Series] = []
        self._missing, self._skipped = changing.kept(con, "not_computed"), changing.kept(con, "skipped")
        self._rules: dict[str, str | int] = {}
        self._whole: dict[str, EarlyWarning] = {}

    def at(self, name: str, rule: EarlyWarning, why_all: str) -> None:
        """Look at one rule again; at all of it where there is a reason."""
        if why_all:
            self._rules[name] = why_all
            self._whole[name] = rule
            self._judged.append(changing.hits_of_rules(self._con, [name]))
            self._missing = self._missing.filter(pl.col("rule") != name)
            self._skipped = self._skipped.filter(pl.col("rule") != name)
            return
        entities = self._moved if ROLL in inputs_of(rule) else ()
        if not self._is_changed and not entities:
            return
        within = within_of(rule)
        keys = changing.touch(self._con, within, entities)
        if not keys and not entities:
            return
        self._rules[name] = keys + len(entities)
        share, inputs = Touched(within), self._narrowed(within)
        flows = flow_frame(self._con, rule.columns, share=share)
        self._judged.append(changing.touched_hits(self._con, name, within, flows["flow"]))
        self._found.append(find_all({name: rule}, flows, inputs))
        self._forget_missing(name, within, entities)
        if type(rule).skipped is not EarlyWarning.skipped:
            then = flow_frame(self._con, rule.columns, known_at=self._since.moment, share=share)
            self._subtract(find_all({name: rule}, then, inputs).skipped)

    def done(self, rules: Mapping[str, EarlyWarning], flows: int, everything: Look) -> Again:
        """What was found, with the rules of which all is computed, and what is on record of rules that are gone."""
        if self._whole:
            self._found.append(everything(self._whole))
        gone = [rule for rule in changing.rules_with_hits(self._con) if rule not in rules]
        self._judged.append(changing.hits_of_rules(self._con, gone, standing=True))
        known = pl.col("rule").is_in(list(rules))
        findings = together(self._found)
        missing = pl.concat([self._missing.filter(known), _as(findings.not_computed, self._missing)])
        skipped = pl.concat([self._skipped.filter(known), _as(findings.skipped, self._skipped)])
        skipped = skipped.group_by("rule", "reason").agg(pl.col("count").sum()).filter(pl.col("count") > 0)
        judged = pl.concat([pl.Series("hit_id", [], dtype=pl.String), *self._judged])
        return Again(findings, judged, missing, skipped, Scope("", flows, self._rules), self._inputs)

    def _narrowed(self, within: Sequence[str]) -> Mapping[str, Any]:
        """Whole entities are told what is theirs alone: of others a rule would take what it is not shown for none."""
        if tuple(within) != ("entity",):
            return self._inputs
        own = pl.col("entity").is_in(changing.touched_whole_entities(self._con).implode())
        return {
            name: value.filter(own) if isinstance(value, pl.DataFrame) and "entity" in value.columns else value
            for name, value in self._inputs.items()
        }

    def _forget_missing(self, name: str, within: Sequence[str], entities: Sequence[int]) -> None:
        """What was not computed of the touched keys, and of these entities, is told anew."""
        mine = pl.col("rule") == name
        keys = changing.touched_keys(self._con)
        if not {"entity", "item"}.issuperset(within):
            return
        if "item" in within:
            keys = keys.with_columns(pl.col("item").cast(pl.UInt8).cat.to(FLOW_COLUMNS["item"]).cast(pl.String))
        touched = self._missing.filter(mine).join(keys, on=list(within), how="semi", nulls_equal=True)
        touched = pl.concat([touched, self._missing.filter(mine & pl.col("entity").is_in(list(entities)))])
        self._missing = self._missing.join(touched, on=self._missing.columns, how="anti", nulls_equal=True)

    def _subtract(self, then: pl.DataFrame) -> None:
        less = _as(then, self._skipped).with_columns(-pl.col("count"))
        self._skipped = pl.concat([self._skipped, less])


def _as(frame: pl.DataFrame, like: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(dtype) for name, dtype in like.schema.items())


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
