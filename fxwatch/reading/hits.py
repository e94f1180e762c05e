"""Hits as people see them: what the rules found, joined with what the bureau decided."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import NotFound, RequestError
from fxwatch.reading.statuses import with_status
from fxwatch.rule import EarlyWarning
from fxwatch.rulebook import SEVERITIES, SEVERITY, parse_value, rules
from fxwatch.terms import Status
from fxwatch.warehouse import journal
from fxwatch.warehouse.findings import evidence_of, flow_ids_of, found_hits, supersessions

if TYPE_CHECKING:
    from fxwatch.home import Home

_FEW = 200
# Under these names a home keeps what the rules found in its snapshot, and that with what the register knows of it.
_FOUND, _STANDING = "found hits", "hits"

COLUMNS = [
    "hit_id", "rule", "entity_id", "direction", "item", "first_day", "last_day", "raised_on", "value", "unit", "limit_value",
    "flow_count", "status", "found_on", "run_id", "rule_version", "severity", "auto_notice", "object", "group_id", "supersedes",
    "evidence_changed", "digest", "notice", "proposal", "proposed_by", "assigned_to", "due_on", "amount_usd",
]  # fmt: skip


# What the register adds to a finding: no part of the copy that an act keeps.
_OF_THE_REGISTER = {"status", "notice", "evidence_changed", "proposal", "proposed_by", "assigned_to", "due_on"}


def hits_of(
    home: "Home",
    *,
    rule: str | None = None,
    entity: str | None = None,
    status: str | None = None,
    severity: str | None = None,
    first: date | None = None,
    last: date | None = None,
    ids: list[str] | None = None,
    with_flows: bool = False,
    known_at: datetime | None = None,
) -> pl.DataFrame:
    """The hits that fit, in the columns `COLUMNS` (`first` and `last` bound `raised_on`).

    `value` and `limit_value` are Decimal in `unit`, `amount_usd` that of the flows behind the hit; `with_flows` adds `flow_ids`, a list of `declaration_no/leg`. `proposal` and
    `proposed_by`: of the notice that waits for approval; `assigned_to` and `due_on`: whose work the hit is.

    Raises:
        RequestError: no such rule, status or severity.
    """
    if rule is not None and rule not in rules():
        known = ", ".join(sorted(rules()))
        raise NotFound(f"There is no rule {rule}. The rules are {known}.", f"没有预警指标 {rule}。现有：{known}。")
    if status is not None and status not in list(Status):
        raise RequestError(
            f"There is no status {status}. A hit is {', '.join(Status)}.",
            f"没有状态 {status}。可用：{'、'.join(Status)}。",
        )
    if severity is not None and severity not in SEVERITIES:
        raise RequestError(
            f"There is no severity {severity}. A hit is {' or '.join(SEVERITIES)}.",
            f"没有级别 {severity}。可用：{'、'.join(SEVERITIES)}。",
        )
    asked: dict[str, Any] = {"rule": rule, "entity": entity, "first": first, "last": last, "ids": ids}
    snapshot, few = home.snapshot(), ids is not None or entity is not None
    if known_at is None and (not few or home.kept.has(_STANDING, _state(home))):
        hits = _fitting(_standing(home), **asked)
    elif known_at is None and home.kept.has(_FOUND, snapshot.name):
        found, superseded = _found(home)
        hits = _decided(home, _fitting(found, **asked), superseded)
    else:
        found = found_hits(snapshot.con, known_at=known_at, **asked)
        hits = _decided(home, found, supersessions(snapshot.con), known_at)
    if status is not None:
        hits = hits.filter(pl.col("status") == status)
    if severity is not None:
        hits = hits.filter(pl.col("severity") == severity)
    if with_flows:
        ids = hits["hit_id"].to_list()
        hits = hits.join(flow_ids_of(home.snapshot().con, ids), on="hit_id", how="left", maintain_order="left")
    return hits


def _standing(home: "Home") -> pl.DataFrame:
    """Every hit with its status as things stand: kept until something is published or somebody acts."""
    return home.kept.get(_STANDING, _state(home), lambda: _decided(home, *_found(home)))


def _state(home: "Home") -> tuple[str, int]:
    return home.snapshot().name, home.register.last_act()


def _found(home: "Home") -> tuple[pl.DataFrame, dict[str, list[str]]]:
    """Every hit as found, and what each superseded: kept until something is published."""
    snapshot = home.snapshot()
    return home.kept.get(_FOUND, snapshot.name, lambda: (found_hits(snapshot.con), supersessions(snapshot.con)))


def _decided(
    home: "Home", found: pl.DataFrame, superseded: dict[str, list[str]], known_at: datetime | None = None
) -> pl.DataFrame:
    """Found hits with what the register knows of them: the columns `COLUMNS`."""
    hits = with_status(found, home.register.decisions(known_at), superseded)
    work = found.select("hit_id").join(home.register.work(known_at), on="hit_id", how="left", maintain_order="left")
    return hits.hstack(work.drop("hit_id")).select(COLUMNS)


def _fitting(
    hits: pl.DataFrame,
    rule: str | None,
    entity: str | None,
    first: date | None,
    last: date | None,
    ids: list[str] | None,
) -> pl.DataFrame:
    fits = [pl.col(name) == word for name, word in (("rule", rule), ("entity_id", entity)) if word is not None]
    fits += [pl.col("raised_on") >= first] if first is not None else []
    fits += [pl.col("raised_on") <= last] if last is not None else []
    fits += [pl.col("hit_id").is_in(ids)] if ids is not None else []
    return hits.filter(*fits) if fits else hits


def one_hit(home: "Home", hit_id: str, *, with_flows: bool = True) -> dict[str, Any]:
    """One hit as a row with the entity's name as `entity` and, unless they are not asked for, `flow_ids`.

    Raises:
        NotFound: there is no such hit in the published snapshot.
    """
    found = hits_of(home, ids=[hit_id], with_flows=with_flows)
    if found.is_empty():
        raise NotFound(
            f"There is no hit {hit_id}. List them with: fxwatch hits",
            f"没有预警命中 {hit_id}。可用 fxwatch hits 列出。",
        )
    hit = found.row(0, named=True)
    entry = home.register.enrolled(hit["entity_id"])
    return {**hit, "entity": entry["name"] if entry else hit["entity_id"]}


def sentence(hit: dict[str, Any], language: Any) -> str:
    """What the hit says, from itself; needs `entity`, the entity's name."""
    return rules()[hit["rule"]]().explain(hit, language)


