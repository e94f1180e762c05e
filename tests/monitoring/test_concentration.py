import pytest

from fxwatch.reading.monitors import monitor_in

FLOWS = """
    entity_id direction day        code       economy amount
    A         receipt   2025-01-10 transport  HKG     50.00
    B         receipt   2025-01-10 transport  SGP     30.00
    C         receipt   2025-01-10 transport  -       10.00
    D         receipt   2025-01-10 transport  -       10.00
    A         receipt   2025-01-10 consulting HKG     100.00
"""


@pytest.mark.parametrize(
    ("item", "over", "top3", "top10", "hhi"),
    [
        ("transport", "entity", 0.9, 1.0, 0.36),
        ("transport", "economy", 1.0, 1.0, 0.625**2 + 0.375**2),
        ("consulting", "entity", 1.0, 1.0, 1.0),
        ("all", "entity", 0.95, 1.0, 0.75**2 + 0.15**2 + 2 * 0.05**2),
        ("all", "economy", 1.0, 1.0, (150 / 180) ** 2 + (30 / 180) ** 2),
        ("travel", "entity", None, None, None),
    ],
)
def test_shares_of_the_largest_and_the_herfindahl_index(fill, item, over, top3, top10, hhi):
    row = monitor_in(fill(FLOWS), "concentration").filter(direction="receipt", item=item, over=over).row(0, named=True)
    found = (row["top3_share"], row["top10_share"], row["hhi"])
    assert found == ((None,) * 3 if hhi is None else pytest.approx((top3, top10, hhi), abs=1e-9))


def test_every_item_stands_in_the_table(fill):
    assert monitor_in(fill(FLOWS), "concentration").height == 2 * 15 * 2


def test_by_item_all_is_left_out_because_a_group_is_one_item(fill):
    table = monitor_in(fill(FLOWS), "concentration", by="item")
    assert table.columns == ["item", "direction", "over", "top3_share", "top10_share", "hhi"]
    assert table.height == 14 * 2 * 2
