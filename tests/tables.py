"""Five-row tables drawn as text, for tests of rules.

    flows('''
        flow   entity item       direction day        usd
        first  LAW    consulting payment   2026-03-02 60
        more   LAW    consulting payment   2026-03-03..2026-03-06 41
    ''')

Columns that are not drawn have a default; `-` is an empty cell. Beside the columns above there are payee, contract, invoice, filing
(texts of at most seven letters), type (of payment), economy, code, currency, amount and settled. A stretch `A..B` stands for a flow on each Monday to Friday of it (`more`, `more2`,
`more3` …). The part of `flow` before a slash is its declaration.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from fxwatch.flows import DIRECTION, EXTRA_COLUMNS, FLOW_COLUMNS, ITEM
from fxwatch.inputs import FILINGS, SETTLEMENTS, high_risk_economies, of_flows
from fxwatch.rule import EarlyWarning
from fxwatch.rulebook import inputs_of

DEFAULTS = {"entity": "LAW", "item": "consulting", "direction": "receipt", "day": "2026-03-02", "usd": "1000"}
SATURDAY = 5
ROLL = {
    "entity": pl.Int32, "entity_id": pl.String, "name": pl.String, "transport_enterprise": pl.Boolean,
    "registered_on": pl.Date, "investor_economies": pl.String,
}  # fmt: skip


def entity(name: str) -> int:
    """The number of an entity that is named by at most three letters: always the same."""
    return int.from_bytes(name.encode(), "big")


def drawn_cell(text: str) -> str | None:
    """What a cell says; None where it is empty."""
    return None if text == "-" else text


def number(text: str) -> int | None:
    """The number of a text; None where it is empty."""
    return None if text == "-" else entity(text)


def cents(text: str) -> int | None:
    return None if text == "-" else int(Decimal(text) * 100)


# What is drawn of further columns: the name in the table, and what a cell becomes.
FURTHER: dict[str, tuple[str, Callable[[str], Any]]] = {
    "counterparty": ("payee", number),
    "contract": ("contract", number),
    "invoice": ("invoice", number),
    "tax_filing": ("filing", number),
    "payment_type": ("type", drawn_cell),
    "economy": ("economy", drawn_cell),
    "code": ("code", drawn_cell),
    "currency": ("currency", drawn_cell),
    "amount": ("amount", cents),
    "settled_usd": ("settled", cents),
}


def rows(text: str) -> list[dict[str, str]]:
    header, *lines = [line.split() for line in text.strip().splitlines()]
    return [dict(zip(header, line, strict=True)) for line in lines]


def weekdays(first: str, last: str) -> list[date]:
    """Monday to Friday from a day to another."""
    start = date.fromisoformat(first)
    every = [start + timedelta(n) for n in range((date.fromisoformat(last) - start).days + 1)]
    return [day for day in every if day.weekday() < SATURDAY]


def flows(text: str) -> pl.DataFrame:
    """The flow frame of a table, with the flows' names in column `id`."""
    drawn: list[dict[str, Any]] = []
    for row in rows(text):
        row = {**DEFAULTS, **row}
        first, _, last = row["day"].partition("..")
        for number, day in enumerate(weekdays(first, last) if last else [date.fromisoformat(first)], start=1):
            drawn.append({**row, "day": day, "id": row["flow"] if number == 1 else f"{row['flow']}{number}"})
    declarations = sorted({d["id"].partition("/")[0] for d in drawn})
    return pl.DataFrame(
        {
            "flow": range(1, len(drawn) + 1),
            "declaration": [declarations.index(d["id"].partition("/")[0]) + 1 for d in drawn],
            "entity": [entity(d["entity"]) for d in drawn],
            "direction": [d["direction"] for d in drawn],
            "item": [d["item"] for d in drawn],
            "day": [d["day"] for d in drawn],
            "amount_usd": [int(Decimal(d["usd"]) * 100) for d in drawn],
            **{name: [made(d.get(word, "-")) for d in drawn] for name, (word, made) in FURTHER.items()},
            "id": [d["id"] for d in drawn],
        },
        schema={**FLOW_COLUMNS, **{name: EXTRA_COLUMNS[name] for name in FURTHER}, "id": pl.String},
    ).with_columns(pl.col("direction").cast(DIRECTION), pl.col("item").cast(ITEM))


