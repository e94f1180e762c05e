"""What rules are given beside flows."""

from datetime import date

import polars as pl

from fxwatch.facts import facts
from fxwatch.inputs import LISTED, high_risk_economies, last_quarter_end, of_flows


def test_the_list_of_economies_has_days_and_economies_that_exist() -> None:
    listed = high_risk_economies()
    assert listed.schema == LISTED
    assert set(listed["economy"]) <= {row["economy"] for row in facts("economies.csv")}
    assert listed["valid_from"].null_count() == 0
    ended = listed.drop_nulls("valid_to")
    assert (ended["valid_from"] < ended["valid_to"]).all()


def test_a_quarter_is_over_when_the_loaded_days_reach_its_end() -> None:
    assert last_quarter_end(date(2026, 3, 30)) == date(2025, 12, 31)
    assert last_quarter_end(date(2026, 3, 31)) == date(2026, 3, 31)
    assert last_quarter_end(date(2026, 4, 1)) == date(2026, 3, 31)
    assert last_quarter_end(None) is None


def test_flows_say_from_when_they_are_on_record_and_what_is_over() -> None:
    days = pl.DataFrame({"day": [date(2026, 5, 4), date(2025, 1, 7)]})
    assert of_flows(days) == {"first_loaded_day": date(2025, 1, 7), "last_quarter_end": date(2026, 3, 31)}
    assert of_flows(days.clear()) == {"first_loaded_day": None, "last_quarter_end": None}
