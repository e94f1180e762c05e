"""Grades of everybody, of one entity with its reasons, and over the years."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fxwatch.errors import RequestError
from fxwatch.grading import grade, window
from fxwatch.reading.grades import COLUMNS, grade_of, grades, history, say_grade
from fxwatch.review import auto_monthly, dismiss, issue_notices, record_breaches, rescind_breach, rescind_notice
from tests.desk import desk_at

HITS = """
    hit   entity rule  raised
    jan   LAW    large 2025-01-08
    feb   LAW    large 2025-02-12
    mar   LAW    large 2025-03-12
    late  LAW    large 2025-03-19
    apr   LAW    large 2025-04-10
    june  LIN    large 2024-06-12
    july  LIN    large 2024-07-01
    hand  LIN    fresh 2025-05-05 by_hand
"""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    made = desk_at(tmp_path, monkeypatch)
    made.enrol("LAW", "LIN", "NEW")
    made.sees(HITS)
    return made


def breach(number, day, entity="LAW"):
    return {"breach_no": number, "entity_id": entity, "day": day, "provision": "39"}


def of(frame, entity, *columns):
    return frame.filter(entity_id=entity).select(columns).row(0)


def test_the_table_has_every_entity_on_the_roll_and_the_agreed_columns(desk):
    table = grades(desk)
    assert table.columns == list(COLUMNS)
    assert table["entity_id"].to_list() == ["LAW", "LIN", "NEW"]
    assert table["window_from"].unique().to_list() == [date(2024, 7, 1)]
    assert table["window_to"].unique().to_list() == [date(2025, 6, 30)]
    assert of(table, "NEW", "grade", "provisional_grade", "breaches", "notices", "open_hits") == ("A", "A", 0, 0, 0)


def test_an_empty_roll_is_an_empty_table(tmp_path, monkeypatch):
    table = grades(desk_at(tmp_path, monkeypatch))
    assert table.is_empty()
    assert table.columns == list(COLUMNS)


def test_hits_alone_move_the_provisional_grade_and_never_the_grade(desk):
    # January, February, March (one notice for two hits), April: four notices would be issued.
    assert of(grades(desk), "LAW", "grade", "provisional_grade", "notices", "open_hits") == ("A", "C", 0, 5)


def test_a_provisional_notice_counts_only_if_the_last_day_of_its_month_is_in_the_window(desk):
    # June 2024 ends before the window begins; July is in it; a hit noticed by hand only adds nothing.
    assert of(grades(desk), "LIN", "grade", "provisional_grade", "open_hits") == ("A", "B", 2)
    assert of(grades(desk, on=date(2025, 6, 29)), "LIN", "provisional_grade", "open_hits") == ("B", 2)
    assert of(grades(desk, on=date(2025, 7, 31)), "LIN", "provisional_grade", "open_hits") == ("A", 1)


def test_a_late_hit_that_would_join_a_notice_adds_nothing(desk):
    for hit in ("jan", "feb", "mar"):
        issue_notices(desk, [hit], why="x")
    dismiss(desk, ["apr"], why="fine")
    assert of(grades(desk), "LAW", "grade", "provisional_grade", "notices", "open_hits") == ("B", "B", 3, 1)


def test_only_hits_raised_by_the_day_are_counted(desk):
    table = grades(desk, on=date(2025, 3, 12))
    assert of(table, "LAW", "provisional_grade", "open_hits") == ("B", 3)
    table = grades(desk, on=date(2025, 1, 7))
    assert of(table, "LAW", "provisional_grade", "open_hits") == ("A", 0)


def test_a_provisional_notice_of_the_running_month_bears_the_asked_day(desk):
    assert of(grades(desk, on=date(2024, 7, 1)), "LIN", "provisional_grade") == ("B",)


def test_rescinded_notices_and_breaches_do_not_count(desk):
    issue_notices(desk, ["jan"], why="x")
    record_breaches(desk, [breach("B1", date(2025, 2, 28), "LIN")])
    assert grades(desk)["grade"].to_list() == ["B", "C", "A"]
    rescind_notice(desk, "N1", why="x")
    rescind_breach(desk, "B1", why="x")
    assert grades(desk)["grade"].to_list() == ["A", "A", "A"]


def test_a_grade_has_two_axes_valid_on_a_day_and_as_known_at_a_moment(desk):
    before = desk.register.now()
    record_breaches(desk, [breach("B1", date(2025, 2, 28))])
    after = desk.register.now()
    rescind_breach(desk, "B1", why="x")
    on = date(2025, 3, 1)
    assert [of(grades(desk, on, known), "LAW", "grade")[0] for known in (before, after, None)] == ["A", "C", "A"]
    assert of(grades(desk, date(2025, 2, 27), after), "LAW", "grade") == ("A",)


@pytest.mark.parametrize(
    ("registered", "is_full"),
    [(date(2024, 7, 1), True), (date(2024, 7, 2), False), (None, False)],
)
def test_a_year_is_full_when_the_entity_was_on_record_for_the_whole_window(desk, registered, is_full):
    desk.enrol("OLD", registered_on=registered)
    assert of(grades(desk), "OLD", "full_year") == (is_full,)


def test_what_is_a_year_old_no_longer_counts(desk):
    issue_notices(desk, ["july"], why="x", on=date(2024, 7, 1))
    assert of(grades(desk, date(2025, 6, 30)), "LIN", "grade", "notices") == ("B", 1)
    assert of(grades(desk, date(2025, 7, 1)), "LIN", "grade", "notices") == ("A", 0)


def test_the_parameters_in_force_on_the_asked_day_decide(desk):
    issue_notices(desk, ["jan"], why="x", on=date(2025, 1, 31))
    issue_notices(desk, ["feb"], why="x", on=date(2025, 2, 28))
    payload = {"name": "grade.max_notices_for_b", "value": "1", "valid_from": "2025-06-01", "basis": "circular"}
    signed = {"by": "operator", "role": "approver", "day": desk.today(), "why": "circular"}
    desk.register.append("parameter_set", subject="grade.max_notices_for_b", payload=payload, **signed)
    assert [of(grades(desk, d), "LAW", "grade")[0] for d in (date(2025, 5, 31), date(2025, 6, 1))] == ["B", "C"]


def test_one_entity_has_the_grade_of_the_table_and_its_reasons(desk):
    issue_notices(desk, ["jan"], why="to be explained")
    issue_notices(desk, ["feb"], why="in error")
    rescind_notice(desk, "N2", why="x")
    issue_notices(desk, ["mar"], why="too old", on=date(2024, 6, 30))
    told = grade_of(desk, "LAW")
    assert (told["grade"], told["provisional_grade"]) == of(grades(desk), "LAW", "grade", "provisional_grade")
    assert [(n["number"], n["act"], n["hits"]) for n in told["notices"]] == [("N1", 3, ["jan"])]
    assert [(n["number"], n["because"]) for n in told["not_counted"]] == [("N2", "rescinded"), ("N3", "before")]
    assert sorted(told["open_hits"]) == ["apr", "late"]
    assert told["documents"] == ["payment_instruction", "commercial_invoice"]
    assert "N1" in say_grade(told, "en")
    assert "预警提示 N2" in say_grade(told, "zh")
    assert desk.register.questions().is_empty()


def test_an_entity_that_is_not_on_the_roll_is_unknown(desk):
    told = grade_of(desk, "NOBODY")
    assert (told["grade"], told["name"], told["notices"], told["full_year"]) == ("unknown", "", [], False)
    assert "not on the roll" in say_grade(told, "en")
    assert history(desk, "NOBODY").is_empty()


def test_an_identifier_without_form_is_refused(desk):
    for ask in (grade_of, history):
        with pytest.raises(RequestError, match="identifier"):
            ask(desk, "no such form!")


def test_a_history_tells_what_was_known_then_and_what_is_known_now(desk):
    desk.enrol("100", registered_on=date(2024, 1, 1), day=date(2024, 1, 1))
    late = breach("B1", date(2024, 3, 1), "100")
    record_breaches(desk, [late], on=date(2024, 5, 1))
    told = history(desk, "100").select("known", "from_day", "to_day", "grade", "because").rows()
    assert told == [
        ("now", date(2024, 1, 1), date(2024, 2, 29), "A", ""),
        ("now", date(2024, 3, 1), date(2025, 2, 28), "C", "breach B1 (act 3)"),
        ("now", date(2025, 3, 1), None, "A", ""),
        ("then", date(2024, 1, 1), date(2024, 4, 30), "A", ""),
        ("then", date(2024, 5, 1), date(2025, 2, 28), "C", "breach B1 (act 3)"),
        ("then", date(2025, 3, 1), None, "A", ""),
    ]


DAYS = st.dates(date(2023, 2, 25), date(2025, 6, 30))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(DAYS, DAYS, st.sampled_from(["notice", "breach", "rescinded"])), max_size=6),
    st.lists(DAYS, min_size=1),
)
def test_every_day_of_a_history_and_of_the_table_is_what_a_naive_count_says(tmp_path_factory, made, asked):
    with pytest.MonkeyPatch.context() as patch:
        desk = desk_at(tmp_path_factory.mktemp("desk"), patch)
        desk.enrol("LAW", registered_on=date(2023, 1, 1), day=date(2023, 1, 1))
        desk.sees("hit entity rule raised\n" + "\n".join(f"h{n} LAW r{n} 2023-01-01" for n in range(6)))
        events = []
        for n, (day, recorded, kind) in enumerate(made):
            if kind == "notice":
                issue_notices(desk, [f"h{n}"], why="x", on=day)
                events.append((kind, day, day))
            else:
                on = max(day, recorded)
                record_breaches(desk, [breach(f"B{n}", day)], on=on)
                events.append((kind, day, on))
            if kind == "rescinded":
                rescind_breach(desk, f"B{n}", why="x", on=max(day, recorded))
        table = history(desk, "LAW")
        for day in asked:
            within = window(day)
            counts = {
                k: sum(kind == k and within[0] <= d <= within[1] for kind, d, _ in events) for k in ("notice", "breach")
            }
            now = grade(counts["breach"], counts["notice"]).value
            known = sum(kind == "breach" and within[0] <= d <= within[1] and r <= day for kind, d, r in events)
            then = grade(known, counts["notice"]).value
            holds = (pl.col("from_day") <= day) & (pl.col("to_day").is_null() | (pl.col("to_day") >= day))
            found = table.filter(holds)
            assert dict(zip(found["known"], found["grade"], strict=True)) == {"now": now, "then": then}
            assert of(grades(desk, day), "LAW", "grade") == (now,)
        for _, rows in table.group_by("known", maintain_order=True):
            ends, begins = rows["to_day"].to_list()[:-1], rows["from_day"].to_list()[1:]
            assert [e + timedelta(1) for e in ends] == begins
        assert desk.register.verify().ok
        desk.register.close()


def test_the_provisional_grade_is_what_the_policy_then_makes(desk):
    issue_notices(desk, ["feb"], why="x")
    promised = grades(desk).select("entity_id", "provisional_grade").rows()
    auto_monthly(desk, backdate=True)
    assert grades(desk).select("entity_id", "grade").rows() == promised
