"""One run: read, look, write, publish, with a record of what ran on what with which numbers."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch import __version__
from fxwatch.attention.scores import refresh
from fxwatch.comparing import FOUND
from fxwatch.engines.local import AT_ONCE, Engine, Findings, Looked, find_all, together
from fxwatch.engines.memory import engine_share, shares_for
from fxwatch.increment import changes_only
from fxwatch.inputs import high_risk_economies, of_days
from fxwatch.naming import as_kept, named, severity_on_day
from fxwatch.rule import Dated, EarlyWarning
from fxwatch.rulebook import SEVERITY, in_force, severities, unfed
from fxwatch.shadows import Shadow, kept_apart, standing
from fxwatch.stages import Stage, Stages
from fxwatch.terms import Language, Scope
from fxwatch.warehouse.changing import reported_anew
from fxwatch.warehouse.declared import KEPT
from fxwatch.warehouse.findings import flow_ids_behind
from fxwatch.warehouse.frames import (
    extent,
    flow_frame,
    input_frames,
    reported_by_banks,
)
from fxwatch.warehouse.journal import SENT
from fxwatch.warehouse.recording import Piece, mark_of, newest_load, put_findings, record_run, standing_hits
from fxwatch.warehouse.shares import Share, counterparty_shares, entity_shares

if TYPE_CHECKING:
    import duckdb

    from fxwatch.home import Home

Progress = Callable[..., Any]
# Beside a stage for each rule: roll, flows, names, record, risk, publish, banks.
FURTHER_STAGES = 7
# What is kept of a shadow's hit.
SHADOW_HIT: dict[str, pl.DataType | type[pl.DataType]] = {
    "shadow": pl.String,
    **{name: dtype for name, dtype in FOUND.items() if name != "is_near"},
    "severity": pl.String,
}
# So many findings are named at a time: their texts take some hundred bytes each.
NAMED_AT_A_TIME = 1_000_000


@dataclass(frozen=True)
class RunReport:
    """What a run did."""

    run_id: int
    flows: int
    hits: dict[str, int]
    first_day: date | None
    last_day: date | None
    seconds: float
    snapshot: str
    not_computed: tuple[int, ...]
    not_computed_keys: int
    stages: tuple[Stage, ...] = ()
    in_shadow: dict[str, int] = field(default_factory=dict)
    not_computed_by: tuple[str, ...] = ()
    unfed: tuple[tuple[str, str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON takes it."""
        return {
            "run_id": self.run_id, "flows": self.flows, "hits": self.hits, "first_day": self.first_day, "last_day": self.last_day,
            "seconds": round(self.seconds, 3), "snapshot": self.snapshot, "not_computed_years": list(self.not_computed),
            "not_computed_keys": self.not_computed_keys, "not_computed_by": list(self.not_computed_by), "in_shadow": self.in_shadow,
            "unfed": {rule: why for rule, why, _ in self.unfed},
        }  # fmt: skip

    def say(self, language: Language) -> str:
        """The report in a few words."""
        told = ", ".join(f"{rule} {count:,}" for rule, count in self.hits.items())
        aside = ", ".join(f"{shadow} {count:,}" for shadow, count in self.in_shadow.items())
        if language == "zh":
            said = f"第 {self.run_id} 批次：{self.flows:,} 笔收付汇记录{f'({self.first_day} 至 {self.last_day})' if self.flows else ''}，预警命中：{told}{f'；影子运行：{aside}' if aside else ''}；已发布 {self.snapshot}。"
            return said + "".join(f"\n{rule}：{why}。" for rule, _, why in self.unfed)
        said = f"Run {self.run_id}: {self.flows:,} flows{f' from {self.first_day} to {self.last_day}' if self.flows else ''}; hits: {told}{f'; in shadow: {aside}' if aside else ''}; published as {self.snapshot}."
        return said + "".join(f"\n{rule}: {why}." for rule, why, _ in self.unfed)

    def complaint(self, language: Language) -> str:
        """What could not be computed, and what to do; empty when all was."""
        return _complaint(self.not_computed, self.not_computed_keys, self.not_computed_by)[language == "zh"]


@dataclass(frozen=True)
class Past:
    """A look into the past: its tables, and what could not be computed."""

    tables: dict[str, pl.DataFrame]
    complaint_en: str
    complaint_zh: str


