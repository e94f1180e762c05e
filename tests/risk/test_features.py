"""One entity, one day, one row; and nothing in it that came later."""

import dataclasses
from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from fxwatch.risk import catalogue
from fxwatch.risk.features import BESIDE, Known, features, section_number
from tests.risk.known import known, known_flows
from tests.tables import entity

DAY = date(2026, 3, 31)


def row(what: Known, name: str = "LAW", day: date = DAY) -> dict[str, float]:
    found = features(what, [day]).filter(pl.col("entity") == entity(name))
    assert found.height == 1
    return found.row(0, named=True)


PAST = """
    usd     day        cp known      gone       item       direction
    1000    2026-01-05 a  2026-01-06 -          consulting payment
    2000    2026-02-05 b  2026-02-06 -          consulting payment
    3000    2025-06-05 a  2025-06-06 -          travel     receipt
"""


def test_a_fact_that_came_later_changes_nothing() -> None:
    before = known(
        PAST,
        hits="hit rule entity raised known\n h1 large_daily_total LAW 2026-02-05 2026-02-06",
        acts="entity kind day ended\n LAW notice 2025-10-01 -",
    )
    after = known(
        PAST
        + """    900000  2026-04-01 z  2026-04-01 -          royalties  payment
    800000  2026-03-30 z  2026-04-01 -          royalties  payment
""",
        hits="""hit rule entity raised known
            h1 large_daily_total LAW 2026-02-05 2026-02-06
            h2 large_daily_total LAW 2026-03-30 2026-04-02""",
        acts="""entity kind day ended
            LAW notice 2025-10-01 2026-04-01
            LAW notice 2026-04-01 -
            LAW breach 2026-05-01 -""",
        decisions="hit entity decision day\n h1 LAW dismissed 2026-04-01",
        LAW={"registered_on": date(2026, 5, 1)},
    )
    assert_frame_equal(features(before, [DAY]), features(after, [DAY]))
    changed = features(after, [date(2026, 5, 31)]).row(0, named=True)
    assert changed["turnover_usd_12m"] > 1_000_000
    assert (changed["notices_24m"], changed["breaches_24m"], changed["dismissed_24m"]) == (1, 1, 1)


def test_a_change_counts_from_the_day_it_was_known() -> None:
    changed = known("""
        usd  day        known      gone       declaration
        1000 2026-03-02 2026-03-03 2026-03-20 1
        9000 2026-03-02 2026-03-20 -          1
    """)
    assert [row(changed, day=d)["turnover_usd_12m"] for d in (date(2026, 3, 19), date(2026, 3, 20))] == [1000, 9000]


def test_what_the_roll_said_then_speaks() -> None:
    moved = known("usd\n 1000")
    versions = moved.entities.with_columns(industry=pl.lit("5411"), gone_on=pl.lit(date(2026, 3, 1)))
    later = moved.entities.with_columns(industry=pl.lit("7224"), known_on=pl.lit(date(2026, 3, 1)))
    moved = dataclasses.replace(moved, entities=pl.concat([versions, later]))
    sections = [row(moved, day=d)["industry"] for d in (date(2026, 2, 28), date(2026, 3, 1))]
    assert sections == [ord("G") - ord("A"), ord("L") - ord("A")]


def test_the_columns_are_those_of_the_catalogue() -> None:
    found = features(known(PAST), [DAY, date(2026, 2, 28)])
    assert tuple(found.columns) == ("entity", "as_of", *catalogue.names(), *BESIDE)
    assert found.group_by("entity", "as_of").len()["len"].to_list() == [1, 1]
    assert features(known(PAST), []).columns == found.columns


def test_each_feature_says_what_it_is() -> None:
    for feature in catalogue.catalogue():
        assert all((feature.en, feature.zh, feature.why, feature.why_zh)), feature.name
        for latin, chinese in ((feature.en, feature.zh), (feature.why, feature.why_zh)):
            assert not any("\u4e00" <= c <= "\u9fff" for c in latin), latin
            assert any("\u4e00" <= c <= "\u9fff" for c in chinese), chinese
        assert feature.unit in ("USD", "count", "share", "ratio", "days", "years", "code"), feature.name
        assert feature.direction in (-1, 0, 1)
        assert (feature.unit == "USD") == ("_usd" in feature.name), feature.name
    assert len(set(catalogue.names())) == len(catalogue.names())


