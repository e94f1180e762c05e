from datetime import date
from decimal import Decimal

from indicators.early_warning.related_party_large import RelatedPartyLarge
from tests.tables import find, flows, roll

RULE = RelatedPartyLarge(limit_usd=100)
OWNED = roll(investors={"LAW": "USA;JPN"})


def fees(*rows: str) -> str:
    """Flows: flow, day, usd, economy, item."""
    return "flow day usd economy item\n" + "\n".join(rows)


def test_fees_with_the_investors_economy_above_the_limit_are_a_hit() -> None:
    found = find(RULE, flows(fees("a 2026-03-02 60 JPN royalties", "b 2026-03-03 40.01 JPN consulting")), roll=OWNED)
    assert found["ids"].to_list() == [["a", "b"]]
    assert found.select("value", "limit_value", "object", "item").row(0) == (10_001, 10_000, "JPN", None)
    assert find(
        RULE, flows(fees("a 2026-03-02 60 JPN royalties", "b 2026-03-03 40 JPN consulting")), roll=OWNED
    ).is_empty()


def test_they_must_be_four_fifths_of_all_such_fees_so_far() -> None:
    for other, hits in (("30", 1), ("30.01", 0)):
        drawn = flows(fees("o 2026-03-02 " + other + " HKG consulting", "a 2026-03-03 120 JPN royalties"))
        assert find(RULE, drawn, roll=OWNED).height == hits
    later = flows(fees("a 2026-03-02 120 JPN royalties", "o 2026-03-03 500 HKG consulting"))
    assert find(RULE, later, roll=OWNED)["raised_on"].to_list() == [date(2026, 3, 2)]


def test_other_items_other_economies_and_other_quarters_do_not_count() -> None:
    drawn = flows(
        fees(
            "a 2026-03-02 60 JPN royalties",
            "b 2026-03-03 60 JPN travel",
            "c 2026-03-03 60 USA royalties",
            "d 2026-04-01 60 JPN royalties",
        )
    )
    assert find(RULE, drawn, roll=OWNED).is_empty()
    assert find(RULE, flows(fees("a 2026-03-02 160 HKG royalties")), roll=OWNED).is_empty()
    assert find(RULE, flows(fees("a 2026-03-02 160 JPN royalties")), roll=roll()).is_empty()


def test_it_grows_until_the_quarter_ends() -> None:
    found = find(RULE, flows(fees("a 2026-02-02 160 JPN royalties", "b 2026-03-31 60 JPN royalties")), roll=OWNED)
    assert found.select("value", "raised_on", "last_day").row(0) == (22_000, date(2026, 2, 2), date(2026, 3, 31))


def test_the_rules_say_one_million_and_four_fifths() -> None:
    assert (RelatedPartyLarge().limit_usd, RelatedPartyLarge().least_share) == (1_000_000, Decimal("0.8"))
