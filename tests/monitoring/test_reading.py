"""What monitors are asked in words, and from where their sums come."""

from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from fxwatch.errors import NotFound, RequestError
from fxwatch.reading.monitors import BY, monitor_in
from fxwatch.rulebook import monitors

FLOWS = """
    entity_id direction day        code           amount economy bank scope
    100000614 receipt   2024-12-05 222011         1.00   HKG     B1   cross_border
    100000614 receipt   2025-01-05 222011         10.00   HKG     B1   cross_border
    100000614 receipt   2025-01-20 222040         20.00   -       B2   domestic
    100000622 receipt   2025-02-05 228021         30.00   USA     B1   cross_border
    100000630 payment   2025-02-25 communications 40.00   USA     -    cross_border
    100000630 payment   2025-02-26 -              99.00   USA     -    cross_border
"""
PEOPLE = [
    {"entity_id": "100000614", "industry": "5521", "area": "120101"},
    {"entity_id": "100000622", "industry": "7243", "area": "120116"},
    {"entity_id": "100000630"},
]


def total(table: pl.DataFrame) -> str:
    return f"{table['amount_usd'].sum():.2f}"


@pytest.mark.parametrize(
    ("condition", "sum_of_flows"),
    [
        ("item=transport", "11.00"),
        ("item=communications", "60.00"),
        ("item=SC", "31.00"),
        ("item=unallocated", "40.00"),
        ("industry=G", "31.00"),
        ("industry=72", "30.00"),
        ("industry=unknown", "40.00"),
        ("area=12", "61.00"),
        ("area=120116", "30.00"),
        ("area=unknown", "40.00"),
        ("economy=usa", "70.00"),
        ("economy=unknown", "20.00"),
        ("bank=B1", "41.00"),
        ("bank=unknown", "40.00"),
        ("entity=10000061-4", "31.00"),
        ("economy=nowhere", "0.00"),
    ],
)
def test_a_condition_leaves_only_what_fits(fill, condition, sum_of_flows):
    table = monitor_in(fill(FLOWS, PEOPLE), "top_items", top=20, period="2024-01-01..2025-12-31", where=[condition])
    assert table["amount_usd"].sum() == pytest.approx(float(sum_of_flows)) or (
        table.is_empty() and sum_of_flows == "0.00"
    )


def test_values_of_one_dimension_are_alternatives_and_dimensions_narrow_each_other(fill):
    con = fill(FLOWS, PEOPLE)
    both = ["bank=B1", "bank=B2"]
    assert total(monitor_in(con, "top_items", period="2025", where=both)) == "60.00"
    assert total(monitor_in(con, "top_items", period="2025", where=[*both, "economy=HKG"])) == "10.00"


def test_an_item_that_is_asked_for_stands_alone_in_its_trend(fill):
    table = monitor_in(fill(FLOWS, PEOPLE), "trends", period="2025-01", where=["item=transport"])
    assert table["item"].unique().sort().to_list() == ["all", "transport"]


def test_bpm6_heads_take_the_place_of_items(fill):
    table = monitor_in(fill(FLOWS, PEOPLE), "top_items", period="2025", scheme="bpm6")
    assert table.select("direction", "item").rows() == [
        ("receipt", "SC"),
        ("receipt", "SJ"),
        ("payment", "unallocated"),
    ]


@pytest.mark.parametrize(
    ("scope", "sum_of_flows"), [("both", "100.00"), ("cross_border", "80.00"), ("domestic", "20.00")]
)
def test_a_scope_leaves_the_other_out(fill, scope, sum_of_flows):
    assert total(monitor_in(fill(FLOWS, PEOPLE), "top_items", period="2025", scope=scope)) == sum_of_flows


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("industry", ["G", "L", "unknown"]),
        ("area", ["12", "unknown"]),
        ("economy", ["HKG", "USA", "unknown"]),
        ("bank", ["B1", "B2", "unknown"]),
        ("item", ["communications", "consulting", "transport"]),
    ],
)
def test_a_dimension_leads_and_what_is_missing_is_unknown(fill, by, groups):
    table = monitor_in(fill(FLOWS, PEOPLE), "top_entities", period="2025", by=by)
    assert table.columns[0] == by
    assert table[by].unique().sort().to_list() == groups


