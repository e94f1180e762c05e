"""Why an entity has its score: the points of each feature in words, what would have to change, where it stands among its peers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fxwatch.attention.in_force import in_force, model_of
from fxwatch.attention.phrases import phrase
from fxwatch.attention.scores import above_usual, kept
from fxwatch.errors import NotFound
from fxwatch.risk import catalogue
from fxwatch.terms import Language

if TYPE_CHECKING:
    from fxwatch.home import Home
    from fxwatch.risk.artefact import Model


@dataclass(frozen=True)
class Explained:
    """Why an entity has its score.

    Attributes:
        entity_id, as_of, model: of the score.
        probability: that a notice or breach follows.
        score: whole points; those of everybody (`base`) and of `parts` add up to it exactly where the model is a scorecard.
        base: points that everybody has; 0 for a booster.
        is_exact: whether they add up.
        place, entities: where it stands among all that were scored.
        peers, above_peers: how many peers by industry and size, and which part of them has a lower score.
        anomaly: which part of its peers is less odd, on the same features and without any labels.
        odd: what makes it odd, in words.
        parts: feature, meaning, value (as people write it), points, above_usual (how many of them an ordinary entity has not), change
            (what would lower the points most, and by how many); those that weigh most first.
        sampled: whether the random sample of the month holds it.
    """

    entity_id: str
    as_of: date
    model: str
    probability: float
    score: int
    base: int
    is_exact: bool
    place: int
    entities: int
    peers: int
    above_peers: float
    anomaly: float
    odd: tuple[str, ...]
    parts: pl.DataFrame
    sampled: bool


def explain(home: "Home", entity_id: str, language: Language = "en") -> Explained:
    """Why an entity has its score.

    Raises:
        NotFound: no model is in force, or the entity was not scored (it did not trade in the last year).
    """
    model, rows = model_of(home), kept(home)
    own = rows.filter(pl.col("entity_id") == entity_id)
    if own.is_empty():
        raise NotFound(
            f"{entity_id} has no score: it neither traded in the last year nor has an open hit, or nothing was scored yet. Score with: fxwatch risk score",
            f"{entity_id} 没有评分：近一年无收付且无待处理命中，或尚未评分。请运行：fxwatch risk score",
        )
    row = own.row(0, named=True)
    peers, above = _among_peers(rows, entity_id)
    return Explained(
        entity_id, row["as_of"], row["model"], row["probability"], row["score"], base_of(model), is_exact(model), row["place"],
        rows.height, peers, above, row["anomaly"], tuple(meaning(n, language) for n in row["odd"]),
        parts_of(model, row["values"], language), row["sampled"],
    )  # fmt: skip


def base_of(model: "Model") -> int:
    """The points that everybody has."""
    return int(getattr(model.estimator.inner_, "base_points_", 0))


def is_exact(model: "Model") -> bool:
    """Whether the points of a model add up to its score."""
    return bool(model.about["kind"] == "scorecard")


def parts_of(model: "Model", values: list[float | None], language: Language) -> pl.DataFrame:
    """The points of each feature of a row: see `Explained.parts`."""
    x = np.array([[np.nan if v is None else v for v in values]], dtype=np.float64)
    points = model.estimator.points(x, model.usual)
    above = above_usual(model, points)[0]
    rows = [
        (
            name,
            meaning(name, language),
            written(name, value, language),
            int(points[0, n]),
            int(above[n]),
            _change(model, n, x[0, n], int(points[0, n]), language),
        )
        for n, (name, value) in enumerate(zip(catalogue.names(), values, strict=True))
    ]
    schema: dict[str, pl.DataType | type[pl.DataType]] = dict.fromkeys(("feature", "meaning", "value"), pl.String)
    schema |= {"points": pl.Int64, "above_usual": pl.Int64, "change": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("above_usual", descending=True, maintain_order=True)


def together(words: Sequence[str], language: Language) -> str:
    """Several meanings in one line."""
    return ("；" if language == "zh" else "; ").join(words)


def meaning(name: str, language: Language) -> str:
    """What a feature is, in words."""
    found = next(f for f in catalogue.catalogue() if f.name == name)
    return found.zh if language == "zh" else found.en


def written(name: str, value: float | None, language: Language) -> str:
    """A value in its unit, as people write it."""
    unit = next(f.unit for f in catalogue.catalogue() if f.name == name)
    if value is None or value != value:
        return phrase("nothing", language)
    if unit == "USD":
        return f"{value:,.0f} 美元" if language == "zh" else f"USD {value:,.0f}"
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "code":
        # A section of industry is a letter; a number that is none stays as it is.
        return chr(ord("A") + int(value)) if 0 <= value < 26 else f"{value:,.0f}"
    if unit in ("count", "days"):
        return f"{value:,.0f}"
    return f"{value:,.1f}"


def _change(model: "Model", n: int, value: float, points: int, language: Language) -> str:
    """The bin in which the feature would have the fewest points, the nearest of several, and how many fewer; empty where there is none."""
    if not is_exact(model) or points <= 0 or np.isnan(value):
        return ""
    edges, own = model.estimator.inner_.edges_[n], model.estimator.inner_.points_[n]
    name, here = catalogue.names()[n], int(np.searchsorted(edges, value, side="right"))
    lower = [b for b in range(len(edges) + 1) if own[b] < points]
    if not lower:
        return ""
    there = min(lower, key=lambda b: (own[b], abs(b - here)))
    if there < here:
        said = phrase("would_be_below", language, edge=written(name, float(edges[there]), language))
    else:
        said = phrase("would_be_at_least", language, edge=written(name, float(edges[there - 1]), language))
    fewer = f"{points - int(own[there]):d}"
    return phrase("would_fall", language, change=said, points=fewer)


def _among_peers(rows: pl.DataFrame, entity_id: str) -> tuple[int, float]:
    from fxwatch.risk.anomaly import peer_groups

    names = catalogue.names()
    asked = ("industry", "turnover_usd_12m")
    features = rows.select(pl.col("values").list.get(names.index(n)).alias(n) for n in asked)
    grouped = rows.select("entity_id", "score").with_columns(pl.Series("peers", peer_groups(features)))
    own = grouped.filter(pl.col("entity_id") == entity_id).row(0, named=True)
    peers = grouped.filter(pl.col("peers") == own["peers"])
    return peers.height, float((peers["score"] < own["score"]).sum()) / max(peers.height - 1, 1)


def has_model(home: "Home") -> bool:
    """Whether a model is in force."""
    return in_force(home) is not None
