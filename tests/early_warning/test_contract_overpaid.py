from datetime import date
from decimal import Decimal

from indicators.early_warning.contract_overpaid import ContractOverpaid
from tests.tables import filings, find, flows

RULE = ContractOverpaid(over_share=Decimal("0.05"), over_usd=5)
FILED = filings("no entity authority contract usd day \n F LAW commerce K 100 2026-01-05")


def paid(*rows: str) -> str:
    """Payments: flow, day, usd, contract."""
    return "flow day usd contract direction\n" + "\n".join(f"{row} payment" for row in rows)


def test_payments_may_pass_the_contract_by_a_twentieth_and_a_sum() -> None:
    on, above = (
        find(RULE, flows(paid("a 2026-03-02 60 K", f"b 2026-03-03 {usd} K")), filings=FILED) for usd in ("50", "50.01")
    )
    assert on.is_empty()
    assert above["ids"].to_list() == [["a", "b"]]
    assert above.select("value", "limit_value", "raised_on").row(0) == (11_001, 11_000, date(2026, 3, 3))


def test_a_contract_is_one_hit_as_of_the_day_on_which_it_was_raised() -> None:
    found = find(RULE, flows(paid("a 2026-03-02 111 K", "b 2026-03-03 50 K")), filings=FILED)
    assert found["ids"].to_list() == [["a"]]
    assert found["last_day"].to_list() == [date(2026, 3, 2)]


def test_the_newest_filing_that_is_there_on_the_day_speaks() -> None:
    more = filings("""
        no entity authority contract usd day
        F  LAW    tax       K        100 2026-01-05
        G  LAW    tax       K        200 2026-03-02
        H  LAW    tax       K        10  2026-03-03
    """)
    assert find(RULE, flows(paid("a 2026-03-02 150 K")), filings=more).is_empty()
    assert find(RULE, flows(paid("a 2026-03-01 150 K")), filings=more)["limit_value"].to_list() == [11_000]
    assert find(RULE, flows(paid("a 2026-03-03 150 K")), filings=more)["limit_value"].to_list() == [1_550]


def test_what_was_paid_before_the_filing_counts_but_is_not_judged() -> None:
    found = find(RULE, flows(paid("a 2026-01-04 100 K", "b 2026-01-05 11 K")), filings=FILED)
    assert found.select("first_day", "raised_on").row(0) == (date(2026, 1, 4), date(2026, 1, 5))


def test_other_contracts_other_entities_and_refunds_do_not_count() -> None:
    drawn = flows("""
        flow entity usd contract direction type
        a    LAW    60  K        payment   P
        b    LAW    60  J        payment   P
        c    TEA    60  K        payment   P
        d    LAW    60  K        payment   R
        e    LAW    60  K        receipt   P
    """)
    assert find(RULE, drawn, filings=FILED).is_empty()
    assert RULE.skipped(drawn.lazy(), FILED.lazy()).collect()["count"].to_list() == [2]


def test_the_rules_say_five_percent_and_ten_thousand() -> None:
    assert (ContractOverpaid().over_share, ContractOverpaid().over_usd) == (Decimal("0.05"), 10_000)