def calendar(*years: int, off: Iterable[str] = (), on: Iterable[str] = ()) -> pl.DataFrame:
    """Every day of some years: Monday to Friday are working days, but for days that are said to be off, or on."""
    free, worked = ({date.fromisoformat(d) for d in days} for days in (off, on))
    days = [
        date(year, 1, 1) + timedelta(n)
        for year in years
        for n in range(366)
        if (date(year, 1, 1) + timedelta(n)).year == year
    ]
    works = [(day.weekday() < SATURDAY and day not in free) or day in worked for day in days]
    return pl.DataFrame({"day": days, "is_workday": works}, schema={"day": pl.Date, "is_workday": pl.Boolean})


def settlements(text: str) -> pl.DataFrame:
    """The frame of settlements of a table: no, entity, kind, day, group, usd."""
    drawn = [
        (r["no"], entity(r["entity"]), r["kind"], date.fromisoformat(r["day"]), r["group"], cents(r["usd"]))
        for r in rows(text)
    ]
    return pl.DataFrame(drawn, schema=SETTLEMENTS, orient="row")


def filings(text: str) -> pl.DataFrame:
    """The frame of filings of a table: no, entity, authority, contract, usd, day."""
    drawn = [
        (r["no"], number(r["no"]), entity(r["entity"]), r["authority"], drawn_cell(r["contract"]), number(r["contract"]), None,
         cents(r["usd"]), date.fromisoformat(r["day"]))
        for r in rows(text)
    ]  # fmt: skip
    return pl.DataFrame(drawn, schema=FILINGS, orient="row")


def roll(
    *transport: str,
    others: Iterable[str] = ("LAW",),
    born: Mapping[str, str] | None = None,
    investors: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """A roll with some transport enterprises, and others that are none; days of registration and investors' economies of some."""
    names = [*transport, *others]
    return pl.DataFrame(
        {
            "entity": map(entity, names),
            "entity_id": names,
            "name": names,
            "transport_enterprise": [n in transport for n in names],
            "registered_on": [date.fromisoformat(born[n]) if born and n in born else None for n in names],
            "investor_economies": [(investors or {}).get(n) for n in names],
        },
        schema=ROLL,
    )


def years_of(drawn: pl.DataFrame) -> pl.DataFrame:
    """The calendar of the years of some flows, and of the one before them."""
    years = drawn["day"].dt.year().to_list()
    return calendar(*range(min(years) - 1, max(years) + 1))


def find(rule: EarlyWarning, drawn: pl.DataFrame, **inputs: Any) -> pl.DataFrame:
    """What a rule finds, sorted; `ids` has the names of the flows behind each finding, sorted."""
    given = {
        "calendar": years_of(drawn),
        "roll": roll(),
        "settlements": pl.DataFrame(schema=SETTLEMENTS),
        "filings": pl.DataFrame(schema=FILINGS),
        "high_risk_economies": high_risk_economies(),
        **of_flows(drawn),
        **inputs,
    }
    asked = {n: given[n].lazy() if isinstance(given[n], pl.DataFrame) else given[n] for n in inputs_of(rule)}
    looked_at = drawn.lazy()
    found = (
        rule.find(looked_at, **asked)
        .collect()
        .sort("entity", "first_day", "direction", "value")
        .with_row_index("finding")
    )
    behind = rule.evidence(found.lazy(), looked_at).collect().join(drawn.select("flow", "id"), on="flow")
    ids = behind.group_by("finding").agg(pl.col("id").sort().alias("ids"))
    return found.join(ids, on="finding", how="left", maintain_order="left")
