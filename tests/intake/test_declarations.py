"""What actions do to a declaration: new, changed, deleted, again."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.intake.desk import LAW, SHIP, STRANGER, FlowDesk


def outcomes(*rows: dict[str, str]) -> list[str]:
    return FlowDesk().reasons(*rows)


A: dict[str, str] = {"action": "A"}
C: dict[str, str] = {"action": "C"}
D: dict[str, str] = {"action": "D"}
LESS, MORE = {"amount": "9"}, {"amount": "11"}


@pytest.mark.parametrize(
    ("rows", "became"),
    [
        ([A, A], ["accepted", "duplicate"]),
        ([A, A | MORE], ["accepted", "ALREADY_DECLARED"]),
        ([A, C], ["accepted", "duplicate"]),
        ([A, C | MORE, C | MORE, A, A | MORE], ["accepted", "accepted", "duplicate", "duplicate", "ALREADY_DECLARED"]),
        ([A, C | MORE, C], ["accepted", "accepted", "accepted"]),
        ([A, D, D], ["accepted", "accepted", "duplicate"]),
        ([A, D, A, A | MORE], ["accepted", "accepted", "duplicate", "DELETED_KEY"]),
        ([A, D, C], ["accepted", "accepted", "DELETED_KEY"]),
        ([C, D], ["UNKNOWN_KEY", "KEY_IN_QUARANTINE"]),
        ([A | {"amount": "0"}, C, D], ["BAD_AMOUNT", "KEY_IN_QUARANTINE", "KEY_IN_QUARANTINE"]),
        ([A | {"amount": "0"}, A, C | MORE], ["BAD_AMOUNT", "accepted", "accepted"]),
        ([A, C | {"amount": "0"}, A | {"amount": "0"}], ["accepted", "BAD_AMOUNT", "ALREADY_DECLARED"]),
        ([A, {"action": "X"}, A], ["accepted", "BAD_ACTION", "duplicate"]),
    ],
)
def test_actions_in_order(rows: list[dict[str, str]], became: list[str]) -> None:
    assert outcomes(*rows) == became


@pytest.mark.parametrize(
    "again",
    [
        {"entity_id": "91120101100000710A"},
        {"entity_id": "10000071-0"},
        {"day": "20250408"},
        {"amount": "10"},
        {"amount": "0010.0"},
        {"leg": "1", "action": "A", "party_type": "C", "scope": "cross_border"},
        {"remark": "  "},
    ],
)
def test_the_same_content_written_otherwise_is_duplicate(again: dict[str, str]) -> None:
    assert outcomes({}, again) == ["accepted", "duplicate"]


@pytest.mark.parametrize(
    "other",
    [
        {"entity_id": SHIP},
        {"direction": "receipt"},
        {"day": "2025-04-09"},
        {"code": ""},
        {"code": "consulting"},
        {"currency": "CNY"},
        {"settled_amount": "0"},
        {"economy": "HKG"},
        {"economy": "?"},
        {"scope": "domestic"},
        {"bank": "B"},
        {"remark": "r"},
        {"party_type": "D"},
    ],
)
def test_any_other_content_under_a_is_declared_already(other: dict[str, str]) -> None:
    assert outcomes({}, other) == ["accepted", "ALREADY_DECLARED"]


def test_a_change_takes_a_flow_out_of_scope_and_brings_it_back() -> None:
    desk = FlowDesk()
    goods = {"code": "121010"}
    assert desk.reasons({}, C | goods, C | goods, A | goods, C) == [
        "accepted",
        "out_of_scope",
        "duplicate",
        "ALREADY_DECLARED",
        "accepted",
    ]
    assert desk.history("state", "version") == [(0, 1), (1, 2)]
    assert desk.standing("state", "version", "flow") == [(0, 3, 2)]


def test_what_is_out_of_scope_is_compared_with_what_nobody_could_read() -> None:
    goods = {"code": "121010", "amount": "about 10"}
    assert outcomes(goods, goods, goods | {"amount": "about 11"}, C | goods | {"amount": "about 11"}, D) == [
        "out_of_scope",
        "duplicate",
        "ALREADY_DECLARED",
        "out_of_scope",
        "accepted",
    ]


@pytest.mark.parametrize(
    ("differs", "outcome"),
    [
        ({}, "accepted"),
        ({"code": "231010", "amount": "7", "economy": "HKG"}, "accepted"),
        ({"entity_id": SHIP}, "BAD_KEY"),
        ({"direction": "receipt"}, "BAD_KEY"),
        ({"day": "2025-04-09"}, "BAD_KEY"),
        ({"currency": "CNY"}, "BAD_KEY"),
        ({"day": "2025-04-09", "action": "X"}, "BAD_ACTION"),
        ({"day": "?"}, "BAD_DATE"),
    ],
)
@pytest.mark.parametrize("legs", [("1", "2"), ("2", "1")])
def test_a_new_leg_shares_entity_direction_day_and_currency(
    legs: tuple[str, str], differs: dict[str, str], outcome: str
) -> None:
    first, second = legs
    assert outcomes({"leg": first}, {"leg": second, **differs}) == ["accepted", outcome]


def test_a_leg_may_differ_from_one_that_stands_no_longer() -> None:
    other_day = {"leg": "2", "day": "2025-04-09"}
    assert outcomes({}, D, other_day) == ["accepted", "accepted", "accepted"]
    assert outcomes({"amount": "0"}, other_day) == ["BAD_AMOUNT", "accepted"]


def test_changes_may_make_legs_differ() -> None:
    assert outcomes({}, {"leg": "2"}, C | {"day": "2025-04-09"}) == ["accepted", "accepted", "accepted"]


def test_legs_share_the_number_of_their_declaration_and_the_first_leg_has_the_lower_of_its_own() -> None:
    desk = FlowDesk()
    desk.take({"leg": "2"}, {"declaration_no": "N2"})
    desk.take({"leg": "1"}, C | {"leg": "2"} | MORE, {"declaration_no": "N3"})
    assert desk.standing("declaration_no", "leg", "declaration", "flow", "version") == [
        ("N1", 1, 1, 2, 1),
        ("N1", 2, 1, 3, 2),
        ("N2", 1, 2, 4, 1),
        ("N3", 1, 3, 6, 1),
    ]


def test_every_version_stays_on_record_also_those_within_one_file() -> None:
    desk = FlowDesk()
    desk.take({})
    desk.take(C | MORE, C | LESS, D)
    assert desk.history("version", "amount", "state", "known_from < known_to") == [
        (1, 1000, 0, True),
        (2, 1100, 0, False),
        (3, 900, 0, False),
    ]
    assert desk.standing("version", "amount", "state") == [(4, 900, 2)]


def test_what_is_taken_resolves_what_waited_before_and_nothing_that_came_after() -> None:
    desk = FlowDesk()
    desk.take({"amount": "0"}, {"amount": "x"}, {}, MORE)
    assert desk.waiting("line", "reason") == [(5, "ALREADY_DECLARED")]
    desk.take({"declaration_no": "N2", "amount": "0"})
    desk.take({"declaration_no": "N2", "code": "121010"})
    assert desk.waiting("line", "reason") == [(5, "ALREADY_DECLARED")]
    desk.take(C | MORE)
    assert desk.waiting("line") == []


def test_a_row_that_waits_and_comes_again_is_listed_once() -> None:
    desk = FlowDesk()
    desk.take({"amount": "0"})
    desk.take({"amount": "0"}, {"amount": "x"})
    assert desk.waiting("load_id", "line") == [(2, 2), (2, 3)]


@pytest.mark.parametrize("cuts", [(), (1,), (2,), (3,), (2, 3)])
@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_a_change_finds_its_key_in_quarantine_wherever_the_file_is_cut(cuts: tuple[int, ...], batch: int) -> None:
    given_rows = [{"amount": "?"}, C, D, {}, C | MORE, {"declaration_no": "N2"} | C, {"declaration_no": "N2"} | C]
    expected = {"accepted": 2, "BAD_AMOUNT": 1, "KEY_IN_QUARANTINE": 3, "UNKNOWN_KEY": 1}
    desk = FlowDesk()
    assert follow(desk, given_rows, cuts, batch) == expected
    assert {row[0] for row in desk.waiting("declaration_no")} == {"N2"}


def test_a_key_that_is_changed_over_and_over_has_every_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fxwatch.intake.judging._FEW", 4)
    desk = FlowDesk()
    desk.take({}, *(C | {"amount": str(n)} for n in range(11, 61)), {}, {"amount": "12"})
    assert desk.standing("version", "amount") == [(51, 6000)]
    assert len(desk.history("version")) == 50


# ---- the same, as plain Python, one row at a time

Row = dict[str, str]


class Plain:
    """The state machine of spec section 4 as one would write it for one row."""

    def __init__(self) -> None:
        self.first: dict[tuple[str, str], Row] = {}
        self.now: dict[tuple[str, str], Row | None] = {}
        self.waiting: set[tuple[str, str]] = set()

    def take(self, row: Row) -> str:
        key = (row["declaration_no"], row["leg"])
        outcome = self._judge(key, row)
        if outcome in ("accepted", "out_of_scope"):
            self.waiting.discard(key)
        elif outcome != "duplicate" and row["leg"] in ("1", "2"):
            self.waiting.add(key)
        return outcome

    def _judge(self, key: tuple[str, str], row: Row) -> str:
        content = {name: value for name, value in row.items() if name != "action"}
        action, leg = row["action"], row["leg"]
        if leg not in ("1", "2"):
            return "BAD_KEY"
        other = self.now.get((key[0], "2" if leg == "1" else "1"))
        if action == "A" and key not in self.first and other is not None:
            shared = [n for n in ("entity_id", "direction", "day", "currency") if "?" not in (row[n], other[n])]
            if any(row[n] != other[n] for n in shared):
                return "BAD_KEY"
        if action not in "ACD":
            return "BAD_ACTION"
        if action in "CD" and key not in self.first:
            return "KEY_IN_QUARANTINE" if key in self.waiting else "UNKNOWN_KEY"
        deleted = key in self.first and self.now[key] is None
        if action == "D":
            self.now[key] = None
            return "duplicate" if deleted else "accepted"
        same = self.first.get(key) if action == "A" else self.now[key]
        if same == content:
            return "duplicate"
        if deleted:
            return "DELETED_KEY"
        if action == "A" and key in self.first:
            return "ALREADY_DECLARED"
        if (reason := self._reason(row)) not in ("accepted", "out_of_scope"):
            return reason
        self.first.setdefault(key, content)
        self.now[key] = content
        return reason

    def _reason(self, row: Row) -> str:
        beyond = row["code"] == "121010"
        for column, value, reason, of_all in (
            ("entity_id", "?", "BAD_ID", True),
            ("entity_id", STRANGER, "UNKNOWN_ENTITY", False),
            ("day", "?", "BAD_DATE", True),
            ("amount", "?", "BAD_AMOUNT", False),
            ("currency", "?", "BAD_CURRENCY", False),
            ("economy", "?", "BAD_FIELD", False),
        ):
            if row[column] == value and (of_all or not beyond):
                return reason
        return "out_of_scope" if beyond else "accepted"


rows = st.fixed_dictionaries(
    {
        "declaration_no": st.sampled_from(["N1", "N2", "N3"]),
        "leg": st.sampled_from(["1", "1", "1", "2", "3"]),
        "action": st.sampled_from("AAACCDX"),
        "entity_id": st.sampled_from([LAW, LAW, LAW, LAW, SHIP, STRANGER, "?"]),
        "direction": st.just("payment"),
        "day": st.sampled_from(["2025-04-08"] * 4 + ["2025-04-09", "?"]),
        "code": st.sampled_from(["228021", "228021", "121010"]),
        "currency": st.sampled_from(["USD"] * 5 + ["?"]),
        "amount": st.sampled_from(["10", "10", "11", "?"]),
        "economy": st.sampled_from(["HKG"] * 5 + ["?"]),
    }
)


def follow(desk: FlowDesk, given_rows: Sequence[dict[str, Any]], cuts: Sequence[int], batch: int) -> dict[str, int]:
    """Judge rows in files cut at some places, and what became of them in all."""
    total: dict[str, int] = {}
    edges = sorted({0, len(given_rows), *(min(cut, len(given_rows)) for cut in cuts)})
    for start, end in pairwise(edges):
        report = desk.take(*given_rows[start:end], batch=batch)
        for name in ("accepted", "out_of_scope", "duplicate"):
            total[name] = total.get(name, 0) + getattr(report, name)
        for name, count in report.reasons.items():
            total[name] = total.get(name, 0) + count
    return {name: count for name, count in total.items() if count}


STANDS = ("declaration_no", "leg", "state", "version", "day", "code", "amount", "currency", "unread")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(rows, max_size=12), st.lists(st.integers(0, 12), max_size=2), st.sampled_from([2, 1000]))
def test_batches_give_what_one_row_at_a_time_gives_and_cutting_a_file_changes_nothing(
    given_rows: list[Row], cuts: list[int], batch: int
) -> None:
    plain = Plain()
    expected: dict[str, int] = {}
    for row in given_rows:
        outcome = plain.take(row)
        expected[outcome] = expected.get(outcome, 0) + 1
    desk = FlowDesk()
    assert follow(desk, given_rows, cuts, batch) == expected
    stands = {(number, str(leg)): state == 2 for number, leg, state in desk.standing("declaration_no", "leg", "state")}
    assert stands == {key: content is None for key, content in plain.now.items()}


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(rows, max_size=8), st.lists(rows, max_size=8))
def test_the_order_of_files_of_different_declarations_changes_nothing(one: list[Row], two: list[Row]) -> None:
    two = [{**row, "declaration_no": "M" + row["declaration_no"]} for row in two]
    there, back = FlowDesk(), FlowDesk()
    for desk, order in ((there, (one, two)), (back, (two, one))):
        for part in order:
            desk.take(*part)
    assert there.standing(*STANDS) == back.standing(*STANDS)
    keys = ("declaration_no", "leg", "line", "reason", "raw")
    assert sorted(there.waiting(*keys)) == sorted(back.waiting(*keys))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(rows, max_size=10))
def test_declaring_again_what_was_declared_changes_nothing(given_rows: list[Row]) -> None:
    only_new = [{**row, "action": "A"} for row in given_rows]
    desk = FlowDesk()
    desk.take(*only_new)
    stands = desk.standing(*STANDS)
    report = desk.take(*only_new)
    assert report.accepted == report.out_of_scope == 0
    assert desk.standing(*STANDS) == stands
