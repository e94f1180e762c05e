"""The shipped facts hang together: codes, items, documents, calendar, rates."""

import csv
import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from fxwatch.facts import fact_file, facts
from fxwatch.terms import Bpm6, Document, Grade, Item


def item_and_head(code: str) -> tuple[str, str] | None:
    """The item of a code by the longest prefix."""
    fitting = [row for row in facts("codes.csv") if code.startswith(row["code"])]
    longest = max(fitting, key=lambda row: len(row["code"]), default=None)
    return (longest["item"], longest["bpm6"]) if longest else None


@pytest.mark.parametrize(
    ("code", "item", "bpm6"),
    [
        ("222011", "transport", "SC"),
        ("222040", "communications", "SC"),
        ("227010", "communications", "SI"),
        ("227020", "computer_information", "SI"),
        ("228020", "other_business", "SJ"),
        ("228021", "consulting", "SJ"),
        ("228023", "consulting", "SJ"),
        ("228024", "advertising", "SJ"),
        ("228026", "advertising", "SJ"),
        ("228990", "other_business", "SJ"),
        ("229010", "audiovisual", "SK"),
        ("229990", "other_business", "SK"),
        ("221000", "unlisted", "SA"),
        ("230000", "unlisted", "SB"),
        ("224010", "construction", "SE"),
        ("231020", "royalties", "SH"),
        ("223010", "travel", "SD"),
        ("225010", "insurance", "SF"),
        ("226000", "financial", "SG"),
        ("232000", "government", "SL"),
    ],
)
def test_the_longest_prefix_of_a_code_wins(code: str, item: str, bpm6: str) -> None:
    assert item_and_head(code) == (item, bpm6)


def test_goods_and_unknown_services_have_no_prefix() -> None:
    assert [item_and_head(code) for code in ("121010", "322011", "929070", "299000", "220000")] == [None] * 5


def test_every_item_has_a_code_and_every_bpm6_head_is_reached() -> None:
    assert {row["item"] for row in facts("codes.csv")} == {item.value for item in Item}
    assert {row["bpm6"] for row in facts("codes.csv")} == {head.value for head in Bpm6} - {"unallocated"}


def test_a_prefix_stands_once_and_is_made_of_digits_that_start_with_2() -> None:
    prefixes = [row["code"] for row in facts("codes.csv")]
    assert len(prefixes) == len(set(prefixes))
    assert all(re.fullmatch(r"2\d{2}(\d{3})?", prefix) for prefix in prefixes)


def test_items_come_in_the_order_of_the_article_with_the_head_of_their_codes() -> None:
    assert [row["item"] for row in facts("items.csv")] == [item.value for item in Item]
    for row in facts("items.csv"):
        heads = {code["bpm6"] for code in facts("codes.csv") if code["item"] == row["item"]}
        assert row["bpm6"] == (heads.pop() if len(heads) == 1 else "unallocated")


def test_each_grade_asks_for_its_documents_in_order() -> None:
    asked: dict[str, list[str]] = {}
    for row in sorted(facts("documents.csv"), key=lambda row: (row["grade"], int(row["order"]))):
        asked.setdefault(row["grade"], []).append(row["document"])
    assert asked == {
        Grade.A: [Document.PAYMENT_INSTRUCTION],
        Grade.B: [Document.PAYMENT_INSTRUCTION, Document.COMMERCIAL_INVOICE],
        Grade.C: [Document.PAYMENT_INSTRUCTION, Document.CONTRACT, Document.INVOICE, Document.TAX_CERTIFICATE],
    }


def test_the_calendar_has_every_day_once() -> None:
    days = [date.fromisoformat(row["day"]) for row in facts("calendar.csv")]
    assert days == [date(2004, 1, 1) + timedelta(n) for n in range(8401)]
    assert days[-1] == date(2026, 12, 31)


def test_the_calendar_knows_holidays_and_make_up_weekends() -> None:
    works = {row["day"]: row["is_workday"] for row in facts("calendar.csv")}
    assert [works[day] for day in ("2025-01-01", "2025-01-26", "2025-03-03", "2025-03-08")] == ["0", "1", "1", "0"]


def test_a_month_quotes_a_currency_once_with_at_most_twelve_decimals() -> None:
    rows = facts("rates.csv")
    known = {row["currency"] for row in facts("currencies.csv")}
    assert max(Counter((row["month"], row["currency"]) for row in rows).values()) == 1
    assert all(row["currency"] in known and row["currency"] != "USD" for row in rows)
    assert all(re.fullmatch(r"\d+\.\d{12}", row["usd_per_unit"]) and Decimal(row["usd_per_unit"]) > 0 for row in rows)


def test_no_month_is_missing_from_the_rates_and_each_names_its_day() -> None:
    months = sorted({row["month"] for row in facts("rates.csv")})
    assert months == [f"{n // 12}-{n % 12 + 1:02d}" for n in range(1999 * 12, 2026 * 12 + 10)]
    assert all(re.fullmatch(rf"ECB cross rate {row['month']}-\d\d", row["source"]) for row in facts("rates.csv"))


def test_a_cross_rate_is_usd_over_currency_rounded_half_up() -> None:
    # 2026-10-30: EUR 1 = USD 1.1172 = CNY 7.4326
    quoted = {row["currency"]: row["usd_per_unit"] for row in facts("rates.csv") if row["month"] == "2026-10"}
    assert quoted["EUR"] == "1.117200000000"
    assert quoted["CNY"] == "0.150310792993"


@pytest.mark.parametrize(
    ("name", "key", "pattern"),
    [
        ("economies.csv", "economy", r"[A-Z]{3}"),
        ("currencies.csv", "currency", r"[A-Z]{3}"),
        ("areas.csv", "area", r"\d{2}(\d{4})?"),
    ],
)
def test_a_code_list_has_each_code_once(name: str, key: str, pattern: str) -> None:
    codes = [row[key] for row in facts(name)]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(pattern, code) for code in codes)


def test_the_codes_that_are_often_lost_are_there() -> None:
    assert {"CHN", "HKG", "NAM", "TWN"} <= {row["economy"] for row in facts("economies.csv")}
    assert {"CNY", "HRK", "SKK", "USD"} <= {row["currency"] for row in facts("currencies.csv")}
    assert {"12", "120000", "120116"} <= {row["area"] for row in facts("areas.csv")}


def test_the_shares_of_the_calibration_add_up() -> None:
    rows = [row for row in facts("sample_calibration.csv") if row["measure"] == "share"]
    for direction in ("receipt", "payment"):
        of_items = [float(row["value"]) for row in rows if row["direction"] == direction and row["item"]]
        assert len(of_items) == len(Item)
        assert sum(of_items) == pytest.approx(1, abs=1e-5)
    assert sum(float(row["value"]) for row in rows if not row["item"]) == pytest.approx(1, abs=1e-5)


def test_every_file_is_named_in_the_readme() -> None:
    told = fact_file("README.md").read_text("utf-8")
    assert [
        path.name for path in sorted(fact_file("README.md").parent.glob("*.csv")) if f"`{path.name}`" not in told
    ] == []


def test_a_row_has_as_many_cells_as_its_header() -> None:
    folder: Path = fact_file("README.md").parent
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert {len(row) for row in rows} == {len(header)}, path.name
