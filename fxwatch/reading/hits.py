"""Hits as people see them: what the rules found, joined with what the bureau decided."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import NotFound, RequestError
from fxwatch.rule import EarlyWarning
from fxwatch.rulebook import in_force, rules
from fxwatch.terms import Status
from fxwatch.warehouse import journal
from fxwatch.warehouse.findings import amounts_of, evidence_of, flow_ids_of, found_hits, supersessions

if TYPE_CHECKING:
    from fxwatch.home import Home

_FEW = 200

COLUMNS = [
    "hit_id", "rule", "entity_id", "direction", "item", "first_day", "last_day", "raised_on", "value", "unit", "limit_value",
    "flow_count", "status", "found_on", "run_id", "rule_version", "severity", "auto_notice", "group_id", "supersedes",
    "evidence_changed", "digest", "notice", "proposal", "proposed_by", "assigned_to", "due_on",
]  # fmt: skip


# What the register adds to a finding: no part of the copy that an act keeps.
_OF_THE_REGISTER = {"status", "notice", "evidence_changed", "proposal", "proposed_by", "assigned_to", "due_on"}


def hits_of(
    home: "Home",
    *,
    rule: str | None = None,
    entity: str | None = None,
    status: str | None = None,
    first: date | None = None,
    last: date | None = None,
    ids: list[str] | None = None,
    with_flows: bool = False,
    known_at: datetime | None = None,
) -> pl.DataFrame:
    """The hits that fit, in the columns `COLUMNS` (`first` and `last` bound `raised_on`).

    `value` and `limit_value` are Decimal in `unit`; `with_flows` adds `flow_ids`, a list of `declaration_no/leg`. `proposal` and
    `proposed_by`: of the notice that waits for approval; `assigned_to` and `due_on`: whose work the hit is.

    Raises:
        RequestError: no such rule or status.
    """
    if rule is not None and rule not in rules():
        known = ", ".join(sorted(rules()))
        raise NotFound(f"There is no rule {rule}. The rules are {known}.", f"没有预警指标 {rule}。现有:{known}。")
    if status is not None and status not in list(Status):
        raise RequestError(
            f"There is no status {status}. A hit is {', '.join(Status)}.",
            f"没有状态 {status}。可用:{'、'.join(Status)}。",
        )
    con = home.snapshot().con
    found = found_hits(con, known_at=known_at, rule=rule, entity=entity, first=first, last=last, ids=ids)
    hits = with_status(found, home.register.decisions(known_at), supersessions(con))
    hits = hits.join(home.register.work(known_at), on="hit_id", how="left", maintain_order="left").select(COLUMNS)
    if status is not None:
        hits = hits.filter(pl.col("status") == status)
    if with_flows:
        hits = hits.join(flow_ids_of(con, hits["hit_id"].to_list()), on="hit_id", how="left", maintain_order="left")
    return hits


def with_status(found: pl.DataFrame, decisions: pl.DataFrame, superseded_by_hit: dict[str, list[str]]) -> pl.DataFrame:
    """Add `status`, `notice` and `evidence_changed` to found hits.

    A hit's own decision speaks first; then the decisions of the hits it superseded (a decision before open, the newest
    before older ones); then an explanation that covers its day; else it is withdrawn when no longer found, or open.

    Args:
        found: columns of `warehouse.findings.found_hits`.
        decisions: `Register.decisions`.
        superseded_by_hit: `warehouse.findings.supersessions`.
    """
    own = decisions.select("hit_id", "decision", "notice", decided_on="digest")
    hits = found.join(own, on="hit_id", how="left", maintain_order="left")
    inherited = _inherited(hits.filter(pl.col("decision").is_null())["hit_id"].to_list(), decisions, superseded_by_hit)
    hits = hits.join(inherited, on="hit_id", how="left", maintain_order="left").with_columns(
        decision=pl.coalesce("decision", "heir_decision"), notice=pl.coalesce("notice", "heir_notice")
    )
    covered = _covered(hits, decisions)
    decided = pl.col("decision").is_in([Status.NOTICED, Status.DISMISSED]).fill_null(value=False)
    return hits.with_columns(
        status=pl.when(decided)
        .then(pl.col("decision"))
        .when(pl.col("is_gone"))
        .then(pl.lit(Status.WITHDRAWN.value))
        .when(pl.col("decision").is_null() & pl.col("hit_id").is_in(covered.implode()))
        .then(pl.lit(Status.EXPLAINED.value))
        .otherwise(pl.lit(Status.OPEN.value)),
        notice=pl.when(pl.col("decision") == Status.NOTICED).then("notice"),
        # A decision taken over from a superseded finding was made on other evidence.
        evidence_changed=decided
        & (pl.col("is_gone") | (pl.col("decided_on") != pl.col("digest")).fill_null(value=True)),
    )


def _inherited(undecided: list[str], decisions: pl.DataFrame, superseded_by_hit: dict[str, list[str]]) -> pl.DataFrame:
    by_hit = {row["hit_id"]: row for row in decisions.filter(pl.col("decision") != "open").iter_rows(named=True)}
    rows = []
    for hit in undecided:
        best, waiting, seen = None, list(superseded_by_hit.get(hit, [])), {hit}
        while waiting:
            ancestor = waiting.pop()
            if ancestor in seen:
                continue
            seen.add(ancestor)
            if (made := by_hit.get(ancestor)) is not None:
                best = made if best is None or made["act"] > best["act"] else best
            else:
                waiting += superseded_by_hit.get(ancestor, [])
        if best is not None:
            rows.append((hit, best["decision"], best["notice"]))
    return pl.DataFrame(
        rows, schema={"hit_id": pl.String, "heir_decision": pl.String, "heir_notice": pl.String}, orient="row"
    )


def _covered(hits: pl.DataFrame, decisions: pl.DataFrame) -> pl.Series:
    """Ids of hits that a standing dismissal of the same rule and entity explains: from its own hit's day to its last day."""
    explains = decisions.filter(
        (pl.col("decision") == Status.DISMISSED) & pl.col("explains_until").is_not_null()
    ).select("rule", "entity_id", explains_from="raised_on", explains_until="explains_until")
    return (
        hits.select("hit_id", "rule", "entity_id", "raised_on")
        .join(explains, on=["rule", "entity_id"])
        .filter(pl.col("raised_on").is_between("explains_from", "explains_until"))["hit_id"]
        .unique()
    )


