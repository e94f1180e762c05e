"""A small random part of all entities is looked at whatever a model says: who is looked at only where a model points learns nothing else."""

import hashlib
from datetime import date

import polars as pl

SHARE = 0.02
_WHOLE = 2**32


def sampled(entity_ids: pl.Series, day: date, share: float = SHARE) -> pl.Series:
    """Whether each entity is in the random sample of the day's month.

    It is drawn by a digest of month and entity: the same for everybody who asks, and another every month.
    """
    month = f"{day:%Y-%m}"
    drawn = [
        int.from_bytes(hashlib.sha256(f"{month}|{e}".encode()).digest()[:4], "big") < share * _WHOLE
        for e in entity_ids.to_list()
    ]
    return pl.Series("sampled", drawn, dtype=pl.Boolean)


def interleaved(is_sampled: pl.Series, every: int = round(1 / SHARE)) -> pl.Series:
    """The places of rows that stand in their order already, so that every so many places one of the sample stands.

    >>> interleaved(pl.Series([False, False, False, True]), every=2).to_list()
    [0, 2, 3, 1]
    """
    flags = is_sampled.to_frame("s").with_row_index("at")
    own = pl.col("s").cast(pl.Int64).cum_sum() - 1
    other = (~pl.col("s")).cast(pl.Int64).cum_sum() - 1
    wished = flags.with_columns(
        # The n-th of the sample wishes to stand at the end of the n-th stretch, the others fill up what is left.
        place=pl.when("s").then((own + 1) * every - 1).otherwise(other + other // (every - 1))
    )
    order = wished.sort("place", "at").with_columns(rank=pl.int_range(pl.len()))
    return order.sort("at")["rank"]
