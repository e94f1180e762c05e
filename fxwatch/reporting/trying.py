"""What a trial of parameters, or a shadow, would change: a table of steps with its picture, and what is behind each step."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from fxwatch.reporting import html
from fxwatch.reporting.paper import form_of, write_whole
from fxwatch.reporting.parts import Holds, Part, columns, in_unit, plain
from fxwatch.reporting.phrases import phrase
from fxwatch.reporting.sheets import workbook
from fxwatch.reporting.step_bars import as_png, as_svg, bars_of
from fxwatch.terms import Language

if TYPE_CHECKING:
    from fxwatch.comparing import Compared
    from fxwatch.home import Home

FORMS = ("html", "xlsx", "json", "svg", "png")
_STEPS: dict[str, Holds] = {
    "step": "word", "hits": "count", "entities": "count", "both": "count", "new": "count", "lost": "count", "open_hits": "count",
    "work_per_month": "quantity", "worse": "count", "better": "count", "near": "count", "near_entities": "count",
}  # fmt: skip
_CHANGES: dict[str, Holds] = {
    "step": "word", "kind": "word", "hit_id": "text", "rule": "text", "entity_id": "text", "name": "text",
    "direction": "word", "item": "word", "first_day": "day", "last_day": "day", "raised_on": "day", "value": "quantity",
    "unit": "word", "limit_value": "quantity", "status": "word",
}  # fmt: skip
_MOVES: dict[str, Holds] = {
    "step": "word", "entity_id": "text", "name": "text", "grade": "word", "grade_after": "word",
    "provisional_grade": "word", "provisional_after": "word",
}  # fmt: skip
_NEAR: dict[str, Holds] = {
    "step": "word", "rule": "text", "entity_id": "text", "name": "text", "near": "count", "months": "count",
    "newest": "day", "value": "quantity", "unit": "word",
}  # fmt: skip
_CHANGES_PRINTED = ("step", "kind", "entity_id", "name", "direction", "item", "raised_on", "value", "unit")
_MOST_PRINTED = 500  # rows of a table on paper; sheets and JSON hold all


def produce_comparison(home: "Home", compared: "Compared", out: Path | str, *, language: Language = "en") -> Path:
    """Write a comparison.

    Args:
        home: where it was made.
        compared: what `whatif.what_if` or `shadows.compare` found.
        out: a file that ends in `.html` (made for printing on A4), `.xlsx` (a sheet for each part), `.json`, or, for the picture
            alone, `.svg` or `.png`.
        language: of titles and labels.

    Raises:
        RequestError: the file's ending is unknown, or its place cannot be written.
    """
    out = Path(out)
    form = form_of(out, FORMS)
    picture = bars_of(compared.steps, compared.swept, language)
    if form == "svg":
        made = as_svg(picture).encode("utf-8")
    elif form == "png":
        made = as_png(picture, home.settings.pdf_font)
    elif form == "json":
        told = {name: plain(getattr(compared, name).to_dicts()) for name in ("steps", "changes", "moves", "near")}
        about = {name: list(values) for name, values in compared.about.items()}
        facts = {
            "about": about,
            "first": plain(compared.first),
            "last": plain(compared.last),
            "months": compared.months,
        }
        facts["decided_per_month"] = plain(compared.decided_per_month)
        facts["no_near"] = {rule: why[language == "zh"] for rule, why in compared.no_near.items()}
        made = (json.dumps({**facts, **told}, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    elif form == "xlsx":
        made = workbook(_parts(compared), language, _title(compared, language))
    else:
        made = _document(home, compared, as_svg(picture), language).encode("utf-8")
    write_whole(out, made)
    return out


def _parts(compared: "Compared", drawn: tuple[str, ...] = (), most: int | None = None) -> list[Part]:
    def in_units(rows: list[dict[str, object]], *names: str) -> list[dict[str, object]]:
        return [row | {n: in_unit(row[n], str(row["unit"])) for n in names} for row in rows]

    changes, near = (
        compared.changes.head(most or compared.changes.height),
        compared.near.head(most or compared.near.height),
    )
    return [
        Part("steps", columns(**_STEPS), compared.steps.to_dicts(), pictures=drawn),
        Part("moved", columns(**_MOVES), compared.moves.head(most or compared.moves.height).to_dicts()),
        Part("near_misses", columns(**_NEAR), in_units(near.to_dicts(), "value")),
        Part(
            "changed_hits", columns(**_CHANGES), in_units(changes.to_dicts(), "value", "limit_value"),
            printed=_CHANGES_PRINTED, is_wide=True,
        ),
    ]  # fmt: skip


def _title(compared: "Compared", language: Language) -> str:
    return phrase("what_if" if compared.about else "shadow_compared", language, about=compared.swept)


def _document(home: "Home", compared: "Compared", drawn: str, language: Language) -> str:
    title = _title(compared, language)
    tried = "; ".join(f"{name} = {', '.join(values)}" for name, values in compared.about.items())
    body = [
        html.paragraph(home.settings.bureau) if home.settings.bureau else "",
        f"<h1>{title}</h1>",
        html.paragraph(f"{home.today()} · {tried}" if tried else str(home.today())),
        html.paragraph(compared.say(language)),
        *([html.paragraph(phrase("simulation", language), "warn")] if home.simulation else []),
        *(html.section(part, language) for part in _parts(compared, (drawn,), _MOST_PRINTED)),
    ]
    return html.page(title, body, language, foot=f"{title} · {home.today()}")