def run(
    home: "Home",
    *,
    by: str | None = None,
    progress: Progress | None = None,
    memory: int | None = None,
    one_by_one: bool = False,
    full: bool = False,
    engine: Engine | None = None,
) -> RunReport:
    """Compute every rule and the partial sums for everything known, write the hits, publish (spec section 11).

    What the last run found about groups of flows in which nothing changed stands (see `increment`): the result is that of
    computing everything.

    Args:
        home: the home.
        by: the account that runs.
        progress: told stages done, stages in all, and the one under way.
        memory: bytes that it may take; the flows are looked at in as many shares as that needs. Without it half of the
            machine's memory, or of the control group's.
        one_by_one: one rule at a time, so that what a stage took is its own (see `RunReport.stages`).
        full: compute everything again.
        engine: what runs the rules in place of this machine's cores: everything is computed then, too.

    Raises:
        HomeLocked: another process is writing.
        Forbidden: the account may not run batches.
    """
    actor = home.actor(by)
    home.register.require(actor, "analyst", "administrator")
    stages = Stages(told=progress)
    started = _now()
    home.kept.drop(KEPT)  # what loads keep takes room that the rules need
    with home.writing("run") as warehouse:
        moment = warehouse.moment()
        warehouse.hold_memory(engine_share(memory, home.settings.memory))
        parameters = home.register.parameters()
        rules, severe = in_force(parameters), severities(parameters)
        shadows = standing(home)
        # A version in shadow is looked with as a rule of its own, whose name says whose it is.
        beside = {s.beside: s.of(rules[s.rule]) for s in shadows if s.parameter is not None}
        stages.count = len(rules) + len(beside) + FURTHER_STAGES
        with stages.stage("roll"):
            home.bring_roll(warehouse)
        con = warehouse.con
        count, first, last = extent(con)
        inputs = _inputs(con, first, last, as_of=None, known_at=None)
        looking = partial(
            _found, con, inputs=inputs, count=count, memory=memory, stages=stages, one_by_one=one_by_one, engine=engine
        )  # fmt: skip
        why = "asked" if full or engine else ""
        basis, again = changes_only(
            con,
            rules,
            severe,
            inputs,
            looking,
            shadows,
            stages=stages,
            at_once=1 if one_by_one else AT_ONCE,
            memory=memory,
            why=why,
        )
        found = again.findings if again else looking(rules | beside)
        told = again or found
        # A rule that runs in shadow beside its own self tells what it finds, and nothing else.
        not_computed, skipped = (
            frame.filter(~pl.col("rule").is_in(list(beside))) for frame in (told.not_computed, told.skipped)
        )
        in_shadow = [pl.DataFrame(schema=SHADOW_HIT)]
        with stages.stage("names") as stage:
            pieces = _pieces(con, found, rules | beside, severe, inputs, shadows, in_shadow)
            stage.rows = put_findings(con, pieces)
        del found, told
        in_use = {
            name: {p.name: _versions(rule.dated(p.name)) for p in rule.params()} | {SEVERITY: _versions(severe[name])}
            for name, rule in sorted(rules.items())
        }
        last_load = newest_load(warehouse.con)
        record: dict[str, Any] = {
            "started_at": started, "by": actor, "fxwatch_version": __version__, "engine": engine.name if engine else "local", "last_load": last_load,
            "flows": count, "first_day": first, "last_day": last,
            "shadows": [s.name for s in shadows if s.ended_from is None],
            "rules": json.dumps(in_use, ensure_ascii=False), "scope": basis.scope(again), "basis": basis.text(),
            "fingerprint": hashlib.sha256(json.dumps([__version__, last_load, count, in_use]).encode()).hexdigest(),
        }  # fmt: skip
        with stages.stage("record", rows=stage.rows):
            run_id = record_run(
                warehouse,
                skipped=skipped,
                not_computed=not_computed,
                record=record,
                day=home.today(),
                moment=moment,
                judged=again.judged if again else None,
                moved=again is None or again.moved,
            )
            counts = dict.fromkeys(sorted(rules), 0) | standing_hits(con)
        with stages.stage("risk"):
            refresh(home, warehouse)
        with stages.stage("publish"):
            whom, stands = reported_anew(con, home.register.reported_of) if again else (reported_by_banks(con), None)
            snapshot = warehouse.publish()
        with stages.stage("banks", rows=whom.height):
            home.register.put_reported(whom, stands)
    stages.end()
    missing, aside = not_computed, pl.concat(in_shadow)
    return RunReport(
        run_id, count, counts, record["first_day"], record["last_day"], (_now() - started).total_seconds(), snapshot.name,
        tuple(missing["year"].drop_nulls().unique().sort().to_list()), missing.select("rule", "entity", "item").unique().height, tuple(stages.done),
        dict.fromkeys(record["shadows"], 0) | dict(aside.group_by("shadow").len().sort("shadow").iter_rows()),
        tuple(missing["rule"].unique().sort()),
        tuple(unfed(rules.values(), {name for name in SENT if inputs[name].is_empty()})) if count else (),
    )  # fmt: skip


