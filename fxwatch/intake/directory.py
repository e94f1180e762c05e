"""A directory of entities, looked up batch after batch: a batch costs by its own rows, however many entities there are."""

import numpy as np
import polars as pl


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
