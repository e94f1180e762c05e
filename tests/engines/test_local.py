"""Names that last: the hit ids of spec section 7."""

import hashlib
from dataclasses import dataclass
from datetime import date

import polars as pl
import pytest

from fxwatch.engines.local import HITS, Findings, find_all, together
from fxwatch.errors import HouseError
from fxwatch.rule import EarlyWarning, finding
from fxwatch.rulebook import rules
from tests.tables import calendar, entity, flows, roll

DRAWN = flows("""
    flow   entity item       direction day                    usd
    ship/1 SEA    transport  payment   2026-03-02             500000.01
    day    LAW    royalties  payment   2026-03-03             1000000.01
    row    LAW    consulting receipt   2026-03-02..2026-03-13 1
""")
ARTICLE = ("consecutive_days", "large_daily_total", "large_transport_transfer")
RULES = {name: rules()[name]() for name in ARTICLE}
INPUTS = {"calendar": calendar(2026), "roll": roll("SEA"), "first_loaded_day": None}
DECLARATIONS = DRAWN.select("declaration", declaration_no=pl.col("id").str.split("/").list.first()).unique()


def test_a_hit_is_named_by_what_it_is_about() -> None:
    found = find_all(RULES, DRAWN, INPUTS).named(INPUTS["roll"], DECLARATIONS)
    assert sorted(found.hits["hit_id"]) == [
        "consecutive_days:LAW:consulting:both:2026-03-02",
        "large_daily_total:LAW:-:payment:2026-03-03",
        "large_transport_transfer:ship",
    ]
    assert dict(found.hits.select("hit_id", "entity_id").iter_rows())["large_transport_transfer:ship"] == "SEA"


def test_evidence_goes_by_the_same_name() -> None:
    found = find_all(RULES, DRAWN, INPUTS).named(INPUTS["roll"], DECLARATIONS)
    behind = found.evidence.join(DRAWN, on="flow").group_by("hit_id").agg(pl.col("id").sort())
    assert dict(behind.iter_rows())["large_daily_total:LAW:-:payment:2026-03-03"] == ["day"]
    assert behind.height == found.hits.height
    assert dict(found.hits.select("hit_id", "flow_count").iter_rows()) == dict(
        behind.select("hit_id", pl.col("id").list.len()).iter_rows()
    )


def test_a_further_part_of_the_key_is_told_by_eight_digits() -> None:
    row = {
        "finding": 0,
        "rule": "by_contract",
        "entity": entity("LAW"),
        "direction": "payment",
        "object": "K-7",
        "first_day": None,
    }
    hits = pl.DataFrame([{**dict.fromkeys(HITS), **row}], schema=HITS).with_columns(first_day=pl.date(2026, 3, 2))
    nothing = pl.DataFrame(schema={"finding": pl.Int64, "flow": pl.Int64})
    named = Findings(hits, nothing, nothing).named(INPUTS["roll"], DECLARATIONS)
    digest = hashlib.sha256(b"K-7").hexdigest()[:8]
    assert named.hits["hit_id"].to_list() == [f"by_contract:LAW:-:payment:2026-03-02:{digest}"]


@dataclass(frozen=True, kw_only=True)
class Settled(EarlyWarning):
    """Finds every flow of a payee, and a settlement; passes over what has none."""

    def find(self, flows: pl.LazyFrame, settlements: pl.LazyFrame) -> pl.LazyFrame:
        """One finding a flow."""
        days = finding(
            value="amount_usd", limit=pl.lit(0), first_day="day", object=pl.lit("{counterparty} under {contract}")
        )
        numbers = settlements.select(settlements=pl.col("settlement_no").implode())
        rest = (pl.col("flow").alias("named_by"), pl.lit("{counterparty}").alias("group"))
        return flows.select(*days, *rest, flows=pl.concat_list("flow")).join(numbers, how="cross")

    def skipped(self, flows: pl.LazyFrame, first_loaded_day: date | None) -> pl.LazyFrame:
        """All flows."""
        return flows.select(reason=pl.lit("no reason"), count=pl.len().cast(pl.Int64))


SETTLEMENTS = pl.DataFrame({"settlement_no": ["S-1", "S-2"]})
TEXTS = pl.DataFrame(
    {
        "named_by": [1, 2],
        "counterparty": ["ACME", "ACME"],
        "contract": ["K-7", None],
        "invoice": [None, None],
        "flow": ["ship/1", "day/1"],
    },
    schema_overrides={"invoice": pl.String},
)


def test_an_object_is_told_by_the_texts_of_the_flow_that_names_it() -> None:
    found = find_all({"settled": Settled()}, DRAWN.head(2), {**INPUTS, "settlements": SETTLEMENTS})
    named = found.named(INPUTS["roll"], DECLARATIONS, TEXTS).hits
    assert named["object"].to_list() == ["ACME under K-7", "ACME under "]
    assert named["group_id"].n_unique() == 1
    assert named["group_id"][0] == f"settled:{hashlib.sha256(b'ACME').hexdigest()[:16]}"


def test_settlements_stand_among_the_flows_behind_a_finding() -> None:
    found = find_all({"settled": Settled()}, DRAWN.head(2), {**INPUTS, "settlements": SETTLEMENTS})
    assert found.hits["flow_count"].to_list() == [3, 3]
    named = found.named(INPUTS["roll"], DECLARATIONS, TEXTS)
    hit = named.hits["hit_id"][0]
    assert named.settled.filter(hit_id=hit)["settlement_no"].to_list() == ["S-1", "S-2"]


def test_what_was_passed_over_is_counted_by_rule_and_reason() -> None:
    found = find_all({"settled": Settled()}, DRAWN.head(2), {**INPUTS, "settlements": SETTLEMENTS})
    assert found.skipped.rows() == [("settled", "no reason", 2)]
    assert find_all(RULES, DRAWN, INPUTS).skipped.filter(rule="large_daily_total").is_empty()


def test_what_is_not_computed_says_by_which_rule() -> None:
    missing = find_all(RULES, DRAWN, {**INPUTS, "calendar": calendar()}).not_computed
    assert missing.select("rule", "entity", "item", "year").sort("item").rows() == [
        ("consecutive_days", entity("LAW"), "consulting", 2026),
        ("consecutive_days", entity("LAW"), "royalties", 2026),
    ]


def test_an_entity_whose_flows_lie_in_several_sets_is_told_of_once() -> None:
    given = {**INPUTS, "calendar": calendar()}
    sets = [find_all(RULES, DRAWN.filter(pl.col("flow") % 2 == n), given) for n in (0, 1)]
    twice = together([*sets, *sets])
    assert twice.not_computed.height
    assert twice.not_computed.equals(together(sets).not_computed)


def test_a_frame_that_breaks_its_contract_is_refused() -> None:
    with pytest.raises(HouseError, match="column amount_usd should be Int64, found Float64"):
        find_all(RULES, DRAWN.with_columns(pl.col("amount_usd").cast(pl.Float64)), INPUTS)
