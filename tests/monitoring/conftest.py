"""A small warehouse in memory, filled by hand: flows, roll, and the partial sums of a run."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files

import duckdb
import pytest

from fxwatch.facts import facts
from fxwatch.terms import Bpm6, Direction, Item, Scope
from fxwatch.warehouse.recording import refill_sums

Row = dict[str, str]
Fill = Callable[..., duckdb.DuckDBPyConnection]
MOMENT = datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None)
DEFAULTS = {
    "code": "",
    "scope": "cross_border",
    "bank": "",
    "economy": "",
    "settled_amount": "",
    "industry": "",
    "area": "",
    "name": "",
}


def classified(code: str) -> tuple[int | None, int | None]:
    """Positions of item and BPM6 head of a code or a slug, as `data/codes.csv` has them."""
    if not code:
        return None, None
    if code in list(Item):
        heads = {row["bpm6"] for row in facts("codes.csv") if row["item"] == code}
        return list(Item).index(Item(code)), list(Bpm6).index(
            Bpm6(heads.pop()) if len(heads) == 1 else Bpm6.UNALLOCATED
        )
    row = max((row for row in facts("codes.csv") if code.startswith(row["code"])), key=lambda row: len(row["code"]))
    return list(Item).index(Item(row["item"])), list(Bpm6).index(Bpm6(row["bpm6"]))


def warehouse_of(flows: Iterable[Row], people: Iterable[Row], *, run: bool = True) -> duckdb.DuckDBPyConnection:
    """A warehouse with these flows (in USD) and people; without a run, table `sums` stays empty."""
    con = duckdb.connect()
    con.execute(files("fxwatch.warehouse").joinpath("schema.sql").read_text("utf-8"))
    numbers: dict[str, int] = {}
    for found in people:
        person = DEFAULTS | found
        number = numbers.setdefault(person["entity_id"], len(numbers) + 1)
        con.execute("INSERT INTO entity_numbers VALUES (?, ?)", [number, person["entity_id"]])
        traits = [person[name] or None for name in ("industry", "area")]
        con.execute(
            "INSERT INTO roll VALUES (?, ?, ?, ?, NULL, ?, NULL, NULL, false, DATE '2010-01-01')",
            [number, person["entity_id"], person["name"] or person["entity_id"], *traits],
        )
    con.execute(
        "INSERT INTO loads VALUES (1, 'flows', 'flows.csv', '', NULL, NULL, 'test', ?, 0, 0, 0, 0, 0)", [MOMENT]
    )
    for line, found in enumerate(flows, start=1):
        flow = DEFAULTS | found
        item, head = classified(flow["code"])
        if flow["entity_id"] not in numbers:
            numbers[flow["entity_id"]] = len(numbers) + 1
            con.execute("INSERT INTO entity_numbers VALUES (?, ?)", [numbers[flow["entity_id"]], flow["entity_id"]])
        row = {
            "flow": line, "declaration": line, "declaration_no": f"T{line}", "leg": 1, "version": 1, "state": 0,
            "entity": numbers[flow["entity_id"]], "party_type": "C", "direction": list(Direction).index(Direction(flow["direction"])),
            "day": date.fromisoformat(flow["day"]), "code": flow["code"] or None, "item": item, "bpm6": head,
            "amount_usd": cents(flow["amount"]), "settled_usd": cents(flow["settled_amount"]) if flow["settled_amount"] else None,
            "economy": flow["economy"] or None, "bank": flow["bank"] or None, "scope": list(Scope).index(Scope(flow["scope"])),
            "load_id": 1, "line": line, "known_from": MOMENT,
        }  # fmt: skip
        con.execute(
            f"INSERT INTO recent_flows ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
        )
    if run:
        refill_sums(con)
        con.execute(
            "INSERT INTO runs VALUES (1, ?, ?, DATE '2025-01-01', 'test', '', 'local', 1, 0, NULL, NULL, 0, '', '', NULL, NULL, NULL)",
            [MOMENT] * 2,
        )
    return con


def cents(amount: str) -> int:
    return int(Decimal(amount) * 100)


@pytest.fixture
def fill() -> Iterator[Fill]:
    """`fill(flows, people, run=True)`, or `fill(TABLE)` of words that a reader can add up."""
    opened = []

    def filled(
        flows: str | Iterable[Row], people: Iterable[Row] = (), *, run: bool = True
    ) -> duckdb.DuckDBPyConnection:
        opened.append(warehouse_of(rows_of(flows) if isinstance(flows, str) else flows, people, run=run))
        return opened[-1]

    yield filled
    for con in opened:
        con.close()


def rows_of(table: str) -> list[Row]:
    """The rows of a drawn table; `-` is an empty cell."""
    head, *lines = [line.split() for line in table.strip().splitlines()]
    return [{name: "" if cell == "-" else cell for name, cell in zip(head, line, strict=True)} for line in lines]
