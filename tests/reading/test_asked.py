"""Did the banks ask? Payments of B and C entities held against questions and daily files, day by day."""

import shutil
from datetime import date

import polars as pl
import pytest

import fxwatch
from fxwatch.banks.taking import Taker, daily_file
from fxwatch.check import check
from fxwatch.errors import RequestError
from fxwatch.home import make_home
from fxwatch.reading.asked import checked, counted, ever_asked, questions, unasked, watched_days
from fxwatch.reading.paid import WATCHED, days_paid
from fxwatch.warehouse.paying import payment_days

NORTH, SOUTH = "120000000001", "440000000001"
SHIP, LAW, INN = "100000016", "100000446", "10000042X"
ENTITIES = f"entity_id,name,registered_on\n{SHIP},Ship,2010-01-01\n{LAW},Law,2010-01-01\n{INN},Inn,2010-01-01\n"
FLOWS = f"""declaration_no,leg,entity_id,direction,day,code,currency,amount,bank
C1,1,{SHIP},payment,2026-03-02,222011,USD,100.00,{NORTH}
C1,2,{SHIP},payment,2026-03-02,222011,USD,50.00,{NORTH}
C2,1,{SHIP},payment,2026-03-03,222011,USD,200.00,{SOUTH}
C3,1,{SHIP},receipt,2026-03-03,222011,USD,300.00,{SOUTH}
B1,1,{LAW},payment,2026-03-02,228021,USD,400.00,{NORTH}
B2,1,{LAW},payment,2026-03-20,228021,USD,500.00,{NORTH}
A1,1,{INN},payment,2026-03-02,223010,USD,600.00,{NORTH}
N1,1,{SHIP},payment,2026-03-03,222011,USD,700.00,
"""
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """SHIP is C by a breach of long ago; LAW is B from 10 March on; INN is A."""
    folder = tmp_path_factory.mktemp("asked")
    for name, text in (("entities", ENTITIES), ("flows", FLOWS)):
        (folder / f"{name}.csv").write_text(text, "utf-8")
    made = fxwatch.open(make_home(folder / "home", simulation=True).path)
    made.change_setting("today", "2026-03-31")
    made.load("entities", folder / "entities.csv")
    made.load("flows", folder / "flows.csv")
    made.run()
    made.record_breach("B1", entity_id=SHIP, day=date(2026, 1, 5), provision="39", on=date(2026, 1, 6))
    noticed(made, LAW, date(2026, 3, 10))
    made.register.close()
    return folder / "home"


@pytest.fixture
def home(kept, tmp_path):
    made = fxwatch.open(shutil.copytree(kept, tmp_path / "home"))
    yield made
    made.register.close()


def noticed(home, entity: str, day: date) -> None:
    with home.register.writing("a notice") as writing:
        number = writing.next_notice()
        hit = {"hit_id": f"h{number}", "rule": "r", "entity_id": entity, "raised_on": day.isoformat(), "digest": "d"}
        payload = {"notice": f"N{number}", "number": number, "policy": None, "hits": [hit]}
        signed = {"by": home.actor(None), "role": "regulator", "day": day, "why": "x", "entity_id": entity}
        writing.append("notice_issued", subject=f"notice:N{number}", payload=payload, **signed)


def on(home, day: str):
    home.change_setting("today", day)
    return home


def missing(home, **asked) -> list[str]:
    return unasked(home, **({"first": FIRST, "last": LAST} | asked))["declaration_no"].to_list()


def test_payments_of_b_and_c_entities_without_a_question_are_listed_by_bank(home):
    found = unasked(home, first=FIRST, last=LAST)
    assert found.select("bank", "declaration_no", "grade", "flows").rows() == [
        (NORTH, "C1", "C", 2),
        (NORTH, "B2", "B", 1),
        (SOUTH, "C2", "C", 1),
        ("unknown", "N1", "C", 1),
    ]
    first = found.row(0, named=True)
    assert (first["day"], first["entity_id"], first["name"], str(first["amount_usd"])) == (
        *(date(2026, 3, 2), SHIP, "Ship", "150.00"),
    )


