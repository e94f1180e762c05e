"""The notice letter (预警提示函): what the bureau tells an entity, word for word what the act of the notice keeps."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import NotFound
from fxwatch.procedure import REGISTER_PARAMETERS
from fxwatch.register import Kind
from fxwatch.reporting import html, letter_pages
from fxwatch.reporting.paper import Paper, Produced, form_of, put_on_record
from fxwatch.reporting.parts import in_unit, plain
from fxwatch.reporting.pdf import pdf
from fxwatch.reporting.phrases import phrase
from fxwatch.rulebook import rules, table
from fxwatch.terms import Language
from fxwatch.warehouse.frames import calendar_frame
from fxwatch.workdays import WorkingDays

if TYPE_CHECKING:
    from fxwatch.home import Home

FORMS = ("html", "pdf")
# Bump this when a field is added or changes its meaning: digests of one content differ between versions.
CONTENT_VERSION = 1
_FINDING = ("hit_id", "rule", "direction", "item", "first_day", "last_day", "raised_on", "unit", "flow_count", "digest")
_FLOW = ("flow_id", "day", "direction", "item", "currency", "amount", "amount_usd", "rate_month")


def produce_letter(
    home: "Home", notice: str, out: Path | str, *, language: Language = "en", by: str | None = None, why: str = ""
) -> Paper:
    """Write the letter of a notice and put its digest on record.

    Args:
        home: where.
        notice: its number, as `notices` lists it.
        out: a file that ends in `.html` (made for printing on A4) or `.pdf`.
        language: of the letter.
        by: an account with the role regulator, approver or analyst; without it, the operating-system user's.
        why: for the record.

    Raises:
        NotFound: there is no such notice.
        RequestError: the file's ending is unknown, its place cannot be written, or no font has its characters.
        Forbidden: the account has none of these roles.
    """
    out = Path(out)
    form = form_of(out, FORMS)
    content = letter_content(home, notice)

    def make(produced: Produced) -> bytes:
        blocks = letter_pages.blocks(content, produced, language)
        title = f"{phrase('letter', language)} {content['notice']}"
        foot = f"{content['notice']} · SHA-256 {produced.digest}"
        if form == "pdf":
            return pdf(title, blocks, language, foot=foot, at=produced.at, font=home.settings.pdf_font)
        body = letter_pages.body(blocks, language)
        return html.page(title, body, language, foot=foot, kind="letter").encode("utf-8")

    return put_on_record(
        home,
        out,
        content,
        make,
        kind=Kind.LETTER_PRODUCED,
        subject=f"notice:{content['notice']}",
        entity_id=content["entity_id"],
        language=language,
        by=by,
        why=why,
    )


def letter_content(home: "Home", notice: str) -> dict[str, Any]:
    """What the letter of a notice says, in one canonical form, from the copies that its acts keep.

    Nothing of it is read from the flows, hits and rules of today, so a letter that is printed years later says the same: it
    changes by further acts on the notice alone, hits that joined it and its rescission.

    Returns:
        `content_version`, `simulation`, `notice`, `entity_id`, `name` (as known when the notice was issued), `day`, `act`,
        `act_hash`, `rescinded` (None, or on and act), `rules` (with basis and parameters), `findings` and `flows` (each with
        the act that brought it), `supplements` (act and day of those that joined), `objection` (days, until).

    Raises:
        NotFound: there is no such notice.
    """
    acts = home.register.acts(subject=f"notice:{notice}")
    naming = acts.filter(pl.col("kind").is_in([str(Kind.NOTICE_ISSUED), str(Kind.NOTICE_JOINED)]))
    if naming.is_empty():
        raise NotFound(
            f"There is no notice {notice}. List them with: fxwatch notices",
            f"没有预警提示 {notice}。可用 fxwatch notices 列出。",
        )
    issued, *joined = naming.iter_rows(named=True)
    entry = home.register.enrolled(issued["entity_id"], issued["at"])
    copies = [
        (row["number"], copy) for row in naming.iter_rows(named=True) for copy in json.loads(row["payload"])["hits"]
    ]
    name = next((c["entity"] for _, c in copies if "entity" in c), entry["name"] if entry else issued["entity_id"])
    return {
        "content_version": CONTENT_VERSION,
        "simulation": home.simulation,
        "notice": notice,
        "entity_id": issued["entity_id"],
        "name": name,
        "day": issued["day"].isoformat(),
        "act": issued["number"],
        "act_hash": issued["hash"],
        "rescinded": _rescinded(acts),
        "rules": _rules(home, copies, issued["at"]),
        "findings": [_finding(act, copy, name) for act, copy in copies],
        "flows": [{"act": act, "hit_id": copy["hit_id"], **_flow(flow)} for act, copy in copies for flow in copy["flows"]],
        "supplements": [{"act": row["number"], "day": row["day"].isoformat()} for row in joined],
        "objection": _objection(home, issued["day"], issued["at"]),
    }  # fmt: skip


def _rescinded(acts: pl.DataFrame) -> dict[str, Any] | None:
    found = acts.filter(pl.col("kind") == Kind.NOTICE_RESCINDED)
    return {"on": found["day"][0].isoformat(), "act": found["number"][0]} if len(found) else None


def _finding(act: int, copy: dict[str, Any], name: str) -> dict[str, Any]:
    kept = {n: copy.get(n) for n in _FINDING}
    numbers = {n: in_unit(copy.get(n) or 0, copy.get("unit") or "") for n in ("value", "limit_value")}
    return {"act": act, **kept, **numbers, **_sentences(copy, name), "rule_version": copy.get("rule_version")}


def _sentences(copy: dict[str, Any], name: str) -> dict[str, str]:
    """The sentence as it was kept; acts of version 0.1 kept none, and there the rule says it from the copy's own numbers."""
    if "sentence" in copy:
        return {n: copy[n] for n in ("sentence", "sentence_zh", "title", "title_zh")}
    if copy["rule"] not in rules():
        return {
            "sentence": copy["hit_id"],
            "sentence_zh": copy["hit_id"],
            "title": copy["rule"],
            "title_zh": copy["rule"],
        }
    rule = rules()[copy["rule"]]
    numbers = {n: Decimal(copy[n]) for n in ("value", "limit_value")}
    spoken = {**copy, **numbers, "entity": name}
    said = {"sentence": rule().explain(spoken, "en"), "sentence_zh": rule().explain(spoken, "zh")}
    return {**said, "title": rule.title, "title_zh": rule.title_zh}