def look_back(
    home: "Home", *, as_of: date | None = None, known_at: datetime | None = None, scope: Scope | None = None
) -> Past:
    """What a run would have found: flows up to a day, as known at a moment, of one scope alone. Publishes nothing.

    Returns:
        Tables `hits` (with flow_ids) and `not_computed`.
    """
    con = home.snapshot().con
    parameters = home.register.parameters(known_at)
    severe = severities(parameters)
    _, findings, hits = _look(con, in_force(parameters), severe, as_of=as_of, known_at=known_at, scope=scope)
    named = [
        flow_ids_behind(con, findings.evidence),
        findings.settled.select("hit_id", flow_id=pl.concat_str(pl.lit("settlement:"), "settlement_no")),
    ]
    behind = pl.concat(named).group_by("hit_id").agg(flow_ids=pl.col("flow_id").sort())
    shown = [
        "hit_id",
        "rule",
        "entity_id",
        "direction",
        "item",
        "first_day",
        "last_day",
        "raised_on",
        "value",
        "unit",
        "limit_value",
        "flow_count",
    ]
    hits = hits.join(behind, on="hit_id", how="left").select(*shown, "flow_ids").sort("rule", "entity_id", "raised_on")
    missing = findings.not_computed
    years = tuple(missing["year"].drop_nulls().unique().sort().to_list())
    by = tuple(missing["rule"].unique().sort())
    english, chinese = _complaint(years, missing.select("rule", "entity", "item").unique().height, by)
    return Past({"hits": hits, "not_computed": missing}, english, chinese)


def _look(
    con: "duckdb.DuckDBPyConnection",
    rules: dict[str, EarlyWarning],
    severe: Mapping[str, Dated],
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    scope: Scope | None = None,
    memory: int | None = None,
    stages: Stages | None = None,
    one_by_one: bool = False,
) -> tuple[Looked, Findings, pl.DataFrame]:
    """What was looked at, as many flows at a time as memory allows; what the rules find under the names that last;
    and the hits as the warehouse keeps them.
    """
    stages = stages or Stages()
    count, first, last = extent(con, as_of=as_of, known_at=known_at, scope=scope)
    inputs = _inputs(con, first, last, as_of=as_of, known_at=known_at)
    found = _found(
        con, rules, inputs=inputs, count=count, memory=memory, stages=stages, one_by_one=one_by_one, as_of=as_of,
        known_at=known_at, scope=scope,
    )  # fmt: skip
    with stages.stage("names"):
        findings = named(con, found, inputs)
        return Looked(count, first, last, findings), findings, as_kept(findings, rules, severe)


def _found(
    con: "duckdb.DuckDBPyConnection",
    rules: Mapping[str, EarlyWarning],
    *,
    inputs: dict[str, Any],
    count: int,
    memory: int | None,
    stages: Stages,
    one_by_one: bool,
    as_of: date | None = None,
    known_at: datetime | None = None,
    scope: Scope | None = None,
    engine: Engine | None = None,
) -> Findings:
    """What rules find in all flows, of which as many are looked at at a time as memory allows."""
    parts = []
    if engine is not None:
        with stages.stage(engine.name) as stage:
            elsewhere = engine.look(rules, inputs, newest_load(con), mark_of(con))
            parts.append(elsewhere.findings)
            stage.rows = elsewhere.flows
    for some, share in [] if engine else _shares(con, dict(rules), shares_for(count, _columns(rules.values()), memory)):
        with stages.stage("flows") as stage:
            flows = _frame(con, some.values(), as_of=as_of, known_at=known_at, scope=scope, share=share)
            stage.rows = flows.height
        given = share.narrowed(inputs) if share else inputs
        found = find_all(some, flows, given, stages, at_once=1 if one_by_one else AT_ONCE)
        parts.append(found.with_amounts(flows))
        del flows
    return together(parts)


def _pieces(
    con: "duckdb.DuckDBPyConnection",
    found: Findings,
    rules: dict[str, EarlyWarning],
    severe: Mapping[str, Dated],
    inputs: Mapping[str, Any],
    shadows: Sequence[Shadow],
    in_shadow: list[pl.DataFrame],
) -> Iterator[Piece]:
    """What was found under the names that last, as the warehouse keeps it, piece by piece; to `in_shadow` is added what shadows found."""
    for some in found.pieces(NAMED_AT_A_TIME):
        findings = named(con, some, inputs)
        findings, hits, aside = _parted(con, shadows, severe, findings, as_kept(findings, rules, severe))
        in_shadow.append(aside)
        yield Piece(hits, findings.evidence, findings.settled, aside)


