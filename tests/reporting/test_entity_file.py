"""The entity's file is complete, exact, the same in every form and language, and on record."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from fxwatch.errors import Forbidden, NotFound, RequestError
from fxwatch.reporting import digest_of
from fxwatch.reporting.entity_file import entity_content
from fxwatch.review import issue_notices, lodge_objection, note, open_inquiries
from fxwatch.session import Session
from tests.reporting.conftest import IDLE, LARGE, LAW, SHIP, SHIP_NAME
from tests.reporting.pages import page

FORMS = ("html", "xlsx", "json")


def told(home: Session, entity_id: str = SHIP) -> dict[str, Any]:
    return entity_content(home, entity_id)


def test_every_flow_of_the_entity_is_in_it_and_no_other(home: Session) -> None:
    flows = {f["flow_id"]: f["state"] for f in told(home)["flows"]}
    assert flows == {
        "L1/1": "in_scope",
        "L2/1": "in_scope",
        "L3/1": "unclassified",
        "L4/1": "out_of_scope",
        "L5/1": "deleted",
        "L6/1": "in_scope",
        "L7/1": "in_scope",
    }


def test_every_hit_is_in_it_with_its_sentence_in_both_languages_and_the_flows_behind_it(home: Session) -> None:
    content = told(home)
    assert [h["hit_id"] for h in content["hits"]] == home.hits(entity=SHIP)["hit_id"].to_list()
    for hit in content["hits"]:
        assert SHIP_NAME in hit["sentence"]
        expected = "超过单笔限额" if hit["rule"] == "large_transport_transfer" else "而无税务备案"
        assert expected in hit["sentence_zh"]
        assert [e["flow_id"] for e in content["evidence"] if e["hit_id"] == hit["hit_id"]] == hit["flow_ids"]


def test_every_act_on_the_entity_is_in_it_as_recorded(home: Session) -> None:
    acts = home.register.acts(entity_id=SHIP)
    kept = told(home)["acts"]
    assert [(a["number"], a["kind"], a["hash"]) for a in kept] == list(
        acts.select("number", "kind", "hash").iter_rows()
    )
    assert [a["payload"] for a in kept] == [json.loads(p) for p in acts["payload"]]


def test_whatever_kind_an_act_is_of_it_stands_in_the_file(home: Session, tmp_path: Path) -> None:
    open_inquiries(home, [f"{LARGE}7"], question="Which ship was chartered?", due=date(2026, 4, 15))
    note(home, SHIP, "The manager called back.")
    lodge_objection(home, "N1", why="freight of two months", on=date(2026, 3, 20))
    kinds = [a["kind"] for a in told(home)["acts"]]
    assert kinds[-3:] == ["inquiry_opened", "note_added", "objection_lodged"]
    text = page(home.file(SHIP, tmp_path / "file.html").path).text
    for words in ("Which ship was chartered?", "The manager called back.", "freight of two months"):
        assert words in text


def test_sums_are_exact_and_leave_out_what_waits_is_out_of_scope_or_deleted(home: Session) -> None:
    content = told(home)
    months = {
        m["month"][:7]: (m["receipt_flows"], m["receipts_usd"], m["payment_flows"], m["payments_usd"])
        for m in content["by_month"]
    }
    assert months == {
        "2026-01": (1, "500000.01", 0, "0.00"),
        "2026-02": (0, "0.00", 0, "0.00"),
        "2026-03": (1, "0.03", 2, "1600000.10"),
    }
    for part in ("by_month", "by_item", "by_economy", "by_counterparty"):
        assert sum(Decimal(r["payments_usd"]) for r in content[part]) == Decimal("1600000.10")
        assert sum(Decimal(r["net_usd"]) for r in content[part]) == Decimal("-1100000.06")
    assert content["counts"] == {"in_scope": 4, "unclassified": 1, "out_of_scope": 1, "deleted": 1}


def test_the_grade_stands_in_it_with_its_reasons_and_its_history(home: Session) -> None:
    content = told(home)
    assert content["grade"]["grade"] == "C"
    assert {(r["kind"], r["number"], r["counts"]) for r in content["reasons"]} == {
        ("notice", "N1", True),
        ("breach", "B-1", True),
    }
    assert {h["known"] for h in content["history"]} == {"now", "then"}


def test_the_parameters_in_force_and_the_run_it_rests_on_stand_in_it(home: Session) -> None:
    home.register.append(
        "parameter_set", by=home.actor(None), role="approver", subject="large_transport_transfer.limit_usd",
        day=date(2026, 3, 31), why="",
        payload={"name": "large_transport_transfer.limit_usd", "value": "400000", "valid_from": "2026-04-01", "basis": "decision 12"},
    )  # fmt: skip
    content = told(home)
    limits = [
        (p["value"], p["in_force"], p["basis"])
        for p in content["parameters"]
        if (p["rule"], p["parameter"]) == ("large_transport_transfer", "limit_usd")
    ]
    assert [(value, in_force) for value, in_force, _ in limits] == [("500000", True), ("400000", False)]
    assert limits[1][2] == "decision 12"
    assert {p["rule"] for p in content["parameters"]} >= {"grade", "large_daily_total"}
    assert content["rests_on"]["run"]["run_id"] == 1
    assert content["rests_on"]["snapshot"].startswith("snapshot-")


def test_every_form_and_language_has_one_digest_and_each_is_an_act(home: Session, tmp_path: Path) -> None:
    made = [
        home.file(SHIP, tmp_path / f"{language}.{form}", language=language, why="the court asks")
        for language in ("en", "zh")
        for form in FORMS
    ]
    assert {paper.digest for paper in made} == {digest_of(told(home))}
    papers = home.register.papers(digest=made[0].digest[:16])
    assert papers["act"].to_list() == [paper.act for paper in made]
    assert papers.select("entity_id", "language", "form", "why").row(0) == (SHIP, "en", "html", "the court asks")
    assert home.register.verify().ok
    assert made[0].digest in page(made[0].path).text


def test_the_digest_of_the_json_can_be_computed_again_from_the_file_alone(home: Session, tmp_path: Path) -> None:
    paper = home.file(SHIP, tmp_path / "file.json")
    read = json.loads(paper.path.read_text("utf-8"))
    assert digest_of(read["content"]) == read["digest"] == paper.digest
    assert read["produced"]["by"] == home.actor(None)


def test_another_act_makes_another_digest(home: Session) -> None:
    before = digest_of(told(home))
    issue_notices(home, [f"{LARGE}7"], why="again")
    assert digest_of(told(home)) != before


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_well_formed_fetches_nothing_and_escapes_what_banks_wrote(
    home: Session, tmp_path: Path, language: Any
) -> None:
    read = page(home.file(SHIP, tmp_path / "file.html", language=language).path)
    assert (read.faults, read.fetched, read.scripts) == ([], [], 0)
    assert SHIP_NAME in read.text
    assert "<b>Lines</b> Ltd" in read.text
    for word in ("L1/1", "L5/1", "700,000.10", "N1", "B-1", "large_transport_transfer:L7"):
        assert word in read.text
    assert "@page" in (tmp_path / "file.html").read_text("utf-8")


def test_the_workbook_has_a_sheet_a_part_with_days_and_numbers_as_such(home: Session, tmp_path: Path) -> None:
    book = load_workbook(home.file(SHIP, tmp_path / "file.xlsx").path)
    flows = book["All flows"]
    assert flows.freeze_panes == "A2"
    head = [c.value for c in flows[1]]
    first = dict(zip(head, (c.value for c in flows[2]), strict=True))
    assert first["Day"] == datetime(2026, 1, 5)
    assert first["USD equivalent"] == 500000.01
    assert flows.max_row == 8
    assert book["Hits with their evidence"].max_row == 5  # three large transfers, and payments without a filing


def test_an_entity_without_flows_has_a_file_that_says_so(home: Session, tmp_path: Path) -> None:
    text = page(home.file(IDLE, tmp_path / "idle.html").path).text
    assert "No flow of this entity is on record." in text
    assert told(home, IDLE)["grade"]["grade"] == "A"
    for form in ("xlsx", "json"):
        assert home.file(IDLE, tmp_path / f"idle.{form}").path.exists()


def test_an_entity_that_is_not_on_the_roll_has_no_file(home: Session, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="not on the roll"):
        home.file("100000059", tmp_path / "none.html")
    assert not (tmp_path / "none.html").exists()
    assert home.register.papers().is_empty()


def test_nothing_is_written_or_recorded_for_who_may_not_or_where_it_cannot_be(home: Session, tmp_path: Path) -> None:
    home.register.set_account("keeper", ["administrator"], by=home.actor(None), why="")
    with pytest.raises(Forbidden):
        home.file(LAW, tmp_path / "law.html", by="keeper")
    with pytest.raises(RequestError, match=r"\.html, \.xlsx, \.json"):
        home.file(LAW, tmp_path / "law.doc")
    (tmp_path / "taken").write_text("", "utf-8")
    with pytest.raises(RequestError, match="cannot be written"):
        home.file(LAW, tmp_path / "taken" / "law.html")
    assert home.register.papers().is_empty()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["home", "taken"]
