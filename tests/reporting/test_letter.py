"""A letter says what the act of its notice keeps, whatever became of flows, rules and names since."""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fxwatch.errors import NotFound, RequestError
from fxwatch.reporting import digest_of, fonts, pdf
from fxwatch.reporting.letter import letter_content
from fxwatch.review import auto_monthly, rescind_notice
from fxwatch.session import Session
from indicators.early_warning.large_transport_transfer import LargeTransportTransfer
from tests.reporting.conftest import LARGE, LAW, SHIP, SHIP_NAME
from tests.reporting.pages import page

HAS_FONT = next(fonts.fonts(), None) is not None
needs_font = pytest.mark.skipif(not HAS_FONT, reason="no Chinese font on this machine: apt-get install fonts-noto-cjk")


def test_it_names_the_addressee_the_findings_the_basis_and_the_last_day_to_object(home: Session) -> None:
    content = letter_content(home, "N1")
    assert (content["entity_id"], content["name"], content["day"]) == (SHIP, SHIP_NAME, "2026-03-16")
    assert [(f["hit_id"], f["value"], f["flow_count"]) for f in content["findings"]] == [
        (f"{LARGE}1", "500000.01", 1),
        (f"{LARGE}2", "700000.10", 1),
    ]
    (rule,) = content["rules"]
    assert rule["basis"] == LargeTransportTransfer.basis
    assert "四（二）2" in rule["basis_zh"]
    assert [(p["name"], p["value"]) for p in rule["parameters"]] == [("limit_usd", "500000")]
    assert content["objection"] == {"days": 7, "until": "2026-03-25"}


@pytest.mark.parametrize(
    ("day", "known", "until"),
    [(date(2026, 3, 31), True, "2026-04-10"), (date(2026, 3, 31), False, None)],
    ids=["days off do not count", "a year that no calendar covers has no last day"],
)
def test_working_days_to_object(home: Session, day: date, known: bool, until: str | None) -> None:
    from fxwatch.reporting.letter import _objection

    moment = home.register.now() if known else home.register.now().replace(year=2000)
    assert _objection(home, day, moment)["until"] == until


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_well_formed_and_says_it_all(home: Session, tmp_path: Path, language: Any) -> None:
    read = page(home.letter("N1", tmp_path / "letter.html", language=language).path)
    assert (read.faults, read.fetched, read.scripts) == ([], [], 0)
    for word in (SHIP_NAME, SHIP, "N1", "2026-03-16", "700,000.10", "500,000", "L2/1", "2026-03-25"):
        assert word in read.text
    assert "a tip" not in read.text, "why the bureau acted is its own record, not the entity's"


