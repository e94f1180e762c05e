from fxwatch.reading.monitors import monitor_in

FLOWS = """
    entity_id direction day        code         amount
    LINER     receipt   2025-01-10 transport    60.00
    LAW       receipt   2025-01-11 transport    20.00
    LAW       receipt   2025-01-12 consulting   10.00
    BUILD     receipt   2025-01-31 construction 10.00
    BUILD     payment   2025-01-31 travel       7.00
"""


def test_items_are_ranked_by_amount_then_by_the_order_of_the_items(fill):
    rows = monitor_in(fill(FLOWS), "top_items").filter(direction="receipt")
    assert rows["item"].to_list() == ["transport", "construction", "consulting"]
    assert rows["rank"].to_list() == [1, 2, 3]


def test_a_row_says_amount_flows_entities_and_shares(fill):
    first = monitor_in(fill(FLOWS), "top_items", top=2).row(0, named=True)
    assert str(first.pop("amount_usd")) == "80.00"
    expected = {
        "direction": "receipt",
        "rank": 1,
        "item": "transport",
        "flows": 2,
        "entities": 2,
        "share": 0.8,
        "top_share": 0.9,
    }
    assert first == expected


def test_items_without_flows_are_not_ranked(fill):
    assert monitor_in(fill(FLOWS), "top_items").filter(direction="payment")["item"].to_list() == ["travel"]


def test_shares_and_ranks_are_inside_each_group(fill):
    rows = monitor_in(fill(FLOWS, PEOPLE), "top_items", by="industry")
    assert rows.columns[0] == "industry"
    shown = rows.filter(direction="receipt").select("industry", "rank", "item", "share").rows()
    assert shown == [
        ("E", 1, "construction", 1.0),
        ("G", 1, "transport", 1.0),
        ("unknown", 1, "transport", 0.666666666667),
        ("unknown", 2, "consulting", 0.333333333333),
    ]


PEOPLE = [{"entity_id": "LINER", "industry": "5521"}, {"entity_id": "BUILD", "industry": "E"}, {"entity_id": "LAW"}]
