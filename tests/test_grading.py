"""The grade, its window and its documents."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fxwatch.errors import RequestError
from fxwatch.grading import GRADE_PARAMETERS, counted, documents, grade, window
from fxwatch.terms import Grade


@pytest.mark.parametrize(
    ("breaches", "notices", "letter"),
    [(0, 0, "A"), (0, 1, "B"), (0, 3, "B"), (0, 4, "C"), (1, 0, "C"), (1, 4, "C")],
)
def test_three_notices_are_still_b_and_a_breach_is_always_c(breaches, notices, letter):
    assert grade(breaches, notices) == letter


def test_the_most_notices_of_b_can_be_another_number():
    assert [grade(0, n, max_notices_for_b=1).value for n in (0, 1, 2)] == ["A", "B", "C"]
    assert [grade(0, n, max_notices_for_b=0).value for n in (0, 1)] == ["A", "C"]


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 10))
def test_one_more_notice_or_breach_never_betters_a_grade(breaches, notices, most):
    here = grade(breaches, notices, most)
    assert here <= grade(breaches, notices + 1, most)
    assert here <= grade(breaches + 1, notices, most)


@pytest.mark.parametrize(
    ("on", "first"),
    [
        ("2025-06-30", "2024-07-01"),
        ("2025-02-28", "2024-02-29"),
        ("2025-03-01", "2024-03-02"),
        ("2024-02-29", "2023-03-01"),
        ("2024-03-01", "2023-03-02"),
        ("2024-12-31", "2024-01-01"),
    ],
)
def test_the_rolling_year_begins_on_the_day_after_the_same_date_a_year_earlier(on, first):
    assert window(date.fromisoformat(on)) == (date.fromisoformat(first), date.fromisoformat(on))


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_the_rolling_year_has_365_or_366_days_and_never_begins_earlier_on_a_later_day(on):
    first, last = window(on)
    assert last == on
    assert (last - first).days + 1 in (365, 366)
    assert first <= window(on + timedelta(days=1))[0]


def test_the_calendar_year_begins_on_the_first_of_january():
    assert window(date(2025, 6, 30), "calendar") == (date(2025, 1, 1), date(2025, 6, 30))
    assert window(date(2025, 1, 1), "calendar") == (date(2025, 1, 1), date(2025, 1, 1))


def test_both_ends_of_the_window_count_and_their_neighbours_do_not():
    within = window(date(2025, 6, 30))
    days = [date(2024, 6, 30), date(2024, 7, 1), date(2025, 6, 30), date(2025, 7, 1)]
    assert [counted([day], within) for day in days] == [0, 1, 1, 0]


def test_each_grade_asks_for_its_documents_in_order():
    on = date(2026, 1, 1)
    assert [d.value for d in documents(Grade.A, on)] == ["payment_instruction"]
    assert [d.value for d in documents(Grade.B, on)] == ["payment_instruction", "commercial_invoice"]
    assert [d.value for d in documents(Grade.C, on)] == [
        "payment_instruction",
        "contract",
        "invoice",
        "tax_certificate",
    ]


def test_an_unknown_entity_is_asked_for_the_documents_of_c_unless_the_parameter_says_otherwise():
    on = date(2026, 1, 1)
    assert documents(Grade.UNKNOWN, on) == documents(Grade.C, on)
    assert documents(Grade.UNKNOWN, on, unknown=Grade.B) == documents(Grade.B, on)


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("grade.window", "calendar", "calendar"),
        ("grade.window", "sliding", None),
        ("grade.max_notices_for_b", "05", "5"),
        ("grade.max_notices_for_b", "0", "0"),
        ("grade.max_notices_for_b", "-1", None),
        ("grade.max_notices_for_b", "2.5", None),
        ("grade.max_notices_for_b", "", None),
        ("grade.unknown_documents", "B", "B"),
        ("grade.unknown_documents", "unknown", None),
    ],
)
def test_a_parameter_of_grading_is_one_of_its_choices_or_a_whole_number(name, text, kept):
    if kept is not None:
        assert GRADE_PARAMETERS[name].parse(text) == kept
    else:
        with pytest.raises(RequestError) as refused:
            GRADE_PARAMETERS[name].parse(text)
        assert name in refused.value.english
        assert name in refused.value.chinese


def test_every_default_fits_its_own_parameter():
    assert all(p.parse(p.default) == p.default for p in GRADE_PARAMETERS.values())
