"""How well an order of entities foresees what the bureau then did: measures with intervals, out of time, beside baselines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TOPS = (0.01, 0.05, 0.10)
RESAMPLES = 400
LEVEL = 0.95
CALIBRATION_BINS = 10
# Two populations differ a little above the first, and for certain above the second: usual limits for this index.
PSI_LIMITS = (0.10, 0.25)
_LEAST_SHARE = 1e-4


@dataclass(frozen=True)
class Measured:
    """A measure with the interval in which it would lie in 95 of 100 samples of entities."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


class Ranked:
    """Scores of rows in descending order, once, so that any weights of the rows can be measured quickly."""

    def __init__(self, scores: Floats, truth: NDArray[Any]) -> None:
        self._order = np.argsort(-scores, kind="stable")
        ordered = scores[self._order]
        # Rows of one score come in no order: they are counted together.
        self._ends = np.r_[np.flatnonzero(np.diff(ordered)), len(ordered) - 1]
        self._truth = truth[self._order].astype(np.float64)

    def average_precision(self, weight: Floats | None = None) -> float:
        """The mean of the precision at each positive; the share of positives for scores that say nothing."""
        seen, found = self._counted(weight)
        if found[-1] == 0:
            return 0.0
        return float((np.diff(found, prepend=0.0) * found / np.maximum(seen, 1e-12)).sum() / found[-1])

    def recall_in_top(self, share: float, weight: Floats | None = None) -> float:
        """The part of all positives among the first `share` of rows; of rows that tie at the border, the fitting part."""
        seen, found = self._counted(weight)
        if found[-1] == 0:
            return 0.0
        return float(np.interp(share * seen[-1], np.r_[0.0, seen], np.r_[0.0, found]) / found[-1])

    def _counted(self, weight: Floats | None) -> tuple[Floats, Floats]:
        heavy = np.ones(len(self._order)) if weight is None else weight[self._order]
        return np.cumsum(heavy)[self._ends], np.cumsum(heavy * self._truth)[self._ends]


def average_precision(scores: Any, truth: Any) -> float:
    """The average precision of scores.

    >>> average_precision([3, 2, 1], [1, 0, 1])
    0.8333333333333333
    """
    return Ranked(np.asarray(scores, dtype=np.float64), np.asarray(truth)).average_precision()


def brier(chances: Floats, truth: NDArray[Any], weight: Floats | None = None) -> float:
    """The mean square of what a probability missed by."""
    return float(np.average((chances - truth) ** 2, weights=weight))


def calibration(chances: Floats, truth: NDArray[Any]) -> pl.DataFrame:
    """How often what was given a probability came true, in bins of as many rows: bin, rows, foretold, came_true."""
    order = np.argsort(chances, kind="stable")
    parts = [p for p in np.array_split(order, CALIBRATION_BINS) if len(p)]
    return pl.DataFrame(
        {
            "bin": range(1, len(parts) + 1),
            "rows": [len(p) for p in parts],
            "foretold": [float(chances[p].mean()) for p in parts],
            "came_true": [float(truth[p].mean()) for p in parts],
        }
    )


def psi(before: Floats, after: Floats, bins: int = 10) -> float:
    """The population stability index of two samples of scores: 0 the same, above 0.25 another population."""
    cuts = _cuts(before, bins)
    return _index(*(np.bincount(_bin_of(sample, cuts), minlength=len(cuts) + 1) for sample in (before, after)))