def flows_behind(home: "Home", hit_ids: list[str]) -> pl.DataFrame:
    """The flows behind some hits as they stand in the snapshot: see `warehouse.findings.evidence_of`."""
    return evidence_of(home.snapshot().con, hit_ids)


def parameters_of(home: "Home", hit: dict[str, Any]) -> dict[str, Any]:
    """The rule's parameters on the day on which the hit was raised, by the versions of the run that judged it.

    What was entered since that run does not show: it judges by it when the next one does.
    """
    return _in_force_on(hit["raised_on"], hit["rule"], journal.versions_used(home.snapshot().con, hit["run_id"]))


def _in_force_on(day: date, rule: str, used: journal.Used) -> dict[str, Any]:
    """A rule's values on a day, by the versions that a run used; a parameter that the rule has no more keeps its words."""
    own = {p.name for p in rules()[rule].params()} if rule in rules() else set()
    found = {}
    for name, versions in used.get(rule, {}).items():
        words = [value for valid_from, value in versions if valid_from <= day][-1]
        if name != SEVERITY:
            found[name] = parse_value(rule, name, words) if name in own else words
    return found


def frozen(home: "Home", hit_ids: list[str]) -> dict[str, dict[str, Any]]:
    """A copy of each hit for an act to keep for ever: values, flows, parameters and rate months, all as JSON takes it."""
    kept_columns = ["flow_id", "day", "direction", "item", "currency", "amount", "amount_usd", "rate_month", "version"]
    behind = flows_behind(home, hit_ids)
    flows = behind.partition_by("hit_id", as_dict=True)
    kept: dict[str, dict[str, Any]] = {}
    hits = hits_of(home, ids=hit_ids, with_flows=True)
    names = _names(home, hits["entity_id"].unique().to_list())
    judged = {run: journal.versions_used(home.snapshot().con, run) for run in hits["run_id"].unique()}
    for hit in hits.iter_rows(named=True):
        rule = rules()[hit["rule"]]()
        copy = {k: v for k, v in hit.items() if k not in _OF_THE_REGISTER}
        copy["parameters"] = _in_force_on(hit["raised_on"], hit["rule"], judged[hit["run_id"]])
        copy |= _spoken(rule, hit, names.get(hit["entity_id"], hit["entity_id"]))
        copy["flows"] = flows.get((hit["hit_id"],), behind.clear()).select(kept_columns).to_dicts()
        kept[hit["hit_id"]] = {k: _plain(v) for k, v in copy.items()}
    return kept


