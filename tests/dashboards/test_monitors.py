"""The monitors' screen: what is asked in the URL is what is shown, and a row opens what is behind it."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from dashboards.screens.monitors.asked import NAMES, Asked
from dashboards.screens.monitors.behind import Opened
from dashboards.screens.monitors.period import of_kind
from fxwatch.periods import Period
from fxwatch.session import Session
from tests.dashboards.conftest import See, tables_of, told

USUAL = Asked(
    name="top_items", period="ytd", as_of=None, every=None, top=None, by=None, scheme="article", scope="both", where=(),
    direction=None, group=None,
)  # fmt: skip


def amounts(table: pl.DataFrame, column: str = "amount_usd") -> list[Decimal]:
    return [Decimal(str(amount)).quantize(Decimal("0.01")) for amount in table[column]]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_every_monitor_is_drawn_and_has_its_whole_table(see: See, office: Session, name, language):
    seen = see("monitors", "qian", language, name=name)
    assert not seen.exception
    assert not seen.error
    assert len(tables_of(seen)[0]) == min(1000, office.monitor(name).height)
    assert seen.get("echarts_chart")


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({"period": "2025"}, {"period": "2025"}),
        ({"period": "2026q1"}, {"period": "2026Q1"}),
        ({"period": "2026-01-15..2026-03-20"}, {"period": "2026-01-15..2026-03-20"}),
        ({"as_of": "2026-03-31"}, {"as_of": "2026-03-31"}),
        ({"top": "5"}, {"top": 5}),
        ({"scheme": "bpm6"}, {"scheme": "bpm6"}),
        ({"scope": "cross_border"}, {"scope": "cross_border"}),
        ({"item": "transport,travel"}, {"where": ["item=transport", "item=travel"]}),
        ({"area": "12", "economy": "USA,HKG"}, {"where": ["area=12", "economy=USA", "economy=HKG"]}),
    ],
)
def test_what_the_url_asks_is_what_the_table_shows(see: See, office: Session, query, asked):
    seen = see("monitors", **query)
    assert not seen.exception
    assert amounts(tables_of(seen)[0]) == office.monitor("top_items", **asked)["amount_usd"].to_list()


def test_quarters_are_for_monitors_that_go_by_periods(see: See, office: Session):
    shown = tables_of(see("monitors", name="balance", every="quarter"))[0]
    assert shown["period"].to_list() == office.monitor("balance", every="quarter")["period"].to_list()
    assert len(tables_of(see("monitors", name="top_items", every="quarter"))[0]) == office.monitor("top_items").height


def test_a_direction_narrows_what_is_shown_and_not_the_shares(see: See, office: Session):
    shown = tables_of(see("monitors", direction="payment"))[0]
    payments = office.monitor("top_items").filter(direction="payment")
    assert shown["direction"].unique().to_list() == ["payments"]
    assert shown["top_share"].to_list() == pytest.approx(payments["top_share"].to_list())


def test_apart_by_area_the_group_with_the_most_is_shown_until_another_is_chosen(see: See, office: Session):
    table = office.monitor("top_items", by="area")
    largest = table.sort("amount_usd", descending=True)["area"][0]
    seen = see("monitors", "qian", "zh", by="area")
    assert amounts(tables_of(seen)[0]) == table.filter(area=largest)["amount_usd"].to_list()
    other = next(area for area in table["area"] if area != largest)
    seen.selectbox(key="monitors_group").select(other).run()
    assert amounts(tables_of(seen)[0]) == table.filter(area=other)["amount_usd"].to_list()
    assert seen.query_params["group"] == other


@pytest.mark.parametrize(
    "query",
    [
        {"name": "nothing"},
        {"period": "soon"},
        {"period": "2026-02-30..x"},
        {"top": "many"},
        {"as_of": "x"},
        {"by": "luck"},
    ],
)
def test_what_cannot_be_understood_in_the_url_is_left_out(see: See, office: Session, query):
    seen = see("monitors", **query)
    assert not seen.exception
    assert amounts(tables_of(seen)[0]) == office.monitor("top_items")["amount_usd"].to_list()


def test_a_value_that_no_dimension_has_is_refused_in_a_sentence(see: See):
    seen = see("monitors", industry="ZZ")
    assert not seen.exception
    assert "'ZZ' is not a section of industry" in seen.error[0].value


def test_a_control_writes_into_the_url_and_closes_what_was_open(see: See):
    seen = see("monitors", open_item="transport", open_direction="receipt")
    seen.selectbox(key="monitors_by").select("industry").run()
    assert seen.query_params["by"] == "industry"
    assert "open_item" not in seen.query_params
    seen.selectbox(key="monitors_by").select(None).run()
    assert "by" not in seen.query_params


def test_a_kind_of_period_begins_with_the_newest_of_it(see: See):
    seen = see("monitors")
    seen.selectbox(key="monitors_kind").select("month").run()
    assert seen.query_params["period"] == "2026-10"
    seen.selectbox(key="monitors_period").select("2026-09").run()
    assert seen.query_params["period"] == "2026-09"
    seen.selectbox(key="monitors_kind").select("ytd").run()
    assert "period" not in seen.query_params


def test_the_periods_to_choose_are_those_that_hold_flows():
    known = Period(date(2025, 11, 30), date(2026, 2, 1))
    assert of_kind("month", known) == ["2026-02", "2026-01", "2025-12", "2025-11"]
    assert of_kind("year", known) == ["2026", "2025"]


@pytest.mark.parametrize(("language", "said"), [("en", "no data before"), ("zh", "无基期数据")])
def test_notes_are_said_in_words(see: See, office: Session, language, said):
    first = office.monitor("balance", period="2000-01-01..2026-10-31")["period"][0]
    seen = see("monitors", "qian", language, name="trends", period=first)
    notes = tables_of(seen)[0]["note"].unique().to_list()
    assert any(said in (note or "") for note in notes)
    assert not any("no_data" in (note or "") for note in notes)


def test_a_row_opens_its_entities_and_one_of_them_its_flows(see: See, office: Session):
    row = office.monitor("top_entities", where=["item=transport"]).filter(direction="payment").row(0, named=True)
    seen = see("monitors", open_item="transport", open_direction="payment", open_entity=row["entity_id"])
    entities, flows = tables_of(seen)[1:3]
    assert entities["entity_id"][0] == row["entity_id"]
    assert amounts(entities)[0] == row["amount_usd"]
    assert len(flows) == min(row["flows"], 500)
    words = "One flow" if row["flows"] == 1 else f"{row['flows']:,} flows"
    assert f"{words}, USD {row['amount_usd']:,.2f}" in told(seen).replace("\\", "")


def test_an_entity_of_a_surge_opens_its_flows_of_that_month_alone(see: See, office: Session):
    row = office.monitor("surges").row(0, named=True)
    seen = see(
        "monitors", name="surges", open_item=row["item"], open_direction=row["direction"],
        open_period=row["period"], open_entity=row["entity_id"],
    )  # fmt: skip
    assert not seen.exception
    shown = tables_of(seen)[1:]
    assert all(f"{day:%Y-%m}" == row["period"] for flows in shown for day in flows["day"])


def test_what_a_row_opens_is_asked_with_its_group_in_place_of_the_filter():
    asked = Asked(**{**vars(USUAL), "by": "area", "where": ("area=12", "bank=B1"), "top": 5})
    words = Opened(item="travel", direction="receipt", period="2026-09", group="31").words(asked)
    assert words["where"] == ("bank=B1", "area=31", "item=travel")
    assert words["period"] == "2026-09"
    assert "by" not in words
    assert "top" not in words


def test_the_row_of_all_items_opens_every_item():
    assert Opened(item="all", direction="receipt").words(USUAL)["where"] == ()


def test_nothing_that_fits_is_said_with_what_to_do(see: See):
    seen = see("monitors", bank="nowhere")
    assert not seen.exception
    assert "Nothing fits these choices." in told(seen)


@pytest.mark.parametrize(("language", "why"), [("en", "No flows have been loaded yet"), ("zh", "尚未导入收付汇数据")])
def test_an_empty_home_says_why_and_what_next(see: See, bare_office: Session, language, why):
    seen = see("monitors", "wang", language, home=bare_office)
    assert not seen.exception
    assert why in told(seen)
    assert "fxwatch load" in told(seen)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({}, ""),
        ({"name": "trends", "by": "area", "area": "12"}, ""),
        ({"item": "transport"}, "heads of BPM6; found item transport"),
        ({"economy": "USA,HKG"}, "several of economy"),
    ],
)
def test_statisticians_take_the_figures_along_unless_no_file_can_say_them(see: See, query, why):
    (button,) = [b for b in see("monitors", **query).get("download_button") if b.label == "SDMX-CSV"]
    assert button.proto.disabled is bool(why)
    assert why in button.proto.help
