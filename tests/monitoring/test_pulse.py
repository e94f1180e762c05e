"""The year's money beside last year's, the first three items, and what moved sharply, from flows that a reader can add up."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from fxwatch.kept import Kept
from fxwatch.reading.pulse import leaders, pulse, surges

HEAD = ("entity_id", "direction", "day", "code", "amount")


def home_of(fill, table, people=()):
    """A home whose snapshot holds the drawn flows."""
    lines = [line.split() for line in table.strip().splitlines()]
    con = fill([dict(zip(HEAD, line, strict=True)) for line in lines], people)
    return SimpleNamespace(snapshot=lambda: SimpleNamespace(con=con, name="snapshot-1"), kept=Kept())


TWO_YEARS = """
    100000614 receipt 2024-12-31 222011 1.00
    100000614 receipt 2025-01-01 222011 100.00
    100000614 receipt 2025-03-15 222011 50.00
    100000614 receipt 2025-03-16 222011 7000.00
    100000614 payment 2025-02-01 228021 80.00
    100000614 receipt 2026-01-05 222011 225.00
    100000614 payment 2026-03-15 228021 60.00
"""


def test_the_year_to_date_is_measured_against_the_same_days_of_last_year(fill):
    found = pulse(home_of(fill, TWO_YEARS))
    assert (found.year.start.isoformat(), found.year.end.isoformat()) == ("2026-01-01", "2026-03-15")
    assert (found.receipts.amount_usd, found.receipts.before) == (Decimal("225.00"), Decimal("150.00"))
    assert found.receipts.growth == pytest.approx(0.5)
    assert (found.payments.amount_usd, found.payments.growth) == (Decimal("60.00"), pytest.approx(-0.25))
    assert (found.net.amount_usd, found.net.before) == (Decimal("165.00"), Decimal("70.00"))


def test_the_months_shown_are_the_last_24_with_the_newest_last(fill):
    months = pulse(home_of(fill, "100000614 receipt 2023-01-09 222011 1.00" + TWO_YEARS)).months
    assert (len(months), months["period"][0], months["period"][-1]) == (24, "2024-04", "2026-03")
    assert months["net"][-1] == Decimal("-60.00")


def test_of_a_deficit_no_growth_is_told(fill):
    flows = "100000614 payment 2025-01-01 222011 5.00\n100000614 payment 2026-01-02 222011 9.00"
    net = pulse(home_of(fill, flows)).net
    assert (net.before, net.amount_usd, net.growth, net.note) == (Decimal("-5.00"), Decimal("-9.00"), None, "")


def test_a_base_of_nothing_is_new_and_one_before_the_first_loaded_day_is_unknown(fill):
    whole = pulse(home_of(fill, "100000614 payment 2025-01-01 222011 5.00\n100000614 receipt 2026-01-02 222011 9.00"))
    assert (whole.receipts.note, whole.receipts.growth) == ("new", None)
    later = pulse(home_of(fill, "100000614 payment 2025-01-02 222011 5.00\n100000614 receipt 2026-01-02 222011 9.00"))
    assert (later.receipts.note, later.receipts.before) == ("no_data", None)


def test_the_29th_of_february_is_measured_against_the_28th(fill):
    flows = """
        100000614 receipt 2022-06-01 222011 1.00
        100000614 receipt 2023-02-28 222011 10.00
        100000614 receipt 2023-03-01 222011 99.00
        100000614 receipt 2024-02-29 222011 20.00
    """
    assert pulse(home_of(fill, flows)).receipts.before == Decimal("10.00")


def test_the_first_three_items_of_each_direction_carry_their_change(fill):
    flows = """
        100000614 receipt 2025-01-01 222011 100.00
        100000614 receipt 2025-01-02 228021 30.00
        100000614 receipt 2026-01-02 222011 50.00
        100000614 receipt 2026-01-03 228021 60.00
        100000614 receipt 2026-01-03 223010 40.00
        100000614 receipt 2026-01-03 224010 10.00
        100000614 payment 2026-01-03 224010 10.00
    """
    rows = leaders(home_of(fill, flows)).select("direction", "rank", "item", "before", "growth", "note").rows()
    assert rows == [
        ("receipt", 1, "consulting", Decimal("30.00"), 1.0, ""),
        ("receipt", 2, "transport", Decimal("100.00"), -0.5, ""),
        ("receipt", 3, "travel", Decimal("0.00"), None, "new"),
        ("payment", 1, "construction", Decimal("0.00"), None, "new"),
    ]


def test_surges_are_those_of_the_newest_whole_month_with_names_the_largest_change_first(fill):
    flows = """
        100000614 receipt 2026-01-05 222011 100.00
        100000614 receipt 2026-01-05 228021 100.00
        100000614 receipt 2026-02-05 222011 160.00
        100000630 receipt 2026-02-05 228021 600.00
        100000614 receipt 2026-03-30 222011 999.00
    """
    month, rows = surges(home_of(fill, flows, [{"entity_id": "100000614", "name": "Lines"}]))
    assert month == "2026-02"
    assert rows.select("item", "kind", "name", "contribution").rows() == [
        ("consulting", "rise", "100000630", Decimal("600.00")),
        ("transport", "rise", "Lines", Decimal("60.00")),
    ]


def test_a_month_that_ends_with_the_newest_flow_is_whole(fill):
    flows = "100000614 receipt 2026-01-05 222011 100.00\n100000614 receipt 2026-02-28 222011 160.00"
    assert surges(home_of(fill, flows))[0] == "2026-02"


def test_before_the_first_whole_month_there_are_no_surges(fill):
    month, rows = surges(home_of(fill, "100000614 receipt 2026-02-05 222011 100.00"))
    assert (month, rows.is_empty()) == (None, True)


def test_without_flows_there_is_no_pulse_and_every_table_is_empty(fill):
    home = home_of(fill, "")
    assert pulse(home) is None
    assert leaders(home).is_empty()
    assert "growth" in leaders(home).columns
    month, rows = surges(home)
    assert (month, rows.is_empty(), "name" in rows.columns) == (None, True, True)
