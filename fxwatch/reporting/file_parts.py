"""The entity's file in parts: which table shows what, on paper and in sheets."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any

from fxwatch.reporting import html, pictures
from fxwatch.reporting.paper import SHORT, Produced
from fxwatch.reporting.parts import Column, Holds, Part, columns, facts, text_of
from fxwatch.reporting.phrases import phrase
from fxwatch.terms import Language, label
from fxwatch.words import heading

Content = dict[str, Any]
_CODE_WORDS = {"to", "outcome", "does", "role"}  # payloads hold code words here, elsewhere what people wrote

_SUMS: dict[str, Holds] = {
    "receipt_flows": "count", "receipts_usd": "money", "payment_flows": "count", "payments_usd": "money", "net_usd": "money",
}  # fmt: skip
_HIT: dict[str, Holds] = {
    "hit_id": "text", "rule": "text", "status": "word", "direction": "word", "item": "word", "first_day": "day",
    "last_day": "day", "raised_on": "day", "value": "quantity", "unit": "word", "limit_value": "quantity", "flow_count": "count",
    "sentence": "said", "notice": "text", "found_on": "day", "run_id": "count", "rule_version": "text", "severity": "word",
    "evidence_changed": "text", "supersedes": "list", "group_id": "text", "flow_ids": "list", "digest": "text",
}  # fmt: skip
_EVIDENCE: dict[str, Holds] = {
    "hit_id": "text", "flow_id": "text", "day": "day", "direction": "word", "item": "word", "code": "text", "currency": "text",
    "amount": "money", "amount_usd": "money", "rate_month": "month", "counterparty": "text", "economy": "text",
    "payment_type": "text", "contract_no": "text", "invoice_no": "text", "bank": "text", "remark": "text", "version": "count",
}  # fmt: skip
_FLOW: dict[str, Holds] = {
    "day": "day", "flow_id": "text", "direction": "word", "item": "word", "code": "text", "currency": "text", "amount": "money",
    "amount_usd": "money", "counterparty": "text", "economy": "text", "state": "word", "version": "count",
    "settled_usd": "money", "rate_month": "month", "payment_type": "text", "contract_no": "text", "invoice_no": "text",
    "tax_filing_no": "text", "scope": "word", "bank": "text", "party_type": "text", "remark": "text", "load_id": "count",
}  # fmt: skip
_ACT: dict[str, Holds] = {
    "number": "count", "day": "day", "at": "moment", "kind": "word", "by": "text", "role": "word", "subject": "text",
    "why": "text", "details": "text", "previous": "text", "hash": "text",
}  # fmt: skip
_COPY: dict[str, Holds] = {
    "act": "count", "hit_id": "text", "rule": "text", "raised_on": "day", "value": "text", "unit": "word", "limit_value": "text",
    "flow_count": "count", "flow_ids": "list", "digest": "text",
}  # fmt: skip
_NOTICE: dict[str, Holds] = {
    "notice": "text", "day": "day", "status": "word", "rules": "list", "hits": "list", "by": "text", "at": "moment",
    "policy": "text", "why": "text", "act": "count", "rescinded_on": "day", "rescinded_at": "moment", "rescinded_by": "text",
    "rescinded_why": "text", "rescinded_act": "count",
}  # fmt: skip
_BREACH: dict[str, Holds] = {
    "breach_no": "text", "version": "count", "day": "day", "status": "word", "provision": "text", "description": "text",
    "reference": "text", "recorded_on": "day", "by": "text", "at": "moment", "act": "count", "rescinded_on": "day",
    "rescinded_by": "text", "rescinded_why": "text", "rescinded_act": "count",
}  # fmt: skip
_PARAMETER: dict[str, Holds] = {
    "rule": "text", "title": "said", "parameter": "text", "value": "text", "unit": "word", "valid_from": "day",
    "in_force": "text", "basis": "said", "meaning": "said",
}  # fmt: skip
_VERSION: dict[str, Holds] = {
    "version": "count", "known_from": "moment", "known_to": "moment", "name": "text", "industry": "text",
    "economic_type": "text", "area": "text", "registered_on": "day", "investor_economies": "text",
    "transport_enterprise": "text", "on_record_since": "day", "source": "text",
}  # fmt: skip
_PAPER: dict[str, Holds] = {
    "act": "count", "day": "day", "at": "moment", "kind": "word", "subject": "text", "language": "text", "form": "text",
    "digest": "text", "by": "text", "why": "text",
}  # fmt: skip


def all_parts(content: Content, papers: Sequence[dict[str, Any]], language: Language) -> list[Part]:
    """Every part in its order; those for sheets alone say so."""
    note = phrase("sums_note", language, **content["counts"])
    return [
        _who(content, language),
        Part("versions", columns(**_VERSION), content["versions"]),
        _grade(content, language),
        _reasons(content, language),
        _history(content, language),
        _sums("by_month", columns(month="month", **_SUMS), content, language, note=note, pictures=_months(content, language)),
        _sums("by_item", columns(item="word", **_SUMS), content, language),
        _sums("by_economy", columns(economy="word", **_SUMS), content, language),
        _sums("by_counterparty", columns(counterparty="word", **_SUMS), content, language),
        _sums("by_scope", columns(scope="word", **_SUMS), content, language),
        _hits(content, language),
        Part("evidence", columns(**_EVIDENCE), content["evidence"], on_paper=False),
        _notices(content, language),
        Part("breaches", columns(**_BREACH), content["breaches"], printed=("breach_no", "day", "status", "provision", "description", "reference", "act", "rescinded_on")),
        _acts(content, language),
        Part("act_hits", columns(**_COPY), [c for act in content["acts"] for c in _copies(act)], on_paper=False),
        Part("parameters", columns(**_PARAMETER), content["parameters"], printed=tuple(_PARAMETER)[1:]),
        _rests_on(content, language),
        Part("papers", columns(**_PAPER), papers, printed=("act", "day", "kind", "language", "form", "digest", "by"), note=phrase("papers_note", language)),
        Part("flows", columns(**_FLOW), content["flows"], printed=(*tuple(_FLOW)[:12], "contract_no"), is_wide=True),
    ]  # fmt: skip


def sheets(content: Content, produced: Produced, papers: Sequence[dict[str, Any]], language: Language) -> list[Part]:
    """The parts as sheets: who produced the file and its digest come first."""
    return [_produced(produced, language), *all_parts(content, papers, language)]


def document(content: Content, produced: Produced, papers: Sequence[dict[str, Any]], language: Language) -> str:
    """The file as HTML made for printing."""
    entity, grade = content["entity"], content["grade"]
    parts = [p for p in all_parts(content, papers, language) if p.on_paper]
    title = f"{phrase('entity_file', language)} {entity['entity_id']} {entity['name']}"
    verdict = phrase("grade_on", language, day=grade["on"])
    letter, _, meaning = label(grade["grade"], language).partition(" ")
    at = text_of({"at": produced.at}, Column("at", "moment"), language)
    who = phrase("produced_by", language, by=produced.by, role=label(produced.role, language), day=produced.day, at=at)
    body = [
        '<div class="cover"><div>',
        f"<h1>{escape(phrase('entity_file', language))}</h1>",
        f"<h1>{escape(entity['name'])}</h1>",
        html.paragraph(entity["entity_id"]),
        f'</div><div class="badge">{escape(verdict)}<b>{escape(letter)}</b>{escape(meaning)}</div></div>',
        *([html.paragraph(phrase("simulation", language), "warn")] if content["simulation"] else []),
        '<div class="box">',
        *([html.paragraph(produced.bureau)] if produced.bureau else []),
        html.paragraph(who),
        html.paragraph(f"{phrase('digest', language)}: {produced.digest}", "digest"),
        html.paragraph(phrase("digest_note", language, short=produced.digest[:SHORT]), "small"),
        "</div>",
        f"<h3>{escape(phrase('contents', language))}</h3>",
        html.contents(parts, language),
        *(html.section(p, language, empty=_empty(p, language)) for p in parts),
    ]
    return html.page(title, body, language, foot=f"{entity['entity_id']} · SHA-256 {produced.digest}")


def _empty(part: Part, language: Language) -> str:
    return phrase("no_flows" if part.name.startswith(("by_", "flows")) else "empty", language)


def _who(content: Content, language: Language) -> Part:
    entity = content["entity"]
    held: dict[str, Holds] = {"registered_on": "day", "on_record_since": "day"}
    return facts("who", [(name, value, held.get(name, "text")) for name, value in entity.items()], language)


def _grade(content: Content, language: Language) -> Part:
    held: dict[str, Holds] = {
        "grade": "word", "provisional_grade": "word", "documents": "words", "notices": "count", "breaches": "count",
        "open_hits": "count", "would_issue": "count",
    }  # fmt: skip
    grade = {**content["grade"], "would_issue": len(content["grade"]["would_issue"])}
    return facts("grade", [(name, value, held.get(name, "text")) for name, value in grade.items()], language)


def _reasons(content: Content, language: Language) -> Part:
    held = columns(
        kind="word", number="text", day="day", because="word", act="count", provision="text", why="text", hits="list"
    )
    return Part("reasons", held, content["reasons"])


def _history(content: Content, language: Language) -> Part:
    held = columns(
        known="text", from_day="day", to_day="day", grade="word", breaches="count", notices="count", because="text"
    )
    # `because` names the acts here, and says whether one counts in the part before.
    named = (*held[:-1], Column("rests_on", "text"))
    rows = [
        {**r, "known": phrase(f"known_{r['known']}", language), "rests_on": acts_named(r["because"], language)}
        for r in content["history"]
    ]
    drawn = (pictures.grades(content["history"], date.fromisoformat(content["on"]), language),) if rows else ()
    return Part("history", named, rows, pictures=drawn, note=phrase("history_note", language))


def acts_named(because: str, language: Language) -> str:
    """The acts that `reading.grades.history` names, in the reader's language."""
    if language == "en":
        return because
    named = re.sub(
        r"(notice|breach) (.+?) \(act (\d+)\)", lambda m: f"{label(m[1], 'zh')} {m[2]}（第 {m[3]} 项）", because
    )
    return named.replace(", ", "、")


