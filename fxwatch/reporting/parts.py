"""What a document is made of: parts, each a table with its words; the same parts become a sheet, a page or JSON.

Cells come as canonical content keeps them (money as exact text, days in ISO) or as frames give them, and a column says what
it holds. Only here do they become words for people.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from fxwatch.terms import Language, label
from fxwatch.words import heading

Holds = Literal[
    "text", "word", "words", "list", "said", "day", "month", "moment", "money", "count", "quantity", "share"
]
NUMBERS = ("money", "count", "quantity", "share")
Row = Mapping[str, Any]

# English headings that are not their column's name with blanks for underscores.
_HEADINGS_EN = {
    "act": "Act",
    "amount_usd": "USD equivalent",
    "at": "At (UTC)",
    "because": "Counts?",
    "by": "By",
    "code": "Code",
    "entity_id": "Entity code",
    "field": "",
    "fxwatch_version": "Version of fxwatch",
    "hit_id": "Hit",
    "flow_id": "Flow",
    "known_from": "Known from (UTC)",
    "known_to": "Known to (UTC)",
    "limit_value": "Limit",
    "median_days": "Median age (days)",
    "p90_days": "90th percentile (days)",
    "net_usd": "Net USD",
    "payments_usd": "Payments USD",
    "receipts_usd": "Receipts USD",
    "rescinded_at": "Rescinded at (UTC)",
    "run_id": "Run",
    "said": "",
    "sentence": "Finding",
    "settled_usd": "Settled USD",
    "why": "Reason",
}


@dataclass(frozen=True)
class Column:
    """A column of a table: its name as in `words.HEADINGS_ZH`, and what its cells hold."""

    name: str
    holds: Holds = "text"

    def title(self, language: Language) -> str:
        """What stands above it."""
        if language == "zh":
            return "" if self.name in ("field", "said") else heading(self.name, "zh")
        return _HEADINGS_EN.get(self.name, self.name.replace("_", " ").capitalize())


@dataclass(frozen=True)
class Part:
    """One part of a document.

    Attributes:
        name: of its title in `phrases.PHRASES`, of its sheet and of its place in JSON.
        columns: of its table.
        rows: of its table.
        printed: names of the columns that fit on paper; all where it is empty.
        under: what stands below a row on paper: an inner part.
        pictures: SVG texts, for paper alone.
        note: a sentence below the title.
        total: a last row, of sums.
        on_paper: whether the part is printed; else it is for sheets and JSON alone.
        is_facts: two columns of which the first names the second.
        is_wide: printed on its own pages, across.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    printed: tuple[str, ...] = ()
    under: Callable[[Row], "Part | None"] | None = None
    pictures: tuple[str, ...] = ()
    note: str = ""
    total: Row | None = None
    on_paper: bool = True
    is_facts: bool = False
    is_wide: bool = False

    def on_page(self) -> tuple[Column, ...]:
        """The columns that are printed."""
        return tuple(c for c in self.columns if c.name in self.printed) if self.printed else self.columns


def columns(**holds: Holds) -> tuple[Column, ...]:
    """Columns by name with what they hold, in order."""
    return tuple(Column(name, kind) for name, kind in holds.items())


def facts(name: str, rows: Sequence[tuple[str, Any, Holds]], language: Language, **more: Any) -> Part:
    """A part of two columns: what a thing is called, and what it is.

    Args:
        name: of the part.
        rows: a column's name, the value, and what it holds.
        language: of the words.
        more: further attributes of the part.
    """
    told = [
        {"field": Column(field_name).title(language), "said": text_of({"v": value}, Column("v", kind), language)}
        for field_name, value, kind in rows
    ]
    return Part(name, columns(field="text", said="text"), told, is_facts=True, **more)


def text_of(row: Row, column: Column, language: Language) -> str:
    """A cell as people read it."""
    value = row.get(column.name)
    if column.holds == "said":
        value = row.get(f"{column.name}_zh") or value if language == "zh" else value
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return ("no", "yes")[value] if language == "en" else ("否", "是")[value]
    return _TEXTS[column.holds](value, language)


def _list(values: Any, language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(map(str, values))


def _moment(value: Any, _language: Language) -> str:
    return f"{value if isinstance(value, datetime) else datetime.fromisoformat(value):%Y-%m-%d %H:%M:%S}"


def _quantity(value: Any, _language: Language) -> str:
    return f"{Decimal(str(value)):,}"


_TEXTS: dict[str, Callable[[Any, Language], str]] = {
    "text": lambda value, _: str(value),
    "said": lambda value, _: str(value),
    "word": label,
    "words": lambda values, language: _list([label(v, language) for v in values], language),
    "list": _list,
    "day": lambda value, _: str(value),
    "month": lambda value, _: str(value)[:7],
    "moment": _moment,
    "money": lambda value, _: f"{Decimal(str(value)):,.2f}",
    "count": lambda value, _: f"{int(value):,}",
    "quantity": _quantity,
    "share": lambda value, _: f"{100 * value:.1f} %",
}


def typed(row: Row, column: Column, language: Language) -> Any:
    """A cell as a sheet takes it: numbers, days and moments as such, all else as text; None where it is empty."""
    value = row.get(column.name)
    if value is None or value == "":
        return None
    if column.holds == "day":
        return value if isinstance(value, date) else date.fromisoformat(value)
    if column.holds == "moment":
        return value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if column.holds in NUMBERS and not isinstance(value, bool):
        return Decimal(str(value))
    return text_of(row, column, language)


def plain(value: Any) -> Any:
    """A value as content keeps it: days, moments and decimals as exact text, frames' rows as they are.

    >>> plain({"day": date(2026, 3, 31), "usd": Decimal("1.50")})
    {'day': '2026-03-31', 'usd': '1.50'}
    """
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


def in_unit(value: Any, unit: str) -> str:
    """A hit's value as exact text in its unit: USD with two decimals, a ratio with six, days and counts whole.

    >>> in_unit("600000.000000", "USD"), in_unit("12.000000", "days")
    ('600000.00', '12')
    """
    decimals = {"USD": "0.01", "ratio": "0.000001"}.get(unit, "1")
    return f"{Decimal(str(value)).quantize(Decimal(decimals)):f}"
