from datetime import date

import polars as pl
import pytest

from fxwatch.reading.monitors import monitor_in

FLOWS = """
    entity_id direction day        code       amount
    A         receipt   2024-01-20 transport  40.00
    A         receipt   2024-12-31 transport  50.00
    A         receipt   2025-01-05 transport  20.00
    B         receipt   2025-01-25 consulting 60.00
    B         receipt   2025-02-10 consulting 30.00
"""


def row(table, item: str, period: str) -> dict:
    return table.row(by_predicate=_is(item, period), named=True)


def _is(item: str, period: str):
    return (pl.col("direction") == "receipt") & (pl.col("item") == item) & (pl.col("period") == period)


def test_an_item_is_compared_with_the_month_before_and_with_last_year(fill):
    found = row(monitor_in(fill(FLOWS), "trends"), "transport", "2025-01")
    assert [str(found[c]) for c in ("amount_usd", "previous", "same_last_year")] == ["20.00", "50.00", "40.00"]
    assert [found[c] for c in ("mom", "yoy", "share", "share_change", "note")] == [-0.6, -0.5, 0.25, -0.75, ""]


def test_every_item_and_all_stand_in_every_month(fill):
    table = monitor_in(fill(FLOWS), "trends", period="2024-01-01..2025-12-31")
    assert table.height == 2 * 15 * 14
    assert table["period"].unique().sort().to_list()[:1] == ["2024-01"]


@pytest.mark.parametrize(
    ("item", "period", "note"),
    [
        ("transport", "2024-01", "no_data"),
        ("transport", "2024-12", "new;no_data"),
        ("consulting", "2025-01", "new"),
        ("consulting", "2025-02", "incomplete;new"),
    ],
)
def test_a_note_says_why_growth_is_empty(fill, item, period, note):
    found = row(monitor_in(fill(FLOWS), "trends", period="2024-01-01..2025-12-31"), item, period)
    assert found["note"] == note


def test_quarters_are_compared_with_quarters(fill):
    found = row(monitor_in(fill(FLOWS), "trends", every="quarter"), "all", "2025Q1")
    assert [str(found[c]) for c in ("amount_usd", "previous", "same_last_year")] == ["110.00", "50.00", "40.00"]
    assert found["note"] == "incomplete"


def test_flows_after_the_as_of_day_are_left_out_even_inside_a_month(fill):
    found = row(monitor_in(fill(FLOWS), "trends", as_of=date(2025, 1, 24)), "all", "2025-01")
    assert (str(found["amount_usd"]), found["note"]) == ("20.00", "incomplete")


def test_part_of_a_month_is_compared_with_whole_months(fill):
    table = monitor_in(fill(FLOWS), "trends", period="2025-01-10..2025-02-28", as_of="2025-02-28")
    january, february = row(table, "all", "2025-01"), row(table, "all", "2025-02")
    assert (str(january["amount_usd"]), str(january["previous"]), january["note"]) == ("60.00", "50.00", "incomplete")
    assert (str(february["amount_usd"]), str(february["previous"]), february["note"]) == ("30.00", "80.00", "new")


def test_months_after_the_newest_flow_up_to_a_later_as_of_day_are_empty_and_complete(fill):
    found = row(monitor_in(fill(FLOWS), "trends", period="2025-04", as_of="2025-04-30"), "all", "2025-04")
    assert (str(found["amount_usd"]), found["share"], found["note"]) == ("0.00", None, "new")
