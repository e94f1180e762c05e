"""How unlike its peers an entity is, without any labels: a new kind of misconduct has none."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fxwatch.risk import catalogue

# With fewer peers than this there is no usual; the peers of any size in the industry are asked, then all.
ENOUGH_PEERS = 30
SIZES = 3
_FURTHEST = 8.0
_USUAL_SPREAD = 1.4826  # a median of differences, times this, is the standard deviation of what is normal
# What the bureau did or what the rules found is no habit of the entity's; nor is how large it is, by which peers are chosen.
_LEFT_OUT = (
    "industry",
    "is_foreign_owned",
    "open_hits",
    "hits_",
    "rules_hit",
    "notices_",
    "breaches_",
    "dismissed_",
    "turnover_usd_12m",
)


@dataclass(frozen=True)
class Oddness:
    """`distance` of each row, `percentile` among its peers (1 is the oddest), and which features make it odd, worst first."""

    distance: NDArray[np.float64]
    percentile: NDArray[np.float64]
    odd: list[list[str]]


def oddness(features: pl.DataFrame, told: int = 3) -> Oddness:
    """The robust distance of each entity from its peers by industry and size, on the same features that models see.

    Args:
        features: one row an entity, as `features.features` gives them for one day.
        told: how many features are named.

    A feature's distance is its difference from the peers' median, in spreads that outliers do not widen, and counts at most
    eight; the distance of an entity is the root of the mean of squares.
    """
    names = [n for n in catalogue.names() if not n.startswith(_LEFT_OUT)]
    if features.is_empty():
        return Oddness(np.array([]), np.array([]), [])
    values = np.column_stack([_flattened(features[n].to_numpy(), n) for n in names])
    peers = peer_groups(features)
    far = np.zeros_like(values)
    for group in np.unique(peers):
        rows = peers == group
        own = values[rows]
        with np.errstate(all="ignore"):
            middle = _median(own)
            spread = _USUAL_SPREAD * _median(np.abs(own - middle))
            # Where most peers have the same value the spread of all is asked: a rare thing is odd, not infinitely so.
            spread = np.where(spread > 1e-9, spread, np.nanstd(own, axis=0))
            far[rows] = np.nan_to_num(
                np.clip(np.abs(own - middle) / np.where(spread > 1e-9, spread, np.inf), 0, _FURTHEST)
            )
    distance = np.sqrt((far**2).mean(axis=1))
    percentile = pl.DataFrame({"p": peers, "d": distance}).select(
        pl.col("d").rank("max").over("p") / pl.len().over("p")
    )
    worst = np.argsort(-far, axis=1)[:, :told]
    odd = [[names[n] for n in row if far[at, n] > 1] for at, row in enumerate(worst)]
    return Oddness(distance, percentile.to_series().to_numpy(), odd)


def peer_groups(features: pl.DataFrame) -> NDArray[np.int64]:
    """A number for the peers of each entity: its industry and third of size; its industry where those are few; else all."""
    sizes = features.select(size=(pl.col("turnover_usd_12m").rank("ordinal") * SIZES // (pl.len() + 1)).cast(pl.Int64))
    rows = features.select(industry=pl.col("industry").fill_null(-1).cast(pl.Int64)).hstack(sizes)
    fine = pl.col("industry") * SIZES + pl.col("size") + 100
    of_fine, of_industry = pl.len().over("industry", "size"), pl.len().over("industry")
    groups = rows.select(
        pl.when(of_fine >= ENOUGH_PEERS)
        .then(fine)
        .when(of_industry >= ENOUGH_PEERS)
        .then(pl.col("industry") + 10_000)
        .otherwise(-1)
    )
    numbers: NDArray[np.int64] = groups.to_series().to_numpy()
    return numbers


def _median(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median of each column, null where it is empty."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of columns without a value
        found: NDArray[np.float64] = np.nanmedian(values, axis=0)
    return found


def _flattened(values: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Money and counts by their logarithm: a hundred times as much is not a hundred times as odd."""
    is_part = "share" in name or "ratio" in name or name == "age_years"
    flat: NDArray[np.float64] = values if is_part else np.log1p(np.maximum(values, 0))
    return flat
