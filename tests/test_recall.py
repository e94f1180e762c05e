"""The recall of the benchmarks counts what it says."""

import polars as pl

from tests.benchmarks.recall import told


def test_a_pattern_is_found_by_its_rule_on_its_entity_through_a_shared_declaration() -> None:
    patterns = pl.DataFrame(
        {
            "pattern": [1, 2, 3, 4],
            "entity_id": ["TEA", "TEA", "LAW", "LAW"],
            "kind": ["near_limit", "near_limit", "near_limit", "fan_in"],
            "honest": [False, False, True, False],
            "declarations": [["A", "B"], ["C"], ["D"], ["E"]],
        }
    )
    hits = pl.DataFrame(
        {
            "rule": ["near_limit", "near_limit", "near_limit", "near_limit"],
            "entity_id": ["TEA", "LAW", "LAW", "LAW"],
            "flow_ids": [["B/1"], ["C/1"], ["D/2"], ["E/1"]],
        }
    )
    table = told(patterns, hits, 2000)
    near = table.filter(rule="near_limit").row(0, named=True)
    assert (near["planted"], near["found"], near["recall"]) == (2, 1, 0.5)
    assert (near["honest"], near["found_honest"], near["hits"], near["per_1000_entity_months"]) == (1, 1, 4, 2.0)
    assert table.filter(rule="fan_in").row(0, named=True)["found"] == 0
    assert table.filter(rule="pass_through")["recall"].to_list() == [None]
