"""Grades, answers and histories on both axes of time are what a naive replay of all acts says."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from fxwatch.check import check
from fxwatch.errors import FxwatchError
from fxwatch.grading import grade, window
from fxwatch.reading.grades import grades, history
from fxwatch.review import (
    approve,
    decide_objection,
    issue_notices,
    lodge_objection,
    record_breaches,
    refuse,
    rescind_breach,
    rescind_notice,
)
from tests.desk import Desk, desk_at, weekdays

TODAY = date(2025, 6, 30)
BANK = "120000000001"
ENTITIES = ("LAW", "LIN")
HITS = [(f"{e}{n}", e) for e in ENTITIES for n in range(8)]
DAYS = st.dates(date(2024, 2, 25), TODAY)
Acts = list[dict[str, Any]]


# ---- the naive replay: a list of acts, gone through from the first to the last, nothing else


def replay(acts: Acts) -> dict[str, dict[str, Any]]:
    """What stands after these acts: notices and breaches by number, and the parameters."""
    stands: dict[str, dict[str, Any]] = {"notice": {}, "breach": {}, "parameter": {}}
    for act in acts:
        told = act["payload"]
        match act["kind"]:
            case "notice_issued":
                stands["notice"][told["notice"]] = {"entity": act["entity_id"], "day": act["day"]}
            case "notice_rescinded":
                stands["notice"].pop(told["notice"], None)
            case "breach_recorded" | "breach_changed":
                stands["breach"][told["breach_no"]] = {
                    "entity": told["entity_id"],
                    "day": date.fromisoformat(told["day"]),
                }
            case "breach_rescinded":
                stands["breach"].pop(told["breach_no"], None)
            case "parameter_set":
                since = date.fromisoformat(told["valid_from"])
                stands["parameter"][told["name"], since, act["number"]] = told["value"]
    return stands


def letter(acts: Acts, entity: str, on: date) -> tuple[str, int, int]:
    """Grade, breaches and notices of an entity on a day, from what stands after these acts."""
    stands = replay(acts)

    def number(name: str, default: str) -> str:
        versions = [(since, act, v) for (n, since, act), v in stands["parameter"].items() if n == name and since <= on]
        return max(versions)[2] if versions else default

    first, last = window(on, number("grade.window", "rolling"))
    breaches, notices = (
        sum(x["entity"] == entity and first <= x["day"] <= last for x in stands[kind].values())
        for kind in ("breach", "notice")
    )
    found = grade(breaches, notices, int(number("grade.max_notices_for_b", "3")))
    return found.value, breaches, notices


def acts_of(desk: Desk) -> Acts:
    return [{**row, "payload": json.loads(row["payload"])} for row in desk.register.acts().iter_rows(named=True)]


# ---- what people do, in any order, dated as they like


NOTICE = st.tuples(st.just("notice"), st.integers(0, len(HITS) - 1), DAYS)
steps = st.one_of(
    *(NOTICE, NOTICE, NOTICE),
    st.tuples(st.just("rescind"), st.integers(1, 3), DAYS, st.sampled_from(["open", "dismissed"])),
    st.tuples(st.just("breach"), st.integers(0, 3), DAYS, DAYS),
    st.tuples(st.just("annul"), st.integers(0, 3), DAYS),
    st.tuples(st.just("object"), st.integers(1, 3), st.integers(0, 9)),
    st.tuples(st.just("decide"), st.integers(1, 2), st.sampled_from(["upheld", "rejected"]), DAYS),
    st.tuples(st.just("parameter"), st.sampled_from([("grade.window", "calendar"), ("grade.window", "rolling"), ("grade.max_notices_for_b", "1")]), DAYS),
    st.tuples(st.just("four eyes"), st.booleans()),
    st.tuples(st.just("approve"), st.integers(1, 3), DAYS),
    st.tuples(st.just("refuse"), st.integers(1, 3)),
    st.tuples(st.just("ask"), st.sampled_from(ENTITIES), DAYS),
)  # fmt: skip


def take(desk: Desk, step: tuple[Any, ...]) -> Any:
    """Do it; what is refused is refused and leaves nothing."""
    kind, *more = step
    signed: dict[str, Any] = {"why": "x", "by": "wang"}
    match kind:
        case "notice":
            return issue_notices(desk, [HITS[more[0]][0]], on=more[1], **signed)
        case "rescind":
            return rescind_notice(desk, f"N{more[0]}", on=more[1], to=more[2], **signed)
        case "breach":
            entity = ENTITIES[more[0] % 2]
            row = {"breach_no": f"B{more[0]}", "entity_id": entity, "day": min(more[1], more[2]), "provision": "39"}
            return record_breaches(desk, [row], on=more[2], **signed)
        case "annul":
            return rescind_breach(desk, f"B{more[0]}", on=more[1], **signed)
        case "object":
            day = desk.register.notices().filter(notice=f"N{more[0]}")["day"]
            on = min(TODAY, day[0] + timedelta(more[1])) if len(day) else TODAY
            return lodge_objection(desk, f"N{more[0]}", on=on, **signed)
        case "decide":
            return decide_objection(desk, f"O{more[0]}", more[1], on=more[2], **signed)
        case "parameter":
            name, value = more[0]
            payload = {"name": name, "value": value, "valid_from": more[1].isoformat(), "basis": "x"}
            # Acts bear days as they like here, those of parameters too.
            act = {"by": "wang", "role": "approver", "day": more[1], "why": "x"}
            return desk.register.append("parameter_set", subject=name, payload=payload, **act)
        case "four eyes":
            return desk.sets("register.require_approval", str(more[0]).lower())
        case "approve":
            return approve(desk, [f"P{more[0]}"], by="zhao", on=more[1])
        case "refuse":
            return refuse(desk, [f"P{more[0]}"], by="zhao", why="x")
        case "ask":
            return check(desk, more[0], BANK, on=more[1])


LIVES = (st.lists(steps, min_size=8, max_size=30), st.lists(DAYS, min_size=1, max_size=3), st.integers(0, 100))
HYPOTHESIS = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
}


@settings(max_examples=15, **HYPOTHESIS)
@given(*LIVES)
def test_both_axes_are_what_a_naive_replay_says(tmp_path_factory, steps, asked, moment):
    both_axes(tmp_path_factory, steps, asked, moment)


@pytest.mark.slow
@settings(max_examples=400, **HYPOTHESIS)
@given(*LIVES)
def test_both_axes_are_what_a_naive_replay_says_of_many_lives(tmp_path_factory, steps, asked, moment):
    both_axes(tmp_path_factory, steps, asked, moment)


def both_axes(tmp_path_factory, steps, asked, moment):
    """Live through the steps, then compare every answer with the replay."""
    with pytest.MonkeyPatch.context() as patch:
        desk = desk_at(tmp_path_factory.mktemp("desk"), patch, TODAY)
        desk.calendar = weekdays(2023, 2026)
        desk.enrol(*ENTITIES, registered_on=date(2023, 1, 1), day=date(2023, 1, 1))
        desk.sees("hit entity rule raised\n" + "\n".join(f"{h} {e} r{h} 2024-02-01" for h, e in HITS))
        desk.has("wang", "regulator", "approver")
        desk.has("zhao", "approver")
        answers = []
        for step in steps:
            try:
                told = take(desk, step)
            except FxwatchError:
                event(f"{step[0]}: refused")
                continue
            event(f"{step[0]}: done")
            if step[0] == "ask":
                answers.append(told)
        acts = acts_of(desk)
        # Before the last account was made, nobody was on the roll.
        born = [act["kind"] for act in acts].index("account_changed") + 2
        known_at = acts[born + moment % (len(acts) - born)]["at"]
        for day in asked:
            for known, heard in ((None, acts), (known_at, known_by(acts, known_at))):
                table = grades(desk, day, known)
                shown = table.select("entity_id", "grade", "breaches", "notices").rows()
                assert shown == [(e, *letter(heard, e, day)) for e in ENTITIES]
            for entity in ENTITIES:
                assert check(desk, entity, BANK, on=day).grade == letter(acts, entity, day)[0]
                as_now = letter(acts, entity, day)
                # What the bureau would have said on the day: by the acts that bear it or an earlier one.
                as_then = letter([a for a in acts if a["day"] <= day], entity, day)
                assert told_by(history(desk, entity), day) == {"now": as_now, "then": as_then}
        for answer in answers:
            heard = known_by(acts, answer.known_at)
            assert answer.grade == letter(heard, answer.entity_id, answer.on)[0]
            receipt = desk.register.questions(receipt=answer.receipt).row(0, named=True)
            assert (receipt["grade"], receipt["on"]) == (answer.grade, answer.on)
        assert desk.register.verify().ok
        desk.register.close()


def known_by(acts: Acts, moment: datetime) -> Acts:
    return [act for act in acts if act["at"] <= moment]


def told_by(table: pl.DataFrame, day: date) -> dict[str, tuple[str, int, int]]:
    holds = (pl.col("from_day") <= day) & (pl.col("to_day").is_null() | (pl.col("to_day") >= day))
    rows = table.filter(holds).select("known", "grade", "breaches", "notices").rows()
    return {known: (found, breaches, notices) for known, found, breaches, notices in rows}
