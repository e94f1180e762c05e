"""What a model's file says of it: what it was trained and judged on, with which result, and how groups fare."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl

from fxwatch.attention.phrases import phrase
from fxwatch.risk.judging import Measured, by_group
from fxwatch.risk.learning import BASELINES, Verdict, usual
from fxwatch.terms import RISK_KINDS, Language

ORDERS = (*RISK_KINDS, *BASELINES)
_SIZES = ("small", "medium", "large")


def about(
    verdict: Verdict, trained: pl.DataFrame, groups: pl.DataFrame, *, horizon_months: int, source: str
) -> dict[str, Any]:
    """What is said of a model, as JSON takes it.

    Args:
        verdict: of the same recipe, trained before the test.
        trained: the rows that the model in the file was trained on.
        groups: entity, area, industry, economic_type of the entities of the test.
        horizon_months: how far it looks ahead.
        source: what the data are.
    """
    return {
        "made_at": datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat(),
        "horizon_months": horizon_months,
        "source": source,
        "usual": usual(trained),
        "trained": {
            "first": trained["as_of"].min().isoformat(),  # type: ignore[union-attr]
            "last": trained["as_of"].max().isoformat(),  # type: ignore[union-attr]
            "rows": trained.height,
            "entities": trained["entity"].n_unique(),
            "positives": trained.filter(pl.col("label") == 1)["entity"].n_unique(),
        },
        "judged": judged(verdict, groups),
    }


def judged(verdict: Verdict, groups: pl.DataFrame) -> dict[str, Any]:
    """The judgement as JSON takes it."""
    measures = {
        name: {measure: _told(value) for measure, value in values.items()}
        for name, values in verdict.judgement.values.items()
    }
    return {
        "kind": verdict.kind,
        "learned_on": [d.isoformat() for d in verdict.split.learn],
        "partly_learned_on": [d.isoformat() for d in verdict.split.partly],
        "tested_on": [d.isoformat() for d in verdict.split.test],
        "out_of_time": max(verdict.split.learn) < min(verdict.split.test),
        "learned_positives": verdict.learned_positives,
        "rows": verdict.judgement.rows,
        "entities": verdict.judgement.entities,
        "positives": verdict.judgement.positives,
        "measures": measures,
        "best_baseline": verdict.best_baseline,
        "margin": _told(verdict.margin),
        "is_better": verdict.is_better,
        "calibration": verdict.calibration.to_dicts(),
        "stability": [{**r, "as_of": r["as_of"].isoformat()} for r in verdict.stability.to_dicts()],
        "groups": _groups(verdict, groups),
    }


def _groups(verdict: Verdict, groups: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    test = verdict.test.join(groups.unique("entity"), on="entity", how="left", maintain_order="left")
    third = (test["total_amount"].rank("ordinal") * len(_SIZES) // (test.height + 1)).cast(pl.Int64)
    dimensions = {
        "area": test["area"].str.slice(0, 2),
        "industry": test["industry"],
        "size": third.replace_strict(dict(enumerate(_SIZES)), return_dtype=pl.String),
        "economic_type": test["economic_type"].str.slice(0, 1),
    }
    chances, truth = test["chance"].to_numpy(), test["label"].to_numpy()
    return {name: by_group(of, chances, np.asarray(truth)).to_dicts() for name, of in dimensions.items()}


def _told(value: Measured) -> dict[str, float]:
    return {"value": value.value, "low": value.low, "high": value.high}


def measures_table(verdict: Verdict, language: Language) -> pl.DataFrame:
    """What each order of entities found: order, then each measure as value with its interval."""
    return table_of(judged(verdict, pl.DataFrame(schema=_NO_GROUPS)), language)


_NO_GROUPS = {"entity": pl.Int32, "area": pl.String, "industry": pl.String, "economic_type": pl.String}


def table_of(told: dict[str, Any], language: Language) -> pl.DataFrame:
    """The measures of a judgement as a file keeps it: order, ap, recall_1, recall_5, recall_10, brier as texts."""
    names = ("ap", "recall_1", "recall_5", "recall_10", "brier")
    rows = [
        (phrase(f"order_{order}", language), *(_written(values.get(n)) for n in names))
        for order in ORDERS
        for values in [told["measures"][order]]
    ]
    schema = dict.fromkeys(("order", *names), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _written(value: dict[str, float] | None) -> str | None:
    return None if value is None else f"{value['value']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"


def verdict_sentence(verdict: Verdict, language: Language) -> str:
    """Whether the model is better than the best baseline, and by how much."""
    return sentence_of(judged(verdict, pl.DataFrame(schema=_NO_GROUPS)), language)


def sentence_of(told: dict[str, Any], language: Language) -> str:
    """The same of a judgement as a file keeps it."""
    margin = told["margin"]
    return phrase(
        "better" if told["is_better"] else "not_better",
        language,
        baseline=phrase(f"order_{told['best_baseline']}", language),
        margin=f"{margin['value']:+.3f} [{margin['low']:+.3f}, {margin['high']:+.3f}]",
    )
