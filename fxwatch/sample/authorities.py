"""What others would hand in beside a sample's flows: settlements inside accounts, filings, banks' own totals.

All of it follows from the flows as they finally stand and fits them, as it does on most days: nobody settles more than it declared,
contracts are filed before they are paid and for enough, and banks count what they reported. A few totals are a little off. Where a
pattern is planted that shows in these files alone, they say what it needs: more settled, less filed, nothing filed.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from fxwatch.equivalents import SCALE, tables_in_use, usd_cents
from fxwatch.facts import facts
from fxwatch.sample.declarations import money
from fxwatch.terms import GROUPS, Direction, Item, SettlementKind

SETTLED_LATER, BOUGHT_BEFORE = 0.22, 0.18
FILED_BY_CONTRACT, ALSO_AT_COMMERCE = 0.95, 0.3
# Planted: what is filed of what is paid under a contract, and what is settled above all that could be explained.
FILED_PART = (0.5, 0.75)
SETTLED_BEYOND_USD = (120_000, 900_000)
TOTALS_OFF = 0.03
FILING_LIMIT_CENTS = 50_000 * 100
_REACH = 4  # months that an equivalent looks back on, as a home does by default
_SETTLED = ("declaration_no", "leg", "entity_id", "kind", "fx_group", "currency", "settled", "on", "pattern")
_EXEMPT = (Item.TRAVEL.value, Item.GOVERNMENT.value)


@dataclass(frozen=True)
class Others:
    """Rows of files of these kinds, texts; and which settlements are planted (pattern, settlements: a list of numbers)."""

    settlements: pl.DataFrame
    filings: pl.DataFrame
    totals: pl.DataFrame
    planted: pl.DataFrame


def invent_others(
    rng: np.random.Generator,
    flows: pl.DataFrame,
    outcomes: pl.DataFrame,
    planted: pl.DataFrame,
    first_day: date,
    last_day: date,
) -> Others:
    """What others say of the same money.

    Args:
        rng: of every draw.
        flows: rows of flows files in the order in which they were reported.
        outcomes: which of them are not simply accepted (`declaration_no`, `outcome`).
        planted: the declarations of patterns (`declaration_no`, `pattern`, `kind`).
        first_day, last_day: of the sample.
    """
    stands = _standing(flows, outcomes)
    classified = stands.filter(pl.col("item").is_not_null())
    settled = _settled_apart(rng, classified, first_day, last_day)
    beyond = _settled_beyond(rng, classified, settled, planted.filter(kind="settlement_mismatch"))
    settlements = _numbered(pl.concat([settled, beyond]))
    return Others(
        settlements=settlements.drop("pattern"),
        filings=_filings(rng, classified, planted),
        totals=_totals(rng, stands),
        planted=settlements.drop_nulls("pattern").group_by("pattern").agg(settlements=pl.col("settlement_no").sort()),
    )


def _standing(flows: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """The flows that stand in the end: in scope, with their item (null while they wait for a code) and cents."""
    beyond = outcomes.filter(pl.col("outcome") != "duplicate").select("declaration_no").unique()
    last = flows.join(beyond, on="declaration_no", how="anti", maintain_order="left")
    last = last.unique(["declaration_no", "leg"], keep="last", maintain_order=True).filter(pl.col("action") != "D")
    rates = pl.DataFrame(list(facts("rates.csv"))).select(
        (pl.col("month") + "-01").str.to_date().alias("month"),
        "currency",
        rate=pl.col("usd_per_unit").cast(pl.Decimal(24, 12)).to_physical().cast(pl.Int128),
    )
    cents = pl.col("amount", "settled_amount").replace("", None).cast(pl.Decimal(20, 2)).to_physical().cast(pl.Int64)
    key = (
        pl.when(pl.col("entity_id").str.len_bytes() == 18)
        .then(pl.col("entity_id").str.slice(8, 9))
        .otherwise("entity_id")
    )
    last = last.with_columns(cents, key, pl.col("day").str.to_date(), item=_items(last["code"]))
    last = last.with_columns(flow_month=pl.col("day").dt.month_start())
    last = last.join(
        tables_in_use(rates, reach=_REACH), on=["currency", "flow_month"], how="left", maintain_order="left"
    )
    rate = pl.when(pl.col("currency") == "USD").then(pl.lit(SCALE, dtype=pl.Int128)).otherwise("rate")
    return last.with_columns(usd=usd_cents(pl.col("amount"), rate).cast(pl.Int64))


def _items(codes: pl.Series) -> pl.Series:
    """The item of each code by its longest prefix; null where it is empty."""
    prefixes = sorted(((row["code"], row["item"]) for row in facts("codes.csv")), key=lambda pair: -len(pair[0]))
    found = {c: next((item for prefix, item in prefixes if c.startswith(prefix)), None) for c in codes.unique() if c}
    return codes.replace_strict(found, default=None, return_dtype=pl.String)


def _settled_apart(rng: np.random.Generator, flows: pl.DataFrame, first_day: date, last_day: date) -> pl.DataFrame:
    """Some of what was not settled with the flow itself is settled days later, or was bought days before: columns of `_SETTLED`."""
    left = pl.col("amount") - pl.col("settled_amount")
    # Where the bank says nothing of it (an empty cell), nobody knows what is left.
    open_ = flows.filter((pl.col("currency") != "CNY") & (left >= 100_00)).with_columns(left=left)
    comes = pl.col("direction") == Direction.RECEIPT
    chance = pl.when(comes).then(SETTLED_LATER).otherwise(BOUGHT_BEFORE)
    open_ = open_.filter(pl.Series(rng.random(len(open_))) < chance)
    part = pl.Series(rng.uniform(0.3, 1.0, len(open_)))
    pause = pl.lit(pl.Series(rng.integers(1, 9, len(open_))))
    later = pl.col("day") + pl.duration(days=pause)
    before = pl.col("day") - pl.duration(days=pause)
    rows = open_.with_columns(
        settled=(pl.col("left") * part).floor().cast(pl.Int64),
        on=pl.when(comes).then(later).otherwise(before).cast(pl.Date),
        kind=_kind(),
        fx_group=_group(),
        pattern=pl.lit(None, pl.Int32),
    )
    return rows.filter(pl.col("on").is_between(first_day, last_day)).select(_SETTLED)


def _settled_beyond(
    rng: np.random.Generator, flows: pl.DataFrame, settled: pl.DataFrame, planted: pl.DataFrame
) -> pl.DataFrame:
    """What entities of a pattern settle or buy in its quarter, so that no declaration explains it: columns of `_SETTLED`."""
    looked = flows.with_columns(kind=_kind(), fx_group=_group(), quarter=pl.col("day").dt.truncate("1q"))
    by = ["entity_id", "kind", "fx_group"]
    declared = looked.filter(pl.col("payment_type") != "R").group_by(*by, "quarter").agg(usd=pl.col("usd").sum())
    rows = []
    begun = looked.join(planted.select("declaration_no", pattern="pattern"), on="declaration_no").sort("pattern", "day")
    for own in begun.partition_by("pattern", maintain_order=True):
        first = own.row(0, named=True)
        quarters = declared.join(own.select(by).unique(), on=by).filter(
            pl.col("quarter").is_between(pl.lit(first["quarter"]).dt.offset_by("-3mo"), first["quarter"])
        )
        explained = int(int(quarters["usd"].sum()) * 1.1) + 100_000_00
        total = explained + round(rng.uniform(*SETTLED_BEYOND_USD) * 100)
        parts = (rng.dirichlet(np.full(3, 6.0)) * total).astype(np.int64).tolist()
        end = pl.select(pl.lit(first["quarter"]).dt.offset_by("3mo").dt.offset_by("-1d")).item()
        for part in parts:
            on = first["day"] + timedelta(days=int(rng.integers(1, max(2, (end - first["day"]).days))))
            rows.append({**first, "settled": part, "on": on, "currency": "USD"})
    return pl.DataFrame(rows, schema={**begun.schema, "settled": pl.Int64, "on": pl.Date}).select(_SETTLED)


def _kind() -> pl.Expr:
    """What the entity does with the foreign exchange of a flow."""
    comes = pl.col("direction") == Direction.RECEIPT
    return pl.when(comes).then(pl.lit(SettlementKind.SETTLEMENT.value)).otherwise(pl.lit(SettlementKind.PURCHASE.value))


def _group() -> pl.Expr:
    """The settlement group of a flow."""
    group_of = {
        f"{direction.value} {item.value}": group
        for direction, kind in zip(Direction, SettlementKind, strict=True)
        for group, items in GROUPS[kind].items()
        for item in items
    }
    return (pl.col("direction") + " " + pl.col("item")).replace_strict(group_of, return_dtype=pl.String)


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """The settlements in order, with a number each; `pattern` is null where nothing is planted."""
    rows = rows.sort("on", "declaration_no", "leg", "settled").with_row_index("number", offset=1)
    return rows.select(
        settlement_no=pl.col("declaration_no").str.head(12) + "JS" + pl.col("number").cast(pl.String).str.zfill(8),
        action=pl.lit("A"),
        entity_id="entity_id",
        kind="kind",
        day=pl.col("on").cast(pl.String),
        fx_group="fx_group",
        currency="currency",
        amount=money(rows["settled"]),
        pattern="pattern",
    )


def _filings(rng: np.random.Generator, flows: pl.DataFrame, planted: pl.DataFrame) -> pl.DataFrame:
    """Filings with the tax authority by number, or by contract, and some of the same contracts with the commerce authority."""
    paid = flows.filter((pl.col("direction") == Direction.PAYMENT) & (pl.col("payment_type") != "R"))
    needed = ~pl.col("item").is_in(_EXEMPT)
    has_contract = pl.col("contract_no") != ""
    contract = ["entity_id", "contract_no"]
    whole = paid.filter(has_contract).group_by(contract, maintain_order=True).agg(
        paid=pl.col("usd").sum(), first=pl.col("day").min(), largest=pl.col("usd").filter(needed).max(), code=pl.col("code").first()
    )  # fmt: skip
    over, never = (
        paid.filter(pl.col("declaration_no").is_in(planted.filter(kind=kind)["declaration_no"].implode()))
        .select(contract)
        .unique()
        .with_columns(pl.lit(value=True).alias(name))
        for kind, name in (("contract_overpaid", "over"), ("payment_without_filing", "never"))
    )
    whole = whole.join(over, on=contract, how="left", maintain_order="left")
    whole = whole.join(never, on=contract, how="left", maintain_order="left")
    part = (
        pl.when("over")
        .then(pl.Series(rng.uniform(*FILED_PART, len(whole))))
        .otherwise(pl.Series(rng.uniform(1.02, 1.3, len(whole))))
    )
    whole = whole.with_columns(
        # Agreed before it was paid, for what it comes to and a little more, in whole hundreds.
        agreed=((pl.col("paid") * part) / 100_00).ceil().cast(pl.Int64) * 100_00,
        filed=pl.col("first") - pl.duration(days=pl.lit(pl.Series(rng.integers(1, 15, len(whole))))),
    )
    columns = ("filing_no", "entity_id", "authority", "contract_no", "code", "currency", "contract_amount", "filed_on")
    numbered = paid.filter(needed & (pl.col("tax_filing_no") != "")).join(
        whole.select(*contract, "agreed"), on=contract, how="left", maintain_order="left"
    )
    ahead = pl.lit(pl.Series(rng.integers(0, 8, len(numbered))))
    by_number = numbered.select(
        filing_no="tax_filing_no",
        entity_id="entity_id",
        authority=pl.lit("tax"),
        contract_no="contract_no",
        code="code",
        currency=pl.when(has_contract).then(pl.lit("USD")).otherwise("currency"),
        cents=pl.when(has_contract).then("agreed").otherwise("amount"),
        filed_on=(pl.col("day") - pl.duration(days=ahead)).cast(pl.Date),
    )
    due = whole.filter(pl.col("largest") > FILING_LIMIT_CENTS, pl.col("never").is_null())
    by_tax = pl.Series(rng.random(len(due)) < FILED_BY_CONTRACT)
    picked = [
        (due.filter(by_tax | pl.col("over").is_not_null()), "tax", "HTBA"),
        (due.filter(pl.Series(rng.random(len(due)) < ALSO_AT_COMMERCE)), "commerce", "SWBA"),
    ]
    by_contract = [
        some.with_row_index("number", offset=1).select(
            filing_no=pl.lit(prefix) + pl.col("number").cast(pl.String).str.zfill(7),
            entity_id="entity_id",
            authority=pl.lit(authority),
            contract_no="contract_no",
            code="code",
            currency=pl.lit("USD"),
            cents="agreed",
            filed_on=pl.col("filed").cast(pl.Date),
        )
        for some, authority, prefix in picked
    ]
    rows = pl.concat([by_number, *by_contract]).sort("filed_on", "authority", "filing_no")
    return rows.with_columns(contract_amount=money(rows["cents"]), filed_on=pl.col("filed_on").cast(pl.String)).select(
        columns
    )


def _totals(rng: np.random.Generator, flows: pl.DataFrame) -> pl.DataFrame:
    """What each bank says it reported, month by month; a few figures count one flow more."""
    month = pl.col("day").dt.strftime("%Y-%m")
    rows = flows.group_by(bank=pl.col("declaration_no").str.head(12), month=month, direction="direction").agg(
        flows=pl.len().cast(pl.Int64), usd=pl.col("usd").sum()
    )
    rows = rows.sort("bank", "month", "direction", descending=[False, False, True])
    off = pl.Series(rng.random(len(rows)) < TOTALS_OFF)
    more = pl.Series(rng.integers(100_00, 5_000_00, len(rows)))
    rows = rows.with_columns(
        pl.col("flows") + off.cast(pl.Int64), usd=pl.col("usd") + pl.when(off).then(more).otherwise(0)
    )
    return rows.select("bank", "month", "direction", pl.col("flows").cast(pl.String), amount_usd=money(rows["usd"]))
