"""Tiny worlds for the supplementary rules: few entities, few days, amounts at the limits; many worlds go into one frame.

A rule is a function of whole entities and counterparties, so that what it finds in many worlds laid side by side is what it finds in each.
One look of the rule judges hundreds of tables, and a difference is shown with the few rows of its own world.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from fxwatch.flows import DIRECTION, EXTRA_COLUMNS, FLOW_COLUMNS, ITEM
from fxwatch.inputs import FILINGS, LISTED, SETTLEMENTS
from fxwatch.rule import EarlyWarning
from tests.tables import ROLL, calendar, find

FIRST = date(2026, 3, 2)
CALENDAR = calendar(2022, 2023, 2024, 2025, 2026, off=["2026-03-05", "2026-03-26"], on=["2026-03-07"])
WORKS = dict(CALENDAR.iter_rows())
WORLD = 10  # numbers of entities, counterparties, contracts that one world may use
TRANSPORT = 2  # of its entities, this one is a transport enterprise


@dataclass(frozen=True)
class Flow:
    """A row of the frame, as a loop likes it; amounts in cents."""

    flow: int
    declaration: int
    entity: int
    direction: str
    item: str
    day: date
    usd: int
    kind: str
    payee: int | None
    contract: int | None
    invoice: int | None
    filing: int | None
    economy: str
    code: str
    settled: int


@dataclass
class World:
    """What there is to look at."""

    flows: list[Flow]
    settlements: list[tuple[str, int, str, date, str, int]] = field(default_factory=list)
    filings: list[tuple[str, int | None, int, str, int | None, int | None, date]] = field(default_factory=list)
    born: dict[int, date | None] = field(default_factory=dict)
    investors: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """How flows of a world are drawn: each from what is listed.

    Args:
        days: of which most flows have one.
        usd: amounts in cents.
        before: days long before, of which some flows have one.
        count: fewest and most flows.
        legs: how often a flow is a second leg of the one before.
    """

    days: list[date]
    usd: list[int]
    before: list[date] = field(default_factory=list)
    count: tuple[int, int] = (3, 8)
    entities: list[int] = field(default_factory=lambda: [0, 0, 0, 1])
    directions: list[str] = field(default_factory=lambda: ["payment", "payment", "payment", "receipt"])
    items: list[str] = field(default_factory=lambda: ["consulting"])
    kinds: list[str] = field(default_factory=lambda: ["P"] * 9 + ["R"])
    payees: list[int | None] = field(default_factory=lambda: [1, 1, 2, None])
    contracts: list[int | None] = field(default_factory=lambda: [None])
    invoices: list[int | None] = field(default_factory=lambda: [None])
    filings: list[int | None] = field(default_factory=lambda: [None])
    economies: list[str] = field(default_factory=lambda: ["JPN"])
    codes: list[str] = field(default_factory=lambda: ["228021"])
    settled: list[int] = field(default_factory=lambda: [0])
    often: float = 0.25
    legs: float = 0.0

    def draw(self, rng: random.Random, number: int) -> World:
        """The world of a number: its identities are its own."""
        base, first = number * WORLD, number * 100
        flows: list[Flow] = []

        def own(value: int | None) -> int | None:
            return None if value is None else base + value

        for n in range(rng.randint(*self.count)):
            before = self.before and rng.random() < self.often
            flow = Flow(
                first + n, first + n, base + rng.choice(self.entities), rng.choice(self.directions), rng.choice(self.items),
                rng.choice(self.before if before else self.days), rng.choice(self.usd), rng.choice(self.kinds),
                own(rng.choice(self.payees)), own(rng.choice(self.contracts)), own(rng.choice(self.invoices)),
                own(rng.choice(self.filings)), rng.choice(self.economies), rng.choice(self.codes), 0,
            )  # fmt: skip
            if flows and rng.random() < self.legs and flows[-1].declaration == flows[-1].flow:
                last = flows[-1]
                flow = Flow(**{**vars(last), "flow": flow.flow, "item": flow.item, "usd": flow.usd, "code": flow.code})
            settled = min(flow.usd, rng.choice(self.settled))
            flows.append(Flow(**{**vars(flow), "settled": settled}))
        return World(flows)


def window(day: date, count: int) -> date:
    """The first day of W(count): the day itself counts, whatever it is."""
    while count > 1:
        day -= timedelta(1)
        count -= WORKS[day]
    return day


def months_before(day: date, months: int) -> date:
    """The same date so many months earlier, or the last of a shorter month."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError


def working_days(count: int, start: date = FIRST) -> list[date]:
    """So many working days from a day on."""
    found = []
    while len(found) < count:
        if WORKS[start]:
            found.append(start)
        start += timedelta(1)
    return found


def quarter(day: date) -> tuple[int, int]:
    return day.year, (day.month - 1) // 3


