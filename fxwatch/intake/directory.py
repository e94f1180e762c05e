"""A directory of entities and their numbers, looked up batch after batch: a batch costs by its own rows, however many entities there are."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fxwatch.warehouse import loading

if TYPE_CHECKING:
    import duckdb

    from fxwatch.kept import Kept


class Directory:
    """Where each of many identifiers stands. It is made once, where a join would make a table of all of them for every batch.

    Digests in order, and for their first bits where those begin that have them: there each text is a step or two away.
    """

    def __init__(self, entity_ids: pl.Series) -> None:
        """`entity_ids`: texts, each once."""
        digests = entity_ids.hash().to_numpy()
        self._order = np.argsort(digests)
        self._texts = entity_ids.gather(self._order)
        self._digests = digests[self._order]
        bits = max(1, len(digests).bit_length())
        self._shift = np.uint64(64 - bits)
        self._begins = np.searchsorted(self._digests, np.arange(1 << bits, dtype=np.uint64) << self._shift)

    def places(self, asked: pl.Series) -> pl.Series:
        """The place of each text among the identifiers (Int64); null for one that is not there."""
        found = pl.repeat(None, len(asked), dtype=pl.Int64, eager=True)
        last = len(self._digests) - 1
        if last < 0:
            return found
        digests = asked.hash().to_numpy()
        at = self._begins[digests >> self._shift]
        at = np.minimum(at, last)
        while (behind := (at < last) & (self._digests[at] < digests)).any():
            at = at + behind
        while True:
            is_one = (self._texts.gather(at) == asked).fill_null(value=False)
            found = pl.select(
                pl.when(is_one).then(pl.Series(self._order[at]).cast(pl.Int64)).otherwise(found)
            ).to_series()
            # Two texts may bear one digest: then they stand side by side.
            further = (self._digests[at] == digests) & ~is_one.to_numpy() & (at < last)
            if not further.any():
                break
            at = at + further
        return found

    def has(self, asked: pl.Series) -> pl.Series:
        """Of each text whether it is one of the identifiers."""
        return self.places(asked).is_not_null()


class EntityNumbers:
    """The numbers of entities, in three directories: most of those known before the load, which are kept for the loads that
    follow; the few that were numbered last; and those that the load numbers.
    """

    def __init__(self, kept: "Kept", con: "duckdb.DuckDBPyConnection") -> None:
        count = loading.next_number(con, "entity") - 1
        old = count - count % (1 << max(0, count.bit_length() - 4))  # all but an eighth at most
        self._con = con
        self._before = [
            kept.get("entity numbers", old, lambda: _Numbered(loading.entity_numbers(con, up_to=old))),
            _Numbered(loading.entity_numbers(con, above=old)),
        ]
        self._new = _Numbered(loading.entity_numbers(con, above=count))

    def of(self, entity_ids: pl.Series) -> pl.Series:
        """The number of each, named `entity`; those that have none are numbered in the order in which they come."""
        numbers = self._known(entity_ids)
        new = entity_ids.filter(numbers.is_null()).unique(maintain_order=True)
        if len(new):
            self._new = _Numbered(pl.concat([self._new.known, loading.number_entities(self._con, new)]))
            numbers = self._known(entity_ids)
        return numbers.alias("entity")

    def _known(self, entity_ids: pl.Series) -> pl.Series:
        """The number of each; null where it has none."""
        first, *later = (*self._before, self._new)
        numbers = first.of(entity_ids)
        for some in later:
            missing = numbers.is_null().arg_true()
            if not len(missing):
                break
            numbers = numbers.scatter(missing, some.of(entity_ids.gather(missing)))
        return numbers


class _Numbered:
    """Some entities (entity_id, entity), and a directory of them."""

    def __init__(self, known: pl.DataFrame) -> None:
        self.known = known
        self._directory = Directory(known["entity_id"])

    def of(self, entity_ids: pl.Series) -> pl.Series:
        """The number of each; null where it is none of these."""
        return self.known["entity"].gather(self._directory.places(entity_ids))
