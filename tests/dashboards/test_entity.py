"""The entity's screen: find one, read its file, act on it; in both languages, and for whom it is not."""

import io
from datetime import date

import polars as pl
import pytest
from openpyxl import load_workbook

from dashboards.screens.entity import doing, find, flows, paper
from fxwatch.reading import portrait
from fxwatch.reading.peers import group_of
from tests.dashboards.conftest import tables_of, told

PARTS = ("overview", "trade", "events", "peers", "flows")


@pytest.fixture
def busy(office):
    """An entity with hits, notices and flows."""
    noticed = office.register.notices()["entity_id"].unique().sort().to_list()
    return max(noticed, key=lambda key: portrait.flows_of(office, key).height)


@pytest.fixture
def name(office, busy):
    return office.register.enrolled(busy)["name"]


def with_role(buttons):
    return {b.label for b in buttons}


# ---- finding


def test_without_a_search_it_says_how_to_search(see):
    assert "press Enter" in told(see("entity"))
    assert "按回车查找" in told(see("entity", language="zh"))


def test_a_part_of_a_name_lists_those_that_hold_it_with_their_grades(see, office):
    part = office.register.roll()["name"][0][:2]
    seen = see("entity", q=part)
    assert not seen.exception
    found = [m.value for m in seen.markdown]
    assert len([m for m in found if part in m]) >= 1
    assert "found" in told(seen)


def test_what_is_typed_stands_in_the_address(see):
    seen = see("entity")
    seen.text_input(key=find.SEARCH).set_value("no such name anywhere").run()
    assert seen.query_params["q"] == "no such name anywhere"
    assert "No entity on the roll has this name" in told(seen)


@pytest.mark.parametrize("form", ["{}", "{}-{}"])
def test_an_identifier_opens_its_entity_at_once(see, busy, name, form):
    written = form.format(busy[:8], busy[8]) if "-" in form else busy
    seen = see("entity", q=written)
    assert seen.query_params["entity"] == busy
    assert "q" not in seen.query_params
    assert name in "".join(h.value for h in seen.header).replace("\\", "")


def test_an_unknown_identifier_is_told_as_a_bank_would_be(see):
    for query in ({"q": "100000999"}, {"entity": "100000999"}):
        seen = see("entity", **query)
        assert "never A" in told(seen)
        assert "tax certificate" in told(seen)
        assert "绝非 A" in told(see("entity", language="zh", **query))


def test_what_is_no_identifier_at_all_is_said_so(see):
    assert "check digit is wrong" in told(see("entity", entity="100000998"))


# ---- its file


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_shown_in_both_languages(see, busy, part, language):
    seen = see("entity", language=language, entity=busy, part=part)
    assert not seen.exception
    assert not seen.error
    assert seen.header[0].value


def test_the_head_says_who_it_is_and_what_a_bank_asks_for(see, office, busy):
    seen, graded = see("entity", entity=busy), office.grade(busy)
    words = told(seen)
    assert busy in words
    assert f"notices {len(graded['notices'])}" in words
    assert "Before a payment a bank asks for" in words
    assert any("register" in word.lower() for word in words.splitlines())


def test_the_sums_of_every_table_are_those_of_the_register_of_flows(see, office, busy):
    total = portrait.with_total(portrait.summed(portrait.counted(portrait.flows_of(office, busy)), "month"))
    for by in portrait.BY:
        seen = see("entity", entity=busy, part="trade")
        seen.segmented_control(key="entity_by").set_value(by).run()
        [table] = tables_of(seen)
        assert table["receipts_usd"].cast(pl.Decimal(24, 2)).sum() == total["receipts_usd"]
        assert table["payments_usd"].cast(pl.Decimal(24, 2)).sum() == total["payments_usd"]


def test_the_timeline_shows_hits_and_notices_and_can_be_narrowed_to_one_kind(see, office, busy):
    hits, notices = office.hits(entity=busy).height, office.register.notices(entity_id=busy).height
    seen = see("entity", entity=busy, part="events")
    days = tables_of(seen)[0]["day"].to_list()
    assert days == sorted(days, reverse=True)
    seen.pills(key=f"entity_kinds_{busy}").set_value(["notice"]).run()
    [table] = tables_of(seen)
    assert notices <= table.height < hits + notices
    seen.pills(key=f"entity_kinds_{busy}").set_value([]).run()
    assert "Nothing is chosen" in told(seen)


def test_the_place_among_peers_is_said_with_its_number_of_peers(see, office, busy):
    group = group_of(office, office.register.enrolled(busy)["industry"])
    seen = see("entity", entity=busy, part="peers")
    if group is None:
        assert "fewer than ten" in told(seen)
    else:
        measures = tables_of(seen)[0]
        assert measures.height == 5
        assert all(place.endswith(f"of {group.measured.height}") for place in measures["place"])


def test_flows_come_by_pages_and_are_narrowed_by_direction(see, office, busy, monkeypatch):
    monkeypatch.setattr(flows, "PAGE", 2)
    newest = portrait.newest_flows(office, busy, 4)["flow_id"].to_list()
    seen = see("entity", entity=busy, part="flows")
    assert tables_of(seen)[0]["flow_id"].to_list() == newest[:2]
    seen.number_input(key="entity_flows_number").set_value(2).run()
    assert tables_of(seen)[0]["flow_id"].to_list() == newest[2:]
    seen.number_input(key="entity_flows_number").set_value(1).run()
    seen.selectbox(key="entity_flows_direction").set_value("payment").run()
    for table in tables_of(seen):
        assert set(table["direction"]) == {"payments"}


