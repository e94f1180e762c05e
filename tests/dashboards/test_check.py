"""The clerk's screen: asks for the own institution, tells grade and documents, and nothing else."""

from datetime import date

import pytest

from dashboards.screens import check
from fxwatch.review import record_breach
from tests.dashboards.conftest import BANK, CLERK, tables_of, told

UNKNOWN = "100000999"


@pytest.fixture
def firm(own_office):
    return own_office.register.roll().row(0, named=True)


def ask(seen, entity_id):
    seen.text_input(key="check_id").set_value(entity_id)
    next(b for b in seen.button if b.label in ("Ask", "查询")).click().run()
    return seen


def ask_all(seen, text):
    seen.text_area(key="check_pasted").set_value(text)
    next(b for b in seen.button if b.label in ("Ask for all", "全部查询")).click().run()
    return seen


def test_a_clerk_is_told_grade_documents_day_and_receipt(see, own_office, firm):
    record_breach(own_office, "B-1", entity_id=firm["entity_id"], day=date(2026, 10, 1), provision="39", by="wang")
    for language, words in (
        ("en", ("contract", "tax certificate", "31 Oct 2026", "at risk")),
        ("zh", ("合同", "税务凭证", "2026年10月31日", "风险")),
    ):
        seen = ask(see("check", CLERK, language, home=own_office), firm["entity_id"])
        assert not seen.exception
        said = told(seen) + "".join(h.proto.body for h in seen.get("html"))
        for word in words:
            assert word in said
        receipt = own_office.register.questions()["receipt"][-1]
        assert f"**{receipt}**" in said


def test_each_question_is_on_record_once_for_the_institution_and_by_name(see, own_office, firm):
    seen = ask(see("check", CLERK, home=own_office), firm["entity_id"])
    seen.run()
    asked = own_office.register.questions()
    assert asked.select("bank", "by", "entity_id").rows() == [(BANK, CLERK, firm["entity_id"])]


def test_an_unknown_entity_is_unknown_and_asked_for_the_documents_of_c(see, own_office):
    seen = ask(see("check", CLERK, home=own_office), UNKNOWN)
    assert "Not on the roll" in told(seen)
    marked = "".join(h.proto.body for h in seen.get("html"))
    assert "tax certificate" in marked
    assert "unknown" in marked


def test_what_is_no_identifier_is_refused_in_a_sentence_and_not_kept(see, own_office, firm):
    seen = ask(see("check", CLERK, "zh", home=own_office), firm["entity_id"])
    seen = ask(seen, "nonsense")
    assert "不是有效的主体代码" in seen.error[0].value
    assert not seen.header
    assert own_office.register.questions().height == 1


def test_a_clerk_sees_no_reason_no_hit_and_no_notice(see, own_office):
    noticed = own_office.register.notices().row(0, named=True)
    seen = ask(see("check", CLERK, home=own_office), noticed["entity_id"])
    said = told(seen).casefold()
    for word in (noticed["notice"].casefold() + " ", "hit", "breach", "provisional", noticed["why"].casefold()):
        assert word not in said.replace("asked today", "")


def test_a_list_is_answered_in_its_order_with_unknown_and_wrong_ones_marked(see, own_office, firm):
    ids = [firm["entity_id"], "nonsense", UNKNOWN, own_office.register.roll()["entity_id"][1]]
    seen = ask_all(see("check", CLERK, home=own_office), "\n".join(ids))
    assert not seen.exception
    table = tables_of(seen)[0]
    assert table["asked"].to_list() == ids
    assert table["receipt"].to_list() == [1, None, 2, 3]
    remarks = table["remark"].to_list()
    assert "check digit is wrong" in remarks[1]
    assert remarks[2] == "not on the roll"
    assert remarks[0] is None
    assert "4 lines" in told(seen)


def test_nothing_and_too_much_are_refused_whole(see, own_office):
    for text in ("", "\n".join([UNKNOWN] * 1001)):
        seen = ask_all(see("check", CLERK, home=own_office), text)
        assert "1 to 1,000" in seen.error[0].value
    assert own_office.register.questions().is_empty()


def test_the_own_institution_alone_sees_what_it_asked_today(see, own_office, firm):
    own_office.register.set_account("rival", ["bank"], by=own_office.actor(None), why="", institution="120000000002")
    ask(see("check", "rival", home=own_office), firm["entity_id"])
    seen = see("check", CLERK, home=own_office)
    assert "Nothing was asked today" in told(seen)
    seen = ask(seen, UNKNOWN)
    assert tables_of(seen)[-1]["entity_id"].to_list() == [UNKNOWN]


def test_who_is_no_bank_is_told_so_and_can_ask_nothing(see):
    for account in ("wang", "zhou", "qian"):
        seen = see("check", account)
        assert "Here the clerks of banks ask" in told(seen)
        assert not seen.text_input
    assert "银行柜员在此查询" in told(see("check", language="zh"))


def test_a_bank_without_institution_reads_what_the_administrator_must_do(see, own_office):
    own_office.register.set_account("lost", ["bank"], by=own_office.actor(None), why="")
    seen = see("check", "lost", home=own_office)
    assert "--role bank --institution CODE" in seen.error[0].value
    assert not seen.text_input


def test_the_empty_home_knows_nobody(see, bare_office):
    assert not see("check", CLERK, home=bare_office).exception
    assert check.COLUMNS[0] == "no"
