from datetime import date

from fxwatch.rule import BEGINNING, Dated, Version
from indicators.early_warning.split_below_document_limit import SplitBelowDocumentLimit
from tests.tables import calendar, find, flows

RULE = SplitBelowDocumentLimit(from_usd=25, limit_usd=50)


def paid(text: str) -> str:
    """A table of payments to one payee: lines of flow, day, usd."""
    lines = text.strip().splitlines()
    return "flow day usd direction payee\n" + "\n".join(f"{line} payment ACME" for line in lines)


def test_two_pieces_together_above_the_limit_are_a_split() -> None:
    found = find(RULE, flows(paid("a 2026-03-02 25 \n b 2026-03-03 25.01")))
    assert found["ids"].to_list() == [["a", "b"]]
    assert found.select("value", "limit_value", "item", "object").row(0) == (
        5_001,
        5_000,
        "consulting",
        "{counterparty}",
    )
    assert find(RULE, flows(paid("a 2026-03-02 25 \n b 2026-03-03 25"))).is_empty()


def test_a_piece_lies_in_the_band_both_ends_included() -> None:
    assert find(RULE, flows(paid("a 2026-03-02 24.99 \n b 2026-03-03 50"))).is_empty()
    assert find(RULE, flows(paid("a 2026-03-02 50.01 \n b 2026-03-03 50"))).is_empty()
    assert find(RULE, flows(paid("a 2026-03-02 50 \n b 2026-03-03 50"))).height == 1


def test_five_working_days_are_looked_at_and_days_off_between() -> None:
    week = "a 2026-03-02 30 \n b {} 30"
    assert find(RULE, flows(paid(week.format("2026-03-06")))).height == 1
    assert find(RULE, flows(paid(week.format("2026-03-09")))).is_empty()
    # A day off counts itself: with it only four working days before.
    assert find(RULE, flows(paid(week.format("2026-03-07")))).is_empty()
    # Days off between are no working days.
    off = calendar(2026, off=["2026-03-05", "2026-03-06"])
    assert find(RULE, flows(paid(week.format("2026-03-10"))), calendar=off).height == 1


def test_the_contract_comes_before_the_payee() -> None:
    found = find(
        RULE,
        flows("""
        flow day        usd direction payee contract
        a    2026-03-02 30  payment   ACME  K1
        b    2026-03-03 30  payment   BETA  K1
        c    2026-03-02 30  payment   GAMMA K2
        d    2026-03-03 30  payment   GAMMA -
    """),
    )
    assert found["ids"].to_list() == [["a", "b"]]
    assert found["object"].to_list() == ["{contract}"]


def test_an_episode_is_one_hit_whose_last_day_is_its_last_active_day() -> None:
    found = find(
        RULE, flows(paid("a 2026-03-02 30 \n b 2026-03-03 30 \n c 2026-03-05 30 \n d 2026-04-07 30 \n e 2026-04-08 30"))
    )
    assert found["ids"].to_list() == [["a", "b"], ["d", "e"]]
    days = found.select("first_day", "raised_on", "last_day").rows()
    assert days[0] == (date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 5))
    assert days[1] == (date(2026, 4, 7), date(2026, 4, 8), date(2026, 4, 8))


def test_receipts_refunds_and_the_nameless_are_left_out_and_the_last_counted() -> None:
    drawn = flows("""
        flow day        usd direction payee type
        a    2026-03-02 30  receipt   ACME  P
        b    2026-03-02 30  payment   ACME  R
        c    2026-03-02 30  payment   -     P
        d    2026-03-03 30  payment   ACME  P
    """)
    assert find(RULE, drawn).is_empty()
    assert RULE.skipped(drawn.lazy()).collect()["count"].to_list() == [1]


def test_a_split_over_two_items_has_none() -> None:
    drawn = "flow usd direction payee item \n a 30 payment ACME consulting \n b 30 payment ACME royalties"
    assert find(RULE, flows(drawn))["item"].to_list() == [None]


def test_the_limit_in_force_on_the_day_of_the_test_judges() -> None:
    rule = SplitBelowDocumentLimit(
        from_usd=25, limit_usd=Dated((Version(BEGINNING, 50), Version(date(2026, 3, 4), 70)))
    )
    before, after = (find(rule, flows(paid(f"a 2026-03-02 30 \n b {day} 30"))) for day in ("2026-03-03", "2026-03-04"))
    assert before["limit_value"].to_list() == [5_000]
    assert after.is_empty()


def test_years_that_the_calendar_does_not_cover_are_not_computed() -> None:
    drawn = flows(paid("a 2026-03-02 30 \n b 2026-03-03 30"))
    assert find(RULE, drawn, calendar=calendar(2025)).is_empty()
    assert RULE.not_computed(drawn.lazy(), calendar(2025).lazy()).collect()["year"].to_list() == [2026]


def test_the_rules_say_25000_50000_two_and_five() -> None:
    rule = SplitBelowDocumentLimit()
    assert (rule.from_usd, rule.limit_usd, rule.pieces_count, rule.window_days) == (25_000, 50_000, 2, 5)