def test_a_payment_before_the_notice_was_one_of_an_a_entity(home):
    assert "B1" not in missing(home)
    assert "A1" not in missing(home)


def test_what_was_recorded_later_is_held_against_nobody(home):
    home.record_breach("B2", entity_id=INN, day=date(2026, 2, 1), provision="39", on=date(2026, 3, 31))
    assert "A1" not in missing(home)


def test_what_was_rescinded_later_counted_on_the_day(home):
    home.rescind_breach("B1", why="annulled", on=date(2026, 3, 3))
    assert missing(home) == ["C1", "B2"]


def test_a_question_of_the_paying_bank_on_the_day_about_the_day_is_one(home):
    check(on(home, "2026-03-02"), SHIP, NORTH)
    assert missing(home) == ["B2", "C2", "N1"]


@pytest.mark.parametrize(
    ("today", "bank", "about", "which"),
    [
        ("2026-03-02", SOUTH, date(2026, 3, 2), SHIP),
        ("2026-03-03", NORTH, date(2026, 3, 2), SHIP),
        ("2026-03-02", NORTH, date(2026, 3, 1), SHIP),
        ("2026-03-02", NORTH, date(2026, 3, 2), LAW),
    ],
)
def test_another_banks_a_later_or_another_question_is_none(home, today, bank, about, which):
    check(on(home, today), which, bank, on=about)
    assert missing(home) == ["C1", "B2", "C2", "N1"]


@pytest.mark.parametrize(
    ("taken", "days", "counts"),
    [
        ("2026-03-02", 0, True),
        ("2026-03-01", 0, False),
        ("2026-03-01", 1, True),
        ("2026-02-28", 1, False),
        ("2026-03-03", 1, False),
    ],
)
def test_a_daily_file_counts_on_its_day_and_for_as_long_as_it_may_be_used(home, taken, days, counts):
    home.change_setting("file_days", str(days))
    daily_file(on(home, taken), Taker(NORTH, "core", "K1"))
    assert ("C1" not in missing(home, last=date(2026, 3, 2))) is counts


def test_a_daily_file_counts_for_the_entities_that_it_held(home):
    daily_file(on(home, "2026-03-03"), Taker(SOUTH, "core", "K1"))
    check(home, LAW, SOUTH)
    assert "C2" not in missing(home)
    assert "B2" in missing(home)


def test_the_share_of_payments_checked_by_bank_keeps_asked_and_by_file_apart(home):
    check(on(home, "2026-03-02"), SHIP, NORTH)
    daily_file(home, Taker(NORTH, "core", "K1"))
    found = checked(home, first=FIRST, last=LAST).to_dicts()
    assert [row["bank"] for row in found] == [NORTH, SOUTH, "unknown"]
    north = found[0]
    assert [north[name] for name in ("payments", "asked", "by_file", "unasked", "share")] == [4, 1, 2, 1, 0.75]
    assert [north[f"watched_{name}"] for name in ("payments", "asked", "by_file", "unasked", "share")] == [
        2,
        1,
        0,
        1,
        0.5,
    ]
    assert (found[1]["share"], found[1]["watched_share"]) == (0.0, 0.0)


def test_the_share_is_told_by_month_and_is_empty_where_there_was_nothing_to_ask(home):
    found = checked(home, first=date(2026, 2, 1), last=LAST, by_month=True, bank=NORTH)
    assert found.select("bank", "month", "payments", "watched_payments").rows() == [(NORTH, date(2026, 3, 1), 4, 2)]
    before = checked(home, first=date(2026, 3, 2), last=date(2026, 3, 2), bank=NORTH).row(0, named=True)
    assert before["watched_payments"] == 1
    assert checked(home, first=date(2026, 3, 20), last=date(2026, 3, 20), bank=SOUTH).is_empty()


