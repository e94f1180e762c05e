from datetime import date

from indicators.early_warning.invoice_paid_twice import InvoicePaidTwice
from tests.tables import find, flows

RULE = InvoicePaidTwice()


def paid(*rows: str) -> str:
    """Payments: flow, entity, day, payee, invoice, currency, amount."""
    return "flow entity day payee invoice currency amount direction\n" + "\n".join(f"{row} payment" for row in rows)


def test_the_later_payment_is_a_hit_that_shows_both() -> None:
    found = find(RULE, flows(paid("one LAW 2026-03-02 ACME I7 EUR 50", "two LAW 2026-03-05 ACME I7 EUR 50")))
    assert found["ids"].to_list() == [["one", "two"]]
    assert found.select("first_day", "raised_on", "value").row(0) == (date(2026, 3, 2), date(2026, 3, 5), 100_000)
    assert found["limit_value"].to_list() == [200]
    assert found["group"].to_list() == ["{counterparty} {invoice} EUR 50.00"]


def test_another_entity_that_pays_again_has_its_own_hit_with_its_own_flow() -> None:
    found = find(
        RULE,
        flows(
            paid(
                "a LAW 2026-03-02 ACME I7 EUR 50", "b TEA 2026-03-05 ACME I7 EUR 50", "c SEA 2026-03-06 ACME I7 EUR 50"
            )
        ),
    )
    assert sorted(found["ids"].to_list()) == [["b"], ["c"]]
    assert found["group"].n_unique() == 1


def test_twelve_months_are_looked_at() -> None:
    for day, hits in (("2025-03-05", 1), ("2025-03-04", 0)):
        drawn = flows(paid(f"a LAW {day} ACME I7 EUR 50", "b LAW 2026-03-05 ACME I7 EUR 50"))
        assert find(RULE, drawn).height == hits


def test_payee_invoice_currency_and_amount_must_all_agree() -> None:
    first = "a LAW 2026-03-02 ACME I7 EUR 50"
    for other in (
        "BETA I7 EUR 50",
        "ACME I8 EUR 50",
        "ACME I7 USD 50",
        "ACME I7 EUR 50.01",
        "ACME - EUR 50",
        "- I7 EUR 50",
    ):
        assert find(RULE, flows(paid(first, f"b LAW 2026-03-05 {other}"))).is_empty()


def test_two_legs_of_one_declaration_are_one_payment() -> None:
    assert find(RULE, flows(paid("a/1 LAW 2026-03-02 ACME I7 EUR 50", "a/2 LAW 2026-03-02 ACME I7 EUR 50"))).is_empty()


def test_payments_without_a_name_or_an_invoice_are_counted() -> None:
    drawn = flows(paid("a LAW 2026-03-02 ACME - EUR 50", "b LAW 2026-03-05 - I7 EUR 50", "c LAW 2026-03-05 - - EUR 50"))
    assert RULE.skipped(drawn.lazy()).collect()["count"].to_list() == [2, 1]


def test_the_rules_say_two_declarations_within_twelve_months() -> None:
    assert (RULE.declarations_count, RULE.within_months) == (2, 12)
