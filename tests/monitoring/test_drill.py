"""From a row of a monitor to the flows that it adds up."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from fxwatch.errors import RequestError
from fxwatch.kept import Kept
from fxwatch.reading.drill import banks, days_behind, days_known, flows_behind, named_monitor

FLOWS = """
    entity_id direction day        code           amount economy bank scope
    100000614 receipt   2025-12-31 222011         1.00   HKG     B1   cross_border
    100000614 receipt   2026-01-05 222011         10.00  HKG     B1   cross_border
    100000614 receipt   2026-01-05 222040         20.00  -       B2   domestic
    100000614 payment   2026-01-06 222011         40.00  USA     -    cross_border
    100000614 receipt   2026-03-31 222011         80.00  USA     B1   cross_border
    100000614 receipt   2026-03-31 -              99.00  USA     B1   cross_border
    100000630 receipt   2026-03-31 222011         99.00  USA     B1   cross_border
"""


@pytest.fixture
def home(fill):
    con = fill(_rows(FLOWS), [{"entity_id": "100000614", "name": "Lines"}])
    return SimpleNamespace(snapshot=lambda: SimpleNamespace(con=con, name="snapshot-1"), kept=Kept())


def _rows(table):
    head, *lines = [line.split() for line in table.strip().splitlines()]
    return [{n: "" if c == "-" else c for n, c in zip(head, line, strict=True)} for line in lines]


@pytest.mark.parametrize(
    ("asked", "total"),
    [
        ({}, "150.00"),
        ({"period": "2025"}, "1.00"),
        ({"period": "2026-01"}, "70.00"),
        ({"as_of": "2026-01-05"}, "30.00"),
        ({"direction": "payment"}, "40.00"),
        ({"item": "transport"}, "130.00"),
        ({"item": "all"}, "150.00"),
        ({"item": "SC", "scheme": "bpm6"}, "150.00"),
        ({"scope": "domestic"}, "20.00"),
        ({"where": ["economy=usa"]}, "120.00"),
        ({"where": ["economy=unknown"]}, "20.00"),
        ({"where": ["economy=HKG", "economy=USA", "bank=B1"]}, "90.00"),
        ({"where": ["bank=unknown"]}, "40.00"),
        ({"where": ["item=travel", "industry=G"]}, "150.00"),
    ],
)
def test_a_line_holds_the_flows_that_were_asked_for_and_no_others(home, asked, total):
    assert flows_behind(home, "100000614", **asked)["amount_usd"].sum() == Decimal(total)
    assert days_behind(home, "100000614", **asked)["amount_usd"].sum() == Decimal(total)


def test_the_flows_behind_a_row_of_top_entities_add_up_to_it(home):
    row = named_monitor(home, "top_entities", where=["entity=100000614"]).row(0, named=True)
    found = flows_behind(home, row["entity_id"], direction=row["direction"], item=row["item"])
    assert (row["name"], row["amount_usd"], row["flows"]) == ("Lines", found["amount_usd"].sum(), len(found))


def test_the_newest_flows_come_first_and_no_more_than_asked(home):
    assert [f"{d:%m-%d}" for d in flows_behind(home, "100000614")["day"]] == ["03-31", "01-06", "01-05", "01-05"]
    assert [f"{d:%m-%d}" for d in flows_behind(home, "100000614", most=1)["day"]] == ["03-31"]


def test_days_are_added_up_by_direction(home):
    rows = days_behind(home, "100000614", period="2026-01").rows()
    assert [(f"{day:%m-%d}", direction, str(amount), flows) for day, direction, amount, flows in rows] == [
        ("01-05", "receipt", "30.00", 2),
        ("01-06", "payment", "40.00", 1),
    ]


def test_an_entity_that_nobody_knows_has_no_flows(home):
    assert flows_behind(home, "999999999").is_empty()


def test_a_period_that_is_none_is_refused(home):
    with pytest.raises(RequestError, match="is not a period"):
        flows_behind(home, "100000614", period="soon")


def test_every_entity_of_a_monitor_has_its_name_behind_its_identifier(home):
    surges = named_monitor(home, "surges", period="2026-01")
    assert surges.columns[surges.columns.index("entity_id") + 1] == "name"
    assert named_monitor(home, "top_entities")["name"].unique().sort().to_list() == ["100000630", "Lines"]
    assert "name" not in named_monitor(home, "balance").columns


def test_banks_and_days_that_can_be_chosen(home):
    assert banks(home) == ["B1", "B2", "unknown"]
    known = days_known(home)
    assert (known.start.isoformat(), known.end.isoformat()) == ("2025-12-31", "2026-03-31")