def test_the_days_of_b_and_c_are_those_of_all_days(home):
    check(on(home, "2026-03-02"), SHIP, NORTH)
    on(home, "2026-03-03").rescind_breach("B1", why="annulled", on=date(2026, 3, 3))
    everything = days_paid(home, FIRST, LAST).filter(pl.col("grade").is_in(WATCHED))
    assert sorted(watched_days(home, FIRST, LAST).rows()) == sorted(everything.rows())
    assert everything.height == 2


def test_flows_of_who_was_never_b_or_c_are_not_read(home, monkeypatch):
    from fxwatch.reading import paid

    read = []

    def spied(*asked):
        read.append(payment_days(*asked))
        return read[-1]

    monkeypatch.setattr(paid, "payment_days", spied)
    watched_days(home, FIRST, LAST)
    assert set(read[0]["entity_id"]) == {SHIP, LAW}
    assert read[0].filter(entity_id=LAW)["day"].to_list() == [date(2026, 3, 20)], "nor those from before its notice"


def test_the_counts_of_b_and_c_are_those_of_the_shares(home):
    check(on(home, "2026-03-02"), SHIP, NORTH)
    names = ("payments", "asked", "by_file", "unasked", "share")
    days = watched_days(home, FIRST, LAST)
    for groups in (["bank"], ["bank", "month"]):
        wanted = checked(home, first=FIRST, last=LAST, by_month="month" in groups)
        assert counted(days, *groups).rows() == wanted.select(*groups, *(f"watched_{n}" for n in names)).rows()
    assert counted(days).rows() == [(4, 1, 0, 3, 0.25)]


def test_of_no_payment_there_is_no_share(home):
    assert counted(watched_days(home, date(2026, 2, 1), date(2026, 2, 28))).rows() == [(0, 0, 0, 0, None)]


def test_a_question_or_a_file_of_any_bank_is_that_banks_asked(home):
    assert not ever_asked(home)
    daily_file(on(home, "2026-03-02"), Taker(NORTH, "core", "K1"))
    assert ever_asked(home)


def test_one_question_is_that_banks_asked(home):
    check(home, SHIP, NORTH)
    assert ever_asked(home)


def test_one_bank_is_looked_at_alone_and_days_bound_the_list(home):
    assert missing(home, bank=SOUTH) == ["C2"]
    assert missing(home, first=date(2026, 3, 3)) == ["B2", "C2", "N1"]
    assert missing(home, last=date(2026, 3, 2)) == ["C1"]


def test_without_days_the_year_up_to_the_newest_flow_is_looked_at(home):
    assert unasked(home)["declaration_no"].to_list() == ["C1", "B2", "C2", "N1"]


def test_days_in_the_wrong_order_and_a_code_that_is_none_are_refused(home):
    with pytest.raises(RequestError, match="wrong order"):
        unasked(home, first=LAST, last=FIRST)
    with pytest.raises(RequestError, match="institution code"):
        unasked(home, bank="north")


def test_questions_are_listed_by_bank_entity_and_day(home):
    check(on(home, "2026-03-02"), SHIP, NORTH)
    check(on(home, "2026-03-03"), LAW, SOUTH)
    assert questions(home, bank=NORTH)["entity_id"].to_list() == [SHIP]
    assert questions(home, entity="91120101100000446Y")["bank"].to_list() == [SOUTH]
    assert questions(home, first=date(2026, 3, 3))["entity_id"].to_list() == [LAW]
    assert questions(home, last=date(2026, 3, 2))["entity_id"].to_list() == [SHIP]
    assert "answer" not in questions(home).columns


def test_a_home_is_asked_the_same_from_python(home):
    answer = on(home, "2026-03-02").check(SHIP, bank=NORTH)
    assert home.receipt(answer.receipt) == answer.as_dict()
    assert home.questions(bank=NORTH).equals(questions(home))
    assert home.unasked(first=FIRST, last=LAST).equals(unasked(home, first=FIRST, last=LAST))
    assert home.checked(by_month=True).equals(checked(home, by_month=True))
