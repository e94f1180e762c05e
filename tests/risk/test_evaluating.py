"""On any folder of flows, entities and labels: sentences for what is wrong, and on the invented sample better than every baseline."""

from pathlib import Path

import polars as pl
import pytest

from fxwatch.attention.evaluating import evaluate
from fxwatch.errors import RequestError
from fxwatch.sample import invent, write


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("entity_id,day\nx,2026-01-31\n", "has no column label"),
        ("entity_id,day,label\nx,January,1\n", "1 rows with a day that is none"),
        ("entity_id,day,label\nx,2026-01-31,2\n", "a label that is neither 0 nor 1"),
        ("", "cannot be read"),
    ],
)
def test_labels_that_are_none_are_refused_before_anything_is_loaded(text: str, sentence: str, tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text(text)
    with pytest.raises(RequestError, match=sentence):
        evaluate([tmp_path / "none.csv"], tmp_path / "none.csv", labels, tmp_path / "out")


@pytest.mark.slow
def test_on_the_invented_sample_the_model_is_twice_as_good_as_any_baseline(tmp_path: Path) -> None:
    sample = invent(400_000, 5)
    written = write(sample, tmp_path / "sample")
    truth = written.truth
    found = evaluate(
        list(written.flows), written.entities, truth / "labels.parquet", tmp_path / "out", acts=truth / "bureau.csv"
    )
    values = found.verdict.judgement.values
    best = values[found.verdict.best_baseline]["ap"]
    assert values["scorecard"]["ap"].value >= 2 * best.value
    assert values["scorecard"]["ap"].low > best.high
    assert max(found.verdict.split.learn) < min(found.verdict.split.test)
    assert pl.read_csv(tmp_path / "out" / "test.csv").height == found.verdict.judgement.rows
    assert (tmp_path / "out" / "card.html").stat().st_size > 0
