"""What the model in force thinks of every entity today; kept with what the rules found, so that screens need not wait for it."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from fxwatch.attention.gathering import gather
from fxwatch.attention.in_force import InForce, in_force, model_in_force
from fxwatch.errors import FxwatchError, NotFound, RequestError
from fxwatch.risk.sampling import sampled
from fxwatch.warehouse.known import entity_numbers
from fxwatch.warehouse.risk import SCORES, put_scores, scores

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.risk.artefact import Model
    from fxwatch.warehouse import Warehouse

REASONS = 3


def score(home: "Home", *, by: str | None = None) -> pl.DataFrame:
    """Score every entity that traded in the last year with the model in force, keep the scores and publish them.

    Returns:
        As `kept`.

    Raises:
        NotFound: no model is in force.
        Forbidden: the account is no analyst, regulator or approver.
        HomeLocked: another process is writing.
    """
    home.register.require(home.actor(by), "analyst", "approver", "regulator")
    if in_force(home) is None:
        raise NotFound(
            "No risk model is in force. Train one with: fxwatch risk train",
            "没有启用的风险模型。请训练：fxwatch risk train",
        )
    with home.writing("risk") as warehouse:
        refresh(home, warehouse, strict=True)
        warehouse.publish()
    return kept(home)


def refresh(home: "Home", warehouse: "Warehouse", *, strict: bool = False) -> None:
    """Bring the kept scores up to what is known now; without a model in force there are none.

    A model whose file is gone or does not fit is passed over, and the queue keeps its own order, unless it is asked for (`strict`):
    no run fails because of an opinion.
    """
    rows = pl.DataFrame(schema=SCORES)
    try:
        model = model_in_force(home)
        if model is not None:
            rows = scored(home, model, home.today(), con=warehouse.con)
    except FxwatchError:
        if strict:
            raise
    put_scores(warehouse, rows)


def scored(home: "Home", model: "Model", day: date, *, con: Any = None) -> pl.DataFrame:
    """What a model thinks of every entity on a day: the columns `warehouse.risk.SCORES`.

    Raises:
        RequestError: its numbers give no scores.
    """
    from fxwatch.risk import catalogue
    from fxwatch.risk.anomaly import oddness
    from fxwatch.risk.features import features
    from fxwatch.risk.learning import matrix

    known_at = datetime.now(UTC).replace(tzinfo=None)
    source = home.snapshot().con if con is None else con
    rows = features(gather(home, day, con=source), [day])
    rows = rows.filter((pl.col("flows_12m") > 0) | (pl.col("open_hits") > 0))
    if rows.is_empty():
        return pl.DataFrame(schema=SCORES)
    x = matrix(rows)
    points, chances, whole = _opinion(model, x)
    # What weighs is what an ordinary entity would not have: points alone are much where everybody has them.
    heaviest = np.argsort(-above_usual(model, points), axis=1, kind="stable")[:, :REASONS]
    at = np.arange(len(x))[:, None]
    names = np.array(catalogue.names())
    odd = oddness(rows)
    told = rows.select("entity", "as_of").with_columns(
        model=pl.lit(model.name),
        known_at=pl.lit(known_at, pl.Datetime("us")),
        probability=pl.Series(chances),
        score=pl.Series(whole),
        reasons=pl.Series(names[heaviest].tolist(), dtype=pl.List(pl.String)),
        points=pl.Series(points[at, heaviest].tolist(), dtype=pl.List(pl.Int32)),
        values=rows.select(pl.concat_list(pl.col(n).cast(pl.Float64) for n in catalogue.names())).to_series(),
        anomaly=pl.Series(odd.percentile, dtype=pl.Float64),
        odd=pl.Series(odd.odd, dtype=pl.List(pl.String)),
    )
    told = told.join(entity_numbers(source), on="entity").sort("probability", "entity_id", descending=[True, False])
    return told.with_columns(place=pl.int_range(1, pl.len() + 1)).select(
        pl.col(name).cast(dtype) for name, dtype in SCORES.items()
    )


def _opinion(model: "Model", x: "np.ndarray[Any, Any]") -> "tuple[np.ndarray[Any, Any], ...]":
    """The points of each row and feature, its probability, its score."""
    try:
        points, whole = model.estimator.points(x, model.usual), model.estimator.scores(x)
        chances = model.estimator.predict_proba(x)[:, 1]
    except (ArithmeticError, ValueError, TypeError, IndexError) as fault:
        raise _gives_none(model) from fault
    most = np.iinfo(np.int32).max
    if not np.isfinite(chances).all() or max(np.abs(points).max(), np.abs(whole).max()) > most:
        raise _gives_none(model)
    return points, chances, whole


def _gives_none(model: "Model") -> RequestError:
    return RequestError(
        f"{model.name} gives no scores: its numbers do not fit what is known of entities. Train a model with: fxwatch risk train",
        f"{model.name} 无法评分：其数值与主体的已知情况不符。请重新训练：fxwatch risk train",
    )


def above_usual(model: "Model", points: "np.ndarray[Any, np.dtype[np.int64]]") -> "np.ndarray[Any, np.dtype[np.int64]]":
    """By how many points each feature is above what is usual; those of a booster are told against the usual already."""
    if model.about["kind"] != "scorecard":
        return points
    usual: np.ndarray[Any, np.dtype[np.int64]] = model.estimator.points(model.usual.reshape(1, -1))
    return points - usual


def kept(home: "Home") -> pl.DataFrame:
    """The kept scores of the model in force, the likeliest first, with `sampled`: whether the month's random sample holds the entity.

    Empty where no model is in force, or the one that is has not scored yet.
    """
    snapshot, model = home.snapshot(), in_force(home)
    key = (snapshot.name, model, home.today().replace(day=1))
    return home.kept.get("risk scores", key, lambda: _kept(snapshot.con, model, home.today()))


def _kept(con: Any, model: InForce | None, today: date) -> pl.DataFrame:
    rows = pl.DataFrame(schema=SCORES) if model is None else scores(con).filter(pl.col("model") == model.name)
    return rows.sort("place").with_columns(sampled(rows.sort("place")["entity_id"], today))