def _months(content: Content, language: Language) -> tuple[str, ...]:
    return (pictures.months(content["by_month"], language),) if content["by_month"] else ()


def _sums(name: str, held: tuple[Column, ...], content: Content, language: Language, **more: Any) -> Part:
    rows = content[name]
    total: dict[str, Any] = {
        c.name: sum((Decimal(str(r[c.name])) for r in rows), Decimal(0)) for c in held if c.name in _SUMS
    }
    first = (Column(held[0].name, "text"), *held[1:]) if held[0].holds == "month" else held
    if held[0].holds == "month":
        rows = [{**r, "month": r["month"][:7]} for r in rows]
    return Part(name, first, rows, total={**total, first[0].name: phrase("total", language)} if rows else None, **more)


def _hits(content: Content, language: Language) -> Part:
    behind: dict[str, list[dict[str, Any]]] = {}
    for row in content["evidence"]:
        behind.setdefault(row["hit_id"], []).append(row)
    shown = columns(**{n: _EVIDENCE[n] for n in ("flow_id", "day", "direction", "currency", "amount", "amount_usd", "rate_month", "counterparty", "economy")})  # fmt: skip

    def under(hit: Any) -> Part:
        said = text_of(hit, Column("sentence", "said"), language)
        return Part("evidence", shown, behind.get(hit["hit_id"], []), note=f"{said} [{hit['hit_id']}]")

    printed = ("rule", "status", "notice", "direction", "item", "first_day", "last_day", "raised_on", "value", "unit", "limit_value")  # fmt: skip
    return Part("hits", columns(**_HIT), content["hits"], printed=printed, under=under)


