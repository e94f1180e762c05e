"""Learning from the past and being judged on what came after it: days, folds, contenders, baselines, the verdict."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fxwatch.risk import catalogue
from fxwatch.risk.judging import Judgement, Measured, calibration, judge, psi_measured
from fxwatch.risk.model import RiskClassifier
from fxwatch.terms import RISK_KINDS as KINDS

# Fewer entities than this for which it came true, and nothing is learned; fewer in the test, and nothing is known.
ENOUGH_TO_LEARN = 30
ENOUGH_TO_JUDGE = 10
TEST_DAYS = 2
FEWEST_TRAINING_DAYS = 3
# Of the months of an entity in which nothing followed, one in so many is learned from, with so many times its weight: they are
# nearly the same row again.
THINNED = 3
BASELINES = ("open_hits", "total_amount", "grade")


@dataclass(frozen=True)
class Split:
    """As-of days to learn from and to be judged on: what the last of the former foretells is over before the first of the latter.

    `partly` are days between them: of what they foretell, that which was known on the first day of the test is learned from too.
    A kind of misconduct that is new would else be learned half a year later than the bureau came to know it.
    """

    learn: tuple[date, ...]
    test: tuple[date, ...]
    partly: tuple[date, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What was judged.

    Attributes:
        split: the days.
        kind: the contender that may be put in force.
        judgement: of both contenders and the baselines, on the test days.
        best_baseline: by average precision.
        margin: by how much the contender is above it.
        calibration: bin, rows, foretold, came_true.
        stability: as_of, psi of the scores against those of the last day of learning, low and high of its interval; of every day
            from there on.
        test: the rows of the test: entity, as_of, label, chance of the contender, score of each baseline.
        learned_positives: for how many entities it came true in learning.
    """

    split: Split
    kind: str
    judgement: Judgement
    best_baseline: str
    margin: Measured
    calibration: pl.DataFrame
    stability: pl.DataFrame
    test: pl.DataFrame
    learned_positives: int

    @property
    def is_better(self) -> bool:
        """Whether the model is better than the best baseline beyond doubt: the whole interval of the difference is above 0."""
        return self.margin.low > 0


class TooFew(Exception):
    """There is too little to learn from or to be judged on; says what was found."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.english = english
        self.chinese = chinese


def split_days(days: list[date], horizon_months: int) -> Split | None:
    """Which of the days that are over are learned from and which are for the test; None where they do not reach."""
    days = sorted(days)
    for wanted in range(min(TEST_DAYS, len(days)), 0, -1):
        test = days[-wanted:]
        begins = pl.Series([test[0]]).dt.offset_by(f"-{horizon_months}mo")[0]
        # A month's end less some months may be a day short of a month's end: both are held to be the same.
        learn = [d for d in days if (d - begins).days <= 1]
        if len(learn) >= FEWEST_TRAINING_DAYS or (wanted == 1 and learn):
            return Split(tuple(learn), tuple(test))
    return None


def between(days: list[date], split: Split) -> list[date]:
    """The days after those of learning and before the test, of which a part is known when it begins."""
    return [day for day in sorted(days) if split.learn[-1] < day < split.test[0]]


def baselines(rows: pl.DataFrame) -> dict[str, NDArray[np.float64]]:
    """What a bureau without a model would go by: open hits, turnover of a year, last year's grade (and in it, who was told more)."""
    notices, breaches = pl.col("notices_12m"), pl.col("breaches_12m")
    grade = pl.when((breaches > 0) | (notices > 3)).then(2).otherwise(pl.when(notices > 0).then(1).otherwise(0))
    told = rows.select(
        pl.col("open_hits"), total_amount="turnover_usd_12m", grade=grade + (notices + 10 * breaches).clip(0, 99) / 100
    )
    return {name: told[name].fill_null(0).to_numpy().astype(np.float64) for name in BASELINES}


def fitted(rows: pl.DataFrame, kind: str) -> RiskClassifier:
    """A model of a kind, from rows with label, seen, entity, as_of and the features.

    Where only a part of the months was seen, that nothing followed yet counts by this part.
    """
    # A few days hold a few months: where thinning would leave out a third of the entities altogether, nobody is thinned.
    is_thinned = rows["as_of"].n_unique() >= THINNED
    used = thinned(rows) if is_thinned else rows
    quiet = used["seen"].to_numpy() * (THINNED if is_thinned else 1)
    weight = np.where(used["label"].to_numpy() == 1, 1.0, quiet)
    model = RiskClassifier(kind=kind, directions=catalogue.directions(catalogue.names()))
    from threadpoolctl import threadpool_limits

    # Threads that wait for each other while a home is in use make boosting many times slower than one alone.
    with threadpool_limits(1):
        return model.fit(matrix(used), used["label"].to_numpy(), sample_weight=weight, groups=used["entity"].to_numpy())


