"""Working days counted by the calendar, and years that it lacks."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fxwatch.errors import RequestError
from fxwatch.facts import fact_file
from fxwatch.workdays import WorkingDays
from tests.desk import weekdays

TWO_YEARS = weekdays(2024, 2025)
WORKING = set(TWO_YEARS.filter("is_workday")["day"])


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        (date(2025, 6, 27), 1, date(2025, 6, 30)),  # a Friday: the weekend does not run
        (date(2025, 6, 28), 1, date(2025, 6, 30)),  # a Saturday is no day of its own
        (date(2025, 6, 30), 7, date(2025, 7, 9)),
        (date(2024, 12, 31), 1, date(2025, 1, 1)),
        (date(2025, 6, 28), 0, date(2025, 6, 28)),
    ],
)
def test_the_day_itself_is_not_counted(day, count, last):
    assert WorkingDays(TWO_YEARS).after(day, count) == last


def test_a_make_up_sunday_is_a_working_day_and_the_golden_week_is_not():
    days = WorkingDays(
        pl.read_csv(fact_file("calendar.csv"), try_parse_dates=True).with_columns(pl.col("is_workday") == 1)
    )
    # 26 September 2025 is a Friday; Sunday the 28th makes up for the holiday of 1 to 8 October.
    assert days.after(date(2025, 9, 26), 1) == date(2025, 9, 28)
    assert days.after(date(2025, 9, 30), 1) == date(2025, 10, 9)


@pytest.mark.parametrize(
    ("day", "count", "year"),
    [(date(2023, 12, 29), 1, 2023), (date(2025, 12, 30), 2, 2026), (date(2027, 1, 1), 1, 2027)],
)
def test_a_term_that_reaches_into_a_year_without_a_calendar_names_it(day, count, year):
    with pytest.raises(RequestError, match=f"Working days of {year}"):
        WorkingDays(TWO_YEARS).after(day, count)
    assert WorkingDays(TWO_YEARS).try_after(day, count) == year


def test_a_year_between_that_is_missing_is_not_jumped_over():
    days = WorkingDays(TWO_YEARS.filter(pl.col("day").dt.year() == 2024).vstack(weekdays(2026, 2026)))
    assert days.try_after(date(2024, 12, 31), 1) == 2025


def test_an_empty_calendar_covers_nothing():
    assert WorkingDays(TWO_YEARS.clear()).try_after(date(2025, 1, 1), 1) == 2025


@given(st.dates(date(2024, 1, 1), date(2025, 6, 30)), st.integers(1, 60))
def test_so_many_working_days_lie_between(day, count):
    last = WorkingDays(TWO_YEARS).after(day, count)
    passed = [day + timedelta(n) for n in range(1, (last - day).days + 1)]
    assert sum(d in WORKING for d in passed) == count
    assert last in WORKING
