from datetime import date
from decimal import Decimal

from indicators.early_warning.vague_codes import VagueCodes
from tests.tables import find, flows

RULE = VagueCodes(sum_usd=100)
OVER = date(2026, 3, 31)


def quarter(vague: str, plain: str) -> str:
    return f"flow day usd code \n v 2026-02-02 {vague} 228990 \n p 2026-02-03 {plain} 228021"


def test_half_of_a_large_quarter_under_vague_codes_is_a_hit() -> None:
    found = find(RULE, flows(quarter("60", "60")), last_quarter_end=OVER)
    assert found["ids"].to_list() == [["v"]]
    assert found.select("value", "limit_value", "raised_on", "item").row(0) == (500_000, 500_000, OVER, None)
    assert find(RULE, flows(quarter("60", "60.01")), last_quarter_end=OVER).is_empty()


def test_the_quarter_must_pass_the_sum() -> None:
    assert find(RULE, flows(quarter("60", "40")), last_quarter_end=OVER).is_empty()
    assert find(RULE, flows(quarter("60", "40.01")), last_quarter_end=OVER)["value"].to_list() == [599_940]


def test_both_codes_are_vague_and_no_other() -> None:
    for code, hits in (("229990", 1), ("228990", 1), ("228021", 0), ("-", 0)):
        assert find(RULE, flows(f"flow usd code \n v 101 {code}"), last_quarter_end=OVER).height == hits


def test_directions_and_quarters_are_kept_apart_and_refunds_left_out() -> None:
    drawn = flows("""
        flow day        usd code   direction type
        a    2026-02-02 60  228990 receipt   P
        b    2026-02-02 60  228990 payment   P
        c    2025-12-31 60  228990 receipt   P
        d    2026-02-02 60  228990 receipt   R
    """)
    assert find(RULE, drawn, last_quarter_end=OVER).is_empty()


def test_a_quarter_is_judged_when_it_is_over() -> None:
    drawn = flows("flow day usd code \n v 2026-02-02 101 228990")
    assert find(RULE, drawn, last_quarter_end=date(2025, 12, 31)).is_empty()
    assert find(RULE, drawn, last_quarter_end=None).is_empty()


def test_the_rules_say_one_million_and_one_half() -> None:
    assert (VagueCodes().sum_usd, VagueCodes().vague_share) == (1_000_000, Decimal("0.5"))