def matrix(rows: pl.DataFrame) -> NDArray[np.float64]:
    """The features of rows in their order, NaN where there is nothing to measure."""
    return rows.select(pl.col(n).cast(pl.Float64).fill_null(float("nan")) for n in catalogue.names()).to_numpy()


def usual(rows: pl.DataFrame) -> list[float | None]:
    """The median of each feature; None where it was never measured."""
    return [rows[n].median() for n in catalogue.names()]  # type: ignore[misc]


def thinned(rows: pl.DataFrame) -> pl.DataFrame:
    """Without those rows in which nothing followed that learning leaves out: see `THINNED`."""
    month = pl.col("as_of").dt.month().cast(pl.Int64)
    return rows.filter((pl.col("label") == 1) | ((pl.col("entity").cast(pl.Int64) + month) % THINNED == 0))


def learn_and_judge(
    learn: pl.DataFrame,
    test: pl.DataFrame,
    kind: str = "scorecard",
    *,
    later: pl.DataFrame | None = None,
    enough: tuple[int, int] = (ENOUGH_TO_LEARN, ENOUGH_TO_JUDGE),
    seed: int = 0,
    progress: Callable[[int, int], Any] | None = None,
) -> Verdict:
    """Train both kinds on some rows and judge them, and the baselines, on others that came later.

    Args:
        learn: entity, as_of, label, seen (see `labels`), the features, notices_12m and breaches_12m (of the baseline).
        test: the same of the test, all of whose months were seen.
        kind: the contender that may be put in force; the other is judged beside it.
        later: rows without labels on later days, for stability.
        enough: for how many entities it must have come true in learning and in the test.
        seed: of the bootstrap.
        progress: is told what is done of what.

    Raises:
        TooFew: too few entities for which it came true.
    """
    counts = [frame.filter(pl.col("label") == 1)["entity"].n_unique() for frame in (learn, test)]
    if counts[0] < enough[0] or counts[1] < enough[1]:
        raise TooFew(
            f"Too little to learn from: a notice or breach followed for {counts[0]} entities in the days of learning and {counts[1]} in those of the test; {enough[0]} and {enough[1]} are needed.",
            f"可学习的样本太少：学习期内有 {counts[0]} 个主体、检验期内有 {counts[1]} 个主体其后被提示或认定违规，至少需要 {enough[0]} 个和 {enough[1]} 个。",
        )
    truth, x = test["label"].to_numpy(), matrix(test)
    models = {name: fitted(learn, name) for name in KINDS}
    odds = {name: model.decision_function(x) for name, model in models.items()}
    chances = {name: 1 / (1 + np.exp(-o)) for name, o in odds.items()}
    others = baselines(test)
    judgement = judge({**odds, **others}, truth, test["entity"].to_numpy(), chances, seed=seed, progress=progress)
    best = judgement.best(BASELINES)
    told = test.select("entity", "as_of", "label").with_columns(
        pl.Series("chance", chances[kind]), *(pl.Series(n, v) for n, v in others.items())
    )
    whole = learn.filter(pl.col("seen") == 1)
    days = (tuple(f["as_of"].unique().sort()) for f in (whole, test, learn.filter(pl.col("seen") < 1)))
    return Verdict(
        Split(*days), kind, judgement, best, judgement.margin(kind, best), calibration(chances[kind], truth),
        _stability(models[kind], whole, pl.concat([test, *([] if later is None else [later.select(test.columns)])]), seed),
        told, counts[0],
    )  # fmt: skip


def _stability(model: RiskClassifier, learn: pl.DataFrame, after: pl.DataFrame, seed: int) -> pl.DataFrame:
    def told(rows: pl.DataFrame) -> tuple[NDArray[np.float64], NDArray[Any]]:
        return model.scores(matrix(rows)).astype(np.float64), rows["entity"].to_numpy()

    before = told(learn.filter(pl.col("as_of") == learn["as_of"].max()))
    rows = [
        (day, found.value, found.low, found.high)
        for day in after["as_of"].unique().sort().to_list()
        for found in [psi_measured(before, told(after.filter(pl.col("as_of") == day)), seed=seed)]
    ]
    return pl.DataFrame(
        rows, schema={"as_of": pl.Date, "psi": pl.Float64, "low": pl.Float64, "high": pl.Float64}, orient="row"
    )
