"""Monitors as SDMX-CSV: every figure an observation, in heads of BPM6, to the cent."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from fxwatch.errors import RequestError
from fxwatch.kept import Kept
from fxwatch.reading.monitors import monitor_in
from fxwatch.reporting.sdmx import COLUMNS, DIMENSIONS, as_csv, observations, refusal
from fxwatch.rulebook import monitors
from tests.monitoring.conftest import rows_of, warehouse_of

FLOWS = """
    entity_id direction day        code           amount economy scope        settled_amount
    100000614 receipt   2025-01-05 222011         10.10  HKG     cross_border 1.00
    100000614 receipt   2025-01-20 communications 20.00  -       domestic     -
    100000622 payment   2025-02-05 228021         30.00  USA     cross_border -
    100000622 payment   2025-03-30 228021         99.99  USA     cross_border -
"""


@pytest.fixture
def home() -> Any:
    con = warehouse_of(rows_of(FLOWS), [])
    return SimpleNamespace(snapshot=lambda: SimpleNamespace(con=con, name="s"), kept=Kept())


def told(home: Any, name: str, *columns: str, **asked: Any) -> list[tuple[str, ...]]:
    return observations(home, name, **asked).select(columns).rows()


def test_a_trend_is_a_series_for_each_head(home: Any) -> None:
    found = observations(home, "trends", period="2025Q1")
    assert found.columns == list(COLUMNS)
    assert found["STRUCTURE_ID"].unique().to_list() == ["FXWATCH:TRENDS(1.0)"]
    amounts = found.filter(pl.col("MEASURE") == "AMOUNT_USD", pl.col("OBS_VALUE") != "0.00")
    shown = ("FREQ", "ACCOUNTING_ENTRY", "INT_ACC_ITEM", "TIME_PERIOD", "OBS_VALUE", "UNIT_MEASURE", "OBS_STATUS")
    assert amounts.select(shown).rows() == [
        ("M", "C", "SC", "2025-01", "10.10", "USD", "A"),
        ("M", "C", "_X", "2025-01", "20.00", "USD", "A"),
        ("M", "C", "S", "2025-01", "30.10", "USD", "A"),
        ("M", "D", "SJ", "2025-02", "30.00", "USD", "A"),
        ("M", "D", "SJ", "2025-03", "99.99", "USD", "P"),
        ("M", "D", "S", "2025-02", "30.00", "USD", "A"),
        ("M", "D", "S", "2025-03", "99.99", "USD", "P"),
    ]
    growth = found.filter(MEASURE="MOM", INT_ACC_ITEM="SJ", ACCOUNTING_ENTRY="D", TIME_PERIOD="2025-03")
    assert growth.select("OBS_VALUE", "UNIT_MEASURE", "DECIMALS").rows() == [("2.333000000000", "PURE_NUMB", "12")]


def test_the_balance_has_credit_debit_and_balance(home: Any) -> None:
    found = told(home, "balance", "ACCOUNTING_ENTRY", "MEASURE", "OBS_VALUE", period="2025-01")
    assert found == [
        ("C", "RECEIPTS", "30.10"),
        ("D", "PAYMENTS", "0.00"),
        ("B", "NET", "30.10"),
        ("C", "SETTLED", "1.00"),
        ("D", "PURCHASED", "0.00"),
    ]


@pytest.mark.parametrize(
    ("period", "frequency", "time"),
    [
        ("2025", "A", "2025"),
        ("2025Q1", "Q", "2025-Q1"),
        ("2025-01", "M", "2025-01"),
        ("ytd", "_Z", "2025-01-01/P89D"),
        ("2025-01-02..2025-01-31", "_Z", "2025-01-02/P30D"),
    ],
)
def test_a_period_has_its_frequency(home: Any, period: str, frequency: str, time: str) -> None:
    assert set(told(home, "top_items", "FREQ", "TIME_PERIOD", period=period)) == {(frequency, time)}


def test_what_is_asked_by_or_narrowed_to_is_a_dimension(home: Any) -> None:
    by = told(home, "top_items", "COUNTERPART_AREA", "FLOW_SCOPE", "OBS_VALUE", period="2025-01", by="economy")
    assert ("HKG", "_T", "10.10") in by
    assert ("_U", "_T", "20.00") in by
    alone = told(home, "top_items", "FLOW_SCOPE", period="2025", scope="domestic")
    assert set(alone) == {("DOMESTIC",)}
    assert set(told(home, "top_items", "COUNTERPART_AREA", period="2025", where=("economy=usa",))) == {("USA",)}
    assert set(told(home, "trends", "INT_ACC_ITEM", period="2025", where=("item=SC",))) == {("SC",)}
    assert set(told(home, "balance", "INT_ACC_ITEM", period="2025", where=("item=SC",))) == {("SC",)}
    with pytest.raises(RequestError, match="several of economy"):
        observations(home, "top_items", where=("economy=USA", "economy=HKG"))
    with pytest.raises(RequestError, match="heads of BPM6"):
        observations(home, "top_items", where=("item=consulting",))


@pytest.mark.parametrize("name", sorted(monitors()))
def test_no_two_observations_of_a_monitor_share_their_dimensions(home: Any, name: str) -> None:
    found = observations(home, name, period="2025")
    assert found.select(DIMENSIONS).is_duplicated().sum() == 0
    assert not found.select(pl.all().is_null().any()).row(0).count(True)


def test_amounts_read_back_are_those_of_the_monitor(home: Any) -> None:
    table = monitor_in(home.snapshot().con, "top_items", period="2025", scheme="bpm6")
    found = told(home, "top_items", "OBS_VALUE", "MEASURE", period="2025")
    assert sum(Decimal(v) for v, m in found if m == "AMOUNT_USD") == table["amount_usd"].sum() == Decimal("160.09")


def test_a_file_holds_the_observations_of_both_directions_or_of_one(home: Any) -> None:
    found = observations(home, "top_items", period="2025Q1")
    read = pl.read_csv(as_csv(found), infer_schema=False)
    assert read.rows() == found.rows()
    one = pl.read_csv(as_csv(found, "payment"), infer_schema=False)
    assert one["ACCOUNTING_ENTRY"].unique().to_list() == ["D"]
    assert 0 < one.height < read.height


def test_what_no_file_can_say_is_known_before_it_is_made() -> None:
    assert refusal(("item=SJ", "area=12"), "domestic") is None
    assert "several of area" in str(refusal(("area=12", "area=13")))
    assert "found item transport" in str(refusal(("item=transport",)))
