"""The entity's file (企业档案): everything on record about one entity, in one document that can be held against the register."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import HouseError, NotFound
from fxwatch.identifiers import entity_key
from fxwatch.reading import grades, hits, operations, portrait
from fxwatch.register import Kind
from fxwatch.register.worked import PAPERS
from fxwatch.reporting import file_parts
from fxwatch.reporting.paper import Paper, Produced, form_of, put_on_record
from fxwatch.reporting.parts import in_unit, plain
from fxwatch.reporting.phrases import phrase
from fxwatch.reporting.sheets import workbook
from fxwatch.rulebook import monitors
from fxwatch.terms import Language
from fxwatch.warehouse.entity_flows import STATES, UNCLASSIFIED

if TYPE_CHECKING:
    from fxwatch.home import Home

FORMS = ("html", "xlsx", "json")
# Bump this when a part is added or a field changes its meaning: digests of one content differ between versions.
CONTENT_VERSION = 3
_TRIES = 5
_RUN = ("run_id", "started_at", "ended_at", "day", "by", "fxwatch_version", "engine", "last_load", "flows", "hits", "fingerprint")  # fmt: skip


def produce_file(
    home: "Home", entity_id: str, out: Path | str, *, language: Language = "en", by: str | None = None, why: str = ""
) -> Paper:
    """Write an entity's file and put its digest on record.

    Args:
        home: where.
        entity_id: in either form.
        out: a file that ends in `.html` (made for printing on A4), `.xlsx` or `.json`.
        language: of titles, labels and sentences; JSON has both languages in it.
        by: an account with the role regulator, approver or analyst; without it, the operating-system user's.
        why: what the file is for, for the record.

    Raises:
        NotFound: the entity is not on the roll.
        RequestError: the identifier has not its form; the file's ending is unknown, or its place cannot be written.
        Forbidden: the account has none of these roles.
    """
    out = Path(out)
    form = form_of(out, FORMS)
    content = entity_content(home, entity_id)
    key = content["entity"]["entity_id"]
    papers = [plain(row) for row in home.register.papers(entity_id=key).iter_rows(named=True)]

    def make(produced: Produced) -> bytes:
        if form == "json":
            return _json(content, produced, papers)
        if form == "xlsx":
            parts = file_parts.sheets(content, produced, papers, language)
            return workbook(parts, language, f"{phrase('entity_file', language)} {key}")
        return file_parts.document(content, produced, papers, language).encode("utf-8")

    return put_on_record(
        home,
        out,
        content,
        make,
        kind=Kind.FILE_PRODUCED,
        subject=f"entity:{key}",
        entity_id=key,
        language=language,
        by=by,
        why=why,
    )


def entity_content(home: "Home", entity_id: str) -> dict[str, Any]:
    """Everything on record about one entity, of one moment, in one canonical form: no language, no form, no floats.

    Returns:
        `content_version`, `simulation`, `on`, and the parts `entity`, `versions`, `grade`, `reasons`, `history`, `counts`,
        `by_month`, `by_item`, `by_economy`, `by_counterparty`, `by_scope`, `hits`, `evidence`, `notices`, `breaches`, `acts`,
        `parameters`, `rests_on`, `flows`. Money is exact text, days and moments (UTC) ISO texts. Acts about papers are
        left out: to produce a file must not change it.

    Raises:
        NotFound: the entity is not on the roll.
        RequestError: the identifier has not its form.
    """
    key = entity_key(entity_id, verify=home.settings.verify_ids) or entity_id
    if home.register.enrolled(key) is None:
        raise NotFound(
            f"The entity {entity_id} is not on the roll, so there is no file of it. Load it first: fxwatch load entities FILE",
            f"主体 {entity_id} 不在名录，没有档案。请先用 fxwatch load entities 载入。",
        )
    for _ in range(_TRIES):
        before = _state(home, key)
        content = _gather(home, key)
        if _state(home, key) == before:
            return content
    raise HouseError(
        f"The file of {key} cannot be made: the record changed {_TRIES} times while it was read. Try again.",
        f"无法出具 {key} 的档案：读取期间登记变动 {_TRIES} 次。请重试。",
    )


def _state(home: "Home", key: str) -> tuple[Any, ...]:
    """What must not move while a file is read, for all its parts to be of one moment."""
    return (
        home.snapshot().name,
        home.register.acts(entity_id=key)["number"].to_list(),
        home.register.parameters().height,
        home.register.entry_versions(key).height,
    )


def _gather(home: "Home", key: str) -> dict[str, Any]:
    on = home.today()
    versions = home.register.entry_versions(key)
    entry = versions.row(-1, named=True)
    graded = grades.grade_of(home, key, on=on)
    flows = portrait.flows_of(home, key)
    found = hits.hits_of(home, entity=key, with_flows=True)
    evidence = hits.flows_behind(home, found["hit_id"].to_list())
    acts = home.register.acts(entity_id=key).filter(~pl.col("kind").is_in([str(k) for k in PAPERS]))
    counted = portrait.counted(flows)
    reasons = (*graded["breaches"], *graded["notices"], *graded["not_counted"])
    return {
        "content_version": CONTENT_VERSION,
        "simulation": home.simulation,
        "on": on.isoformat(),
        "entity": _entry(home, entry),
        "versions": _rows(versions.drop("entity_id")),
        "grade": _grade(graded),
        "reasons": [plain({"why": None, "provision": None, "hits": [], **r}) for r in reasons],
        "history": _rows(grades.history(home, key)),
        "counts": {s: flows.filter(pl.col("state") == s).height for s in (*STATES, UNCLASSIFIED)},
        **{f"by_{by}": _rows(portrait.summed(counted, by)) for by in portrait.BY},
        "hits": [_hit(row, entry["name"]) for row in found.iter_rows(named=True)],
        "evidence": _rows(evidence.drop("state")),
        "notices": _rows(home.register.notices(entity_id=key)),
        "breaches": _rows(home.register.breaches(entity_id=key)),
        "acts": [plain({**row, "payload": json.loads(row["payload"])}) for row in acts.iter_rows(named=True)],
        "parameters": _parameters(home, on),
        "rests_on": _rests_on(home),
        "flows": _rows(flows),
    }


def _entry(home: "Home", entry: dict[str, Any]) -> dict[str, Any]:
    stated, division = entry["transport_enterprise"], (entry["industry"] or "")[:2]
    kept = {k: v for k, v in entry.items() if k not in ("version", "known_from", "known_to", "source")}
    is_transport = stated if stated is not None else division in home.settings.transport()
    return {**plain(kept), "transport_enterprise": is_transport}


def _grade(graded: dict[str, Any]) -> dict[str, Any]:
    lists = {n: len(graded[n]) for n in ("breaches", "notices", "open_hits")}
    told = (
        "grade",
        "provisional_grade",
        "on",
        "window_from",
        "window_to",
        "full_year",
        "max_notices_for_b",
        "documents",
    )
    return {**{n: plain(graded[n]) for n in told}, **lists, "would_issue": plain(graded["would_issue"])}


def _hit(row: dict[str, Any], name: str) -> dict[str, Any]:
    spoken = {**row, "entity": name}
    numbers = {n: in_unit(row[n], row["unit"]) for n in ("value", "limit_value")}
    words = {"sentence": hits.sentence(spoken, "en"), "sentence_zh": hits.sentence(spoken, "zh")}
    return {**plain(row), **numbers, **words}


def _parameters(home: "Home", on: date) -> list[dict[str, Any]]:
    """Every version of every parameter of the early warnings and of grading; `in_force` on the day."""
    english, chinese = (operations.rule_book(home, language) for language in ("en", "zh"))
    both = english.with_columns(
        title_zh=chinese["title"], basis_zh=chinese["basis"], meaning_zh=chinese["meaning"]
    ).filter(~pl.col("rule").is_in(list(monitors())) & pl.col("parameter").is_not_null())
    begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= on)
    last = pl.int_range(pl.len()) == begun.arg_max() + begun.sum() - 1
    return _rows(both.with_columns(in_force=(begun & last).over("rule", "parameter")))


def _rests_on(home: "Home") -> dict[str, Any]:
    runs, loads = operations.runs(home), operations.loads(home)
    run = {n: plain(runs[n][0]) for n in _RUN} if len(runs) else None
    judged = run["last_load"] if run else 0
    later = loads.filter((pl.col("load_id") > judged) & (pl.col("kind") == "flows"))
    return {"snapshot": home.snapshot().name, "run": run, "loads_since": later["load_id"].sort().to_list()}


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [plain(row) for row in frame.iter_rows(named=True)]


def _json(content: dict[str, Any], produced: Produced, papers: list[dict[str, Any]]) -> bytes:
    """Content, its digest, and beside them what the digest does not cover."""
    by = {"by": produced.by, "role": produced.role, "day": produced.day, "at": produced.at, "bureau": produced.bureau}
    told = {"content": content, "digest": produced.digest, "produced": plain(by), "papers": papers}
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