def _flow(flow: dict[str, Any]) -> dict[str, Any]:
    return {n: flow.get(n) for n in _FLOW}


def _rules(home: "Home", copies: list[tuple[int, dict[str, Any]]], known_at: datetime) -> list[dict[str, Any]]:
    """Each rule that a finding rests on, once for each set of parameters, with the basis of rule and parameters."""
    entered = table(home.register.parameters(known_at))
    found: dict[str, dict[str, Any]] = {}
    for _, copy in copies:
        rule = rules().get(copy["rule"])
        basis = copy.get("basis") or (rule.basis if rule else "")
        told = {
            "rule": copy["rule"],
            "title": copy.get("title") or (rule.title if rule else copy["rule"]),
            "title_zh": copy.get("title_zh") or (rule.title_zh if rule else copy["rule"]),
            "basis": basis,
            "basis_zh": copy.get("basis_zh") or (rule.basis_zh if rule else "") or basis,
            "parameters": _parameters(copy, entered),
        }
        found.setdefault(json.dumps([told["rule"], told["parameters"]], default=str), told)
    return list(found.values())


def _parameters(copy: dict[str, Any], entered: pl.DataFrame) -> list[dict[str, Any]]:
    """The parameters as copied, with unit, meaning and what the version in force then rests on."""
    rule = rules().get(copy["rule"])
    declared = {p.name: p for p in rule.params()} if rule else {}
    on = date.fromisoformat(copy["raised_on"])
    told = []
    for name, value in copy["parameters"].items():
        versions = entered.filter(
            (pl.col("rule") == copy["rule"])
            & (pl.col("parameter") == name)
            & (pl.col("valid_from").is_null() | (pl.col("valid_from") <= on))
        )
        since, basis = (versions["valid_from"][-1], versions["basis"][-1]) if len(versions) else (None, "")
        known = declared.get(name)
        told.append(
            {
                "name": name,
                "value": str(value),
                "unit": known.unit if known else "",
                "meaning": known.meaning if known else name,
                "meaning_zh": known.meaning_zh if known else name,
                "valid_from": plain(since),
                # A default rests on what its rule rests on, which stands above.
                "basis": basis if since else "",
            }
        )
    return told


def _objection(home: "Home", day: date, known_at: datetime) -> dict[str, Any]:
    """How many working days an entity has, by the version and the calendar known when the notice was issued."""
    name = "register.objection_days"
    days = int(home.register.parameter(name, day, known_at) or REGISTER_PARAMETERS[name].default)
    until = WorkingDays(calendar_frame(home.snapshot().con, known_at)).try_after(day, days)
    return {"days": days, "until": until.isoformat() if isinstance(until, date) else None}
