"""What-if: counted on the fingers, equal to a look for each step, and without a trace in the home."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from fxwatch import whatif
from fxwatch.cli import app
from fxwatch.engines.local import findings_of
from fxwatch.errors import FxwatchError
from fxwatch.review import dismiss, issue_notices
from fxwatch.rule import Dated, EarlyWarning, Version
from fxwatch.rulebook import rules
from fxwatch.session import Session
from fxwatch.whatif import asked_for, near_from
from tests import tables
from tests.rule_book.conftest import LAW, LIMIT, hit

BEGINNING = date(1, 1, 1)


def steps(home: Session, *assignments: str, **period: date) -> dict[str, dict[str, object]]:
    return {row["step"]: row for row in home.what_if(*assignments, **period).steps.to_dicts()}


def test_a_lower_limit_finds_more_and_a_higher_one_less(untouched: Session) -> None:
    found = steps(untouched, f"{LIMIT}=900000,1000000,1200000,2000000")
    counts = {step: tuple(row[n] for n in ("hits", "entities", "both", "new", "lost")) for step, row in found.items()}
    assert counts == {
        "in_force": (2, 1, 2, 0, 0),  # 2,000,000 and 1,200,000; 1,000,000 is not above 1,000,000
        "900000": (5, 1, 2, 3, 0),
        "1000000": (2, 1, 2, 0, 0),
        "1200000": (1, 1, 1, 0, 1),
        "2000000": (0, 0, 0, 0, 2),
    }


def test_it_names_the_hits_that_are_new_and_lost(untouched: Session) -> None:
    found = untouched.what_if(f"{LIMIT}=940000,1200000").changes
    assert found.select("step", "kind", "hit_id", "name").rows() == [
        ("940000", "new", hit("2026-06-01"), "Bohai Law"),
        ("940000", "new", hit("2026-05-05"), "Bohai Law"),
        ("1200000", "lost", hit("2026-05-04"), "Bohai Law"),
    ]


def test_near_misses_lie_within_a_tenth_below_the_limit(untouched: Session) -> None:
    found = untouched.what_if(f"{LIMIT}=1000000,950000,910000")
    # Above 900,000 up to 1,000,000; above 855,000 up to 950,000; above 819,000 up to 910,000.
    assert found.steps["near"].to_list() == [3, 3, 2, 1]
    (row,) = found.near.filter(step="1000000").to_dicts()
    assert (row["entity_id"], row["near"], row["months"], row["newest"]) == (LAW, 3, 2, date(2026, 6, 1))


@pytest.mark.parametrize(
    ("unit", "limit", "near"), [("USD", 1, 0.9), ("days", 10, 9), ("days", 9, 9), ("days", 11, 10)]
)
def test_a_tenth_below_is_counted_in_the_units_steps(unit: str, limit: int, near: float) -> None:
    assert float(near_from(unit, limit)) == near


def test_outside_the_period_nothing_changes(untouched: Session) -> None:
    may = {"first": date(2026, 5, 1), "last": date(2026, 5, 31)}
    found = steps(untouched, f"{LIMIT}=900000", **may)
    assert (found["in_force"]["hits"], found["900000"]["hits"], found["900000"]["new"]) == (1, 3, 2)
    day = {"first": date(2026, 5, 5), "last": date(2026, 5, 5)}
    assert steps(untouched, f"{LIMIT}=900000", **day)["900000"]["hits"] == 1


def test_grades_move_as_policy_monthly_would_move_them(untouched: Session) -> None:
    """March and May make two notices of LAW: B. Without either it is A; nothing that stays within a month changes it."""
    found = untouched.what_if(f"{LIMIT}=900000,1200000,2000000")
    assert found.steps.select("worse", "better").rows() == [(0, 0), (0, 0), (0, 0), (0, 1)]
    moved = found.moves.select("step", "entity_id", "provisional_grade", "provisional_after").rows()
    assert moved == [("2000000", LAW, "B", "A")]


def test_a_hit_outside_the_period_still_counts_for_the_grade(untouched: Session) -> None:
    found = untouched.what_if(f"{LIMIT}=2000000", first=date(2026, 5, 1))
    assert found.moves.is_empty()  # the hit of March is still there


def test_terms_of_grading_may_be_tried(untouched: Session) -> None:
    found = untouched.what_if("grade.max_notices_for_b=1")
    assert found.moves.select("entity_id", "provisional_grade", "provisional_after").rows() == [(LAW, "B", "C")]
    assert found.steps["new"].to_list() == [0, 0]


def test_what_was_decided_is_no_open_work(home: Session) -> None:
    dismiss(home, [hit("2026-03-02")], why="seen", on=date(2026, 3, 10))
    found = steps(home, f"{LIMIT}=900000")
    assert (found["in_force"]["open_hits"], found["900000"]["open_hits"]) == (1, 4)
    assert home.what_if(f"{LIMIT}=900000").decided_per_month is not None


def test_a_dismissal_that_explains_what_follows_explains_new_hits_too(home: Session) -> None:
    dismiss(home, [hit("2026-05-04")], why="retainer", explains_until=date(2026, 5, 5))
    row = steps(home, f"{LIMIT}=900000")["900000"]
    # Of five hits one is dismissed, one explained (5 May): March, 6 May and 1 June are open, four ask for a decision.
    assert (row["open_hits"], row["work_per_month"]) == (3, Decimal("1.0"))


def test_a_finding_that_takes_the_place_of_a_decided_one_is_decided(home: Session) -> None:
    """By calendar days a streak would begin elsewhere; what was noticed stays noticed."""
    lines = "\n".join(
        f"T{n},{LAW},receipt,2026-04-{n:02},228021,USD,10.00" for n in (7, 8, 9, 10, 13, 14, 15, 16, 17, 18, 19, 20)
    )
    file = home.path / "more.csv"
    file.write_text(f"declaration_no,entity_id,direction,day,code,currency,amount\n{lines}\n", "utf-8")
    home.load("flows", file)
    home.run()
    streak = f"consecutive_days:{LAW}:consulting:both:2026-04-07"
    issue_notices(home, [streak], why="asked")
    row = steps(home, "consecutive_days.day_kind=calendar", "consecutive_days.min_days=8")["calendar"]
    assert (row["hits"], row["new"], row["lost"], row["open_hits"]) == (1, 1, 1, 0)


def test_nothing_is_written(home: Session) -> None:
    home.register.close()
    before = _bytes(home.path)
    again = Session(home.path)
    again.what_if(f"{LIMIT}=500000..1500000:100000", "consecutive_days.min_days=3")
    again.register.close()
    assert _bytes(home.path) == before


def _bytes(folder: Path) -> dict[str, str]:
    files = (f for f in sorted(folder.rglob("*")) if f.is_file())
    return {str(f): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


@pytest.mark.parametrize(
    ("assignments", "says"),
    [
        (("large_daily_total.limit_usd",), "tries nothing"),
        (("large_daily_total.limit=1",), "no parameter large_daily_total.limit"),
        (("large_daily_total.limit_usd=0",), "above 0"),
        (("large_daily_total.limit_usd=5..1:1",), "no sweep"),
        (("large_daily_total.limit_usd=1..5:0",), "no sweep"),
        (("large_daily_total.limit_usd=1..1000:1",), "1,000 steps"),
        (("large_daily_total.severity=article",), "neither hits nor grades"),
        (("register.due_days=10",), "neither hits nor grades"),
        (("large_daily_total.limit_usd=1,2", "consecutive_days.min_days=1,2"), "one of them at most"),
        ((), "at least one"),
    ],
)
def test_what_cannot_be_tried_is_said_in_a_sentence(assignments: tuple[str, ...], says: str) -> None:
    with pytest.raises(FxwatchError, match=says):
        asked_for(assignments)


def test_a_sweep_ends_where_it_says() -> None:
    assert asked_for(["large_daily_total.limit_usd=500000..1000000:250000"]).steps == ("500000", "750000", "1000000")
    assert asked_for(["large_daily_total.limit_usd=5..7.5:1"]).steps == ("5", "6", "7")


def test_a_period_that_ends_before_it_begins_is_refused(untouched: Session) -> None:
    with pytest.raises(FxwatchError, match="ends on 2026-01-01"):
        untouched.what_if(f"{LIMIT}=900000", first=date(2026, 1, 2), last=date(2026, 1, 1))


def test_the_limits_of_a_sweep_share_one_look(untouched: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(whatif, "findings_of", lambda rule, *more: asked.append(rule) or findings_of(rule, *more))
    untouched.what_if(f"{LIMIT}=500000..1500000:100000")
    assert len(asked) == 1
    asked.clear()
    untouched.what_if("consecutive_days.direction=each,either")
    assert len(asked) == 2  # either is what is in force


@pytest.mark.parametrize("suffix", [".html", ".xlsx", ".json", ".svg", ".png", ".csv"])
def test_it_goes_into_a_file(untouched: Session, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"tried{suffix}"
    for language in ("en", "zh") if suffix == ".html" else ("zh",):
        command = ["--home", str(untouched.path), "--lang", language, "what-if", f"{LIMIT}=900000,1200000"]
        done = CliRunner().invoke(app, [*command, "--out", str(out)])
        assert done.exit_code == 0, done.output
        assert out.stat().st_size > 100
    if suffix == ".json":
        assert json.loads(out.read_text("utf-8"))["changes"][0]["hit_id"].startswith("large_daily_total")
    if suffix == ".png":
        assert out.read_bytes().startswith(b"\x89PNG")


def test_the_terminal_shows_table_bars_and_who_comes_near(untouched: Session) -> None:
    command = ["--home", str(untouched.path), "--lang", "en", "what-if", f"{LIMIT}=900000,1200000"]
    told = CliRunner().invoke(app, command).output
    assert "  900,000 " + "█" * 19 + "▒" * 29 + " 5" in told
    assert "1,200,000 " + "█" * 10 + " 1" in told
    assert "Near misses, in force" in told
    assert "None of these rules' hits was decided yet." in told
    rows = json.loads(CliRunner().invoke(app, [*command, "--list", "near", "--json"]).output)
    assert [(row["step"], row["near"]) for row in rows] == [("in_force", 3), ("1200000", 1)]


# ---- one look for many limits finds what a look each would find

cents = st.integers(1, 300)
day = st.integers(0, 24).map(lambda n: date.fromordinal(date(2026, 3, 2).toordinal() + n))
one_flow = st.tuples(
    st.sampled_from(["LAW", "LIN"]),
    st.sampled_from(["transport", "consulting"]),
    st.sampled_from(["receipt", "payment"]),
    day,
    cents,
    st.integers(1, 2),
)


def frame(rows: list[tuple[str, str, str, date, int, int]]) -> pl.DataFrame:
    drawn = "\n".join(
        f"d{n}/{leg} {entity} {item} {direction} {day} {usd}"
        for n, (entity, item, direction, day, usd, legs) in enumerate(rows)
        for leg in range(1, legs + 1)
    )
    return tables.flows(f"flow entity item direction day usd\n{drawn}").drop("id")


@pytest.mark.parametrize(
    "name", [name for name, rule in rules().items() if rule.under_each is not EarlyWarning.under_each]
)
@settings(max_examples=25, deadline=None)
@given(rows=st.lists(one_flow, min_size=1, max_size=25), values=st.sets(st.integers(1, 250), min_size=1, max_size=4))
def test_each_limit_finds_what_a_look_of_its_own_would_find(
    name: str, rows: list[tuple[str, str, str, date, int, int]], values: set[int]
) -> None:
    rule = rules()[name]
    if rule.unit == "days":
        values = {value % 8 + 1 for value in values}
    roll = pl.DataFrame(
        {"entity": [tables.entity(e) for e in ("LAW", "LIN")], "transport_enterprise": [False, False]},
        schema={"entity": pl.Int32, "transport_enterprise": pl.Boolean},
    )
    inputs = {"calendar": tables.calendar(2026), "roll": roll, "first_loaded_day": date(2026, 3, 2)}
    flows = frame(rows)
    variants = [rule(**{rule.threshold: value}) for value in values]
    base = rule(**{rule.threshold: Dated((Version(BEGINNING, 100), Version(date(2026, 3, 10), 3)))})
    plan = whatif._Plan(base, variants, date(2026, 6, 30))
    answers = {}
    for asked, limits in plan.looks.items():
        found = findings_of(asked, flows, inputs)
        answers[asked] = found
        if limits:
            parts = asked.under_each(found, flows.lazy(), limits)
            answers |= {whatif._at(asked, limit): part for limit, part in zip(limits, parts, strict=True)}
    for variant in (base, *variants):
        expected, ours = findings_of(variant, flows, inputs), answers[variant]
        columns = [c for c in expected.columns if c != "flows"]
        assert ours.select(columns).sort(columns).equals(expected.select(columns).sort(columns)), variant