def test_it_stays_the_same_when_flows_names_limits_and_the_rules_own_words_change(
    home: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = home.letter("N1", tmp_path / "before.html").digest
    changed = tmp_path / "changes.csv"
    changed.write_text(
        "declaration_no,action,entity_id,direction,day,code,currency,amount\n"
        f"L1,D,{SHIP},receipt,2026-01-05,222011,USD,500000.01\n"
        f"L2,C,{SHIP},payment,2026-03-04,222011,USD,800000.00\n",
        "utf-8",
    )
    home.load("flows", changed)
    (tmp_path / "names.csv").write_text(f"entity_id,name\n{SHIP},Renamed Lines\n", "utf-8")
    home.load("entities", tmp_path / "names.csv")
    home.register.append(
        "parameter_set", by=home.actor(None), role="approver", subject="x", day=date(2026, 3, 31), why="",
        payload={"name": "large_transport_transfer.limit_usd", "value": "1", "valid_from": "2020-01-01", "basis": "later"},
    )  # fmt: skip
    home.run()
    monkeypatch.setattr(LargeTransportTransfer, "because", "rewritten")
    monkeypatch.setattr(LargeTransportTransfer, "basis", "rewritten")
    assert home.letter("N1", tmp_path / "after.html").digest == before
    assert "Renamed" not in page(tmp_path / "after.html").text


def test_an_act_of_the_first_version_kept_no_sentence_and_still_has_its_letter(home: Session) -> None:
    import json

    acts = home.register.acts(subject="notice:N1")
    payload = json.loads(acts["payload"][0])
    old = ("entity", "title", "title_zh", "basis", "basis_zh", "sentence", "sentence_zh")
    bare = [{k: v for k, v in hit.items() if k not in old} for hit in payload["hits"]]
    signed = {"by": home.actor(None), "role": "regulator", "day": date(2026, 3, 16), "why": "old", "entity_id": SHIP}
    told = {
        "notice": "N9",
        "number": 9,
        "policy": None,
        "hits": [{**h, "hit_id": f"old{n}"} for n, h in enumerate(bare)],
    }
    home.register.append("notice_issued", subject="notice:N9", payload=told, **signed)
    new, made = letter_content(home, "N1"), letter_content(home, "N9")
    assert [f["sentence_zh"] for f in made["findings"]] == [f["sentence_zh"] for f in new["findings"]]
    assert made["rules"] == new["rules"]


def test_hits_that_joined_later_stand_apart_and_a_rescinded_notice_says_so(home: Session, tmp_path: Path) -> None:
    auto_monthly(home, through=date(2026, 3, 31), why="policy monthly")
    content = letter_content(home, "N1")
    assert [f["hit_id"] for f in content["findings"] if f["act"] != content["act"]] == [f"{LARGE}7"]
    assert len(content["supplements"]) == 1
    rescind_notice(home, "N1", why="upheld", to="dismissed")
    text = page(home.letter("N1", tmp_path / "letter.html").path).text
    assert "was rescinded on 2026-03-31" in text
    assert "counts toward your integrity grade" not in text


def test_a_letter_is_an_act_with_its_digest_and_languages_share_it(home: Session, tmp_path: Path) -> None:
    made = [home.letter("N1", tmp_path / f"{language}.html", language=language) for language in ("en", "zh")]
    assert {paper.digest for paper in made} == {digest_of(letter_content(home, "N1"))}
    papers = home.register.papers(subject="notice:N1")
    assert papers.select("kind", "entity_id", "language").rows() == [
        ("letter_produced", SHIP, "en"),
        ("letter_produced", SHIP, "zh"),
    ]


def test_a_notice_that_is_none_has_no_letter(home: Session, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no notice N99"):
        home.letter("N99", tmp_path / "letter.html")
    with pytest.raises(RequestError, match=r"\.html, \.pdf"):
        home.letter("N1", tmp_path / "letter.xlsx")


@needs_font
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_pdf_carries_its_font_and_its_words(home: Session, tmp_path: Path, language: Any) -> None:
    made = home.letter("N1", tmp_path / "letter.pdf", language=language).path.read_bytes()
    assert made.startswith(b"%PDF-")
    assert b"/FontFile" in made


@needs_font
def test_the_font_that_the_setting_names_is_used(home: Session, tmp_path: Path) -> None:
    home.change_setting("pdf_font", str(next(fonts.fonts()).regular))
    assert home.letter("N1", tmp_path / "letter.pdf", language="zh").path.exists()


def test_without_a_chinese_font_one_sentence_says_how_to_get_one(
    home: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "fonts", lambda _wanted: iter(()))
    with pytest.raises(RequestError, match="fonts-noto-cjk") as refused:
        home.letter("N1", tmp_path / "letter.pdf", language="zh")
    assert "字体" in refused.value.chinese
    assert not (tmp_path / "letter.pdf").exists()
    assert home.register.papers().is_empty()


def test_an_english_letter_without_chinese_needs_no_font(
    home: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "fonts", lambda _wanted: iter(()))
    auto_monthly(home, through=date(2026, 3, 31), why="policy monthly")
    notice = home.register.notices(entity_id=LAW)["notice"][0]
    assert home.letter(notice, tmp_path / "letter.pdf", language="en").path.read_bytes().startswith(b"%PDF-")


def test_a_setting_that_names_no_font_is_told_so(home: Session, tmp_path: Path) -> None:
    for wrong in (tmp_path / "none.ttf", Path(sys.executable)):
        home.change_setting("pdf_font", str(wrong))
        with pytest.raises(RequestError, match="is no font"):
            home.letter("N1", tmp_path / "letter.pdf")
