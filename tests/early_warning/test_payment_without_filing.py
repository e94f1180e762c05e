from datetime import date

from indicators.early_warning.payment_without_filing import PaymentWithoutFiling
from tests.tables import filings, find, flows

RULE = PaymentWithoutFiling(limit_usd=100)


def paid(*rows: str) -> str:
    """Payments: flow, day, usd, payee, contract, filing."""
    return "flow day usd payee contract filing direction\n" + "\n".join(f"{row} payment" for row in rows)


def test_the_legs_of_a_payment_together_above_the_limit_need_a_filing() -> None:
    found = find(RULE, flows(paid("a/1 2026-03-02 60 ACME K -", "a/2 2026-03-02 40.01 ACME K -")))
    assert found["ids"].to_list() == [["a/1", "a/2"]]
    assert found.select("value", "limit_value", "object", "item").row(0) == (10_001, 10_000, "{contract}", "consulting")
    assert find(RULE, flows(paid("a/1 2026-03-02 60 ACME K -", "a/2 2026-03-02 40 ACME K -"))).is_empty()


def test_a_filing_by_number_or_by_contract_is_enough_from_its_day_on() -> None:
    for filed, contract, number, day, hits in (
        ("F", "J", "F", "2026-03-02", 0),
        ("F", "K", "-", "2026-03-02", 0),
        ("F", "K", "-", "2026-03-03", 1),
        ("F", "J", "G", "2026-03-02", 1),
    ):
        there = filings(f"no entity authority contract usd day \n {filed} LAW tax {contract} 1 {day}")
        assert find(RULE, flows(paid(f"a 2026-03-02 101 ACME K {number}")), filings=there).height == hits


def test_other_authorities_and_other_entities_file_for_nobody_else() -> None:
    for who, authority in (("LAW", "commerce"), ("TEA", "tax")):
        there = filings(f"no entity authority contract usd day \n F {who} {authority} K 1 2026-01-05")
        assert find(RULE, flows(paid("a 2026-03-02 101 ACME K F")), filings=there).height == 1


def test_a_quarter_of_one_contract_is_one_hit_raised_on_the_first() -> None:
    found = find(
        RULE, flows(paid("a 2026-03-02 101 ACME K -", "b 2026-03-20 150 ACME K -", "c 2026-04-01 200 ACME K -"))
    )
    assert found["ids"].to_list() == [["a", "b"], ["c"]]
    assert found["value"].to_list() == [25_100, 20_000]
    assert found["raised_on"].to_list() == [date(2026, 3, 2), date(2026, 4, 1)]


def test_without_a_contract_the_payee_is_the_key_and_without_both_it_is_counted() -> None:
    drawn = flows(paid("a 2026-03-02 101 ACME - -", "b 2026-03-02 101 ACME K -", "c 2026-03-02 101 - - -"))
    found = find(RULE, drawn)
    assert sorted(zip(found["object"], found["ids"].to_list(), strict=True)) == [
        ("{contract}", ["b"]),
        ("{counterparty}", ["a"]),
    ]
    none = filings("no entity authority contract usd day").lazy()
    assert RULE.skipped(drawn.lazy(), none).collect()["count"].to_list() == [1]


def test_travel_and_government_need_no_filing() -> None:
    for item, hits in (("travel", 0), ("government", 0), ("royalties", 1)):
        drawn = flows(f"flow usd payee item direction \n a 101 ACME {item} payment")
        assert find(RULE, drawn).height == hits


def test_the_announcement_says_50000() -> None:
    assert PaymentWithoutFiling().limit_usd == 50_000
