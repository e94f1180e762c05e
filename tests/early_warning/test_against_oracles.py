"""The supplementary rules against plain definitions: loops over days and flows, on small random tables."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fxwatch.flows import EXTRA_COLUMNS, FLOW_COLUMNS
from fxwatch.rule import EarlyWarning
from fxwatch.rulebook import rules
from tests.tables import ROLL, calendar, find

FIRST = date(2026, 3, 2)
CALENDAR = calendar(2023, 2024, 2025, 2026, off=["2026-03-05"], on=["2026-03-07"])
WORKS = dict(CALENDAR.iter_rows())
LOADED = date(2024, 1, 1)
LONG_AGO = [date(2024, 2, 28), date(2025, 2, 25), date(2025, 2, 26), date(2025, 3, 3), date(2025, 9, 4)]
PEOPLE = pl.DataFrame(
    [(n, f"E{n}", f"E{n}", n == 2, date(2025, 9, 1), "JPN") for n in range(3)], schema=ROLL, orient="row"
)


@dataclass(frozen=True)
class Flow:
    """A row of the frame, as a loop likes it."""

    flow: int
    entity: int
    direction: str
    item: str
    day: date
    usd: int
    payee: int | None
    contract: int | None
    kind: str


def window(day: date, count: int) -> date:
    """The first day of W(count): the day itself counts, whatever it is."""
    while count > 1:
        day -= timedelta(1)
        count -= WORKS[day]
    return day


def a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1) if (day.month, day.day) != (2, 29) else date(day.year - 1, 2, 28)


def held(days: Iterable[date], holds: Callable[[date], Any]) -> list[tuple[date, date, Any]]:
    """The episodes: first day, last active day, and what held on the first."""
    found: list[tuple[date, date, Any]] = []
    running = False
    for day in sorted(set(days)):
        now = holds(day)
        if now and running:
            found[-1] = (found[-1][0], day, found[-1][2])
        elif now:
            found.append((day, day, now))
        running = bool(now)
    return found


def keys(flows: list[Flow], of: Callable[[Flow], Any]) -> dict[Any, list[Flow]]:
    grouped: dict[Any, list[Flow]] = {}
    for flow in flows:
        grouped.setdefault(of(flow), []).append(flow)
    return grouped


def payments(flows: list[Flow]) -> list[Flow]:
    return [f for f in flows if f.direction == "payment" and f.kind != "R"]


def told(entity: int, value: int, first: date, raised: date, last: date, behind: list[Flow]) -> tuple[Any, ...]:
    return entity, value, first, raised, last, tuple(sorted(f.flow for f in behind))


def split(flows: list[Flow]) -> set[tuple[Any, ...]]:
    found = set()
    named = [f for f in payments(flows) if (f.contract or f.payee) is not None]
    for key, ones in keys(named, lambda f: (f.entity, f.contract, None if f.contract is not None else f.payee)).items():

        def holds(day: date, ones: list[Flow] = ones) -> list[Flow]:
            pieces = [f for f in ones if window(day, 5) <= f.day <= day and 25 <= f.usd <= 50]
            return pieces if len(pieces) >= 2 and sum(f.usd for f in pieces) > 50 else []

        for raised, last, pieces in held([f.day for f in ones], holds):
            found.add(told(key[0], sum(f.usd for f in pieces), min(f.day for f in pieces), raised, last, pieces))
    return found


def near(flows: list[Flow]) -> set[tuple[Any, ...]]:
    found = set()
    looked = [f for f in flows if f.kind != "R"]
    for key, ones in keys(looked, lambda f: (f.entity, f.direction, f.item == "transport")).items():
        objects = [[f] for f in ones] if key[2] else list(keys(ones, lambda f: f.day).values())
        limit = 40 if key[2] else 100

        def holds(day: date, objects: list[list[Flow]] = objects, limit: int = limit) -> list[list[Flow]]:
            close = [
                o for o in objects
                if window(day, 20) <= o[0].day <= day and 0.9 * limit < sum(f.usd for f in o) <= limit
            ]  # fmt: skip
            return close if len(close) >= 2 else []

        for raised, last, close in held([f.day for f in ones], holds):
            behind = [f for o in close for f in o]
            found.add(told(key[0], len(close), min(f.day for f in behind), raised, last, behind))
    return found


def fan_in(flows: list[Flow]) -> set[tuple[Any, ...]]:
    found = set()
    for payee, ones in keys(payments(flows), lambda f: f.payee).items():
        if payee is None:
            continue

        def holds(day: date, ones: list[Flow] = ones) -> list[Flow]:
            band = [f for f in ones if window(day, 3) <= f.day <= day and 25 <= f.usd <= 50]
            known = {f.entity for f in ones if a_year_before(day) <= f.day < day}
            enough = len({f.entity for f in band}) >= 2 and len(known) < 3 and a_year_before(day) >= LOADED
            return band if enough else []

        for raised, last, band in held([f.day for f in ones], holds):
            people = keys(band, lambda f: f.entity)
            for entity, own in people.items():
                found.add(told(entity, len(people), min(f.day for f in own), raised, last, own))
    return found


def fan_out(flows: list[Flow]) -> set[tuple[Any, ...]]:
    found = set()
    named = [f for f in payments(flows) if f.payee is not None]
    for entity, ones in keys(named, lambda f: f.entity).items():

        def holds(day: date, ones: list[Flow] = ones) -> list[Flow]:
            start = window(day, 3)
            known = {f.payee for f in ones if a_year_before(start) <= f.day < start}
            fresh = [f for f in ones if start <= f.day <= day and f.payee not in known]
            enough = len({f.payee for f in fresh}) >= 2 and sum(f.usd for f in fresh) > 60
            return fresh if enough and a_year_before(day) >= LOADED else []

        for raised, last, fresh in held([f.day for f in ones], holds):
            found.add(told(entity, sum(f.usd for f in fresh), min(f.day for f in fresh), raised, last, fresh))
    return found


def pass_through(flows: list[Flow]) -> set[tuple[Any, ...]]:
    found = set()
    looked = [f for f in flows if f.kind != "R" and f.entity != 2]
    for entity, ones in keys(looked, lambda f: f.entity).items():

        def sums(day: date, ones: list[Flow] = ones) -> tuple[list[Flow], int, int]:
            inside = [f for f in ones if window(day, 5) <= f.day <= day]
            received, paid = (sum(f.usd for f in inside if f.direction == d) for d in ("receipt", "payment"))
            return inside, received, paid

        def holds(day: date, sums: Any = sums) -> tuple[int, list[Flow]] | None:
            inside, received, paid = sums(day)
            sides = [
                {f.payee for f in inside if f.direction == d and f.payee is not None} for d in ("receipt", "payment")
            ]
            alike = min(received, paid) > 40 and abs(received - paid) * 20 <= max(received, paid)
            return (min(received, paid), inside) if alike and not sides[0] & sides[1] else None

        for raised, last, (value, inside) in held([f.day for f in ones], holds):
            found.add(told(entity, value, min(f.day for f in inside), raised, last, inside))
    return found


def round_trip(flows: list[Flow]) -> set[tuple[Any, ...]]:
    found = set()
    looked = [f for f in flows if f.kind != "R" and f.payee is not None and f.usd > 25]
    for (entity, _), ones in keys(looked, lambda f: (f.entity, f.payee)).items():
        pairs = []
        for a in (f for f in ones if f.direction == "receipt"):
            for b in (f for f in ones if f.direction == "payment"):
                early, late = sorted((a.day, b.day))
                apart = (
                    sum(WORKS[early + timedelta(n)] for n in range(1, (late - early).days + 1)) if late > early else 0
                )
                if abs(a.usd - b.usd) * 20 <= max(a.usd, b.usd) and apart <= 10:
                    pairs.append(((late - early).days, abs(a.usd - b.usd), a.flow, b.flow, a, b))
        used: set[int] = set()
        for _, _, _, _, a, b in sorted(pairs, key=lambda p: p[:4]):
            if not used & {a.flow, b.flow}:
                used |= {a.flow, b.flow}
                late = max(a.day, b.day)
                found.add(told(entity, min(a.usd, b.usd), min(a.day, b.day), late, late, [a, b]))
    return found


def dormant(flows: list[Flow]) -> set[tuple[Any, ...]]:
    found = set()
    for entity, ones in keys([f for f in flows if f.kind != "R"], lambda f: f.entity).items():
        for start in sorted({f.day for f in ones}):
            earlier = [f.day for f in ones if f.day < start]
            if not earlier or max(earlier) >= a_year_before(start):
                continue
            end, left = start, 9
            while left:
                end += timedelta(1)
                left -= WORKS[end]
            within = sorted((f for f in ones if start <= f.day <= end), key=lambda f: f.day)
            for day in sorted({f.day for f in within}):
                behind = [f for f in within if f.day <= day]
                if sum(f.usd for f in behind) > 60:
                    found.add(told(entity, sum(f.usd for f in behind), start, day, day, behind))
                    break
    return found


ORACLES: dict[str, tuple[dict[str, Any], Callable[[list[Flow]], set[tuple[Any, ...]]]]] = {
    "split_below_document_limit": ({"from_usd": 25, "limit_usd": 50}, split),
    "near_limit": ({"transport_usd": 40, "day_usd": 100, "times_count": 2}, near),
    "fan_in": ({"from_usd": 25, "to_usd": 50, "entities_count": 2, "known_count": 3}, fan_in),
    "fan_out_new_payees": ({"limit_usd": 60, "payees_count": 2}, fan_out),
    "pass_through": ({"limit_usd": 40}, pass_through),
    "round_trip": ({"limit_usd": 25}, round_trip),
    "dormant_then_active": ({"limit_usd": 60}, dormant),
}

drawn_flows = st.builds(
    lambda entity, direction, item, day, usd, payee, contract, kind: (
        entity,
        direction,
        item,
        day,
        usd,
        payee,
        contract,
        kind,
    ),
    st.integers(0, 2),
    st.sampled_from(["payment", "payment", "receipt"]),
    st.sampled_from(["consulting", "consulting", "transport", "royalties"]),
    st.one_of(st.integers(0, 17).map(lambda n: FIRST + timedelta(n)), st.sampled_from(LONG_AGO)),
    st.sampled_from([24, 25, 26, 37, 38, 40, 49, 50, 51, 91, 96]),
    st.sampled_from([None, 1, 1, 2, 3]),
    st.sampled_from([None, None, 1]),
    st.sampled_from(["P", "P", "P", "R"]),
)
tables = st.lists(drawn_flows, min_size=8, max_size=24)


@pytest.mark.parametrize("name", ORACLES)
@settings(max_examples=40, deadline=None)
@given(tables)
def test_a_rule_finds_what_its_definition_says(name: str, rows: list[tuple[Any, ...]]) -> None:
    numbers, oracle = ORACLES[name]
    rule: EarlyWarning = rules()[name](**numbers)
    listed = [Flow(n, *row) for n, row in enumerate(rows, start=1)]
    frame = pl.DataFrame(
        [
            (
                f.flow,
                f.flow,
                f.entity,
                f.direction,
                f.item,
                f.day,
                f.usd * 100,
                f.payee,
                f.contract,
                f.kind,
                str(f.flow),
            )
            for f in listed
        ],
        schema={
            **FLOW_COLUMNS,
            **{name: EXTRA_COLUMNS[name] for name in ("counterparty", "contract", "payment_type")},
            "id": pl.String,
        },
        orient="row",
    )
    found = find(rule, frame, calendar=CALENDAR, roll=PEOPLE, first_loaded_day=LOADED)
    scale = 100 if rule.unit == "USD" else 1
    mine = {
        (
            r["entity"],
            r["value"] / scale,
            r["first_day"],
            r["raised_on"],
            r["last_day"],
            tuple(sorted(map(int, r["ids"]))),
        )
        for r in found.iter_rows(named=True)
    }
    assert found.height == len(mine)
    assert mine == oracle(listed)