@pytest.mark.parametrize("by", [None, *BY])
@pytest.mark.parametrize("name", sorted(monitors()))
def test_every_monitor_can_be_asked_by_every_dimension_and_of_nothing(fill, name, by):
    empty = monitor_in(fill([]), name, by=by)
    found = monitor_in(fill(FLOWS, PEOPLE), name, by=by, period="2025", as_of="2025-02-28")
    assert empty.is_empty()
    assert not found.is_empty()
    assert empty.schema == found.schema
    assert found.columns[0] == (by or found.columns[0])


def test_the_newest_classified_flow_sets_the_as_of_day(fill):
    table = monitor_in(fill(FLOWS, PEOPLE), "trends")
    assert table["period"].unique().sort().to_list() == ["2025-01", "2025-02"]
    assert total(monitor_in(fill(FLOWS, PEOPLE), "top_items", as_of=date(2025, 2, 24))) == "60.00"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"period": "2025Q9"}, "2025Q3"),
        ({"as_of": "yesterday"}, "2025-06-30"),
        ({"as_of": date(9999, 12, 31)}, "2025-06-30"),
        ({"period": "2025-01-01..9999-12-31"}, "2025Q3"),
        ({"by": "colour"}, "industry"),
        ({"by": "entity"}, "industry"),
        ({"scheme": "bop"}, "bpm6"),
        ({"scope": "abroad"}, "cross_border"),
        ({"every": "week"}, "quarter"),
        ({"top": 3}, "ranks nothing"),
        ({"where": ["item"]}, "DIM=VALUE"),
        ({"where": ["item="]}, "DIM=VALUE"),
        ({"where": ["colour=red"]}, "economy"),
        ({"where": ["item=goods"]}, "royalties"),
        ({"where": ["industry=X"]}, "G"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(fill, asked, words):
    with pytest.raises(RequestError) as refused:
        monitor_in(fill(FLOWS, PEOPLE), "trends", **asked)
    assert words in refused.value.english
    assert any("一" <= letter <= "龥" for letter in refused.value.chinese)


def test_an_unknown_monitor_is_answered_with_the_known_ones(fill):
    with pytest.raises(NotFound, match="top_items, trends"):
        monitor_in(fill([]), "top_ten")


@pytest.mark.parametrize(
    ("name", "asked"), [("top_items", {"every": "month"}), ("top_items", {"top": 0}), ("balance", {"top": 2})]
)
def test_what_a_monitor_does_not_know_is_refused_not_ignored(fill, name, asked):
    with pytest.raises(RequestError, match=r"leave|At least"):
        monitor_in(fill(FLOWS, PEOPLE), name, **asked)


def test_sums_older_than_the_newest_load_are_not_used(fill):
    con = fill(FLOWS, PEOPLE)
    con.execute("UPDATE recent_flows SET amount_usd = 0")
    assert total(monitor_in(con, "top_items", period="2025")) == "100.00"
    con.execute("INSERT INTO loads SELECT * REPLACE (2 AS load_id) FROM loads")
    assert total(monitor_in(con, "top_items", period="2025")) == "0.00"


DAYS = st.dates(date(2024, 11, 20), date(2025, 3, 10))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=DAYS, other=DAYS, as_of=DAYS, name=st.sampled_from(sorted(monitors())))
def test_partial_sums_and_flows_say_the_same_of_any_days(fill, one, other, as_of, name):
    period = f"{min(one, other)}..{max(one, other)}"
    summed = monitor_in(fill(FLOWS, PEOPLE), name, period=period, as_of=as_of)
    counted = monitor_in(fill(FLOWS, PEOPLE, run=False), name, period=period, as_of=as_of)
    assert_frame_equal(summed, counted)