def grouped(flows: Iterable[Flow], of: Callable[[Flow], Any]) -> dict[Any, list[Flow]]:
    found: dict[Any, list[Flow]] = {}
    for flow in flows:
        found.setdefault(of(flow), []).append(flow)
    return found


def no_refunds(flows: Iterable[Flow]) -> list[Flow]:
    return [f for f in flows if f.kind != "R"]


def payments(flows: Iterable[Flow]) -> list[Flow]:
    return [f for f in flows if f.direction == "payment" and f.kind != "R"]


def total(flows: Iterable[Flow]) -> int:
    return sum(f.usd for f in flows)


def one(items: Iterable[str]) -> str | None:
    """The item of flows, none where they are of several."""
    several = set(items)
    return several.pop() if len(several) == 1 else None


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


def matters(found: "Iterable[Found]") -> "list[Found]":
    """Episodes of one key: those whose windows begin with the flows of the same day are one, the first, until the last day of the last."""
    ones: dict[tuple[date, str | None, int], Found] = {}
    for each in sorted(found, key=lambda f: f.raised):
        first = ones.setdefault((each.first, each.item, each.entity), each)
        ones[each.first, each.item, each.entity] = replace(first, last=max(first.last, each.last))
    return list(ones.values())


@dataclass(frozen=True)
class Found:
    """A finding, as rule and definition both tell it; money in cents, a ratio in millionths."""

    entity: int
    direction: str
    item: str | None
    value: int
    limit: int
    first: date
    raised: date
    last: date
    flows: tuple[int, ...]
    settlements: tuple[str, ...] = ()


def told(
    behind: Iterable[Flow],
    *,
    value: int,
    limit: int,
    raised: date,
    last: date | None = None,
    direction: str = "payment",
    item: str | None = None,
    first: date | None = None,
    settlements: Iterable[str] = (),
    entity: int | None = None,
) -> Found:
    flows = sorted(behind, key=lambda f: f.flow)
    begun = first or min(f.day for f in flows)
    whose = flows[0].entity if entity is None else entity
    numbers = tuple(f.flow for f in flows)
    return Found(
        whose, direction, item, value, limit, begun, raised, last or raised, numbers, tuple(sorted(settlements))
    )


def laid(worlds: list[World], **inputs: Any) -> tuple[pl.DataFrame, dict[str, Any]]:
    """All worlds side by side: a flow frame, and what rules are told beside it."""
    flows = [f for world in worlds for f in world.flows]
    schema = {**FLOW_COLUMNS, **EXTRA_COLUMNS, "id": pl.String}
    empty = dict.fromkeys(schema)
    rows = [
        {
            **empty, "flow": f.flow, "declaration": f.declaration, "entity": f.entity, "direction": f.direction, "item": f.item,
            "day": f.day, "amount_usd": f.usd, "payment_type": f.kind, "counterparty": f.payee, "contract": f.contract,
            "invoice": f.invoice, "tax_filing": f.filing, "economy": f.economy, "code": f.code, "settled_usd": f.settled,
            "currency": "USD", "amount": f.usd, "id": str(f.flow),
        }
        for f in flows
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema={**schema, "direction": DIRECTION, "item": ITEM})
    people = [
        (n, f"E{n}", f"E{n}", n % WORLD == TRANSPORT, world.born.get(n), world.investors.get(n))
        for number, world in enumerate(worlds)
        for n in range(number * WORLD, number * WORLD + 3)
    ]
    given = {
        "calendar": CALENDAR,
        "roll": pl.DataFrame(people, schema=ROLL, orient="row"),
        "settlements": pl.DataFrame([s for w in worlds for s in w.settlements], schema=SETTLEMENTS, orient="row"),
        "filings": pl.DataFrame(
            [(no, number, entity, who, None, contract, None, usd, day) for w in worlds for no, number, entity, who, contract, usd, day in w.filings],
            schema=FILINGS, orient="row",
        ),
        "high_risk_economies": pl.DataFrame(schema=LISTED),
        **inputs,
    }  # fmt: skip
    return frame, given


def seen(rule: EarlyWarning, worlds: list[World], **inputs: Any) -> dict[int, set[Found]]:
    """What the rule finds in all worlds at once, by the number of the world."""
    frame, given = laid(worlds, **inputs)
    by_world: dict[int, set[Found]] = {}
    for row in find(rule, frame, **given).iter_rows(named=True):
        numbers = tuple(sorted(int(i) for i in row["ids"] or []))
        found = Found(
            row["entity"], row["direction"], row["item"], row["value"], row["limit_value"], row["first_day"], row["raised_on"],
            row["last_day"], numbers, tuple(sorted(row.get("settlements") or [])),
        )  # fmt: skip
        mine = by_world.setdefault(row["entity"] // WORLD, set())
        assert found not in mine, f"found twice: {found}"
        mine.add(found)
    return by_world
