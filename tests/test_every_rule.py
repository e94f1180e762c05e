"""What holds for every early-warning indicator, tomorrow's too."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fxwatch.engines.local import Findings, find_all, findings_of
from fxwatch.flows import DIRECTION, EXTRA_COLUMNS, FLOW_COLUMNS, ITEM
from fxwatch.inputs import FILINGS, SETTLEMENTS, high_risk_economies, of_flows
from fxwatch.rule import ALSO_FOUND, FINDING, EarlyWarning
from fxwatch.rulebook import rules
from fxwatch.terms import Direction, Item
from fxwatch.whatif import under_stricter
from tests.tables import calendar

RULES = {name: rule() for name, rule in rules().items()}
EACH = pytest.mark.parametrize("name", RULES)
ENTITIES = range(6)
DAYS = [date(2026, 3, 2) + timedelta(n) for n in range(19)]
ROLL = pl.DataFrame(
    {
        "entity": ENTITIES,
        "entity_id": [f"E{n}" for n in ENTITIES],
        "transport_enterprise": [n == 0 for n in ENTITIES],
        "registered_on": [date(2025, 9, 1) if n % 2 else None for n in ENTITIES],
        "investor_economies": ["USA;JPN" if n % 3 else None for n in ENTITIES],
    },
    schema_overrides={"entity": pl.Int32},
)
APART = [
    (f"S{n}", n, kind, date(2026, 2, 3), group, 30_000_000)
    for n in (1, 2)
    for kind, group in (("settlement", "125"), ("purchase", "326"))
]
FILED = [(f"F{c}", c, 4, "tax", f"K{c}", c, None, 100_000_00, date(2026, 1, 5)) for c in (2, 5)]
INPUTS: dict[str, Any] = {
    "calendar": calendar(2023, 2024, 2025, 2026),
    "roll": ROLL,
    "first_loaded_day": date(2024, 1, 1),
    "last_quarter_end": date(2026, 3, 31),
    "settlements": pl.DataFrame(APART, schema=SETTLEMENTS, orient="row"),
    "filings": pl.DataFrame(FILED, schema=FILINGS, orient="row"),
    "high_risk_economies": high_risk_economies(),
}
FURTHER = (
    "counterparty", "contract", "invoice", "tax_filing", "payment_type", "economy", "code", "currency", "amount", "settled_usd",
)  # fmt: skip
PLAIN = (1, None, None, None, "P", "HKG", "228021", "USD", 100, 0)


def busy(entity: int, *, item: str, cents: int, days: Sequence[date] = DAYS) -> list[tuple[Any, ...]]:
    """Flows of one size on every day, a receipt and a payment each."""
    return [(entity, direction, item, day, cents, *PLAIN) for day in days for direction in ("receipt", "payment")]


def frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """A flow frame; each flow is a declaration of its own."""
    numbered = [(n, n, *row) for n, row in enumerate(rows)]
    schema = {**FLOW_COLUMNS, **{name: EXTRA_COLUMNS[name] for name in FURTHER}}
    return pl.DataFrame(numbered, schema=schema, orient="row")


def one(entity: int, direction: str, day: date, usd: int, item: str = "consulting", **further: Any) -> tuple[Any, ...]:
    """One flow, plain but for what is said."""
    return entity, direction, item, day, usd * 100, *({**dict(zip(FURTHER, PLAIN, strict=True)), **further}.values())


# Enough to make each rule find something: it is asserted below that it does.
MARCH, EARLIER = date(2026, 3, 3), date(2024, 3, 4)
PLENTY = frame(
    [
        *busy(1, item="consulting", cents=110_000_000),
        *busy(2, item="transport", cents=60_000_000),
        *(one(3, "payment", MARCH, 30_000, counterparty=20) for _ in range(3)),
        *(one(n, "payment", MARCH, 30_000, counterparty=30) for n in range(5)),
        *(
            one(4, "payment", MARCH, 60_000, counterparty=40 + n, contract=n, invoice=9, amount=5)
            for n in (*range(6), 5)
        ),
        *(one(5, "payment", MARCH, 950_000 + n, counterparty=50, economy="MMR", code="228990") for n in range(3)),
        *(one(5, "payment", day, 950_000, item="construction", economy="USA") for day in DAYS[7:10]),
        *(one(5, "receipt", MARCH, 300_000, counterparty=60, payment_type="R") for _ in range(2)),
        *(
            one(4, "payment", day, 1_300_000, item="royalties", economy="JPN", code="228990", counterparty=70)
            for day in DAYS[:2]
        ),
        *(one(4, "receipt", day, 1_301_000, counterparty=71) for day in DAYS[:2]),
        *(one(4, "receipt", EARLIER, 100, item="travel") for _ in range(30)),
    ]
)

few = st.one_of(st.none(), st.integers(1, 3))
rows = st.tuples(
    st.sampled_from(ENTITIES),
    st.sampled_from([d.value for d in Direction]),
    st.sampled_from([Item.TRANSPORT.value, Item.CONSULTING.value]),
    st.sampled_from([*DAYS, EARLIER, date(2025, 2, 28)]),
    st.sampled_from([1, 3_000_000, 50_000_000, 50_000_001, 100_000_000, 100_000_001]),
    few, few, few, few,
    st.sampled_from(["P", "P", "R", None]), st.sampled_from(["JPN", "MMR", None]), st.sampled_from(["228990", "228021", None]),
    st.just("USD"), st.sampled_from([1, 2]), st.sampled_from([0, 1]),
)  # fmt: skip
# Streaks need long rows of days, which drawing flow by flow never makes: so some entities are busy every day.
tables = st.builds(
    lambda some, active: frame(
        [*some, *(row for entity in active for row in busy(entity, item="consulting", cents=1))]
    ),
    st.lists(rows, max_size=40),
    st.sets(st.sampled_from(ENTITIES)),
)


def look(name: str, flows: pl.DataFrame) -> Findings:
    return find_all({name: RULES[name]}, flows, INPUTS).with_amounts(flows)


def told(*findings: Findings) -> list[tuple[Any, ...]]:
    """Findings as rows that can be compared, each with its flows."""
    found = []
    for f in findings:
        behind = f.evidence.group_by("finding").agg(pl.col("flow").sort().alias("flows"))
        hits = f.hits.join(behind, on="finding", how="left").drop("finding")
        found += [tuple(map(str, row)) for row in hits.iter_rows()]
    return sorted(found)


@EACH
def test_a_rule_says_in_which_versions_and_units_it_speaks(name: str) -> None:
    rule = RULES[name]
    assert rule.name() == name
    assert rule.title != name
    assert any("一" <= sign <= "鿿" for sign in rule.title_zh + rule.because_zh)
    assert rule.severity in ("article", "supplementary")
    assert rule.version.isdigit()


@EACH
def test_nothing_in_gives_nothing_out(name: str) -> None:
    none = {
        **INPUTS,
        **of_flows(PLENTY.clear()),
        **{frame: INPUTS[frame].clear() for frame in ("settlements", "filings")},
    }
    found = find_all({name: RULES[name]}, PLENTY.clear(), none)
    assert found.hits.is_empty()
    assert found.evidence.is_empty()
    assert found.not_computed.is_empty()


@EACH
def test_a_finding_has_the_columns_of_a_finding(name: str) -> None:
    found = look(name, PLENTY).hits
    assert not found.is_empty(), "give PLENTY what this rule looks for"
    assert {column: found.schema[column] for column in FINDING} == FINDING
    assert found.select(pl.exclude("item", "object", *ALSO_FOUND).null_count()).sum_horizontal().item() == 0
    assert (found["first_day"] <= found["raised_on"]).all()
    # What is judged when a quarter is over is raised on its end, later than its last flow.
    is_quarter_end = found["raised_on"] == INPUTS["last_quarter_end"]
    assert ((found["raised_on"] <= found["last_day"]) | is_quarter_end).all()
    assert (found["value"] >= found["limit_value"]).all()


@EACH
def test_every_hit_names_flows_that_exist_and_are_its_own(name: str) -> None:
    found = look(name, PLENTY)
    behind = found.hits.join(found.evidence, on="finding").join(PLENTY, on="flow", suffix="_of_flow")
    assert set(behind["finding"]) | set(found.settled["finding"]) == set(found.hits["finding"])
    assert behind.height == found.evidence.height == found.hits["flow_count"].sum() - found.settled.height
    assert found.evidence.is_unique().all()
    assert (behind["entity"] == behind["entity_of_flow"]).all()
    assert behind["day"].is_between(behind["first_day"], behind["last_day"]).all()
    assert (
        behind.filter(pl.col("direction") != "both")
        .select(pl.col("direction").cast(DIRECTION) == pl.col("direction_of_flow"))
        .to_series()
        .all()
    )
    assert behind.drop_nulls("item").select(pl.col("item") == pl.col("item_of_flow").cast(ITEM)).to_series().all()


@EACH
def test_every_hit_explains_itself_with_entity_value_limit_and_days(name: str) -> None:
    for hit in look(name, PLENTY).hits.head(5).iter_rows(named=True):
        for language in ("en", "zh"):
            sentence = RULES[name].explain(
                {**hit, "entity": "Harbour Lines", "object": "ACME", "value": 1234, "limit_value": 987}, language
            )  # type: ignore[arg-type]
            assert "Harbour Lines" in sentence
            assert "1,234" in sentence or "1234" in sentence
            assert "987" in sentence
            assert str(hit["first_day"]) in sentence
            assert sentence.endswith("。" if language == "zh" else ".")
            assert "{" not in sentence


@EACH
@settings(max_examples=10, deadline=None)
@given(tables, st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(name: str, flows: pl.DataFrame, seed: int) -> None:
    shuffled = flows.sample(fraction=1.0, shuffle=True, seed=seed)
    assert told(look(name, flows)) == told(look(name, shuffled))


@EACH
@settings(max_examples=10, deadline=None)
@given(tables, st.sets(st.sampled_from(ENTITIES)))
def test_whole_partitions_are_judged_apart(name: str, flows: pl.DataFrame, some: set[int]) -> None:
    whole = RULES[name].partition
    among = pl.col(whole).is_in(list(some)).fill_null(value=False)
    # Settlements and filings of entities that have no flows among some are looked at with the others.
    ones, others = (
        find_all({name: RULES[name]}, flows.filter(part), _inputs_of(part)).with_amounts(flows)
        for part in (among, ~among)
    )
    assert told(ones, others) == told(look(name, flows))


def _inputs_of(among: pl.Expr) -> dict[str, Any]:
    """The inputs for some of the entities; where counterparties are apart, no rule looks at settlements."""
    apart = INPUTS["settlements"].with_columns(counterparty=None)
    return {**INPUTS, "settlements": apart.filter(among).drop("counterparty")}


LIMITED = [n for n, rule in RULES.items() if rule.threshold and type(rule).under_each is EarlyWarning.under_each]


@pytest.mark.parametrize("name", LIMITED)
@settings(max_examples=5, deadline=None)
@given(tables, st.lists(st.sampled_from([50, 80, 100, 130, 200]), min_size=2, max_size=4, unique=True).map(sorted))
def test_a_stricter_limit_is_asked_where_a_looser_one_found_something(
    name: str, flows: pl.DataFrame, parts: list[int]
) -> None:
    rule = RULES[name]
    usual = getattr(rule, rule.threshold)
    asked = [replace(rule, **{rule.threshold: type(usual)(usual * part / 100)}) for part in parts]
    numbers = pl.int_range(pl.len(), dtype=pl.Int64)
    whole = pl.concat([PLENTY, flows]).with_columns(flow=numbers, declaration=numbers)
    own = [findings_of(one, whole, INPUTS) for one in asked]
    narrowed = [own[0], *under_stricter(asked, own[0], whole, INPUTS)]
    for ours, expected in zip(narrowed, own, strict=True):
        assert sorted(map(str, ours.rows())) == sorted(map(str, expected.rows()))


def test_what_has_no_near_misses_says_why_in_both_languages() -> None:
    without = {name: (rule.no_near, rule.no_near_zh) for name, rule in RULES.items() if not rule.threshold}
    assert set(without) == {"contract_overpaid", "settlement_mismatch", "split_below_document_limit"}
    assert all(
        en != EarlyWarning.no_near and zh != EarlyWarning.no_near_zh and not en.endswith(".") and not zh.endswith("。")
        for en, zh in without.values()
    )


@EACH
def test_every_reason_for_passing_over_has_its_chinese(name: str) -> None:
    nameless = PLENTY.with_columns(
        pl.lit(None, pl.Int64).alias(column) for column in ("counterparty", "contract", "invoice")
    ).with_columns(pl.col("flow", "declaration") + PLENTY.height)
    inputs = {
        **INPUTS,
        "roll": ROLL.with_columns(registered_on=pl.lit(None, pl.Date)),
        "first_loaded_day": date(2026, 3, 1),
    }
    skipped = find_all({name: RULES[name]}, pl.concat([PLENTY, nameless]), inputs).skipped
    overrides = type(RULES[name]).skipped is not EarlyWarning.skipped
    assert set(skipped["reason"]) == set(dict(RULES[name].passed_over_zh)), overrides
    assert overrides is bool(RULES[name].passed_over_zh)


def test_rules_together_find_what_they_find_alone() -> None:
    together = find_all(RULES, PLENTY, INPUTS).with_amounts(PLENTY)
    assert told(together) == told(*(look(name, PLENTY) for name in RULES))
    assert together.hits["finding"].to_list() == list(range(together.hits.height))


def test_every_rule_of_the_article_may_be_noticed_by_policy() -> None:
    article = {name for name, rule in RULES.items() if rule.severity == "article"}
    assert article == {"large_transport_transfer", "large_daily_total", "consecutive_days"}
    assert article == {name for name, rule in RULES.items() if rule.auto_notice}


def test_a_rule_that_gives_no_find_says_so() -> None:
    with pytest.raises(TypeError, match="does not say how it finds"):
        EarlyWarning().find(PLENTY.lazy())