def known_now(home: "Home") -> dict[str, Any]:
    """What an act rests on, for it to keep: the number of the newest run (None before the first) and the snapshot's name."""
    snapshot = home.snapshot()
    runs = journal.runs(snapshot.con)
    return {"run_id": runs["run_id"][0] if len(runs) else None, "snapshot": snapshot.name}


def _names(home: "Home", entity_ids: list[str]) -> dict[str, str]:
    """The names of some entities. A few are looked up one by one, many in one reading of the roll."""
    if len(entity_ids) > _FEW:
        return dict(home.register.roll().select("entity_id", "name").iter_rows())
    entries = {e: home.register.enrolled(e) for e in entity_ids}
    return {e: entry["name"] for e, entry in entries.items() if entry}


def _spoken(rule: EarlyWarning, hit: dict[str, Any], name: str) -> dict[str, str]:
    """What a letter says of a hit: kept in words, so that it reads the same when the rule was rewritten since."""
    named = {**hit, "entity": name}
    return {
        "entity": named["entity"],
        "title": rule.title,
        "title_zh": rule.title_zh,
        "basis": rule.basis,
        "basis_zh": rule.basis_zh or rule.basis,
        "sentence": rule.explain(named, "en"),
        "sentence_zh": rule.explain(named, "zh"),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def explained(home: "Home", hit_id: str) -> dict[str, Any]:
    """All that stands behind one hit.

    Returns:
        hit (a row of `hits_of`), sentence, sentence_zh, flows (frame), parameters (see `parameters_of`), found_by (the run that
        first found it; None where no run says so), rate_months, acts (frame of the register's acts that name it).

    Raises:
        NotFound: there is no such hit.
    """
    hit = one_hit(home, hit_id)
    flows = flows_behind(home, [hit_id])
    months = flows["rate_month"].drop_nulls().unique().sort()
    return {
        "hit": {k: v for k, v in hit.items() if k != "entity"},
        "sentence": sentence(hit, "en"),
        "sentence_zh": sentence(hit, "zh"),
        "flows": flows,
        "parameters": parameters_of(home, hit),
        "found_by": journal.first_run(home.snapshot().con, hit_id),
        "rate_months": [f"{m:%Y-%m}" for m in months],
        "acts": home.register.acts(hit_id=hit_id),
    }


def loudest(home: "Home", count: int) -> list[dict[str, Any]]:
    """The entities with the most standing hits: each with its newest hit, `hits` (how many) and `entity` (its name)."""
    standing = hits_of(home).filter(pl.col("status") != Status.WITHDRAWN)
    top = (
        standing.group_by("entity_id")
        .agg(hits=pl.len())
        .sort(["hits", "entity_id"], descending=[True, False])
        .head(count)
    )
    newest = standing.sort("raised_on", "hit_id").group_by("entity_id", maintain_order=True).last()
    names = home.register.roll().select("entity_id", entity="name")
    return (
        top.join(newest, on="entity_id", maintain_order="left")
        .join(names, on="entity_id", maintain_order="left")
        .to_dicts()
    )