def _notices(content: Content, language: Language) -> Part:
    printed = ("notice", "day", "status", "by", "policy", "why", "act", "rescinded_on", "rescinded_by", "rescinded_why")

    def under(notice: Any) -> Part:
        return Part("hits", (), [], note=text_of(notice, Column("hits", "list"), language))

    return Part("notices", columns(**_NOTICE), content["notices"], printed=printed, under=under)


def _acts(content: Content, language: Language) -> Part:
    rows = [{**act, "details": details(act["payload"], language)} for act in content["acts"]]
    printed = ("number", "day", "kind", "by", "role", "subject", "why")

    def under(act: Any) -> Part:
        at = text_of(act, Column("at", "moment"), language)
        return Part("acts", (), [], note=f"{at} UTC · {act['details']} · SHA-256 {act['hash']}")

    return Part("acts", columns(**_ACT), rows, printed=printed, under=under)


def details(payload: dict[str, Any], language: Language) -> str:
    """What any act holds, in a line: copies of hits by their ids, all else as it is."""
    told = []
    for name, value in payload.items():
        if value in (None, "", []):
            continue
        title = heading(name, "zh") if language == "zh" else name.replace("_", " ")
        said = label(value, language) if name in _CODE_WORDS else _detail(value, language)
        told.append(f"{title}: {said}")
    return ("；" if language == "zh" else "; ").join(told)


def _detail(value: Any, language: Language) -> str:
    if isinstance(value, dict):
        return str(value["hit_id"]) if "hit_id" in value else details(value, language)
    if isinstance(value, list):
        return ", ".join(_detail(v, language) for v in value)
    return str(value)


def _copies(act: dict[str, Any]) -> list[dict[str, Any]]:
    """The copies of hits that an act keeps, wherever its payload has them."""
    found = []
    for value in act["payload"].values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and "hit_id" in item:
                found.append({**item, "act": act["number"]})
    return found


def _rests_on(content: Content, language: Language) -> Part:
    rests = content["rests_on"]
    held: dict[str, Holds] = {"started_at": "moment", "ended_at": "moment", "flows": "count", "hits": "count"}
    run = rests["run"] or {"run_id": phrase("no_run", language)}
    rows: list[tuple[str, Any, Holds]] = [("snapshot", rests["snapshot"], "text")]
    rows += [(name, value, held.get(name, "text")) for name, value in run.items()]
    return facts("rests_on", [*rows, ("loads_since", rests["loads_since"], "list")], language)


def _produced(produced: Produced, language: Language) -> Part:
    rows: list[tuple[str, Any, Holds]] = [
        ("digest", produced.digest, "text"), ("by", produced.by, "text"), ("role", produced.role, "word"),
        ("day", produced.day, "day"), ("at", produced.at, "moment"), ("bureau", produced.bureau, "text"),
        ("note", phrase("papers_note", language), "text"),
    ]  # fmt: skip
    return facts("produced", rows, language)
