"""The flow frame: what every rule looks at, declared once; a frame that differs is refused.

One row is one flow: one leg of one declaration, classified and in scope.

| column | type | meaning |
|---|---|---|
| `flow` | Int64 | number of the flow; stays the same when the flow is changed |
| `declaration` | Int64 | number of its declaration; its legs share it |
| `entity` | Int32 | number of the entity (`roll` has its identifier) |
| `direction` | Enum | `receipt`, `payment` |
| `item` | Enum | one of the 14 slugs of `terms.Item` |
| `day` | Date | |
| `amount_usd` | Int64 | USD equivalent in **cents** |

A rule that needs more names it in `EarlyWarning.columns`; those come from `EXTRA_COLUMNS`, coded as integers
or enums where they are identities.
"""

from collections.abc import Iterable

import polars as pl

from fxwatch.errors import HouseError
from fxwatch.terms import Authority, Bpm6, Direction, Item, Scope, SettlementKind

DIRECTION = pl.Enum([d.value for d in Direction])
HIT_DIRECTION = pl.Enum([*(d.value for d in Direction), "both"])
ITEM = pl.Enum([i.value for i in Item])
BPM6 = pl.Enum([b.value for b in Bpm6])
SCOPE = pl.Enum([s.value for s in Scope])
SETTLEMENT_KIND = pl.Enum([k.value for k in SettlementKind])
AUTHORITY = pl.Enum([a.value for a in Authority])

FLOW_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "flow": pl.Int64,
    "declaration": pl.Int64,
    "entity": pl.Int32,
    "direction": DIRECTION,
    "item": ITEM,
    "day": pl.Date,
    "amount_usd": pl.Int64,
}

# What a rule may ask for beside the columns above. `counterparty`, `contract`, `invoice` and `tax_filing` are numbers made of
# the texts alone, so that a text has the same number in every frame of a run; null where empty. A counterparty's text is
# taken without marks of residence, blanks, punctuation and case. `amount` is in cents of the currency.
EXTRA_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "bpm6": BPM6,
    "scope": SCOPE,
    "settled_usd": pl.Int64,
    "payment_type": pl.Enum(["A", "P", "R", "O"]),
    "economy": pl.String,
    "bank": pl.String,
    "code": pl.String,
    "currency": pl.String,
    "amount": pl.Int64,
    "counterparty": pl.Int64,
    "contract": pl.Int64,
    "invoice": pl.Int64,
    "tax_filing": pl.Int64,
}

CENTS_PER_USD = 100


def check_flows(flows: pl.LazyFrame) -> pl.LazyFrame:
    """Hand back the frame if it has the columns above with their types; more columns are welcome.

    Raises:
        HouseError: a column is missing or of another type; the sentence names it.
    """
    schema = flows.collect_schema()
    for name, dtype in FLOW_COLUMNS.items():
        found = schema.get(name)
        if found != dtype:
            raise HouseError(
                f"The flow frame does not match its contract: column {name} should be {dtype}, found {found}.",
                f"收付汇记录表不符合约定：列 {name} 应为 {dtype}，实为 {found}。",
            )
    return flows


def no_flows() -> pl.LazyFrame:
    """An empty flow frame."""
    return pl.LazyFrame(schema=FLOW_COLUMNS)


# How many of the lowest bits each column of a packed key takes; days, those of months and quarters too, count from the beginning of year 1.
_BITS = {"entity": 31, "item": 4, "direction": 1, "day": 22, "month": 22, "quarter": 22}
_DAYS = {"day", "month", "quarter"}
_DAYS_BEFORE_1970 = 719_162
_ROOM = 63


def packable(columns: Iterable[str]) -> bool:
    """Whether a key of these columns can be packed, and fits into one Int64."""
    names = list(columns)
    return set(_BITS).issuperset(names) and sum(_BITS[name] for name in names) <= _ROOM


def packed(*columns: str) -> pl.Expr:
    """A key of several columns as one Int64, the first column in the highest bits: one key to sort, group or join by.

    >>> import datetime as dt
    >>> days = pl.DataFrame({"entity": [7, 7], "day": [dt.date(2025, 1, 31), dt.date(2025, 2, 1)]})
    >>> days.select(packed("entity", "day").diff()).to_series().to_list()
    [None, 1]
    """
    key = pl.lit(0, pl.Int64)
    for name in columns:
        number = pl.col(name).to_physical().cast(pl.Int64)
        key = key * 2 ** _BITS[name] + (number + _DAYS_BEFORE_1970 if name in _DAYS else number)
    return key
