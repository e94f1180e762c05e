"""What all monitors promise: sums tie out, and partial sums combine."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from fxwatch.flows import DIRECTION
from fxwatch.periods import Asked, Period
from fxwatch.rulebook import monitors
from fxwatch.sums import LINES, SUMS, at_least, usd

DAYS = st.dates(date(2024, 1, 1), date(2025, 6, 30))
FLOWS = st.lists(
    st.tuples(
        DAYS,
        st.sampled_from(["receipt", "payment"]),
        st.sampled_from(["transport", "consulting", "unlisted"]),
        st.sampled_from(["G", "L", "unknown"]),
        st.integers(1, 5),
        st.sampled_from(["HKG", "USA", None]),
        st.integers(0, 10**12),
    ),
    max_size=40,
)
ROLL = pl.LazyFrame(
    {"entity": range(1, 6), "entity_id": list("EDCBA"), "name": list("edcba")}, schema_overrides={"entity": pl.Int32}
)
ASKED = Asked(Period(date(2025, 1, 1), date(2025, 12, 31)), date(2025, 6, 30), date(2024, 1, 1), roll=ROLL)
KEYS = ["since", "direction", "line", "group", "entity", "economy"]


def sums_of(flows: list[tuple]) -> pl.LazyFrame:
    """Not summed at all: a flow is a partial sum of itself."""
    rows = [
        (day.replace(day=1), *rest, 1, amount // 2) for day, *rest, amount in [(*flow[:6], flow[6]) for flow in flows]
    ]
    columns = ["since", "direction", "line", "group", "entity", "economy", "flows", "settled_usd"]
    frame = pl.DataFrame(rows, schema={name: SUMS[name] for name in columns}, orient="row")
    return frame.with_columns(amount_usd=pl.Series([flow[6] for flow in flows], dtype=pl.Int64)).lazy()


@pytest.mark.parametrize("by", [None, "industry"])
@pytest.mark.parametrize("name", sorted(monitors()))
@settings(max_examples=15, deadline=None)
@given(flows=FLOWS, cut=st.integers(0, 5))
def test_partial_sums_of_two_sets_of_entities_combine(name, by, flows, cut):
    measure, asked = monitors()[name]().measure, Asked(**{**vars(ASKED), "by": by})
    sums = sums_of(flows)
    low, high = sums.filter(pl.col("entity") <= cut), sums.filter(pl.col("entity") > cut)
    parts = [part.group_by(KEYS).agg(pl.col("amount_usd", "flows", "settled_usd").sum()) for part in (low, high)]
    assert_frame_equal(measure(pl.concat(parts[::-1]), asked), measure(sums, asked), rel_tol=0, abs_tol=1e-9)


@settings(max_examples=40, deadline=None)
@given(flows=FLOWS)
def test_the_sums_of_monitors_are_the_sums_of_flows(flows):
    sums = sums_of(flows)
    for direction, side in (("receipt", "receipts"), ("payment", "payments")):
        total = Decimal(sum(f[6] for f in flows if f[1] == direction and f[0].year == 2025)) / 100
        tables = {
            name: monitors()[name]().measure(sums, ASKED) for name in ("top_items", "top_entities", "trends", "balance")
        }
        ours = {name: table.filter(direction=direction) for name, table in tables.items() if name != "balance"}
        assert ours["top_items"]["amount_usd"].sum() == total
        assert ours["top_entities"]["amount_usd"].sum() == total
        assert ours["trends"].filter(item="all")["amount_usd"].sum() == total
        assert ours["trends"].filter(pl.col("item") != "all")["amount_usd"].sum() == total
        assert tables["balance"][side].sum() == total


@settings(max_examples=40, deadline=None)
@given(flows=FLOWS)
def test_shares_stay_between_nothing_and_all(flows):
    sums = sums_of(flows)
    for name, column in (
        ("top_items", "share"),
        ("top_items", "top_share"),
        ("top_entities", "share"),
        ("trends", "share"),
    ):
        assert monitors()[name]().measure(sums, ASKED)[column].drop_nulls().is_between(0, 1).all()
    table = monitors()["concentration"]().measure(sums, ASKED).drop_nulls()
    assert (table["top3_share"] <= table["top10_share"]).all()
    assert table["hhi"].is_between(0, 1).all()


@settings(max_examples=40, deadline=None)
@given(flows=FLOWS)
def test_a_surge_moves_as_its_trend_says(flows):
    sums = sums_of(flows)
    trends = monitors()["trends"]().measure(sums, ASKED)
    surges = monitors()["surges"]().measure(sums, ASKED).join(trends, on=["direction", "item", "period"], how="left")
    base = pl.when(pl.col("basis") == "mom").then("previous").otherwise("same_last_year")
    growth = pl.when(pl.col("basis") == "mom").then("mom").otherwise("yoy")
    assert surges.filter(pl.col("change") != pl.col("amount_usd") - base).is_empty()
    assert surges.filter(pl.col("growth") != growth).is_empty()
    assert surges.filter(pl.col("growth").abs() < 0.5).is_empty()


@pytest.mark.parametrize(("part", "holds"), [(6, False), (7, True), (8, True)])
def test_a_share_is_compared_exactly(part, holds):
    # As floats 0.01 × 700 is 7.000000000000001, and 7 would be less.
    assert pl.select(at_least(pl.lit(part), 0.01, pl.lit(700))).item() is holds
    big = 700 * 10**16
    assert pl.select(at_least(pl.lit(part * 10**16), 0.01, pl.lit(big))).item() is holds


def test_cents_become_exact_decimals():
    cents = [0, 1, -5, 2**63 - 1]
    assert pl.DataFrame({"c": cents}).select(usd("c"))["c"].to_list() == [Decimal(c).scaleb(-2) for c in cents]


def test_the_frame_of_sums_is_declared_once():
    assert SUMS["line"] == LINES["article"]
    assert SUMS["direction"] == DIRECTION