MANY = "\n".join(
    f"        {500 if n < 60 else 100} 2026-01-{n % 28 + 1:02d} e{n} {'NRU' if n == 0 else 'USA'} cp{n}"
    for n in range(61)
)


@pytest.mark.parametrize(
    ("feature", "drawn", "expected"),
    [
        ("near_limit_12m", "usd day item\n 450000.01 2026-03-02 transport\n 500000 2026-03-03 transport", 2),
        ("near_limit_12m", "usd day item\n 450000 2026-03-02 transport\n 500000.01 2026-03-03 transport", 0),
        ("near_limit_12m", "usd day item\n 500000 2026-03-02 travel\n 500000 2026-03-02 consulting", 1),
        ("near_limit_12m", "usd day item direction\n 500000 2026-03-02 travel payment\n 500000 2026-03-02 travel receipt", 0),
        ("splits_12m", "usd day\n 25000 2026-03-02\n 25000.01 2026-03-04", 1),
        ("splits_12m", "usd day\n 25000 2026-03-02\n 25000 2026-03-04", 0),
        ("splits_12m", "usd day cp\n 30000 2026-03-02 a\n 30000 2026-03-04 b", 0),
        ("splits_3m", "usd day\n 30000 2025-11-03\n 30000 2025-11-04", 0),
        ("joint_payers_12m", "usd day entity\n 25000 2025-06-02 LAW\n 50000 2025-06-05 SEA\n 30000 2025-06-05 e1", 2),
        ("joint_payers_12m", "usd day entity\n 25000 2025-06-02 LAW\n 50000.01 2025-06-05 SEA\n 24999.99 2025-06-05 e1", 0),
        ("joint_payers_12m", "usd day entity\n 30000 2025-06-02 LAW\n 30000 2025-06-12 SEA", 0),
        ("joint_payers_12m", "usd day entity cp\n 30000 2025-06-02 LAW a\n 30000 2025-06-02 SEA b", 0),
        ("joint_payers_3m", "usd day entity\n 30000 2025-06-02 LAW\n 30000 2025-06-02 SEA", 0),
        ("paid_twice_12m", "usd day invoice\n 700 2026-02-02 i1\n 700 2026-03-04 i1", 1),
        ("paid_twice_12m", "usd day invoice\n 700 2026-02-02 i1\n 701 2026-03-04 i1", 0),
        ("paid_twice_12m", "usd day invoice declaration\n 700 2026-02-02 i1 5\n 700 2026-02-02 i1 5", 0),
        ("there_and_back_usd_12m", "usd day direction\n 900 2026-02-02 receipt\n 700 2026-03-04 payment", 700),
        ("there_and_back_usd_12m", "usd day direction type\n 900 2026-02-02 receipt R\n 700 2026-03-04 payment P", 0),
        ("passed_through_usd_12m", "usd day direction cp\n 200000 2026-03-23 receipt a\n 190000 2026-03-24 payment b", 190000),
        ("passed_through_usd_12m", "usd day direction cp\n 200000 2026-03-23 receipt a\n 189999 2026-03-24 payment b", 0),
        ("new_payee_usd_3m", "usd day cp\n 900 2025-05-05 a\n 500 2026-02-02 a\n 300 2026-02-03 b", 300),
        ("new_item_usd_3m", "usd day item\n 900 2025-05-05 travel\n 500 2026-02-02 royalties", 500),
        ("new_item_usd_3m", "usd day item\n 500 2026-02-02 royalties", 0),
        ("new_economies_3m", "usd day economy\n 900 2025-05-05 HKG\n 500 2026-02-02 SGP", 1),
        ("new_economies_3m", "usd day economy\n 500 2026-02-02 SGP", 0),
        ("unmatched_refund_usd_12m", "usd day direction type\n 80 2026-02-02 receipt R", 80),
        ("unmatched_refund_usd_12m", "usd day direction type\n 90 2025-12-02 payment P\n 80 2026-02-02 receipt R", 0),
        ("longest_run_12m", "flow usd day\n x 10 2026-03-06\n y 10 2026-03-09\n z 10 2026-03-11", 2),
        ("silence_days", "usd day\n 10 2025-03-01\n 10 2026-03-01", 365),
        ("vague_share_12m", "usd vague\n 300 yes\n 700 no", 0.3),
        ("round_share_12m", "usd round\n 300 yes\n 700 no", 0.5),
        ("off_day_share_12m", "usd day\n 300 2026-03-07\n 300 2026-03-09", 0.5),
        ("month_end_share_12m", "usd day\n 300 2026-02-26\n 300 2026-02-25", 0.5),
        ("soft_share_12m", "usd item\n 300 consulting\n 100 travel", 0.75),
        ("mix_change_3m", "usd day item\n 300 2025-05-05 travel\n 100 2026-03-05 consulting", 1.0),
    ],
)  # fmt: skip
def test_a_feature_measures(feature: str, drawn: str, expected: float) -> None:
    assert row(known(drawn))[feature] == pytest.approx(expected)


