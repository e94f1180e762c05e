from datetime import date

from indicators.early_warning.new_entity_large import NewEntityLarge
from tests.tables import find, flows, roll

RULE = NewEntityLarge(limit_usd=100)
BORN = roll(born={"LAW": "2025-06-15"})


def test_a_new_entity_that_passes_the_limit_is_a_hit_that_grows() -> None:
    found = find(
        RULE,
        flows("""
        flow  day        usd
        soon  2025-06-15 60
        early 2025-06-14 60
        over  2025-12-01 40.01
        last  2026-06-14 10
        late  2026-06-15 10
    """),
        roll=BORN,
    )
    assert found["ids"].to_list() == [["last", "over", "soon"]]
    assert found.select("value", "limit_value", "raised_on", "last_day").row(0) == (
        11_001, 10_000, date(2025, 12, 1), date(2026, 6, 14),
    )  # fmt: skip


def test_the_limit_itself_is_not_passed_and_directions_are_kept_apart() -> None:
    assert find(RULE, flows("flow day usd \n a 2025-07-01 100"), roll=BORN).is_empty()
    apart = "flow day usd direction \n a 2025-07-01 60 receipt \n b 2025-07-01 60 payment"
    assert find(RULE, flows(apart), roll=BORN).is_empty()


def test_after_twelve_months_an_entity_is_no_longer_new() -> None:
    assert find(RULE, flows("flow day usd \n a 2026-06-15 101"), roll=BORN).is_empty()
    assert find(RULE, flows("flow day usd \n a 2026-06-14 101"), roll=BORN).height == 1


def test_whose_day_of_registration_is_unknown_is_counted() -> None:
    drawn = flows("flow day usd \n a 2026-06-01 101 \n b 2026-06-01 101")
    assert find(RULE, drawn, roll=roll()).is_empty()
    assert RULE.skipped(drawn.lazy(), roll().lazy()).collect()["count"].to_list() == [1]


def test_the_rules_say_one_million_in_twelve_months() -> None:
    assert (NewEntityLarge().limit_usd, NewEntityLarge().new_months) == (1_000_000, 12)
