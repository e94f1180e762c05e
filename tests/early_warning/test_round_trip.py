from datetime import date
from decimal import Decimal

from indicators.early_warning.round_trip import RoundTrip
from tests.tables import find, flows

RULE = RoundTrip(limit_usd=100)


def test_a_receipt_and_a_payment_nearly_alike_are_a_pair() -> None:
    found = find(
        RULE,
        flows("""
        flow day        usd direction payee item
        in   2026-03-02 200 receipt   ACME  consulting
        out  2026-03-05 190 payment   ACME  royalties
    """),
    )
    assert found["ids"].to_list() == [["in", "out"]]
    assert found.select("value", "limit_value", "item", "direction").row(0) == (19_000, 10_000, "royalties", "both")
    assert found.select("first_day", "raised_on").row(0) == (date(2026, 3, 2), date(2026, 3, 5))


def test_five_percent_of_the_larger_apart_is_alike_and_a_cent_more_is_not() -> None:
    for usd, hits in (("190", 1), ("189.99", 0)):
        drawn = flows(f"flow usd direction payee \n in 200 receipt ACME \n out {usd} payment ACME")
        assert find(RULE, drawn).height == hits


def test_both_must_lie_above_the_limit() -> None:
    for usd, hits in (("100", 0), ("100.01", 1)):
        drawn = flows(f"flow usd direction payee \n in 100.01 receipt ACME \n out {usd} payment ACME")
        assert find(RULE, drawn).height == hits


def test_ten_working_days_may_lie_between() -> None:
    for day, hits in (("2026-03-16", 1), ("2026-03-15", 1), ("2026-03-17", 0)):
        drawn = flows(f"flow day usd direction payee \n out 2026-03-02 200 payment ACME \n in {day} 200 receipt ACME")
        assert find(RULE, drawn).height == hits


def test_the_nearest_pair_is_taken_first_and_each_flow_once() -> None:
    found = find(
        RULE,
        flows("""
        flow day        usd direction payee
        in   2026-03-02 200 receipt   ACME
        far  2026-03-06 200 payment   ACME
        near 2026-03-04 195 payment   ACME
        mate 2026-03-10 200 receipt   ACME
    """),
    )
    assert found["ids"].to_list() == [["in", "near"], ["far", "mate"]]


def test_of_pairs_as_near_the_more_alike_is_taken() -> None:
    drawn = flows("flow usd direction payee \n in 200 receipt ACME \n less 195 payment ACME \n same 199 payment ACME")
    assert find(RULE, drawn)["ids"].to_list() == [["in", "same"]]


def test_counterparties_and_entities_are_kept_apart_and_refunds_left_out() -> None:
    drawn = flows("""
        flow entity usd direction payee type
        a    LAW    200 receipt   ACME  P
        b    LAW    200 payment   BETA  P
        c    TEA    200 payment   ACME  P
        d    LAW    200 payment   ACME  R
        e    LAW    200 payment   -     P
    """)
    assert find(RULE, drawn).is_empty()
    assert RULE.skipped(drawn.lazy()).collect()["count"].to_list() == [1]


def test_the_rules_say_one_hundred_thousand_five_percent_and_ten_days() -> None:
    rule = RoundTrip()
    assert (rule.limit_usd, rule.difference_share, rule.apart_days) == (100_000, Decimal("0.05"), 10)