def test_payments_where_nobody_else_pays_are_rare() -> None:
    drawn = "usd day entity economy cp\n" + MANY
    found = {name: row(known(drawn), name)["rare_economy_usd_12m"] for name in ("e0", "e1")}
    assert found == {"e0": 500, "e1": 0}


@pytest.mark.parametrize(("others", "expected"), [(48, 48), (49, 0)])
def test_a_payee_whom_many_pay_is_everybodys(others: int, expected: int) -> None:
    drawn = "usd day entity\n" + "\n".join(
        f"30000 2026-03-02 {who}" for who in ("LAW", *(f"e{n}" for n in range(others)))
    )
    assert row(known(drawn))["joint_payers_3m"] == expected


@pytest.mark.parametrize(("traders", "expected"), [(99, (0, 0, 2)), (100, (1, 2, 2))])
def test_a_rule_that_found_something_at_two_in_a_hundred_is_rare(traders: int, expected: tuple[int, int, int]) -> None:
    drawn = "usd day entity\n" + "\n".join(
        f"500 2026-03-02 {who}" for who in ("LAW", "SEA", *(f"e{n}" for n in range(traders - 2)))
    )
    hits = """hit rule entity raised known
        h1 near_limit LAW 2026-03-02 2026-03-02
        h2 near_limit LAW 2026-03-09 2026-03-09
        h3 near_limit SEA 2026-03-02 2026-03-02"""
    found = row(known(drawn, hits=hits))
    assert (found["rare_rules_6m"], found["rare_hits_6m"], found["hits_6m:near_limit"]) == expected


def test_fees_to_where_investors_sit_are_related() -> None:
    drawn = "usd item economy day\n 300 consulting USA 2026-03-01\n 100 travel USA 2026-03-01\n 600 consulting HKG 2026-03-01"
    found = row(known(drawn, LAW={"investor_economies": "USA;JPN"}))
    assert (found["related_usd_3m"], found["related_share_12m"]) == (300, pytest.approx(0.3))


def test_an_entity_without_flows_has_a_row_of_nothing() -> None:
    quiet = known("usd entity day\n 10 SEA 2020-01-01", acts="entity kind day ended\n LAW notice 2026-01-01 -")
    found = row(quiet)
    assert (found["flows_12m"], found["notices_24m"], found["largest_share_12m"]) == (0, 1, None)


def test_another_entitys_flows_change_nothing() -> None:
    alone = known("entity usd day\n LAW 70 2026-03-03\n LAW 90 2025-09-03")
    both = known("entity usd day\n LAW 70 2026-03-03\n LAW 90 2025-09-03\n SEA 77 2026-03-03\n SEA 50000 2026-01-03")
    own = [features(what, [DAY]).filter(pl.col("entity") == entity("LAW")) for what in (alone, both)]
    assert_frame_equal(*own)


def test_every_section_has_a_number() -> None:
    codes = pl.DataFrame({"industry": ["5411", "G", "72", None, "zz"]})
    assert codes.select(section_number(pl.col("industry"))).to_series().to_list() == [6, 6, 11, -1, -1]


def test_the_order_of_rows_changes_nothing() -> None:
    one = known(PAST)
    other = dataclasses.replace(one, flows=known_flows(PAST).reverse())
    assert_frame_equal(features(one, [DAY]), features(other, [DAY]))
