"""Monitors for statisticians: SDMX-CSV 2.0, in the heads of BPM6, every figure an observation of its own.

One data structure serves all monitors, `FXWATCH:MONITORS(1.0)`; each is a dataflow of it, `FXWATCH:TRENDS(1.0)` and so on.

| column | holds |
|---|---|
| `STRUCTURE`, `STRUCTURE_ID`, `ACTION` | `dataflow`, its identifier, `I` (information) |
| `FREQ` | `A`, `Q`, `M`; `_Z` for other stretches of days |
| `ACCOUNTING_ENTRY` | `C` credit (receipts), `D` debit (payments), `B` balance |
| `INT_ACC_ITEM` | `SA` to `SL` of BPM6, `S` all services, `_X` not allocated to one head |
| `INDUSTRY`, `AREA`, `COUNTERPART_AREA`, `BANK`, `FLOW_SCOPE`, `ENTITY` | what was asked by or narrowed to; `_T` where all are together, `_U` unknown |
| `MEASURE` | the monitor's column, such as `AMOUNT_USD`, `MOM`, `TOP3_SHARE_ENTITY` |
| `TIME_PERIOD` | `2025`, `2025-Q3`, `2025-07`; other stretches as `2025-01-01/P304D` |
| `OBS_VALUE` | an exact decimal |
| `UNIT_MEASURE`, `DECIMALS`, `OBS_STATUS` | `USD` or `PURE_NUMB`; decimals kept; `A` normal, `P` the period is not over |
"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from fxwatch.errors import RequestError
from fxwatch.identifiers import entity_key
from fxwatch.periods import Period, parse_day, parse_period
from fxwatch.reading.drill import days_known
from fxwatch.reading.monitors import BOTH_SCOPES, UNKNOWN, monitor
from fxwatch.sums import ALL, DIGITS
from fxwatch.terms import Bpm6, Direction

if TYPE_CHECKING:
    from fxwatch.home import Home

AGENCY, VERSION = "FXWATCH", "1.0"
DIMENSIONS = (
    "FREQ", "ACCOUNTING_ENTRY", "INT_ACC_ITEM", "INDUSTRY", "AREA", "COUNTERPART_AREA", "BANK", "FLOW_SCOPE", "ENTITY", "MEASURE",
    "TIME_PERIOD",
)  # fmt: skip
COLUMNS = ("STRUCTURE", "STRUCTURE_ID", "ACTION", *DIMENSIONS, "OBS_VALUE", "UNIT_MEASURE", "DECIMALS", "OBS_STATUS")
_OF_DIMENSION = {
    "industry": "INDUSTRY", "area": "AREA", "economy": "COUNTERPART_AREA", "bank": "BANK", "scope": "FLOW_SCOPE", "entity": "ENTITY",
}  # fmt: skip
_ENTRIES = {Direction.RECEIPT.value: "C", Direction.PAYMENT.value: "D"}
# Whose side a column of a table without directions is on.
_SIDES = {"receipts": "C", "payments": "D", "net": "B", "settled": "C", "purchased": "D"}
_MONEY = ("amount_usd", "previous", "same_last_year", "change", "contribution", *_SIDES)
_COUNTS = ("flows", "entities")
_RATIOS = ("share", "top_share", "mom", "yoy", "share_change", "growth", "top3_share", "top10_share", "hhi")
# What tells two figures of one column apart becomes a part of the measure's name.
_QUALIFIERS = ("basis", "over")


def observations(
    home: "Home",
    name: str,
    *,
    period: str | None = None,
    as_of: date | str | None = None,
    by: str | None = None,
    where: tuple[str, ...] = (),
    scope: str = BOTH_SCOPES,
    **asked: Any,
) -> pl.DataFrame:
    """A monitor's figures, one row each: the columns `COLUMNS`, all of them text.

    Args:
        home: where.
        name: the monitor.
        period, as_of, by, where, scope, asked: as monitors take them; the scheme is always that of BPM6.

    Raises:
        RequestError: what monitors refuse; a dimension narrowed to several values, which no observation can say.
    """
    asked = {**asked, "scheme": "bpm6"}
    fixed, heads = _fixed(where, scope)
    table = monitor(home, name, period=period, as_of=as_of, by=by, where=where, scope=scope, **asked)
    known = days_known(home)
    last = parse_day(as_of) if as_of else known.end if known else date.max
    whole = parse_period(period or "ytd", last)
    rows = [
        {**fixed, **observation}
        for row in _of_heads(table, heads).iter_rows(named=True)
        for observation in _of_row(row, by, whole, last)
    ]
    flow = f"{AGENCY}:{name.upper()}({VERSION})"
    told = [{"STRUCTURE": "dataflow", "STRUCTURE_ID": flow, "ACTION": "I", **row} for row in rows]
    found = pl.DataFrame(told, schema=dict.fromkeys(COLUMNS, pl.String))
    # A surge's own figures stand beside each of its entities.
    return found.unique(maintain_order=True)


def refusal(where: tuple[str, ...], scope: str = BOTH_SCOPES) -> RequestError | None:
    """Why there is no file of what is asked; None where there is one."""
    try:
        _fixed(where, scope)
    except RequestError as fault:
        return fault
    return None


def as_csv(observed: pl.DataFrame, direction: str | None = None) -> bytes:
    """Observations as a file, those of one direction alone where it is named."""
    if direction is not None:
        observed = observed.filter(ACCOUNTING_ENTRY=_ENTRIES[direction])
    return observed.write_csv().encode()


def _of_row(row: dict[str, Any], by: str | None, whole: Period, last: date) -> list[dict[str, str]]:
    """The observations of one row of a monitor."""
    part = _parsed(row["period"]) if "period" in row else whole
    common = {
        "INT_ACC_ITEM": _item(row.get("item", ALL)),
        "TIME_PERIOD": _time(part),
        "FREQ": _frequency(part),
        "OBS_STATUS": "A" if part.is_complete(last) else "P",
    }
    if by in _OF_DIMENSION:
        common[_OF_DIMENSION[by]] = _code(row[by])
    qualifier = "".join(f"_{row[name].upper()}" for name in _QUALIFIERS if row.get(name))
    found = []
    for name in (*_MONEY, *_COUNTS, *_RATIOS):
        if row.get(name) is None:
            continue
        # In a table of surges all but the contribution is the item's own.
        own = (
            {"ENTITY": row["entity_id"]}
            if row.get("entity_id") and ("change" not in row or name == "contribution")
            else {}
        )
        own |= {"INT_ACC_ITEM": "S"} if name == "top_share" else {}
        side = _SIDES.get(name) or _ENTRIES[row["direction"]]
        value, unit, decimals = _value(name, row[name])
        found.append({
            **common, **own, "ACCOUNTING_ENTRY": side, "MEASURE": f"{name.upper()}{qualifier}", "OBS_VALUE": value, "UNIT_MEASURE": unit,
            "DECIMALS": decimals,
        })  # fmt: skip
    return found


def _of_heads(table: pl.DataFrame, heads: list[str]) -> pl.DataFrame:
    """The table without what is no sum of all services, where only some heads are asked for."""
    if not heads:
        return table
    if "item" not in table.columns:
        return table.with_columns(item=pl.lit(heads[0] if len(heads) == 1 else Bpm6.UNALLOCATED.value))
    return table.filter(pl.col("item").cast(pl.String) != ALL)


def _fixed(where: tuple[str, ...], scope: str) -> tuple[dict[str, str], list[str]]:
    """What all observations share: the dimensions that were narrowed, and `_T` for the others; and the heads asked for."""
    heads: list[str] = []
    fixed = dict.fromkeys(_OF_DIMENSION.values(), "_T")
    if scope != BOTH_SCOPES:
        fixed["FLOW_SCOPE"] = scope.upper()
    narrowed: set[str] = set()
    for condition in where:
        dimension, _, value = (part.strip() for part in condition.partition("="))
        dimension = dimension.lower()
        if dimension == "item":
            if value not in list(Bpm6):
                raise RequestError(
                    f"An SDMX file is in heads of BPM6; found item {value}. Narrow it by one of {', '.join(Bpm6)}.",
                    f"SDMX 文件使用 BPM6 类别，不能限定项目 {value}。可用：{'、'.join(Bpm6)}。",
                )
            heads.append(value)
            continue
        if dimension not in _OF_DIMENSION:
            continue  # the monitor says what is wrong with it
        if dimension in narrowed:
            raise RequestError(
                f"An SDMX file says one value of a dimension; found several of {dimension}. Ask --by {dimension}, or write one file each.",
                f"SDMX 文件中每个维度只能取一个值，{dimension} 有多个。请用 --by {dimension}，或分别写出文件。",
            )
        narrowed.add(dimension)
        value = (entity_key(value, verify=False) or value) if dimension == "entity" else value
        fixed[_OF_DIMENSION[dimension]] = _code(value)
    return fixed, heads


def _item(word: str) -> str:
    return "S" if word == ALL else "_X" if word == Bpm6.UNALLOCATED else word


def _code(word: str) -> str:
    return "_U" if word.lower() == UNKNOWN else word.upper()


def _parsed(label: str) -> Period:
    return parse_period(label, date.max)


def _time(part: Period) -> str:
    label = part.label
    if ".." in label:
        return f"{part.start.isoformat()}/P{(part.end - part.start).days + 1}D"
    return label.replace("Q", "-Q")


def _frequency(part: Period) -> str:
    label = part.label
    return "_Z" if ".." in label else "Q" if "Q" in label else "M" if "-" in label else "A"


def _value(name: str, value: Any) -> tuple[str, str, str]:
    """An observation's value without an exponent, its unit, and its decimals."""
    if name in _MONEY:
        return f"{value:.2f}", "USD", "2"
    if name in _COUNTS:
        return str(value), "PURE_NUMB", "0"
    return f"{Decimal(str(value)):.{DIGITS}f}", "PURE_NUMB", str(DIGITS)