def one_hit(home: "Home", hit_id: str) -> dict[str, Any]:
    """One hit as a row with `flow_ids` and the entity's name as `entity`.

    Raises:
        NotFound: there is no such hit in the published snapshot.
    """
    found = hits_of(home, ids=[hit_id], with_flows=True)
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
    """The rule's parameters in force on the day on which the hit was raised."""
    rule = in_force(home.register.parameters())[hit["rule"]]
    return {p.name: rule.dated(p.name).on(hit["raised_on"]) for p in rule.params()}


def frozen(home: "Home", hit_ids: list[str]) -> dict[str, dict[str, Any]]:
    """A copy of each hit for an act to keep for ever: values, flows, parameters and rate months, all as JSON takes it."""
    kept_columns = ["flow_id", "day", "direction", "item", "currency", "amount", "amount_usd", "rate_month", "version"]
    behind = flows_behind(home, hit_ids)
    flows = behind.partition_by("hit_id", as_dict=True)
    book = in_force(home.register.parameters())
    kept: dict[str, dict[str, Any]] = {}
    hits = hits_of(home, ids=hit_ids, with_flows=True)
    names = _names(home, hits["entity_id"].unique().to_list())
    for hit in hits.iter_rows(named=True):
        rule = book[hit["rule"]]
        copy = {k: v for k, v in hit.items() if k not in _OF_THE_REGISTER}
        copy["parameters"] = {p.name: rule.dated(p.name).on(hit["raised_on"]) for p in rule.params()}
        copy |= _spoken(rule, hit, names.get(hit["entity_id"], hit["entity_id"]))
        copy["flows"] = flows.get((hit["hit_id"],), behind.clear()).select(kept_columns).to_dicts()
        kept[hit["hit_id"]] = {k: _plain(v) for k, v in copy.items()}
    return kept


def known_now(home: "Home") -> dict[str, Any]:
    """What an act rests on, for it to keep: the number of the newest run (None before the first) and the snapshot's name."""
    snapshot = home.snapshot()
    runs = journal.runs(snapshot.con)
    return {"run_id": runs["run_id"][0] if len(runs) else None, "snapshot": snapshot.name}


def amounts_behind(home: "Home", hit_ids: list[str]) -> pl.DataFrame:
    """What each hit is about in USD, as Decimal: columns hit_id, amount_usd, the sum of its flows."""
    return amounts_of(home.snapshot().con, hit_ids)


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
        hit (a row of `hits_of`), sentence, sentence_zh, flows (frame), parameters (in force when it was raised), rate_months,
        acts (frame of the register's acts that name it).

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
