"""Settlements, filings, totals and codes: what other authorities keep, and what banks say of themselves."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fxwatch.errors import FileRefused
from fxwatch.home import Home
from fxwatch.intake import LoadReport, load, quarantined, retry
from fxwatch.intake.judging import ADD, CHANGE, DELETE
from fxwatch.intake.reasons import SOUND, Reason
from fxwatch.intake.records import Records, _Version
from fxwatch.warehouse.frames import input_frames

Take = Callable[..., LoadReport]
SETTLEMENT = "settlement_no,action,entity_id,kind,day,fx_group,currency,amount"
FILING = "filing_no,entity_id,authority,contract_no,code,currency,contract_amount,filed_on"
TOTAL = "bank,month,direction,flows,amount_usd"
CODE = "code,item,bpm6,valid_from,valid_to"
FLOW = "declaration_no,entity_id,direction,day,code,currency,amount"


@pytest.fixture
def take(home: Home, tmp_path: Path) -> Take:
    """Loads lines as a file of a kind; the first line is its header."""

    def loaded(kind: str, *lines: str, **asked: Any) -> LoadReport:
        path = tmp_path / f"{kind}.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        report = load(home, kind, path, **asked)
        assert report.read == report.accepted + report.duplicate + report.out_of_scope + report.quarantined
        return report

    return loaded


def became(take: Take, home: Home, kind: str, header: str, rows: list[tuple[str, str]]) -> list[str]:
    """What becomes of each of the rows of one file."""
    report = take(kind, header, *(row for row, _ in rows))
    reasons = dict(quarantined(home).select("line", "reason").iter_rows())
    found = [reasons.get(line, "accepted") for line in range(2, len(rows) + 2)]
    assert report.accepted == found.count("accepted")
    return found


SETTLEMENTS = [
    ("S1,,100000710,settlement,2025-04-08,121,USD,10.00", "accepted"),
    ("S2,A,91120101100000710A,purchase,20250408,326,USD,10", "accepted"),
    (",,100000710,settlement,2025-04-08,121,USD,10", "BAD_KEY"),
    ("S3,X,100000710,settlement,2025-04-08,121,USD,10", "BAD_ACTION"),
    ("S4,C,100000710,settlement,2025-04-08,121,USD,10", "UNKNOWN_KEY"),
    ("S5,D,,,,,,", "UNKNOWN_KEY"),
    ("S6,,100000711,settlement,2025-04-08,121,USD,10", "BAD_ID"),
    ("S7,,100000729,settlement,2025-04-08,121,USD,10", "UNKNOWN_ENTITY"),
    ("S8,,100000710,settlement,2025-02-29,121,USD,10", "BAD_DATE"),
    ("S9,,100000710,settlement,2025-06-30,121,USD,10", "accepted"),
    ("S10,,100000710,settlement,2025-07-01,121,USD,10", "FUTURE_DAY"),
    ("S11,,100000710,settlement,2025-04-08,120,USD,10", "UNKNOWN_CODE"),
    ("S12,,100000710,settlement,2025-04-08,321,USD,10", "UNKNOWN_CODE"),
    ("S13,,100000710,purchase,2025-04-08,121,USD,10", "UNKNOWN_CODE"),
    ("S14,,100000710,settlement,2025-04-08,,USD,10", "UNKNOWN_CODE"),
    ("S15,,100000710,settlement,2025-04-08,121,USD,0", "BAD_AMOUNT"),
    ("S16,,100000710,settlement,2025-04-08,121,USD,10.001", "BAD_AMOUNT"),
    ("S17,,100000710,settlement,2025-04-08,121,USD,1000000000000.00", "accepted"),
    ("S18,,100000710,settlement,2025-04-08,121,USD,1000000000000.01", "BAD_AMOUNT"),
    ("S19,,100000710,settlement,2025-04-08,121,USX,10", "BAD_CURRENCY"),
    ("S20,,100000710,settlement,2025-04-08,121,EUR,10", "NO_RATE"),
    ("S21,,100000710,receipt,2025-04-08,121,USD,10", "BAD_FIELD"),
    ("S22,,100000710,settlement,2025-04-08,121,USD,10,more", "BAD_FIELD"),
]


def test_a_settlement_is_kept_or_has_its_reason(take: Take, home: Home) -> None:
    assert became(take, home, "settlements", SETTLEMENT, SETTLEMENTS) == [word for _, word in SETTLEMENTS]


FILINGS = [
    ("F1,100000710,tax,HT1,228021,USD,10,2025-04-08", "accepted"),
    ("F2,100000710,tax,,,,,2025-04-08", "accepted"),
    ("F3,100000710,commerce,,consulting,EUR,,20250408", "accepted"),
    (",100000710,tax,,,,,2025-04-08", "BAD_KEY"),
    ("F4,100000711,tax,,,,,2025-04-08", "BAD_ID"),
    ("F5,100000729,tax,,,,,2025-04-08", "UNKNOWN_ENTITY"),
    ("F6,100000710,tax,,,,,", "BAD_DATE"),
    ("F7,100000710,tax,,,,,2025-07-01", "FUTURE_DAY"),
    ("F8,100000710,tax,,,EUR,10,2025-04-08", "NO_RATE"),
    ("F9,100000710,police,,,,,2025-04-08", "BAD_FIELD"),
    ("F10,100000710,,,,,,2025-04-08", "BAD_FIELD"),
    ("F11,100000710,tax,,1122,,,2025-04-08", "BAD_FIELD"),
    ("F12,100000710,tax,,,,10,2025-04-08", "BAD_FIELD"),
    ("F13,100000710,tax,,,EUX,,2025-04-08", "BAD_FIELD"),
    ("F14,100000710,tax,,,USD,0,2025-04-08", "BAD_FIELD"),
    ("F15,100000710,tax,,,USD,ten,2025-04-08", "BAD_FIELD"),
    ("F16,100000710,tax,H\x01T,,,,2025-04-08", "BAD_FIELD"),
]


def test_a_filing_is_kept_or_has_its_reason(take: Take, home: Home) -> None:
    assert became(take, home, "filings", FILING, FILINGS) == [word for _, word in FILINGS]


TOTALS = [
    ("120000000001,2025-04,receipt,7,10.05", "accepted"),
    ("120000000001,2025-06,receipt,0,0", "accepted"),
    (",2025-04,receipt,7,10", "BAD_KEY"),
    ("B,2025-13,receipt,7,10", "BAD_DATE"),
    ("B,2025-04-02,receipt,7,10", "BAD_DATE"),
    ("B,2025-07,receipt,7,10", "FUTURE_DAY"),
    ("B,2025-04,both,7,10", "BAD_DIRECTION"),
    ("B,2025-04,receipt,7,-1", "BAD_AMOUNT"),
    ("B,2025-04,receipt,7,", "BAD_AMOUNT"),
    ("B,2025-04,receipt,7.0,10", "BAD_FIELD"),
]


def test_a_control_figure_is_kept_or_has_its_reason(take: Take, home: Home) -> None:
    assert became(take, home, "totals", TOTAL, TOTALS) == [word for _, word in TOTALS]


CODES = [
    ("1122,transport,,1996-01-01,2004-12-31", "accepted"),
    ("11,transport,SC,,", "accepted"),
    ("201012,transport,,2005-01-01,", "accepted"),
    ("0101,out_of_scope,,,", "accepted"),
    ("1,transport,,,", "BAD_KEY"),
    ("1122001,transport,,,", "BAD_KEY"),
    ("11a2,transport,,,", "BAD_KEY"),
    ("1122,transport,,1996-13-01,", "BAD_DATE"),
    ("1122,transport,,2005-01-01,2004-12-31", "BAD_DATE"),
    ("1122,freight,,,", "UNKNOWN_CODE"),
    ("1122,transport,SZ,,", "BAD_FIELD"),
]


def test_a_line_of_a_concordance_is_kept_or_has_its_reason(take: Take, home: Home) -> None:
    assert became(take, home, "codes", CODE, CODES) == [word for _, word in CODES]


def test_every_reason_is_told_in_both_languages(take: Take, home: Home) -> None:
    take("settlements", SETTLEMENT, ",,,,,,,", "S1,C,,,,,,", "S2,,100000710,sale,2025-04-08,121,USD,1", "S3,,100000710,settlement,2025-04-08,121,USD,0")  # fmt: skip
    take("filings", FILING, "F1,100000710,tax,,1122,,,2025-04-08", "F2,100000710,police,,,,,2025-04-08")
    take("totals", TOTAL, "B,2025-13,receipt,7,10", "B,2025-04,x,7,10")
    take("codes", CODE, "1122,freight,,,", "1122,transport,,2005-01-01,2004-12-31")
    waiting = quarantined(home)
    assert len(waiting) == 10
    assert waiting["sentence"].str.contains(r"; .*\.$").all()
    assert waiting["sentence_zh"].str.contains("。$").all()
    told = dict(zip(waiting["declaration_no"], waiting["sentence"], strict=True))
    assert told["S1"] == "Settlement S1: action C refers to a record that never came; load its A row first, then this row again."  # fmt: skip
    assert told["tax F1"].startswith("code is '1122'; it takes a transaction code or an item")


def settled(home: Home) -> list[tuple[Any, ...]]:
    found = input_frames(home.snapshot().con)["settlements"]
    return found.select("settlement_no", "amount_usd").sort("settlement_no").rows()


def test_the_same_number_with_other_content_is_a_new_version_and_d_removes_it(take: Take, home: Home) -> None:
    row = "S1,{},100000710,settlement,2025-04-08,121,USD,{}"
    report = take("settlements", SETTLEMENT, *(row.format(*r) for r in [("A", 1), ("A", "1.00"), ("A", 2), ("C", 3)]))
    assert (report.accepted, report.duplicate) == (3, 1)
    assert settled(home) == [("S1", 300)]
    report = take("settlements", SETTLEMENT, row.format("C", 3), row.format("D", ""), "S1,D,,,,,,", row.format("A", 3))
    assert (report.accepted, report.duplicate) == (1, 3)
    assert settled(home) == []
    assert take("settlements", SETTLEMENT, row.format("C", 3)).reasons == {"DELETED_KEY": 1}
    assert take("settlements", SETTLEMENT, row.format("A", 4)).reasons == {"DELETED_KEY": 1}


def test_every_version_is_known_from_its_load_on(take: Take, home: Home) -> None:
    for amount in (1, 2):
        take("settlements", SETTLEMENT, f"S1,,100000710,settlement,2025-04-08,121,USD,{amount}")
        take("filings", FILING, f"F1,100000710,tax,HT1,,USD,{amount},2025-04-08")
    take("settlements", SETTLEMENT, "S1,D,,,,,,")
    con = home.snapshot().con
    moments = [m for (m,) in con.sql("SELECT known_from FROM loads WHERE kind = 'settlements' ORDER BY 1").fetchall()]
    then = [input_frames(con, known_at=m)["settlements"]["amount_usd"].to_list() for m in moments]
    assert then == [[100], [200], []]
    assert input_frames(con, known_at=moments[0] - timedelta(seconds=1))["settlements"].is_empty()
    assert input_frames(con, known_at=moments[1])["filings"]["contract_usd"].to_list() == [100]
    assert input_frames(con)["filings"]["contract_usd"].to_list() == [200]


def test_a_change_keeps_the_month_of_its_table_unless_day_or_currency_changes(take: Take, home: Home) -> None:
    header = "month,currency,usd_per_unit"
    row = "S1,,100000710,settlement,2025-04-{},121,{},{}"
    take("rates", header, "2025-02,EUR,1.1", "2025-02,GBP,1.3")
    take("settlements", SETTLEMENT, row.format("08", "EUR", 10))
    take("rates", header, "2025-03,EUR,1.2", "2025-03,GBP,1.4")
    found = []
    for day, currency, amount in (("08", "EUR", 20), ("09", "EUR", 20), ("09", "GBP", 20)):
        take("settlements", SETTLEMENT, row.format(day, currency, amount))
        found += settled(home)
    assert found == [("S1", 2200), ("S1", 2400), ("S1", 2800)]
    take("settlements", SETTLEMENT, "S1,D,,,,,,")
    kept = home.snapshot().con.sql(
        "SELECT version, is_deleted, amount_usd, month(rate_month) FROM settlements ORDER BY 1"
    )
    assert kept.fetchall()[3:] == [(4, False, 2800, 3), (5, True, 2800, 3)]


def test_what_waits_is_judged_again_when_its_rate_its_entity_or_its_code_has_come(take: Take, home: Home) -> None:
    take(
        "settlements",
        SETTLEMENT,
        "S1,,100000729,purchase,2025-04-08,322,EUR,10",
        "S1,C,100000729,purchase,2025-04-08,322,EUR,20",
    )
    take("filings", FILING, "F1,100000710,tax,,1122,,,2004-04-08")
    take("flows", FLOW, "N1,100000227,payment,2004-04-08,1122,USD,5")
    assert quarantined(home)["reason"].to_list() == ["UNKNOWN_ENTITY", "KEY_IN_QUARANTINE", "BAD_FIELD", "UNKNOWN_CODE"]
    take("entities", "entity_id,name", "100000729,Tea")
    take("rates", "month,currency,usd_per_unit", "2025-03,EUR,1.5")
    take("codes", CODE, "11,transport,,,2004-12-31")
    report = retry(home)
    assert (report.accepted, report.quarantined) == (4, 0)
    assert settled(home) == [("S1", 3000)]
    assert home.snapshot().con.sql("SELECT item, bpm6 FROM flows").fetchall() == [(0, 2)]


def test_a_row_of_the_same_number_that_is_taken_resolves_what_waits(take: Take, home: Home) -> None:
    take("settlements", SETTLEMENT, "S1,,100000710,settlement,2025-04-08,121,USD,0")
    take("filings", FILING, "F1,100000710,tax,,,USD,0,2025-04-08")
    take("settlements", SETTLEMENT, "S1,,100000710,settlement,2025-04-08,121,USD,1")
    take("filings", FILING, "F1,100000710,tax,,,USD,1,2025-04-08")
    assert quarantined(home).is_empty()


def test_two_authorities_may_use_one_number(take: Take, home: Home) -> None:
    take("filings", FILING, "1,100000710,tax,,,,,2025-04-08", "1,100000710,commerce,,,,,2025-04-09")
    found = input_frames(home.snapshot().con)["filings"].sort("authority")
    assert found.select("filing_no", "authority", "contract_usd").rows() == [
        ("1", "tax", None),
        ("1", "commerce", None),
    ]


def test_a_file_again_takes_nothing_twice(take: Take) -> None:
    files = {
        "settlements": (SETTLEMENT, "S1,,100000710,settlement,2025-04-08,121,USD,1", "S2,,100000710,sale,2025-04-08,121,USD,1"),
        "filings": (FILING, "F1,100000710,tax,,,,,2025-04-08", "F2,100000711,tax,,,,,2025-04-08"),
        "totals": (TOTAL, "B,2025-04,receipt,7,10", "B,2025-04,both,7,10"),
        "codes": (CODE, "1122,transport,,,", "1122,freight,,,"),
    }  # fmt: skip
    for kind, lines in files.items():
        assert (take(kind, *lines).accepted, take(kind, *lines).accepted) == (1, 0)
        # Other bytes, the same rows.
        again = take(kind, *lines, "")
        assert (again.accepted, again.duplicate, again.quarantined) == (0, 1, 1)


def test_an_unknown_entity_is_enrolled_where_that_is_allowed(take: Take, home: Home) -> None:
    home.change_setting("admit_unknown", "true")
    take("settlements", SETTLEMENT, "S1,,100000729,settlement,2025-04-08,121,USD,1")
    assert home.register.enrolled("100000729") is not None
    assert home.snapshot().con.sql("SELECT count(*) FROM roll WHERE entity_id = '100000729'").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("code", "day", "became"),
    [
        ("1122", "2004-12-31", (0, 2)),
        ("1122", "2005-01-01", "UNKNOWN_CODE"),
        ("1130", "2004-12-31", (4, 8)),  # the longer beginning speaks
        ("112200", "2004-12-31", (None, None)),  # two digits begin codes of four, not of six: goods stay out of scope
        ("201012", "2005-01-01", (0, 2)),
        ("222011", "2025-01-01", (5, 3)),  # a loaded line speaks before the shipped list
        ("222012", "2025-01-01", (0, 2)),
        ("121010", "2025-01-01", (11, 9)),
        ("0101", "2004-01-01", (None, None)),
    ],
)
def test_a_loaded_line_speaks_for_its_codes_on_its_days(
    take: Take, home: Home, code: str, day: str, became: Any
) -> None:
    take(
        "codes",
        CODE,
        "11,transport,,,2004-12-31",
        "1130,computer_information,,,2004-12-31",
        "201,transport,,2005-01-01,2014-04-30",
        "222011,travel,,,",
        "121010,other_business,SJ,,",
        "01,out_of_scope,,,",
    )
    report = take("flows", FLOW, f"N1,100000710,payment,{day},{code},USD,1")
    if isinstance(became, str):
        assert report.reasons == {became: 1}
    else:
        assert home.snapshot().con.sql("SELECT item, bpm6 FROM flows").fetchall() == [became]
        assert report.out_of_scope == (became == (None, None))


ACTIONS = st.sampled_from([ADD, CHANGE, DELETE])


@given(st.lists(st.tuples(ACTIONS, st.integers(1, 3), st.sampled_from([SOUND, int(Reason.BAD_AMOUNT)])), max_size=12))
def test_a_record_stands_as_its_rows_in_order_say(rows: list[tuple[int, int, int]]) -> None:
    kept = Records.__new__(Records)
    kept._compared, kept._kind, kept._rates = ["currency", "day", "amount"], "settlements", {}
    stands: _Version | None = None
    made = 0
    for action, amount, reason in rows:
        row = {"key_text": "S1", "action": action, "reason": reason, "currency": "USD", "day": None, "amount": amount}
        why, version = kept._judged({**row, "rate_month": None, "amount_usd": amount}, stands, is_waiting=False)
        if version is not None:
            assert why == SOUND
            made += 1
            assert version.version == made
            assert version.is_deleted == (action == DELETE)
            assert action == DELETE or (reason == SOUND and version.amount_usd == amount)
            assert stands is None or not stands.is_deleted
            stands = version
        elif why == SOUND and action == DELETE:
            assert stands is not None
            assert stands.is_deleted
        elif why == SOUND:
            assert stands is not None
            assert stands.content[2] == amount


def test_many_plain_rows_and_few_odd_ones_are_each_taken_once(take: Take, home: Home) -> None:
    rows = [f"S{n},,100000710,settlement,2025-04-08,12{n % 6 + 1},USD,{n + 1}" for n in range(200)]
    report = take("settlements", SETTLEMENT, *rows, rows[7], rows[9] + "0")
    assert (report.accepted, report.duplicate) == (201, 1)
    found = pl.DataFrame(settled(home), schema=["settlement_no", "cents"], orient="row")
    assert found["cents"].sum() == sum(100 * (n + 1) for n in range(200)) + 9 * 1000


def test_a_parquet_file_has_its_types_and_a_sheet_keeps_its_codes(home: Home, tmp_path: Path) -> None:
    settlements = pl.DataFrame(
        {
            "settlement_no": ["S1"], "entity_id": ["100000710"], "kind": ["settlement"], "day": [date(2025, 4, 8)], "fx_group": [121],
            "currency": ["USD"], "amount": [Decimal("10.05")],
        }
    )  # fmt: skip
    settlements.write_parquet(tmp_path / "s.parquet")
    assert load(home, "settlements", tmp_path / "s.parquet").accepted == 1
    assert settled(home) == [("S1", 1005)]
    totals = pl.DataFrame(
        {
            "bank": ["B"],
            "month": [date(2025, 4, 1)],
            "direction": ["receipt"],
            "flows": [7],
            "amount_usd": [Decimal("10.05")],
        }
    )
    totals.write_parquet(tmp_path / "t.parquet")
    assert load(home, "totals", tmp_path / "t.parquet").accepted == 1
    settlements.with_columns(settlement_no=17).write_excel(tmp_path / "s.xlsx")
    assert load(home, "settlements", tmp_path / "s.xlsx").reasons == {"BAD_KEY": 1}
    codes = pl.DataFrame({"code": [1122, 1123], "item": ["transport", "transport"]})
    codes.write_excel(tmp_path / "c.xlsx")
    assert load(home, "codes", tmp_path / "c.xlsx").reasons == {"BAD_KEY": 2}
    settlements.with_columns(pl.col("amount").cast(pl.Float64)).write_parquet(tmp_path / "f.parquet")
    with pytest.raises(FileRefused, match="amount"):
        load(home, "settlements", tmp_path / "f.parquet")


@pytest.mark.parametrize("kind", ["settlements", "filings", "totals", "codes"])
def test_a_file_without_a_bold_column_is_refused_whole(take: Take, kind: str) -> None:
    header = {"settlements": SETTLEMENT, "filings": FILING, "totals": TOTAL, "codes": CODE}[kind]
    names = [name for name in header.split(",") if name not in ("currency", "entity_id", "bank", "item")]
    with pytest.raises(FileRefused, match="is missing"):
        take(kind, ",".join(names))
    assert take(kind, header).read == 0
