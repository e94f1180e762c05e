"""Near misses: what a limit a tenth lower would find beside, and what of it is a hit already."""

import json
from datetime import date
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from fxwatch.cli import app
from fxwatch.rulebook import rules
from fxwatch.session import Session
from fxwatch.whatif import beyond
from tests.rule_book.conftest import LAW

HEADER = "declaration_no,entity_id,direction,day,code,currency,amount,counterparty,economy\n"
# To Myanmar: 95,000 in two parts in April, 90,000 and no more in May, 130,000 in June.
PAID = f"""M1,{LAW},payment,2026-04-07,228021,USD,45000.00,Yangon Trade,MMR
M2,{LAW},payment,2026-04-08,228021,USD,50000.00,Yangon Trade,MMR
M3,{LAW},payment,2026-05-07,228021,USD,90000.00,Yangon Trade,MMR
M4,{LAW},payment,2026-06-08,228021,USD,95000.00,Yangon Trade,MMR
M5,{LAW},payment,2026-06-09,228021,USD,35000.00,Yangon Trade,MMR
"""


@pytest.fixture
def paying(home: Session) -> Session:
    file = home.path / "paid.csv"
    file.write_text(HEADER + PAID, "utf-8")
    assert home.load("flows", file).accepted == 5
    home.run()
    return home


def test_a_supplementary_rule_counts_who_comes_near_its_limit_again_and_again(paying: Session) -> None:
    found = paying.what_if("high_risk_economy.limit_usd=100000,95000,50000")
    # A month of 90,000 is not above nine tenths of 100,000, but above those of 95,000; June is a hit, not a near miss.
    assert found.steps.select("step", "hits", "near").rows() == [
        ("in_force", 1, 1), ("100000", 1, 1), ("95000", 1, 2), ("50000", 3, 0),
    ]  # fmt: skip
    (row,) = found.near.filter(step="95000").to_dicts()
    assert (row["entity_id"], row["near"], row["months"], row["value"]) == (LAW, 2, 2, 95_000)
    assert found.no_near == {}


def test_where_there_are_none_it_is_said_why(paying: Session) -> None:
    found = paying.what_if("contract_overpaid.over_usd=20000")
    assert found.steps["near"].to_list() == [0, 0]
    assert "contract_overpaid has no near misses: a contract that was paid in full" in found.say("en")
    assert "contract_overpaid 不计接近限额者：按合同足额付汇者" in found.say("zh")
    asked = ["--home", str(paying.path), "--lang", "zh", "what-if", "contract_overpaid.over_usd=20000", "--json"]
    assert json.loads(CliRunner().invoke(app, asked).stdout)["no_near"]["contract_overpaid"].startswith(
        "按合同足额付汇者"
    )
    few = paying.what_if("fan_in.entities_count=4")
    assert "no whole number lies within 10 % below entities_count = 5." in few.say("en")
    assert paying.what_if("near_limit.times_count=4").say("zh").endswith("下方 10% 以内没有整数。")


def row(
    hit: str, raised: int, last: int, *flows: int, object: str | None = None, item: str = "travel"
) -> dict[str, Any]:
    days = {"raised_on": date(2026, 3, raised), "last_day": date(2026, 3, last)}
    key = {"entity_id": LAW, "direction": "payment", "object": object, "item": item}
    return {"hit_id": hit, **key, **days, "flows": list(flows)}


SCHEMA = {
    "hit_id": pl.String, "entity_id": pl.String, "direction": pl.String, "object": pl.String, "item": pl.String,
    "raised_on": pl.Date, "last_day": pl.Date, "flows": pl.List(pl.Int64),
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "near", "is_near"),
    [
        ("pass_through", row("same", 9, 9, 9), False),
        ("pass_through", row("begins earlier and holds the hit", 3, 12, 1), False),
        ("pass_through", row("ends before the hit", 3, 9, 1), True),
        ("pass_through", row("begins after the hit was raised", 11, 12, 1), True),
        ("pass_through", row("another item, which is none of its key", 3, 12, 1, item="royalties"), False),
        ("new_item_large", row("another item, which is of its key", 3, 12, 1, item="royalties"), True),
        ("round_trip", row("a pair of its own", 3, 12, 1, object="ACME (1)"), True),
        ("round_trip", row("a flow of it is paired already", 3, 4, 1, 7, object="ACME (1)"), False),
        ("large_daily_total", row("another total of the day", 10, 10, 1), True),
    ],
)
def test_what_belongs_to_a_hit_is_no_near_miss(rule: str, near: dict[str, Any], is_near: bool) -> None:
    found = pl.DataFrame([row("same", 10, 12, 7, 8)], schema=SCHEMA)
    assert beyond(rules()[rule](), pl.DataFrame([near], schema=SCHEMA), found).is_empty() is not is_near