def _parted(
    con: "duckdb.DuckDBPyConnection",
    shadows: Sequence[Shadow],
    severe: Mapping[str, Dated],
    findings: Findings,
    hits: pl.DataFrame,
) -> tuple[Findings, pl.DataFrame, pl.DataFrame]:
    """Findings and hits that are work, and what shadows found: the columns of `SHADOW_HIT`."""
    found = [pl.DataFrame(schema=SHADOW_HIT)]
    if not shadows:
        return findings, hits, found[0]
    for shadow in shadows:
        if shadow.parameter is None:
            own = kept_apart(con, shadow, hits)
        else:
            own = hits.filter(pl.col("rule") == shadow.beside)
        hits = hits.join(own, on="hit_id", how="anti", maintain_order="left")
        if shadow.ended_from is None:
            plain = pl.col("hit_id").str.replace(shadow.beside, shadow.rule, literal=True)
            own = own.filter(pl.col("raised_on") >= shadow.valid_from).with_columns(
                plain, rule=pl.lit(shadow.rule), shadow=pl.lit(shadow.name)
            )
            own = own.with_columns(severity=severity_on_day(severe))
            found.append(own.select(pl.col(name).cast(dtype) for name, dtype in SHADOW_HIT.items()))
    return findings.only(hits["hit_id"]), hits, pl.concat(found)


def _shares(
    con: "duckdb.DuckDBPyConnection", rules: dict[str, EarlyWarning], count: int
) -> Iterator[tuple[dict[str, EarlyWarning], Share | None]]:
    """Rules and the shares of the flows that they are to look at, one after the other; no share: all flows."""
    if count == 1:
        yield rules, None
        return
    by_counterparty = {name: rule for name, rule in rules.items() if rule.partition == "counterparty"}
    by_entity = {name: rule for name, rule in rules.items() if name not in by_counterparty}
    if by_entity:
        for share in entity_shares(con, count):
            yield by_entity, share
    if by_counterparty:
        for some in counterparty_shares(count):
            yield by_counterparty, some


def _columns(rules: Iterable[EarlyWarning]) -> tuple[str, ...]:
    """The columns that rules ask for beside those that every frame has."""
    return tuple(sorted({c for rule in rules for c in rule.columns}))


def _frame(
    con: "duckdb.DuckDBPyConnection",
    rules: Iterable[EarlyWarning],
    *,
    as_of: date | None,
    known_at: datetime | None,
    scope: Scope | None,
    share: Share | None = None,
) -> pl.DataFrame:
    """The flow frame with the columns that rules ask for, up to a day and of one scope."""
    extra = {*_columns(rules), *(["scope"] if scope else [])}
    flows = flow_frame(con, tuple(sorted(extra)), known_at=known_at, share=share)
    if scope is not None:
        flows = flows.filter(pl.col("scope") == scope.value)
    return flows if as_of is None else flows.filter(pl.col("day") <= as_of)


def looked_at(
    con: "duckdb.DuckDBPyConnection",
    rules: Iterable[EarlyWarning],
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    scope: Scope | None = None,
) -> tuple[pl.DataFrame, dict[str, Any]]:
    """What rules look at, all at once: the flow frame with the columns that they ask for, and their further inputs."""
    flows = _frame(con, rules, as_of=as_of, known_at=known_at, scope=scope)
    first, last = flows.select(first=pl.col("day").min(), last=pl.col("day").max()).row(0)
    return flows, _inputs(con, first, last, as_of=as_of, known_at=known_at)


def _inputs(
    con: "duckdb.DuckDBPyConnection",
    first: date | None,
    last: date | None,
    *,
    as_of: date | None,
    known_at: datetime | None,
) -> dict[str, Any]:
    """The further inputs of rules, given the first and the last day of all flows."""
    frames = input_frames(con, as_of=as_of, known_at=known_at)
    return {**frames, **of_days(first, last), "high_risk_economies": high_risk_economies()}


def _versions(dated: Dated) -> list[list[str]]:
    return [[str(v.valid_from), str(v.value), v.basis] for v in dated.versions]


def _complaint(years: tuple[int, ...], keys: int, rules: tuple[str, ...]) -> tuple[str, str]:
    if not years:
        return "", ""
    named, told = ", ".join(map(str, years)), ", ".join(rules)
    return (
        f"Days in {named} were not computed for {keys:,} entities and items of {told}: the calendar does not cover "
        f"{'that year' if len(years) == 1 else 'these years'}. Everything else was. "
        f"Load it with: fxwatch load calendar FILE (columns day, is_workday), then run again.",
        f"{named.replace(', ', '、')} 年未计算，涉及 {told.replace(', ', '、')} 的 {keys:,} 个主体和项目：工作日历未覆盖该年。其余均已计算。"
        f"请导入日历：fxwatch load calendar FILE（列 day、is_workday），再运行一次。",
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
