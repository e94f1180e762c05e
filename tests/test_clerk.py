"""A bank clerk's questions: for the own institution alone, one by one or as a list."""

from datetime import date

import pytest

from fxwatch import clerk
from fxwatch.amending import add_account
from fxwatch.check import check
from fxwatch.errors import Forbidden, RequestError
from fxwatch.settings import Settings
from tests.desk import desk_at

BANK, OTHER = "120000000001", "120000000002"
LAW, SHIP = "100000446", "10000042X"


@pytest.fixture
def desk(tmp_path, monkeypatch):
    made = desk_at(tmp_path, monkeypatch)
    made.settings = Settings()
    made.enrol(LAW, SHIP)
    add_account(made, "clerk", ["bank"], institution=BANK)
    add_account(made, "rival", ["bank"], institution=OTHER)
    return made


def test_a_clerk_asks_for_the_own_institution_by_name(desk):
    answer = clerk.ask(desk, LAW, by="clerk")
    assert (answer.grade, answer.receipt) == ("A", 1)
    assert desk.register.questions().select("bank", "by").row(0) == (BANK, "clerk")


def test_who_is_no_bank_or_closed_asks_nothing(desk):
    desk.has("lee", "regulator")
    desk.register.set_account("gone", ["bank"], by="operator", why="", institution=BANK, is_active=False)
    for name in ("lee", "gone"):
        for ask in (clerk.ask, lambda h, e, by: clerk.ask_each(h, [e], by=by)):
            with pytest.raises(Forbidden):
                ask(desk, LAW, by=name)
    assert desk.register.questions().is_empty()


def test_a_bank_account_without_institution_is_told_what_the_administrator_must_do(desk):
    desk.register.set_account("lost", ["bank"], by="operator", why="")
    with pytest.raises(RequestError, match="--role bank --institution CODE"):
        clerk.ask(desk, LAW, by="lost")


def test_a_list_is_answered_in_its_order_with_refusals_and_unknown_ones_in_place(desk):
    asked = [SHIP, "nonsense", "100000999", f"91120101{LAW}Y", SHIP]
    told = clerk.ask_each(desk, asked, by="clerk")
    assert [t.asked for t in told] == asked
    assert [t.answer.grade.value if t.answer else None for t in told] == ["A", None, "unknown", "A", "A"]
    assert [t.answer.receipt for t in told if t.answer] == [1, 2, 3, 4]
    assert "identifier" in told[1].refused.english
    assert desk.register.questions()["entity_id"].to_list() == [SHIP, "100000999", LAW, SHIP]


def test_a_list_longer_than_a_transaction_keeps_its_order(desk):
    asked = [LAW, SHIP] * 101
    told = clerk.ask_each(desk, asked, by="clerk")
    assert [t.answer.entity_id for t in told] == asked
    assert [t.answer.receipt for t in told] == list(range(1, 203))


@pytest.mark.parametrize(("count", "fits"), [(0, False), (1, True), (1000, True), (1001, False)])
def test_a_list_holds_one_to_a_thousand(desk, count, fits, monkeypatch):
    monkeypatch.setattr(clerk, "check_each", lambda _home, ids, *_, **__: [RequestError("", "") for _ in ids])
    if fits:
        assert len(clerk.ask_each(desk, [LAW] * count, by="clerk")) == count
    else:
        with pytest.raises(RequestError, match="1 to 1,000"):
            clerk.ask_each(desk, [LAW] * count, by="clerk")


def test_a_day_ahead_refuses_the_whole_list(desk):
    with pytest.raises(RequestError, match="after today"):
        clerk.ask_each(desk, [LAW], by="clerk", on=date(2025, 7, 1))


def test_a_line_of_a_list_is_a_row_of_what_was_told(desk):
    known, refused = (clerk.as_row(t) for t in clerk.ask_each(desk, [SHIP, "nonsense"], by="clerk"))
    assert known == {
        "asked": SHIP, "entity_id": SHIP, "name": f"name of {SHIP}", "grade": "A", "documents": ["payment_instruction"],
        "on": date(2025, 6, 30), "valid_until": date(2025, 6, 30), "receipt": 1,
    }  # fmt: skip
    assert {name for name, cell in refused.items() if cell is not None} == {"asked"}


def test_a_clerk_sees_what_the_own_institution_asked_and_nothing_of_others(desk):
    clerk.ask(desk, LAW, by="clerk")
    clerk.ask(desk, SHIP, by="rival")
    check(desk, SHIP, BANK)  # the same bank, over another door
    found = clerk.asked_since(desk, date(2000, 1, 1), by="clerk")
    assert found.select("receipt", "by", "entity_id", "name", "grade").rows() == [
        (3, "operator", SHIP, f"name of {SHIP}", "A"),
        (1, "clerk", LAW, f"name of {LAW}", "A"),
    ]
    assert clerk.asked_since(desk, date(2999, 1, 1), by="clerk").is_empty()


# ---- accounts of banks


def test_an_account_of_a_bank_is_made_with_its_institution_and_keeps_it(desk):
    add_account(desk, "clerk", ["bank", "analyst"])
    assert desk.register.account("clerk").institution == BANK
    add_account(desk, "clerk", ["bank"], institution="abcdef000001")
    assert desk.register.account("clerk").institution == "ABCDEF000001"


def test_an_account_of_a_bank_needs_an_institution_and_no_other_has_one(desk):
    for roles, institution, says in (
        (["bank"], None, "--institution CODE"),
        (["bank"], "12", "institution code"),
        (["analyst"], BANK, "Only an account with the role bank"),
    ):
        with pytest.raises(RequestError, match=says):
            add_account(desk, "new", roles, institution=institution)
    assert "new" not in desk.register.accounts()["name"].to_list()
