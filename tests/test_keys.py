"""One sort in place of a hash table gives what grouping gives."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fxwatch import keys
from fxwatch.flows import FLOW_COLUMNS
from fxwatch.keys import Packing, in_order, lists, stretches, sums_above
from fxwatch.terms import Direction, Item

DAY = date(2026, 3, 2)
COLUMNS = ("entity", "direction", "day")
rows = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 70_000]),
        st.sampled_from(list(Direction)),
        st.sampled_from(list(Item)),
        st.integers(0, 40).map(lambda n: DAY + timedelta(n)),
        st.integers(1, 10**12),
    ),
    max_size=60,
)


def frame(drawn: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame([(1000 + n, n, *row) for n, row in enumerate(drawn)], schema=FLOW_COLUMNS, orient="row")


@settings(max_examples=100, deadline=None)
@given(rows, st.integers(0, 10**12), st.booleans(), st.integers(1, 8))
def test_sums_above_a_limit_are_those_of_a_group_by(
    drawn: list[tuple[Any, ...]], above: int, rides: bool, block: int
) -> None:
    flows = frame(drawn)
    where = pl.col("item") != "transport"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "BLOCK", block)
        if not rides:  # as when the row numbers do not fit beside the key
            patch.setattr(keys, "INT64_END", 0)
        found = sums_above(flows, COLUMNS, where, above)
    groups = flows.filter(where).group_by(COLUMNS).agg(pl.col("amount_usd").sum(), flows=pl.col("flow").sort())
    expected = groups.filter(pl.col("amount_usd") > above).sort(COLUMNS)
    assert found.with_columns(pl.col("flows").list.sort()).sort(COLUMNS).equals(expected)
    assert found.schema == expected.schema


@settings(max_examples=50, deadline=None)
@given(rows.filter(bool))
def test_a_packed_key_gives_its_columns_back_and_keeps_their_order(drawn: list[tuple[Any, ...]]) -> None:
    flows = frame(drawn)
    columns = ("entity", "item", "direction", "day")
    packing = Packing(flows, columns)
    key = flows.select(packing.key).to_series()
    assert pl.DataFrame(packing.unpacked(key.to_numpy())).equals(flows.select(columns))
    assert key.min() >= 0  # type: ignore[operator]
    assert key.max() < packing.count  # type: ignore[operator]
    numbers = flows.select(pl.col(columns).to_physical().cast(pl.Int64))
    assert (
        numbers.with_columns(key=key)
        .sort("key", maintain_order=True)
        .drop("key")
        .equals(numbers.sort(columns, maintain_order=True))
    )


def test_flows_without_a_key_are_left_out() -> None:
    flows = frame([(1, "receipt", "travel", DAY, 1)] * 3).with_columns(key=pl.Series([5, None, 2]))
    ordered = in_order(flows, pl.col("key"), 6, pl.lit(True))
    assert ordered.keys_at(slice(None)).tolist() == [2, 5]
    assert ordered.flows_at(slice(None)).tolist() == [1002, 1000]


def test_stretches_are_laid_one_after_the_other() -> None:
    assert stretches(np.array([5, 0]), np.array([7, 1])).tolist() == [5, 6, 0]
    assert stretches(np.array([], dtype=np.int64), np.array([], dtype=np.int64)).tolist() == []


def test_values_are_cut_into_lists() -> None:
    assert lists(pl.Series([1, 2, 3]), np.array([1, 2])).to_list() == [[1], [2, 3]]
