"""JSON with one spelling: what is hashed or signed today is spelt the same in twenty years, by any program."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces; days, moments and decimals as text, floats refused.

    Raises:
        TypeError: something in it has no exact spelling.

    >>> canonical({"b": Decimal("1.50"), "a": [date(2026, 3, 31), None]})
    '{"a":["2026-03-31",null],"b":"1.50"}'
    """
    return _SPELLING.encode(_plain(value))


def canonical_of_plain(value: Any) -> str:
    """`canonical` of what is made of texts, whole numbers, lists and dicts alone, in a third of its time.

    >>> canonical_of_plain({"b": 1, "a": ["x"]})
    '{"a":["x"],"b":1}'
    """
    return _SPELLING.encode(value)


def read_strictly(text: str) -> Any:
    """JSON in which no member comes twice: one reader would take the first, another the last, and a signature covers one.

    Raises:
        ValueError: it is no JSON, or a member comes twice.

    >>> read_strictly('{"grade": "A", "grade": "C"}')
    Traceback (most recent call last):
    ValueError: the member 'grade' comes twice
    """
    return json.loads(text, object_pairs_hook=_members)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = next(name for n, (name, _) in enumerate(pairs) if name in dict(pairs[:n]))
        raise ValueError(f"the member {twice!r} comes twice")
    return members


_SPELLING = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"an act cannot keep {value!r}: {type(value).__name__} has no exact spelling")
