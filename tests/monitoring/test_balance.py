import polars as pl

from fxwatch.reading.monitors import monitor_in

FLOWS = """
    entity_id direction day        code      amount settled_amount scope
    A         receipt   2025-01-10 transport 50.00  20.00          cross_border
    A         payment   2025-01-11 travel    80.00  5.50           domestic
    B         receipt   2025-03-31 travel    7.00   -              cross_border
"""


def texts(table: pl.DataFrame) -> list[tuple[str, ...]]:
    return table.select(pl.all().cast(pl.String)).rows()


def test_receipts_are_settled_and_payments_purchased_month_by_month(fill):
    assert texts(monitor_in(fill(FLOWS), "balance")) == [
        ("2025-01", "50.00", "80.00", "-30.00", "20.00", "5.50"),
        ("2025-02", "0.00", "0.00", "0.00", "0.00", "0.00"),
        ("2025-03", "7.00", "0.00", "7.00", "0.00", "0.00"),
    ]


def test_a_scope_is_a_part_of_both(fill):
    assert texts(monitor_in(fill(FLOWS), "balance", scope="domestic", period="2025-01")) == [
        ("2025-01", "0.00", "80.00", "-80.00", "0.00", "5.50")
    ]


def test_days_that_cut_a_month_count_those_days_alone(fill):
    assert texts(monitor_in(fill(FLOWS), "balance", period="2025-01-11..2025-03-30")) == [
        ("2025-01", "0.00", "80.00", "-80.00", "0.00", "5.50"),
        ("2025-02", "0.00", "0.00", "0.00", "0.00", "0.00"),
        ("2025-03", "0.00", "0.00", "0.00", "0.00", "0.00"),
    ]


def test_by_item_every_item_has_every_month(fill):
    table = monitor_in(fill(FLOWS), "balance", by="item", period="2025Q1")
    assert table.height == 14 * 3
    assert table["item"][0] == "transport"
