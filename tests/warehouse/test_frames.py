"""The hand-over from DuckDB: what the rules look at."""

from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files
from typing import Any

import duckdb
import polars as pl
import pytest

from fxwatch.errors import HouseError
from fxwatch.flows import EXTRA_COLUMNS, FLOW_COLUMNS, check_flows
from fxwatch.warehouse.counterparties import counterparty_numbers
from fxwatch.warehouse.findings import flow_ids_behind
from fxwatch.warehouse.frames import declaration_numbers, flow_frame, input_frames
from fxwatch.warehouse.handing import handed

DAY = date(2026, 3, 2)
DEFAULTS: dict[str, Any] = {
    "leg": 1, "version": 1, "state": 0, "entity": 7, "party_type": "C", "direction": 1, "day": DAY, "code": "228021", "item": 2,
    "bpm6": 9, "currency": "USD", "amount": 100, "settled": 0, "amount_usd": 100, "settled_usd": 0, "scope": 0, "load_id": 1, "line": 1,
}  # fmt: skip


def at(hour: int) -> datetime:
    return datetime.fromisoformat(f"2026-03-10T{hour:02}:00")


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(files("fxwatch.warehouse").joinpath("schema.sql").read_text("utf-8"))
        yield con


def put(con: duckdb.DuckDBPyConnection, table: str, **columns: Any) -> None:
    con.register("one", pl.DataFrame([columns], infer_schema_length=None).to_arrow())
    con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM one")


def put_flow(con: duckdb.DuckDBPyConnection, flow: int, table: str = "recent_flows", **columns: Any) -> None:
    named = {"flow": flow, "declaration": flow, "declaration_no": f"D{flow}", "known_from": at(8)}
    text = pl.Series([columns.get("counterparty")], dtype=pl.String)
    number = counterparty_numbers(con, text)["counterparty_number"].to_list()
    put(con, table, **{**DEFAULTS, **named, "counterparty_number": number[0] if number else None, **columns})


def test_the_frame_keeps_its_contract(con: duckdb.DuckDBPyConnection) -> None:
    put_flow(con, 1, direction=1, item=13, amount_usd=123)
    frame = flow_frame(con)
    assert dict(check_flows(frame.lazy()).collect_schema()) == FLOW_COLUMNS
    assert frame.row(0) == (1, 1, 7, "payment", "unlisted", DAY, 123)


def test_an_empty_warehouse_gives_an_empty_frame_of_the_same_form(con: duckdb.DuckDBPyConnection) -> None:
    assert dict(flow_frame(con, tuple(EXTRA_COLUMNS)).schema) == {**FLOW_COLUMNS, **EXTRA_COLUMNS}


def test_what_waits_is_deleted_or_out_of_scope_stays_away(con: duckdb.DuckDBPyConnection) -> None:
    put_flow(con, 1)
    put_flow(con, 2, state=1)
    put_flow(con, 3, state=2)
    con.execute("INSERT INTO recent_flows SELECT * REPLACE (4 AS flow, NULL AS item) FROM flows WHERE flow = 1")
    assert flow_frame(con)["flow"].to_list() == [1]


def test_the_past_has_the_versions_that_stood_then(con: duckdb.DuckDBPyConnection) -> None:
    put_flow(con, 1, "flow_history", amount_usd=1, known_from=at(8), known_to=at(10))
    put_flow(con, 1, amount_usd=2, version=2, known_from=at(10))
    put_flow(con, 2, known_from=at(9), amount_usd=5)
    put_flow(con, 3, "flow_history", amount_usd=7, known_from=at(8), known_to=at(9))
    put_flow(con, 3, state=2, version=2, known_from=at(9))

    def known(hour: int) -> list[tuple[int, int]]:
        return sorted(flow_frame(con, known_at=at(hour)).select("flow", "amount_usd").rows())

    assert known(7) == []
    assert known(8) == [(1, 1), (3, 7)]
    assert known(9) == [(1, 1), (2, 5)]
    assert known(10) == [(1, 2), (2, 5)] == sorted(flow_frame(con).select("flow", "amount_usd").rows())


def test_identities_come_as_numbers_and_counterparties_are_compared_without_dress(
    con: duckdb.DuckDBPyConnection,
) -> None:
    for flow, name in enumerate(["Acme Ltd.", "(JW)ACME LTD", "(JN) acme, ltd", "Other", "", "()", None]):
        put_flow(con, flow, counterparty=name, contract_no="K1" if flow < 2 else None)
    found = flow_frame(con, ("counterparty", "contract")).sort("flow")
    numbers = found["counterparty"].to_list()
    assert len(set(numbers[:3])) == 1
    assert numbers[3] not in (numbers[0], None)
    assert numbers[4:] == [None, None, None]
    assert found["contract"].null_count() == 5
    assert found["contract"].drop_nulls().n_unique() == 1


def test_words_come_as_words(con: duckdb.DuckDBPyConnection) -> None:
    put_flow(con, 1, bpm6=9, scope=1, payment_type="R", economy="HKG")
    assert flow_frame(con, ("bpm6", "scope", "payment_type", "economy")).row(0)[-4:] == ("SJ", "domestic", "R", "HKG")


def test_what_a_transaction_failed_of_is_told_though_it_takes_no_more(con: duckdb.DuckDBPyConnection) -> None:
    con.begin()
    with pytest.raises(duckdb.ConversionException, match="ten"), handed(con, few=pl.DataFrame({"word": ["ten"]})):
        con.execute("SELECT word::INTEGER FROM few").fetchall()
    con.rollback()


def test_a_column_that_flows_have_not_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(HouseError, match="the column weather, which flows do not have"):
        flow_frame(con, ("weather",))


def test_of_a_day_the_newest_version_speaks(con: duckdb.DuckDBPyConnection) -> None:
    put(con, "calendar", day=DAY, is_workday=True, load_id=1, known_from=at(8))
    put(con, "calendar", day=DAY, is_workday=False, load_id=2, known_from=at(9))
    assert input_frames(con)["calendar"].rows() == [(DAY, False)]
    assert input_frames(con, known_at=at(8))["calendar"].rows() == [(DAY, True)]
    assert input_frames(con, known_at=at(7))["calendar"].is_empty()


def test_an_entity_on_no_roll_is_no_transport_enterprise(con: duckdb.DuckDBPyConnection) -> None:
    put(con, "entity_numbers", entity=1, entity_id="A")
    put(con, "entity_numbers", entity=2, entity_id="B")
    put(con, "roll", entity=2, entity_id="B", name="B", transport_enterprise=True, on_record_since=DAY)
    assert sorted(input_frames(con)["roll"].select("entity_id", "transport_enterprise").rows()) == [
        ("A", False),
        ("B", True),
    ]


@pytest.mark.parametrize("at_a_time", [1, 2, 1 << 21])
def test_declarations_and_flows_have_the_numbers_that_banks_gave(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    monkeypatch.setattr("fxwatch.warehouse.findings.LOOKED_UP_AT_A_TIME", at_a_time)
    put_flow(con, 1, declaration=5, declaration_no="X")
    put_flow(con, 2, declaration=5, declaration_no="X", leg=2)
    put_flow(con, 3, declaration=6, declaration_no="Y")
    assert declaration_numbers(con, pl.Series([5, None, 5], dtype=pl.Int64)).rows() == [(5, "X")]
    evidence = pl.DataFrame({"finding": [0, 0, 1, 2], "flow": [2, 1, 3, 2]})
    assert sorted(flow_ids_behind(con, evidence).rows()) == [(0, "X/1"), (0, "X/2"), (1, "Y/1"), (2, "X/2")]
