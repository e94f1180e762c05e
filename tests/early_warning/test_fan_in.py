from datetime import date

from indicators.early_warning.fan_in import FanIn
from tests.tables import find, flows

RULE = FanIn(from_usd=25, to_usd=50, entities_count=3, known_count=5)
LONG = date(2024, 1, 1)


def crowd(*days: str, usd: str = "30", more: str = "") -> str:
    """One payment an entity to one payee, on the days given."""
    names = "ABCDEFGH"
    lines = [f"{names[n]} {names[n]} {day} {usd} payment ACME" for n, day in enumerate(days)]
    return "flow entity day usd direction payee\n" + "\n".join(lines) + more


def test_several_entities_within_three_days_have_a_hit_each_and_share_a_group() -> None:
    found = find(RULE, flows(crowd("2026-03-02", "2026-03-03", "2026-03-04")), first_loaded_day=LONG)
    assert sorted(found["ids"].to_list()) == [["A"], ["B"], ["C"]]
    assert found["group"].unique().to_list() == ["{counterparty} 2026-03-04"]
    assert found.select("value", "limit_value").unique().rows() == [(3, 3)]
    assert set(found["raised_on"]) == {date(2026, 3, 4)}


def test_two_entities_are_no_crowd_however_often_they_pay() -> None:
    twice = "\nA2 A 2026-03-03 30 payment ACME"
    assert find(RULE, flows(crowd("2026-03-02", "2026-03-03", more=twice)), first_loaded_day=LONG).is_empty()


def test_three_working_days_are_looked_at() -> None:
    beyond = flows(crowd("2026-03-02", "2026-03-03", "2026-03-05"))
    assert find(RULE, beyond, first_loaded_day=LONG).is_empty()
    over_a_weekend = flows(crowd("2026-03-06", "2026-03-08", "2026-03-10"))
    assert find(RULE, over_a_weekend, first_loaded_day=LONG).height == 3


def test_a_payment_counts_in_the_band_both_ends_included() -> None:
    for usd, hits in (("24.99", 0), ("25", 3), ("50", 3), ("50.01", 0)):
        drawn = flows(crowd("2026-03-02", "2026-03-02", "2026-03-02", usd=usd))
        assert find(RULE, drawn, first_loaded_day=LONG).height == hits


def test_a_payee_of_many_in_the_twelve_months_before_is_everybodys() -> None:
    five = "".join(f"\n{n} {n} 2025-03-04 1 payment ACME" for n in "STUVW")
    drawn = crowd("2026-03-04", "2026-03-04", "2026-03-04", more=five)
    assert find(RULE, flows(drawn), first_loaded_day=LONG).is_empty()
    four = drawn.replace("\nW W 2025-03-04 1 payment ACME", "\nW W 2025-03-03 1 payment ACME")
    assert find(RULE, flows(four), first_loaded_day=LONG).height == 3


def test_twelve_loaded_months_must_lie_before_the_day() -> None:
    drawn = flows(crowd("2026-03-02", "2026-03-02", "2026-03-02"))
    assert find(RULE, drawn, first_loaded_day=date(2025, 3, 2)).height == 3
    assert find(RULE, drawn, first_loaded_day=date(2025, 3, 3)).is_empty()
    assert RULE.skipped(drawn.lazy(), date(2025, 3, 3)).collect()["count"].to_list() == [0, 3]


def test_an_episode_ends_on_the_payees_last_active_day_that_holds() -> None:
    drawn = crowd("2026-03-02", "2026-03-02", "2026-03-02", more="\nD D 2026-03-03 1 payment ACME")
    found = find(RULE, flows(drawn), first_loaded_day=LONG)
    assert set(found["last_day"]) == {date(2026, 3, 3)}
    assert found.height == 3


def test_who_joins_when_a_payee_is_nobodys_again_has_a_hit_of_its_own() -> None:
    """On the 3rd five are known, on the 4th, a year after S and T paid, three: a second episode begins with the first one's flows."""
    year_before = "\nS S 2025-03-03 1 payment ACME\nT T 2025-03-03 1 payment ACME"
    later = "\nA2 A 2026-03-03 1 payment ACME\nD D 2026-03-04 30 payment ACME"
    drawn = crowd("2026-03-02", "2026-03-02", "2026-03-02", more=year_before + later)
    found = find(RULE, flows(drawn), first_loaded_day=LONG)
    told = {ids[0]: row for ids, *row in found.select("ids", "raised_on", "last_day", "value").rows()}
    assert told["D"] == [date(2026, 3, 4), date(2026, 3, 4), 4]
    assert [told[n] for n in "ABC"] == [[date(2026, 3, 2), date(2026, 3, 4), 3]] * 3


def test_the_rules_say_five_entities_and_fewer_than_fifty() -> None:
    rule = FanIn()
    assert (rule.from_usd, rule.to_usd, rule.entities_count, rule.known_count) == (25_000, 50_000, 5, 50)
    assert rule.window_days == 3