def psi_measured(
    before: tuple[Floats, NDArray[Any]],
    after: tuple[Floats, NDArray[Any]],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Measured:
    """The index of two days with its interval, from resamples of whole entities.

    Args:
        before, after: the scores of a day, and whose they are: an entity that is there on both days is drawn for both or neither.
        seed, resamples: of the bootstrap.
    """
    cuts = _cuts(before[0])
    _, whose = np.unique(np.concatenate([before[1], after[1]]), return_inverse=True)
    count = int(whose.max()) + 1 if len(whose) else 0
    first = len(before[0])
    sides = ((_bin_of(before[0], cuts), whose[:first]), (_bin_of(after[0], cuts), whose[first:]))
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(resamples):
        weight = np.bincount(rng.integers(0, count, count), minlength=count)
        drawn.append(_index(*(np.bincount(at, weights=weight[who], minlength=len(cuts) + 1) for at, who in sides)))
    return _interval(psi(before[0], after[0]), drawn)


def _cuts(scores: Floats, bins: int = 10) -> Floats:
    cuts: Floats = np.unique(np.quantile(scores, np.linspace(0, 1, bins + 1)[1:-1]))
    return cuts


def _bin_of(scores: Floats, cuts: Floats) -> NDArray[np.int64]:
    return np.searchsorted(cuts, scores, side="right")


def _index(before: NDArray[Any], after: NDArray[Any]) -> float:
    was, now = (np.maximum(counts / max(counts.sum(), 1), _LEAST_SHARE) for counts in (before, after))
    return float(((now - was) * np.log(now / was)).sum())


def judge(
    scores: Mapping[str, Floats],
    truth: NDArray[Any],
    entities: NDArray[Any],
    chances: Mapping[str, Floats],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    progress: Callable[[int, int], Any] | None = None,
) -> "Judgement":
    """Measure several orders on the same rows, with the same resamples of whole entities.

    Args:
        scores: of each contender and baseline; larger comes first.
        truth: 1 where it came true.
        entities: whose row it is: an entity is drawn with all its rows, or not at all.
        chances: probabilities of those contenders that give any.
        seed, resamples: of the bootstrap.
        progress: is told how many resamples are done.
    """
    ranked = {name: Ranked(np.asarray(values, dtype=np.float64), truth) for name, values in scores.items()}
    measures: dict[str, dict[str, Callable[[Floats | None], float]]] = {}
    for name, order in ranked.items():
        measures[name] = {"ap": order.average_precision}
        for share in TOPS:
            measures[name][f"recall_{round(100 * share)}"] = partial(order.recall_in_top, share)
        if name in chances:
            measures[name]["brier"] = partial(brier, chances[name], truth)
    _, whose = np.unique(entities, return_inverse=True)
    count = int(whose.max()) + 1 if len(whose) else 0
    rng = np.random.default_rng(seed)
    drawn: dict[str, dict[str, list[float]]] = {n: {m: [] for m in ms} for n, ms in measures.items()}
    for n in range(resamples):
        weight = np.bincount(rng.integers(0, count, count), minlength=count).astype(np.float64)[whose]
        for name, of_name in measures.items():
            for measure, ask in of_name.items():
                drawn[name][measure].append(ask(weight))
        if progress:
            progress(n + 1, resamples)
    values = {n: {m: _interval(ask(None), drawn[n][m]) for m, ask in ms.items()} for n, ms in measures.items()}
    return Judgement(len(truth), int(truth.sum()), count, values, {n: np.array(d["ap"]) for n, d in drawn.items()})


@dataclass(frozen=True)
class Judgement:
    """What was measured.

    Attributes:
        rows, positives, entities: of the test.
        values: of each contender and baseline, each measure: ap, recall_1, recall_5, recall_10, brier where there are chances.
        drawn: the average precision in each resample, the same resamples for all.
    """

    rows: int
    positives: int
    entities: int
    values: dict[str, dict[str, Measured]]
    drawn: dict[str, Floats]

    def best(self, among: Sequence[str]) -> str:
        """Which of some orders has the highest average precision."""
        return max(among, key=lambda name: self.values[name]["ap"].value)

    def margin(self, model: str, baseline: str) -> Measured:
        """By how much a model's average precision is above a baseline's, in the same resamples."""
        value = self.values[model]["ap"].value - self.values[baseline]["ap"].value
        return _interval(value, (self.drawn[model] - self.drawn[baseline]).tolist())


def _interval(value: float, drawn: list[float]) -> Measured:
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) if drawn else (value, value)
    return Measured(float(value), float(low), float(high))


def by_group(groups: pl.Series, chances: Floats, truth: NDArray[Any], top: float = 0.05) -> pl.DataFrame:
    """How groups fare: group, rows, positives, foretold (mean probability), came_true, in_top, right_in_top, found.

    `in_top` is the share of the group among the first `top` of all, `right_in_top` how many of those came true, `found` the part
    of the group's positives that is among them; shares are empty where there is nothing to divide by.
    """
    first = np.zeros(len(truth), dtype=bool)
    first[np.argsort(-chances, kind="stable")[: max(1, round(top * len(truth)))]] = True
    rows = pl.DataFrame(
        {"group": groups.cast(pl.String).fill_null("unknown"), "chance": chances, "truth": truth, "top": first}
    )
    came, is_top = pl.col("truth") == 1, pl.col("top")
    return (
        rows.group_by("group")
        .agg(
            rows=pl.len(),
            positives=came.sum(),
            foretold=pl.col("chance").mean(),
            came_true=came.mean(),
            in_top=is_top.mean(),
            right_in_top=came.filter(is_top).mean(),
            found=is_top.filter(came).mean(),
        )
        .sort("group")
    )
