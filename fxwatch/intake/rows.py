"""A stretch of a file as it came: its columns, the line of each row, and what did not fit its header."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

# In a row's JSON, what is odd about it stands under the one name that no column has.
ODDITY = ""
# What a file for correction says of each row beside its own columns: no part of the row when it comes again.
ABOUT = ("fxwatch_reason", "fxwatch_sentence")


@dataclass(frozen=True)
class Oddity:
    """What is odd about one row.

    Attributes:
        excess: fields beyond the header's last.
        missing: names of the header that the row is too short to have.
        numbers: columns that a worksheet holds as a number.
        swallowed: a quoted field of the row runs over lines that look like rows.
    """

    excess: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    numbers: frozenset[str] = frozenset()
    swallowed: bool = False

    @property
    def misshapen(self) -> bool:
        """Whether the row's fields cannot be told apart with certainty."""
        return bool(self.excess or self.missing or self.swallowed)


@dataclass(frozen=True)
class Rows:
    """Consecutive rows of a file.

    Attributes:
        columns: a column for each name of the header; text, or the types of a Parquet file.
        line: Int64, the physical line (Parquet: the row's number, from 1) on which each row starts.
        odd: by position in `columns`, the rows that are odd.
        told: the JSON of each row, where that is what the rows were made of.
        read: what a kind made of its columns already; None where nothing.
    """

    columns: pl.DataFrame
    line: pl.Series
    odd: dict[int, Oddity] = field(default_factory=dict)
    told: Sequence[str] | None = None
    read: pl.DataFrame | None = None

    def __len__(self) -> int:
        return len(self.line)

    def without(self, names: Sequence[str]) -> "Rows":
        """The same rows as if the file had not these columns."""
        return replace(self, columns=self.columns.drop(names, strict=False))

    def slices(self, size: int) -> Iterator["Rows"]:
        """The same rows in even pieces of at most `size`."""
        if len(self) <= size:
            yield self
            return
        size = -(-len(self) // -(-len(self) // size))
        for start in range(0, len(self), size):
            odd = {i - start: oddity for i, oddity in self.odd.items() if start <= i < start + size}
            told = self.told[start : start + size] if self.told is not None else None
            yield Rows(self.columns.slice(start, size), self.line.slice(start, size), odd, told)

    def raw(self, positions: Sequence[int]) -> list[str]:
        """Rows as JSON objects, every column as it came: text, a worksheet's numbers as numbers, null where empty."""
        if self.told is not None:
            return [self.told[position] for position in positions]
        picked = self.columns[list(positions)].with_columns(pl.all().cast(pl.String))
        texts: list[str] = picked.select(pl.struct(pl.all()).struct.json_encode()).to_series().to_list()
        if self.odd:
            for place, position in enumerate(positions):
                if oddity := self.odd.get(position):
                    texts[place] = _odd_json(picked.row(place, named=True), oddity)
        return texts


def from_raw(raw: Sequence[str], line: pl.Series, names: Sequence[str] = ()) -> Rows:
    """Rows again from what `Rows.raw` made of them; their columns are `names` and all that the rows name."""
    objects: list[dict[str, Any]] = [json.loads(text, parse_int=_Number, parse_float=_Number) for text in raw]
    odd: dict[int, Oddity] = {}
    for place, fields in enumerate(objects):
        marks = fields.pop(ODDITY, {})
        numbers = frozenset(name for name, value in fields.items() if isinstance(value, _Number))
        oddity = Oddity(
            tuple(marks.get("excess", ())), tuple(marks.get("missing", ())), numbers, bool(marks.get("swallowed"))
        )
        if oddity != Oddity():
            odd[place] = oddity
    every = dict.fromkeys([*names, *(name for fields in objects for name in fields)])
    columns = {name: pl.Series(name, [fields.get(name) for fields in objects], dtype=pl.String) for name in every}
    return Rows(pl.DataFrame(columns), line, odd, raw)


class _Number(str):
    """The text of a JSON number."""

    __slots__ = ()


def _odd_json(row: dict[str, str | None], oddity: Oddity) -> str:
    fields = {name: json.dumps(value, ensure_ascii=False) for name, value in row.items() if name not in oddity.missing}
    fields |= {name: value for name in oddity.numbers if (value := row[name])}
    marks = {"excess": oddity.excess, "missing": oddity.missing, "swallowed": oddity.swallowed}
    if any(marks.values()):
        fields[ODDITY] = json.dumps({name: mark for name, mark in marks.items() if mark}, ensure_ascii=False)
    return "{" + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{value}" for name, value in fields.items()) + "}"