def test_an_entity_without_flows_says_why_and_what_next(see, office):
    moved = office.snapshot().con.execute("SELECT DISTINCT entity_id FROM sums JOIN entity_numbers USING (entity)")
    idle = sorted(set(office.register.roll()["entity_id"]) - {row[0] for row in moved.fetchall()})
    assert idle, "everybody moved money in this sample"
    for part in PARTS:
        assert not see("entity", entity=idle[0], part=part).exception
    assert "No flow of this entity" in told(see("entity", entity=idle[0]))


def test_the_empty_home_finds_nobody_and_says_so(see, bare_office):
    assert not see("entity", home=bare_office).exception
    assert "No entity on the roll" in told(see("entity", home=bare_office, q="ship"))


# ---- acts


def test_buttons_are_those_of_the_roles(see, own_office, busy):
    own_office.record_breach("B-1", entity_id=busy, day=date(2026, 10, 1), provision="39", by="wang")
    offered = {
        account: {p.proto.popover.label for p in see("entity", account, home=own_office, entity=busy).get("popover")}
        for account in ("wang", "zhao", "sun", "qian", "zhou")
    }
    regulator = {"Note", "Inquiry", "Breach"}
    assert offered["wang"] == regulator | {"Whole file"}
    assert offered["zhao"] == {"Rescind", "Whole file"}
    assert offered["sun"] == regulator | {"Rescind", "Whole file"}
    assert offered["qian"] == {"Whole file"}
    assert offered["zhou"] == set()


def press(seen, words):
    next(b for b in seen.button if b.label == words).click().run()
    return seen


def test_a_note_is_put_on_record_by_who_left_it(see, own_office, busy):
    seen = see("entity", home=own_office, entity=busy)
    seen.text_area(key="entity_note_text_0").set_value("They called.")
    press(seen, "Put it on record")
    assert own_office.notes(entity=busy).select("by", "note").rows()[-1] == ("wang", "They called.")
    assert seen.session_state[doing.ROUND] == 1


def test_an_empty_note_is_refused_in_one_sentence(see, own_office, busy):
    before = own_office.register.last_act()
    seen = press(see("entity", "wang", "zh", home=own_office, entity=busy), "登记备注")
    assert "请说明理由" in seen.error[0].value
    assert own_office.register.last_act() == before


def test_an_inquiry_is_opened_on_the_entity_or_on_hits(see, own_office, busy):
    seen = see("entity", home=own_office, entity=busy)
    seen.text_area(key="entity_inquire_question_0").set_value("Which contract?")
    press(seen, "Open the inquiry")
    opened = own_office.inquiries(entity=busy).row(-1, named=True)
    assert (opened["question"], opened["by"], opened["due_on"]) == ("Which contract?", "wang", date(2026, 11, 30))
    assert opened["hits"] == []


def test_a_breach_makes_the_grade_c_and_its_rescission_takes_it_back(see, own_office, busy):
    before = own_office.grade(busy)["grade"]
    seen = see("entity", "sun", home=own_office, entity=busy)
    seen.text_input(key="entity_breach_no_0").set_value("B-77")
    seen.text_input(key="entity_breach_provision_0").set_value("Article 39")
    press(seen, "Record the breach")
    assert own_office.grade(busy)["grade"] == "C"
    seen.text_area(key="entity_rescind_why_1").set_value("annulled by the court")
    seen.selectbox(key="entity_rescind_no_1").set_value("B-77")
    press(seen, "Rescind the breach")
    assert own_office.grade(busy)["grade"] == before


def test_the_role_is_asked_again_where_it_is_written(see, own_office, busy):
    seen = see("entity", home=own_office, entity=busy)
    seen.text_area(key="entity_note_text_0").set_value("They called.")
    own_office.register.set_account(
        "wang", ["analyst", "regulator"], by=own_office.actor(None), why="", is_active=False
    )
    press(seen, "Put it on record")
    assert "closed" in seen.error[0].value


@pytest.mark.parametrize(("kind", "begins"), [("html", b"<!DOCTYPE html>"), ("xlsx", b"PK")])
def test_the_whole_file_is_made_on_record_and_offered(see, own_office, busy, kind, begins):
    seen = see("entity", "qian", "zh", home=own_office, entity=busy)
    seen.radio(key="entity_file_kind").set_value(kind)
    press(seen, "生成档案")
    assert not seen.error
    made = seen.session_state[paper.MADE]
    assert made.content.startswith(begins)
    kept = own_office.register.papers(entity_id=busy).row(-1, named=True)
    assert (kept["digest"], kept["by"], kept["language"], kept["form"]) == (made.digest, "qian", "zh", kind)
    if kind == "xlsx":
        assert busy in str([[c.value for c in row] for row in load_workbook(io.BytesIO(made.content)).worksheets[1]])


def test_names_are_never_read_as_markdown(see, own_office):
    key = own_office.register.roll()["entity_id"][0]
    entry = own_office.register.roll().filter(entity_id=key).drop("on_record_since")
    own_office.register.enrol(entry.with_columns(name=pl.lit("**B** [x](http://y) $a$")), source="test")
    seen = see("entity", home=own_office, entity=key)
    # The joiner of no width keeps the address from becoming a link.
    assert seen.header[0].value.replace("\N{WORD JOINER}", "") == r"\*\*B\*\* \[x\]\(http\:\/\/y\) \$a\$"
