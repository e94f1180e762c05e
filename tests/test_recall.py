"""What is planted in the invented sample is found, and the recall of the benchmarks counts what it says."""

from pathlib import Path

import polars as pl
import pytest

from fxwatch.sample import Sample, invent
from fxwatch.sample.enacting import enact
from fxwatch.session import Session
from tests.benchmarks.recall import loaded, told

# Two years and a half, and entities enough, so that every kind is planted.
SAMPLE = {"flows": 24_000, "seed": 5, "months": 30}


@pytest.fixture(scope="module")
def sample() -> Sample:
    return invent(**SAMPLE)


@pytest.fixture(scope="module")
def home(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Session:
    return loaded(sample, Path(tmp_path_factory.mktemp("recall")))


def test_every_pattern_that_is_planted_is_found_by_its_rule(home: Session, sample: Sample) -> None:
    table = told(sample.truth["patterns"], home.hits(with_flows=True), 1)
    assert table.filter(pl.col("planted") + pl.col("honest") == 0)["rule"].to_list() == []
    assert table.filter(pl.col("found") < pl.col("planted"))["rule"].to_list() == []
    assert table.filter(pl.col("found_honest") < pl.col("honest"))["rule"].to_list() == []


def test_the_bureau_names_what_speaks_for_its_notice_and_few_entities_lose_their_a(
    home: Session, sample: Sample
) -> None:
    issued = enact(home, sample.notices)
    hits = home.hits(status="noticed")
    reasons = sample.notices.group_by("entity_id").agg("rule")
    named = hits.join(reasons, on="entity_id", suffix="_told")
    assert named.height == hits.height > 0
    assert named.filter(pl.col("severity") != "article", ~pl.col("rule").is_in("rule_told")).is_empty()
    assert 0.5 < issued / len(sample.notices) < 1
    grades = dict(home.grades().group_by("grade").len().iter_rows())
    everybody = sum(grades.values())
    assert grades["A"] > 0.95 * everybody
    assert grades["C"] < grades["B"] < 0.04 * everybody


def test_a_pattern_is_found_by_its_rule_on_its_entity_through_a_shared_declaration() -> None:
    patterns = pl.DataFrame(
        {
            "pattern": [1, 2, 3, 4],
            "entity_id": ["TEA", "TEA", "LAW", "LAW"],
            "kind": ["near_limit", "near_limit", "near_limit", "settlement_mismatch"],
            "honest": [False, False, True, False],
            "declarations": [["A", "B"], ["C"], ["D"], ["E"]],
            "settlements": [[], [], [], ["S"]],
        }
    )
    hits = pl.DataFrame(
        {
            "rule": ["near_limit", "near_limit", "near_limit", "near_limit", "settlement_mismatch"],
            "entity_id": ["TEA", "LAW", "LAW", "LAW", "LAW"],
            "flow_ids": [["B/1"], ["C/1"], ["D/2"], ["E/1"], ["settlement:S"]],
        }
    )
    table = told(patterns, hits, 2000)
    near = table.filter(rule="near_limit").row(0, named=True)
    assert (near["planted"], near["found"], near["recall"]) == (2, 1, 0.5)
    assert (near["honest"], near["found_honest"], near["hits"], near["per_1000_entity_months"]) == (1, 1, 4, 2.0)
    assert table.filter(rule="settlement_mismatch").row(0, named=True)["found"] == 1
    assert table.filter(rule="pass_through")["recall"].to_list() == [None]
