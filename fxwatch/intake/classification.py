"""What a transaction code says: item, BPM6 head, or out of scope; from the dated lists in `data/`."""

import re
from collections.abc import Iterable
from datetime import date

import polars as pl

from fxwatch.facts import facts
from fxwatch.terms import Bpm6, Item

ITEMS = {item.value: number for number, item in enumerate(Item)}
BPM6 = {head.value: number for number, head in enumerate(Bpm6)}
# What a concordance says of a code that is no trade in services.
OUT_OF_SCOPE = "out_of_scope"
# Six digits outside group 2 are goods, income, capital and the rest (spec section 3).
_BEYOND = re.compile(r"[13-9][0-9]{5}")
# How long the beginning of a code may be that speaks for all of it, by the code's own length.
_BEGINNINGS = {6: (6, 5, 3), 4: (4, 2)}

SCHEMA = {"code": pl.String, "is_known": pl.Boolean, "is_beyond": pl.Boolean, "item": pl.UInt8, "bpm6": pl.UInt8}
_Span = tuple[date, date, tuple[int | None, int | None]]


class Classification:
    """Codes by longest prefix in force on the day, and slugs in their place.

    Args:
        loaded: the concordances that were loaded, as `warehouse.records.codes_now` gives them; they speak before the
            shipped list where both have the same beginning of a code.
    """

    def __init__(self, loaded: pl.DataFrame | None = None) -> None:
        self._slugs = {row["item"]: (ITEMS[row["item"]], BPM6[row["bpm6"]]) for row in facts("items.csv")}
        self._prefixes: dict[str, list[_Span]] = {}
        for code, first, last, item, head in loaded.iter_rows() if loaded is not None else ():
            self._prefixes.setdefault(code, []).append((first, last or date.max, (item, head)))
        for row in facts("codes.csv"):
            first = date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min
            last = date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max
            self._prefixes.setdefault(row["code"], []).append((first, last, (ITEMS[row["item"]], BPM6[row["bpm6"]])))
        self.is_dated = any(
            (first, last) != (date.min, date.max) for versions in self._prefixes.values() for first, last, _ in versions
        )

    def of(self, code: str, on: date | None) -> tuple[bool, bool, int | None, int | None]:
        """Whether a code is known, whether it lies beyond trade in services, and its positions in `Item` and `Bpm6`."""
        if code in self._slugs:
            return (True, False, *self._slugs[code])
        if code.isascii() and code.isdigit():
            for length in _BEGINNINGS.get(len(code), ()):
                for first, last, found in self._prefixes.get(code[:length], ()):
                    if first <= (on or date.max) <= last:
                        return (True, found[0] is None, *found)
        return (True, True, None, None) if _BEYOND.fullmatch(code) else (False, False, None, None)

    def look_up(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`is_known`, `is_beyond`, `item`, `bpm6` for each row of `code` and `day`; of an empty code all but the first are null."""
        keys = ["code", "day"] if self.is_dated else ["code"]
        asked = frame.select(keys).unique().filter(pl.col("code").is_not_null())
        table = asked.hstack(_told(self.of(row["code"], row.get("day")) for row in asked.iter_rows(named=True)))
        found = frame.select("code", "day").join(table, on=keys, how="left", maintain_order="left", nulls_equal=True)
        return found.select(
            pl.col("is_known") | pl.col("code").is_null(), pl.col("is_beyond").fill_null(value=False), "item", "bpm6"
        )


def _told(found: Iterable[tuple[bool, bool, int | None, int | None]]) -> pl.DataFrame:
    schema = {name: dtype for name, dtype in SCHEMA.items() if name != "code"}
    return pl.DataFrame(list(found), schema=schema, orient="row")
