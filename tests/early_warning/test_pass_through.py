from decimal import Decimal

from indicators.early_warning.pass_through import PassThrough
from tests.tables import find, flows, roll

RULE = PassThrough(limit_usd=100)


def moved(received: str, paid: str, day: str = "2026-03-06", payee: str = "BETA", entity: str = "LAW") -> str:
    return (
        "flow entity day usd direction payee\n"
        f"in {entity} 2026-03-02 {received} receipt ACME\nout {entity} {day} {paid} payment {payee}"
    )


def test_what_comes_in_and_goes_out_nearly_alike_is_a_hit() -> None:
    found = find(RULE, flows(moved("200", "190")))
    assert found["ids"].to_list() == [["in", "out"]]
    assert found.select("value", "limit_value", "direction", "item").row(0) == (19_000, 10_000, "both", None)


def test_five_percent_of_the_larger_may_stay_behind() -> None:
    assert find(RULE, flows(moved("200", "189.99"))).is_empty()
    assert find(RULE, flows(moved("190", "200"))).height == 1


def test_both_sides_must_pass_the_limit() -> None:
    assert find(RULE, flows(moved("100.01", "100"))).is_empty()
    assert find(RULE, flows(moved("100.01", "100.01"))).height == 1


def test_five_working_days_are_looked_at() -> None:
    assert find(RULE, flows(moved("200", "200", day="2026-03-09"))).is_empty()


def test_a_counterparty_on_both_sides_is_another_matter() -> None:
    assert find(RULE, flows(moved("200", "200", payee="ACME"))).is_empty()
    assert find(RULE, flows(moved("200", "200", payee="-"))).height == 1


def test_transport_enterprises_are_excepted() -> None:
    drawn = flows(moved("200", "200", entity="SEA"))
    assert find(RULE, drawn, roll=roll("SEA")).is_empty()
    assert find(RULE, drawn, roll=roll(others=["SEA"])).height == 1


def test_the_rules_say_half_a_million_five_percent_and_five_days() -> None:
    rule = PassThrough()
    assert (rule.limit_usd, rule.difference_share, rule.window_days) == (500_000, Decimal("0.05"), 5)


def test_two_episodes_whose_windows_begin_on_one_day_are_one_matter() -> None:
    """They would bear one hit_id: the first speaks, and lasts as long as the second."""
    drawn = flows(
        moved("200", "200", day="2026-03-03")
        + "\nmore LAW 2026-03-04 100 receipt ACME\nless LAW 2026-03-05 100 payment BETA"
    )
    found = find(RULE, drawn)
    assert found["ids"].to_list() == [["in", "out"]]
    days = found.select("first_day", "raised_on", "last_day").row(0)
    assert [str(day) for day in days] == ["2026-03-02", "2026-03-03", "2026-03-05"]
