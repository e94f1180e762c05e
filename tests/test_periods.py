"""Words for periods, and the arithmetic of months and quarters."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fxwatch.errors import RequestError
from fxwatch.periods import ACCEPTED, Asked, Period, holding, later, parse_day, parse_period

AS_OF = date(2025, 3, 14)
DAYS = st.dates(date(1901, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("word", "start", "end"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2025Q1", "2025-01-01", "2025-03-31"),
        ("2025q4", "2025-10-01", "2025-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("ytd", "2025-01-01", "2025-03-14"),
        ("2025-01-15..2025-06-30", "2025-01-15", "2025-06-30"),
        ("2025-01-15..2025-01-15", "2025-01-15", "2025-01-15"),
    ],
)
def test_a_word_asks_for_days(word, start, end):
    assert parse_period(word, AS_OF) == Period(date.fromisoformat(start), date.fromisoformat(end))


WRONG = "25 2025Q5 2025Q0 2025-13 2025-00 2025-1 last_year 2025-02-30..2025-03-01 2025-06-30..2025-01-15 2025-01-15 2025..2026"


@pytest.mark.parametrize("word", ["", "0000", "0001-01", "2025-01-15..", "٢٠٢٥", *WRONG.split()])
def test_a_wrong_word_is_answered_with_the_accepted_forms(word):
    with pytest.raises(RequestError) as refused:
        parse_period(word, AS_OF)
    assert all(
        form in sentence for form in ACCEPTED.split(", ") for sentence in (refused.value.english, refused.value.chinese)
    )
    assert repr(word) in refused.value.english


@pytest.mark.parametrize("word", ["2025-02-29", "20250228", "today", "2025-2-3"])
def test_a_day_is_written_one_way(word):
    with pytest.raises(RequestError, match="2025-06-30"):
        parse_day(word)


@given(DAYS, st.sampled_from(["month", "quarter"]))
def test_a_part_holds_its_day_and_touches_its_neighbours(day, every):
    part = holding(day, every)
    months = {"month": 1, "quarter": 3}[every]
    assert part.start <= day <= part.end
    assert later(part, months).start == part.end + timedelta(days=1)
    assert later(later(part, months), -months) == part
    assert parse_period(part.label, day) == part


@given(DAYS, DAYS)
def test_parts_cover_a_period_without_a_gap(one, other):
    period = Period(min(one, other), max(one, other))
    parts = period.parts("month")
    assert parts[0].start <= period.start <= parts[0].end
    assert parts[-1].start <= period.end <= parts[-1].end
    assert all(later(part, 1) == follower for part, follower in pairwise(parts))


def asked(word: str, *, as_of: date = AS_OF, first_day: date | None = date(2024, 1, 15)) -> Asked:
    return Asked(parse_period(word, as_of), as_of, first_day)


@pytest.mark.parametrize(
    ("word", "labels"),
    [
        ("2024-01", ["2024-01"]),
        ("2023", []),
        ("2025", ["2025-01", "2025-02", "2025-03"]),
        ("2023-12-31..2024-02-01", ["2024-01", "2024-02"]),
        ("2024-01-01..2024-01-14", []),
        ("2026", []),
    ],
)
def test_months_are_shown_from_the_first_loaded_day_to_the_as_of_day(word, labels):
    assert [part.label for part in asked(word).parts("month")] == labels


def test_nothing_loaded_shows_nothing():
    assert asked("2025", first_day=None).parts("month") == []


@pytest.mark.parametrize(
    ("word", "as_of", "complete"),
    [
        ("2025-02", date(2025, 2, 28), True),
        ("2025-02", date(2025, 2, 27), False),
        ("2025-02-02..2025-03-31", date(2025, 3, 31), False),
        ("2025-02-01..2025-02-27", date(2025, 3, 31), False),
    ],
)
def test_a_month_is_complete_when_all_of_it_was_asked_for_and_has_come(word, as_of, complete):
    assert asked(word, as_of=as_of).is_complete(holding(date(2025, 2, 1), "month")) is complete


def test_the_month_of_the_first_loaded_day_counts_as_loaded():
    january, december = holding(date(2024, 1, 1), "month"), holding(date(2023, 12, 1), "month")
    assert asked("2025").is_loaded(january)
    assert not asked("2025").is_loaded(december)
