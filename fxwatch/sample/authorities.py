"""What others would hand in beside a sample's flows: settlements inside accounts, filings, banks' own totals.

All of it follows from the flows as they finally stand and fits them, as it does on most days: nobody settles more than it declared,
contracts are filed before they are paid and for enough, and banks count what they reported. A few totals are a little off.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from fxwatch.equivalents import SCALE, tables_in_use, usd_cents
from fxwatch.facts import facts
from fxwatch.sample.declarations import money
from fxwatch.terms import GROUPS, Direction, Item, SettlementKind

SETTLED_LATER, BOUGHT_BEFORE = 0.22, 0.18
FILED_BY_CONTRACT, ALSO_AT_COMMERCE = 0.85, 0.3
TOTALS_OFF = 0.03
FILING_LIMIT_CENTS = 50_000 * 100
_REACH = 4  # months that an equivalent looks back on, as a home does by default
_EXEMPT = (Item.TRAVEL.value, Item.GOVERNMENT.value)


@dataclass(frozen=True)
class Others:
    """Rows of files of these kinds, texts."""

    settlements: pl.DataFrame
    filings: pl.DataFrame
    totals: pl.DataFrame


def invent_others(
    rng: np.random.Generator, flows: pl.DataFrame, outcomes: pl.DataFrame, first_day: date, last_day: date
) -> Others:
    """What others say of the same money.

    Args:
        rng: of every draw.
        flows: rows of flows files in the order in which they were reported.
        outcomes: which of them are not simply accepted (`declaration_no`, `outcome`).
        first_day, last_day: of the sample.
    """
    stands = _standing(flows, outcomes)
    classified = stands.filter(pl.col("item").is_not_null())
    return Others(
        settlements=_settlements(rng, classified, first_day, last_day),
        filings=_filings(rng, classified),
        totals=_totals(rng, stands),
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


def _settlements(rng: np.random.Generator, flows: pl.DataFrame, first_day: date, last_day: date) -> pl.DataFrame:
    """Some of what was not settled with the flow itself is settled days later, or was bought days before."""
    left = pl.col("amount") - pl.col("settled_amount")
    # Where the bank says nothing of it (an empty cell), nobody knows what is left.
    open_ = flows.filter((pl.col("currency") != "CNY") & (left >= 100_00)).with_columns(left=left)
    comes = pl.col("direction") == Direction.RECEIPT
    chance = pl.when(comes).then(SETTLED_LATER).otherwise(BOUGHT_BEFORE)
    open_ = open_.filter(pl.Series(rng.random(len(open_))) < chance)
    part = pl.Series(rng.uniform(0.3, 1.0, len(open_)))
    pause = pl.lit(pl.Series(rng.integers(1, 9, len(open_))))
    group_of = {
        f"{direction.value} {item.value}": group
        for direction, kind in zip(Direction, SettlementKind, strict=True)
        for group, items in GROUPS[kind].items()
        for item in items
    }
    later = pl.col("day") + pl.duration(days=pause)
    before = pl.col("day") - pl.duration(days=pause)
    rows = open_.with_columns(
        settled=(pl.col("left") * part).floor().cast(pl.Int64),
        on=pl.when(comes).then(later).otherwise(before).cast(pl.Date),
        kind=pl.when(comes)
        .then(pl.lit(SettlementKind.SETTLEMENT.value))
        .otherwise(pl.lit(SettlementKind.PURCHASE.value)),
        fx_group=(pl.col("direction") + " " + pl.col("item")).replace_strict(group_of, return_dtype=pl.String),
    ).filter(pl.col("on").is_between(first_day, last_day))
    rows = rows.sort("on", "declaration_no", "leg").with_row_index("number", offset=1)
    return rows.select(
        settlement_no=pl.col("declaration_no").str.head(12) + "JS" + pl.col("number").cast(pl.String).str.zfill(8),
        action=pl.lit("A"),
        entity_id="entity_id",
        kind="kind",
        day=pl.col("on").cast(pl.String),
        fx_group="fx_group",
        currency="currency",
        amount=money(rows["settled"]),
    )


def _filings(rng: np.random.Generator, flows: pl.DataFrame) -> pl.DataFrame:
    """Filings with the tax authority by number, or by contract, and some of the same contracts with the commerce authority."""
    paid = flows.filter((pl.col("direction") == Direction.PAYMENT) & (pl.col("payment_type") != "R"))
    needed = ~pl.col("item").is_in(_EXEMPT)
    has_contract = pl.col("contract_no") != ""
    contract = ["entity_id", "contract_no"]
    whole = paid.filter(has_contract).group_by(contract, maintain_order=True).agg(
        paid=pl.col("usd").sum(), first=pl.col("day").min(), largest=pl.col("usd").filter(needed).max(), code=pl.col("code").first()
    )  # fmt: skip
    whole = whole.with_columns(
        # Agreed before it was paid, for what it comes to and a little more, in whole hundreds.
        agreed=((pl.col("paid") * pl.Series(rng.uniform(1.02, 1.3, len(whole)))) / 100_00).ceil().cast(pl.Int64)
        * 100_00,
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
    due = whole.filter(pl.col("largest") > FILING_LIMIT_CENTS)
    picked = [
        (due.filter(pl.Series(rng.random(len(due)) < FILED_BY_CONTRACT)), "tax", "HTBA"),
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
