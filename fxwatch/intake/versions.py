"""Kinds whose rows have a key and no action: the same content again is duplicate, other content a new version."""

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from fxwatch.intake import fields
from fxwatch.intake.ledger import Load, Refusal
from fxwatch.intake.reasons import SOUND, Reason, shape_sentences
from fxwatch.intake.rows import Oddity, Rows

# The sentence about a row, from its reason, its cells as text, and what was read of it.
Sentence = Callable[[Reason, dict[str, Any], dict[str, Any]], tuple[str, str]]
_NO_ODDITY = Oddity()


class Versions:
    """What stands of a kind, and what a load adds to it."""

    def __init__(self, standing: pl.DataFrame, key: list[str]) -> None:
        self._standing = standing
        self._key = key
        self._content = [name for name in standing.columns if name not in key]
        self._new: list[pl.DataFrame] = []

    def take(self, read: pl.DataFrame, load: Load) -> None:
        """Take the sound rows (`reason` 0), in their order: each is compared with the one before it of its key."""
        names = [*self._key, *self._content]
        sound = read.with_row_index("at").filter(pl.col("reason") == SOUND)
        rows = sound.select("at", *names).join(
            self._standing.select(
                *self._key, *(pl.col(c).alias(f"{c} before") for c in self._content), is_there=pl.lit(value=True)
            ),
            on=self._key,
            how="left",
            maintain_order="left",
        )
        is_later = ~pl.struct(self._key).is_first_distinct()
        before = [
            pl.when(is_later).then(pl.col(c).shift(1).over(self._key)).otherwise(f"{c} before") for c in self._content
        ]
        same = [pl.col(c).eq_missing(b) for c, b in zip(self._content, before, strict=True)]
        rows = rows.with_columns(is_new=~pl.all_horizontal(*same, is_later | pl.col("is_there").fill_null(value=False)))
        new = rows.filter("is_new").select(names)
        load.count("accepted", len(new))
        load.count("duplicate", len(rows) - len(new))
        load.take(sound["at"].to_list())
        # Of several versions of one key in a file the last speaks: all become known in the same moment.
        new = new.unique(self._key, keep="last", maintain_order=True)
        self._standing = pl.concat(
            [self._standing.join(new, on=self._key, how="anti"), new.select(self._standing.columns)]
        )
        self._new.append(new)

    def new(self, load: Load) -> pl.DataFrame:
        """The versions to be written, with `load_id` and `known_from`; one for each key."""
        names = [*self._key, *self._content]
        new = pl.concat([self._standing.clear().select(names), *self._new]).unique(
            self._key, keep="last", maintain_order=True
        )
        return new.with_columns(load_id=pl.lit(load.load_id, dtype=pl.Int32), known_from=pl.lit(load.moment))


def refusals(
    rows: Rows, read: pl.DataFrame, sentence: Sentence, names: Sequence[str], key: Sequence[str]
) -> list[Refusal]:
    """The rows of a kind that are not taken (`reason` in `read`, parallel to them); their key stands in the columns `key`."""
    wrong = read.with_row_index("at").filter(pl.col("reason") != SOUND)
    places = wrong["at"].to_list()
    if not places:
        return []
    cells = rows.columns[places].select(fields.text(rows, name) for name in names)
    found = []
    for row, cell in zip(wrong.iter_rows(named=True), cells.iter_rows(named=True), strict=True):
        oddity = rows.odd.get(row["at"], _NO_ODDITY)
        reason = Reason(row["reason"])
        if reason is Reason.BAD_FIELD and oddity.misshapen:
            told = shape_sentences(len(oddity.excess), len(oddity.missing))
        else:
            told = sentence(reason, cell, row)
        found.append(Refusal(row["at"], reason, *told, declaration_no=" ".join(cell[name] or "" for name in key)))
    return found
