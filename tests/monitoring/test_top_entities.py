from fxwatch.reading.monitors import monitor_in

FLOWS = """
    entity_id direction day        code       amount
    C         receipt   2025-01-10 transport  30.00
    B         receipt   2025-01-10 transport  10.00
    A         receipt   2025-01-11 transport  10.00
    A         payment   2025-01-11 transport  99.00
    B         receipt   2025-01-12 consulting 0.00
"""


def test_entities_are_ranked_within_item_and_direction_and_ties_go_by_identifier(fill):
    rows = monitor_in(fill(FLOWS), "top_entities").filter(direction="receipt", item="transport")
    assert rows.select("rank", "entity_id", "share").rows() == [(1, "C", 0.6), (2, "A", 0.2), (3, "B", 0.2)]


def test_a_tie_at_the_last_place_shows_no_row_too_many(fill):
    rows = monitor_in(fill(FLOWS), "top_entities", top=2).filter(direction="receipt", item="transport")
    assert rows["entity_id"].to_list() == ["C", "A"]


def test_a_flow_of_nothing_is_still_a_flow(fill):
    row = monitor_in(fill(FLOWS), "top_entities").filter(item="consulting").row(0, named=True)
    assert (row["entity_id"], str(row["amount_usd"]), row["flows"], row["share"]) == ("B", "0.00", 1, None)


def test_an_entity_has_its_name(fill):
    con = fill(FLOWS, [{"entity_id": "C", "name": "Bohai Lines 渤海航运"}])
    assert monitor_in(con, "top_entities")["name"][0] == "Bohai Lines 渤海航运"
