"""Entities, rates, days and breaches: keys without a history of actions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fxwatch.errors import Forbidden
from fxwatch.home import Home
from fxwatch.intake import LoadReport, load, quarantined, retry

Take = Callable[..., LoadReport]


@pytest.fixture
def take(home: Home, tmp_path: Path) -> Take:
    """Loads lines as a file of a kind; the first line is its header."""

    def loaded(kind: str, *lines: str, **asked: Any) -> LoadReport:
        path = tmp_path / f"{kind}.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        report = load(home, kind, path, **asked)
        assert report.read == report.accepted + report.duplicate + report.quarantined
        return report

    return loaded


def outcome(report: LoadReport) -> str:
    return next((name for name in ("accepted", "duplicate") if getattr(report, name)), None) or next(
        iter(report.reasons)
    )


ENTITY = "entity_id,name,industry,economic_type,area,registered_on,investor_economies,transport_enterprise"


@pytest.mark.parametrize(
    ("row", "became"),
    [
        ("100000729,Jizhou Tea,5127,100,120225,2010-01-01,HKG;SGP,", "accepted"),
        ("91120101100000729P,Jizhou Tea,,,,,,", "BAD_ID"),
        ("100000729,Jizhou Tea,G,,,,,TRUE", "accepted"),
        ("100000729,Jizhou Tea,51,,,20100101, HKG ; ,0", "accepted"),
        ("100000720,Jizhou Tea,,,,,,", "BAD_ID"),
        ("100000729,,,,,,,", "BAD_FIELD"),
        ("100000729,Jizhou Tea,5,,,,,", "BAD_FIELD"),
        ("100000729,Jizhou Tea,Z,,,,,", "BAD_FIELD"),
        ("100000729,Jizhou Tea,51270,,,,,", "BAD_FIELD"),
        ("100000729,Jizhou Tea,,,1202,,,", "BAD_FIELD"),
        ("100000729,Jizhou Tea,,,,2010-02-30,,", "BAD_DATE"),
        ("100000729,Jizhou Tea,,,,,HK,", "BAD_FIELD"),
        ("100000729,Jizhou Tea,,,,,,perhaps", "BAD_FIELD"),
        ("100000729,Jizhou\x1fTea,,,,,,", "BAD_FIELD"),
        (f"100000729,{'茶' * 200},,,,,,", "accepted"),
        (f"100000729,{'茶' * 201},,,,,,", "BAD_FIELD"),
        ("100000710,Haihe Advisers,7243,,,,,", "duplicate"),
        ("100000710,Haihe Lawyers,7243,,,,,", "accepted"),
    ],
)
def test_an_entity_is_enrolled_or_has_its_reason(take: Take, row: str, became: str) -> None:
    assert outcome(take("entities", ENTITY, row)) == became


def test_a_later_row_of_the_same_entity_is_a_new_version(take: Take, home: Home) -> None:
    report = take("entities", "entity_id,name", "100000729,Tea", "10000072-9,Tea House", "100000729,Tea House")
    assert (report.accepted, report.duplicate) == (2, 1)
    found = home.register.enrolled("100000729")
    assert found is not None
    assert found["name"] == "Tea House"
    assert home.snapshot().con.sql("SELECT name FROM roll WHERE entity_id = '100000729'").fetchall() == [("Tea House",)]


@pytest.mark.parametrize(
    ("row", "became"),
    [
        ("2025-03,EUR,1.08", "accepted"),
        ("202503,EUR,1.08", "BAD_DATE"),
        ("2025-13,EUR,1.08", "BAD_DATE"),
        ("2025-03-31,EUR,1.08", "BAD_DATE"),
        ("2025-03,EUX,1.08", "BAD_CURRENCY"),
        ("2025-03,,1.08", "BAD_CURRENCY"),
        ("2025-03,EUR,0", "BAD_AMOUNT"),
        ("2025-03,EUR,-1", "BAD_AMOUNT"),
        ("2025-03,EUR,1e2", "BAD_AMOUNT"),
        ("2025-03,EUR,0.000000000001", "accepted"),
        ("2025-03,EUR,0.0000000000001", "BAD_AMOUNT"),
        ("2025-03,EUR,1000000000", "BAD_AMOUNT"),
        ("2025-03,USD,1", "accepted"),
        ("2025-03,USD,1.01", "BAD_AMOUNT"),
        ("2025-03,EUR,1.08,more", "BAD_FIELD"),
    ],
)
def test_a_table_is_kept_or_has_its_reason(take: Take, row: str, became: str) -> None:
    assert outcome(take("rates", "month,currency,usd_per_unit", row)) == became


def test_another_rate_of_the_same_month_is_a_new_version(take: Take, home: Home) -> None:
    header = "month,currency,usd_per_unit"
    assert take("rates", header, "2025-03,EUR,1.08", "2025-03,GBP,1.29").accepted == 2
    report = take("rates", header, "2025-03,EUR,1.080", "2025-03,EUR,1.09", "2025-03,EUR,1.09", "2025-03,EUR,1.10")
    assert (report.accepted, report.duplicate) == (2, 2)
    versions = (
        home.snapshot()
        .con.sql("SELECT left(usd_per_unit::VARCHAR, 4) FROM rates WHERE currency = 'EUR' ORDER BY known_from")
        .fetchall()
    )
    assert versions == [("1.08",), ("1.10",)]


def test_the_newest_version_of_a_table_speaks_for_what_is_loaded_later(take: Take, home: Home) -> None:
    header = "declaration_no,entity_id,direction,day,code,currency,amount"
    flow = ",100000710,payment,2025-04-08,228021,EUR,100"
    for rate, number in (("1.08", "N1"), ("1.09", "N2")):
        take("rates", "month,currency,usd_per_unit", f"2025-03,EUR,{rate}")
        take("flows", header, number + flow)
    assert home.snapshot().con.sql("SELECT amount_usd FROM flows ORDER BY flow").fetchall() == [(10800,), (10900,)]


@pytest.mark.parametrize(
    ("row", "became"),
    [
        ("2025-01-01,false", "accepted"),
        ("20250101,1", "accepted"),
        ("2025-02-29,1", "BAD_DATE"),
        ("2025-01-01,", "BAD_FIELD"),
        ("2025-01-01,yes", "BAD_FIELD"),
    ],
)
def test_a_day_is_kept_or_has_its_reason(take: Take, row: str, became: str) -> None:
    assert outcome(take("calendar", "day,is_workday", row)) == became


BREACH = "breach_no,action,entity_id,day,provision,description"


@pytest.mark.parametrize(
    ("row", "became"),
    [
        ("B1,,100000710,2025-02-28,art. 39,", "accepted"),
        ("违字〔2025〕1号,A,100000710,2025-02-28,art. 39,", "accepted"),
        (",,100000710,2025-02-28,art. 39,", "BAD_KEY"),
        ("B1,X,100000710,2025-02-28,art. 39,", "BAD_ACTION"),
        ("B1,D,,,,", "UNKNOWN_KEY"),
        ("B1,,100000711,2025-02-28,art. 39,", "BAD_ID"),
        ("B1,,100000729,2025-02-28,art. 39,", "UNKNOWN_ENTITY"),
        ("B1,,100000710,2025-02-29,art. 39,", "BAD_DATE"),
        ("B1,,100000710,2025-07-01,art. 39,", "FUTURE_DAY"),
        ("B1,,100000710,2025-02-28,,", "BAD_FIELD"),
    ],
)
def test_a_breach_is_recorded_or_has_its_reason(take: Take, row: str, became: str) -> None:
    assert outcome(take("breaches", BREACH, row)) == became


def test_breaches_become_acts_and_a_d_row_rescinds(take: Take, home: Home) -> None:
    row = "B1,,100000710,2025-02-28,art. 39,"
    assert take("breaches", BREACH, row).accepted == 1
    assert take("breaches", BREACH, row + " ", "B1,D,,,,", "B1,D,,,,", "B2,D,,,,").as_dict().items() >= {
        "accepted": 1, "duplicate": 2, "quarantined": 1,
    }.items()  # fmt: skip
    assert home.register.breaches().select("breach_no", "status").rows() == [("B1", "rescinded")]
    assert home.register.verify().ok


def test_breaches_are_loaded_by_a_regulator_alone(take: Take, home: Home) -> None:
    home.register.set_account("clerk", roles=["analyst"], by=home.actor(None), why="for the test")
    with pytest.raises(Forbidden):
        take("breaches", BREACH, "B1,,100000710,2025-02-28,art. 39,", by="clerk")
    assert home.register.breaches().is_empty()


def test_what_waits_of_every_kind_is_judged_again(take: Take, home: Home) -> None:
    take("breaches", BREACH, "B1,,100000729,2025-02-28,art. 39,")
    take("rates", "month,currency,usd_per_unit", "2025-03,EUX,1.08")
    take(
        "flows",
        "declaration_no,entity_id,direction,day,code,currency,amount",
        "N1,100000729,payment,2025-04-08,228021,USD,1",
    )
    take("entities", "entity_id,name", "100000729,Tea", "1,Coffee")
    report = retry(home)
    assert (report.read, report.accepted, report.quarantined) == (4, 2, 2)
    assert sorted(quarantined(home)["kind"]) == ["entities", "rates"]


@pytest.mark.parametrize("day", ["1899-12-31", "30000101"])
def test_a_day_of_any_kind_lies_between_1900_and_2999(take: Take, day: str) -> None:
    assert outcome(take("calendar", "day,is_workday", f"{day},1")) == "BAD_DATE"
    assert outcome(take("entities", ENTITY, f"100000729,Jizhou Tea,,,,{day},,")) == "BAD_DATE"
    assert outcome(take("rates", "month,currency,usd_per_unit", f"{day[:4]}-01,EUR,1.1")) == "BAD_DATE"
    assert outcome(take("breaches", "breach_no,entity_id,day,provision", f"B1,100000710,{day},Art. 1")) == "BAD_DATE"
