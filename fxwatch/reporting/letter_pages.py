"""The letter in blocks: what stands where, for HTML and for PDF alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any, Literal

from fxwatch.reporting.html import paragraph, table
from fxwatch.reporting.paper import SHORT, Produced
from fxwatch.reporting.parts import Column, Holds, Part, columns, text_of
from fxwatch.reporting.phrases import phrase
from fxwatch.terms import Language, label

Kind = Literal["bureau", "title", "number", "text", "heading", "small", "warn", "signature", "break"]

_FINDING: dict[str, Holds] = {
    "no": "count", "title": "said", "days": "text", "value": "quantity", "limit_value": "quantity", "unit": "word",
    "flow_count": "count",
}  # fmt: skip
_FLOW: dict[str, Holds] = {
    "no": "count", "flow_id": "text", "day": "day", "direction": "word", "item": "word", "currency": "text",
    "amount": "money", "amount_usd": "money", "rate_month": "month",
}  # fmt: skip


@dataclass(frozen=True)
class Block:
    """A piece of the letter: words of a kind, or a table. `beside` stands at the right edge of the same line."""

    kind: Kind
    text: str = ""
    beside: str = ""
    part: Part | None = None


def blocks(content: dict[str, Any], produced: Produced, language: Language) -> list[Block]:
    """The letter from top to bottom."""
    return list(_blocks(content, produced, language))


def _blocks(content: dict[str, Any], produced: Produced, language: Language) -> Iterator[Block]:
    def say(name: str, /, **values: object) -> str:
        return phrase(name, language, **values)

    if produced.bureau:
        yield Block("bureau", produced.bureau)
    yield Block("title", say("letter"))
    yield Block("number", say("letter_number", notice=content["notice"]), say("letter_day", day=content["day"]))
    if content["simulation"]:
        yield Block("warn", say("simulation"))
    if content["rescinded"]:
        yield Block("warn", say("letter_rescinded", day=content["rescinded"]["on"], act=content["rescinded"]["act"]))
    yield Block("text", say("letter_to", name=content["name"]))
    yield Block("text", say("letter_code", entity_id=content["entity_id"]))
    yield Block("text", say("letter_opening"))
    numbers = {id(f): n for n, f in enumerate(content["findings"], start=1)}
    yield Block("heading", say("findings"))
    yield Block("text", part=_findings(content, content["act"], numbers, language))
    for more in content["supplements"]:
        yield Block("small", say("supplement", **more))
        yield Block("text", part=_findings(content, more["act"], numbers, language))
    yield Block("heading", say("legal_basis"))
    for rule in content["rules"]:
        yield from _basis(rule, language)
    if not content["rescinded"]:
        yield Block("text", say("letter_counts"))
    yield Block("heading", say("objection"))
    until = content["objection"]
    yield Block("text", say("objection_until" if until["until"] else "objection_days", **until))
    yield Block("signature", f"{produced.bureau or say('bureau')}\n{say('signature')}\n{content['day']}")
    yield Block("break")
    yield Block("heading", say("annex"))
    yield Block("small", say("annex_note", act=content["act"]))
    yield Block("text", part=_annex(content, numbers))
    yield Block("small", f"{say('digest')}: {produced.digest}")
    yield Block("small", say("digest_note", short=produced.digest[:SHORT]))


def body(blocks: list[Block], language: Language) -> list[str]:
    """The blocks as HTML."""
    return [_html(block, language) for block in blocks]


def _html(block: Block, language: Language) -> str:
    if block.part is not None:
        return table(block.part, language)
    if block.kind == "break":
        return '<div style="break-after: page"></div>'
    if block.kind == "title":
        return f"<h1>{escape(block.text)}</h1>"
    if block.kind == "heading":
        return f"<h2>{escape(block.text)}</h2>"
    if block.kind == "number":
        return f'<div class="number"><span>{escape(block.text)}</span><span>{escape(block.beside)}</span></div>'
    if block.kind == "signature":
        lines = "".join(f"<div>{escape(line)}</div>" for line in block.text.splitlines())
        return f'<div class="signature">{lines}</div>'
    return paragraph(block.text, "" if block.kind == "text" else block.kind)


def _findings(content: dict[str, Any], act: int, numbers: dict[int, int], language: Language) -> Part:
    rows = [
        {**f, "no": numbers[id(f)], "days": f["first_day"] if f["first_day"] == f["last_day"] else f"{f['first_day']} – {f['last_day']}"}
        for f in content["findings"]
        if f["act"] == act
    ]  # fmt: skip

    def under(row: Any) -> Part:
        return Part("findings", (), [], note=text_of(row, Column("sentence", "said"), language))

    return Part("findings", columns(**_FINDING), rows, under=under)


def _basis(rule: dict[str, Any], language: Language) -> Iterator[Block]:
    is_zh = language == "zh"
    title, basis = (rule["title_zh"], rule["basis_zh"]) if is_zh else (rule["title"], rule["basis"])
    yield Block("text", f"{title}({rule['rule']}):{basis}" if is_zh else f"{title} ({rule['rule']}): {basis}.")
    held = columns(meaning="said", value="text", unit="word", valid_from="day", basis="text")
    if rule["parameters"]:
        rows = [{**p, "value": _value(p["value"], language)} for p in rule["parameters"]]
        shown = held if any(p["valid_from"] for p in rows) else held[:3]
        yield Block("text", part=Part("parameters", shown, rows))


def _value(value: str, language: Language) -> str:
    return f"{Decimal(value):,}" if value.replace(".", "", 1).isdigit() else label(value, language)


def _annex(content: dict[str, Any], numbers: dict[int, int]) -> Part:
    no = {(f["act"], f["hit_id"]): numbers[id(f)] for f in content["findings"]}
    rows = [{**flow, "no": no[flow["act"], flow["hit_id"]]} for flow in content["flows"]]
    return Part("annex", columns(**_FLOW), rows)
