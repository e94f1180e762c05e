"""The form of a model's file: what each part must be, so that whatever reads a model finds what it expects and nothing else.

A file may come from anywhere. It is looked at whole before anything is built from it; what does not fit is named.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any
from unicodedata import category

from fxwatch.risk import catalogue
from fxwatch.risk.judging import TOPS
from fxwatch.risk.learning import BASELINES
from fxwatch.terms import RISK_KINDS

# Far above what training gives, far below what a column of scores holds.
MOST_POINTS = 1_000_000
LONGEST_TEXT = 200_000
# What a count, of rows or of months, can be.
_MOST = 10**12
_LARGEST = 1e300
GROUPED_BY = ("area", "industry", "size", "economic_type")
MEASURES = ("ap", *(f"recall_{round(100 * share)}" for share in TOPS), "brier")

# Is told the name of a part and what stands there; raises `Misfit`.
Form = Callable[[str, Any], None]


class Misfit(Exception):
    """A part of a file that is not what it must be; says which part, and what was expected, in both languages."""

    def __init__(self, part: str, expected: str, expected_zh: str) -> None:
        super().__init__(f"{part} is not {expected}")
        self.english = f"{part or 'its content'} is not {expected}"
        self.chinese = f"{part or '内容'}应为{expected_zh}"


def number(part: str, found: Any) -> None:
    """A finite number."""
    if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) <= _LARGEST:
        raise Misfit(part, "a finite number", "有限数值")


def maybe(form: Form) -> Form:
    """A form, or nothing."""
    return lambda part, found: None if found is None else form(part, found)


def whole(least: int, most: int) -> Form:
    """A whole number between two, both included."""

    def look(part: str, found: Any) -> None:
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
            raise Misfit(part, f"a whole number from {least:,} to {most:,}", f" {least:,} 至 {most:,} 的整数")

    return look


def truth(part: str, found: Any) -> None:
    """True or false."""
    if not isinstance(found, bool):
        raise Misfit(part, "true or false", " true 或 false")


def text(part: str, found: Any) -> None:
    """Text that does nothing to whoever prints it."""
    if not isinstance(found, str) or len(found) > LONGEST_TEXT or any(category(c) in ("Cc", "Cs") for c in found):
        raise Misfit(part, "a text without control characters", "不含控制字符的文本")


def one_of(*words: str) -> Form:
    """One of some words."""

    def look(part: str, found: Any) -> None:
        if not isinstance(found, str) or found not in words:
            raise Misfit(part, f"one of {', '.join(words)}", f"下列之一：{'、'.join(words)}")

    return look


def listed(form: Form, length: int | None = None, *, least: int = 0) -> Form:
    """A list, each of whose entries has a form."""

    def look(part: str, found: Any) -> None:
        if not isinstance(found, list):
            raise Misfit(part, "a list", "列表")
        if length is not None and len(found) != length:
            raise Misfit(part, f"a list of {length:,}", f"含 {length:,} 项的列表")
        if len(found) < least:
            raise Misfit(part, f"a list of at least {least:,}", f"至少含 {least:,} 项的列表")
        for n, entry in enumerate(found):
            form(f"{part}[{n}]", entry)

    return look


def record(forms: Mapping[str, Form], optional: Mapping[str, Form] | None = None) -> Form:
    """Named parts, each with its form; what is named beside them is left alone."""

    def look(part: str, found: Any) -> None:
        if not isinstance(found, dict):
            raise Misfit(part, "an object of named parts", "由具名部分组成的对象")
        before = f"{part}." if part else ""
        for name, form in forms.items():
            if name not in found:
                raise Misfit(before + name, "there", "必填项")
            form(before + name, found[name])
        for name, form in (optional or {}).items():
            if name in found:
                form(before + name, found[name])

    return look


_COUNT = whole(0, _MOST)
_MEASURED = record({"value": number, "low": number, "high": number})
_GROUP = record(
    {"group": text, "rows": _COUNT, "positives": _COUNT}
    | {share: maybe(number) for share in ("foretold", "came_true", "in_top", "right_in_top", "found")}
)
_JUDGED = record(
    {
        "kind": one_of(*RISK_KINDS), "learned_on": listed(text, least=1), "tested_on": listed(text, least=1), "out_of_time": truth,
        "is_better": truth, "rows": _COUNT, "entities": _COUNT, "positives": _COUNT, "best_baseline": one_of(*BASELINES),
        "margin": _MEASURED,
        "measures": record(
            {order: record({"ap": _MEASURED}, dict.fromkeys(MEASURES, _MEASURED)) for order in (*RISK_KINDS, *BASELINES)}
        ),
        "calibration": listed(record({"bin": _COUNT, "rows": _COUNT, "foretold": number, "came_true": number})),
        "stability": listed(record({"as_of": text, "psi": number}, {"low": number, "high": number})),
        "groups": record({by: listed(_GROUP, least=1) for by in GROUPED_BY}),
    },
    {"partly_learned_on": listed(text)},
)  # fmt: skip
_HEAD = record(
    {"format_version": whole(0, _MOST), "features_digest": text, "fxwatch": text, "kind": one_of(*RISK_KINDS)}
)


def head(found: Any) -> None:
    """What tells versions apart; raises `Misfit`."""
    _HEAD("", found)


def body(found: dict[str, Any]) -> None:
    """All the rest, for this version's list of features; raises `Misfit`."""
    names = list(catalogue.names())
    record(
        {
            "features": listed(text, len(names)), "usual": listed(maybe(number), len(names)), "calibration": listed(number, 2),
            "horizon_months": whole(1, 120), "made_at": text, "source": text, "judged": _JUDGED, "inner": record({}),
            "trained": record({"first": text, "last": text, "rows": _COUNT, "entities": _COUNT, "positives": _COUNT}),
        }
    )("", found)  # fmt: skip
    if found["features"] != names:
        raise Misfit("features", "the list of this fxwatch", "本版 fxwatch 的特征清单")
    if found["judged"]["kind"] != found["kind"]:
        raise Misfit("judged.kind", found["kind"], f" {found['kind']}")
    if found["kind"] == "scorecard":
        _scorecard(found["inner"], len(names))
    else:
        record({"skops": _long})("inner", found["inner"])


def _long(part: str, found: Any) -> None:
    if not isinstance(found, str):
        raise Misfit(part, "a text", "文本")


def _scorecard(inner: Any, features: int) -> None:
    points = whole(-MOST_POINTS, MOST_POINTS)
    parts = {
        "edges": listed(listed(number), features),
        "points": listed(listed(points), features),
        "base_points": points,
    }
    record(parts)("inner", inner)
    for n, (edges, given) in enumerate(zip(inner["edges"], inner["points"], strict=True)):
        _ascending(f"inner.edges[{n}]", edges)
        # One a bin, and the last for a missing value.
        listed(points, len(edges) + 2)(f"inner.points[{n}]", given)


def _ascending(part: str, edges: Sequence[float]) -> None:
    if any(high <= low for low, high in pairwise(edges)):
        raise Misfit(part, "ascending", "递增")
